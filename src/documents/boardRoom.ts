import { type CardField, type Column, columns } from '../core/board.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { type Board, boardAliases, sectionOf } from './board.ts';
import { foldName, type MarkdownFile, type Table } from './markdown.ts';
import { matchFields } from './names.ts';
import { newRoom, placeBefore, placeUnder, type Room, roomIn } from './tableEdit.ts';

/** Where a card may be put: a column, or out of sight. */
export type Place = Column | 'Archive';

/**
 * Where new rows of a column go: its first table, else a new one under its heading, else a new section in the order
 * of the columns. Refuses `damaged_section` where rows stand that belong to no table: a second one would hide them.
 */
export function openRoom(board: Board, place: Place): Result<Room<CardField>> {
  const { file } = board;
  const known = board.tables.find(({ column }) => column === place) ?? archiveTable(board, place);
  if (known) return success(roomIn(known.table, known.fields));
  const heading = file.headings.find(({ text }) => isHeadingOf(place, text));
  const stray = board.flaws.find(
    ({ code, line }) => code === 'stray_row' && heading && heading.line < line - 1 && line - 1 < heading.end,
  );
  if (stray) return failure('damaged_section', stray.message, 'Mend the table by hand.');
  const sibling = board.tables[0];
  const names = namesFor(place, sibling?.table, sibling?.fields ?? []);
  const where = heading ? placeUnder(file, heading.line) : newSection(file, place);
  return success(newRoom(names, matchFields(names, boardAliases), sibling?.table, where));
}

function isHeadingOf(place: Place, text: string): boolean {
  return place === 'Archive' ? /^archived?$/.test(foldName(text)) : sectionOf(text) === place;
}

function archiveTable({ file }: Board, place: Place) {
  if (place !== 'Archive') return undefined;
  const table = file.tables.find(({ path }) => isHeadingOf('Archive', path.at(-1)?.text ?? ''));
  return table && { table, fields: matchFields(table.names, boardAliases) };
}

/** In front of the next column's section, else behind the last one of the board, else at the end. */
function newSection(file: MarkdownFile, place: Place) {
  const ofBoard = file.headings.filter(({ text }) => typeof sectionOf(text) === 'string');
  const level = ofBoard[0]?.level ?? 2;
  const later = place === 'Archive' ? [] : columns.slice(columns.indexOf(place) + 1);
  const next = ofBoard.find(({ text }) => later.some((column) => sectionOf(text) === column));
  const line = next?.line ?? ofBoard.at(-1)?.end ?? file.lines.length;
  return placeBefore(file, line, `${'#'.repeat(level)} ${place}`);
}

const everywhere: readonly CardField[] = ['id', 'task', 'priority', 'repo', 'branch', 'worker'];

/** What a column's table has besides. */
const added: Readonly<Record<Place, readonly CardField[]>> = {
  'To Do': [],
  'In Progress': ['branch', 'worker', 'started'],
  Review: ['branch', 'worker', 'pr'],
  Done: ['completed'],
  Archive: ['branch', 'worker', 'completed'],
};

const titles: Readonly<Partial<Record<CardField, string>>> = {
  ...{ id: 'ID', task: 'Task', priority: 'Priority', repo: 'Repo', branch: 'Branch', worker: 'Worker' },
  ...{ started: 'Started', pr: 'PR', completed: 'Completed' },
};

/** The columns of the board's first table that any card has, under its names, and those that this place adds. */
function namesFor(place: Place, like: Table | undefined, fields: readonly (CardField | null)[]): string[] {
  const base = like
    ? like.names.filter((_, at) => everywhere.some((field) => field === fields[at]))
    : everywhere.filter((field) => field !== 'branch').map((field) => titles[field] ?? field);
  const present = matchFields(base, boardAliases);
  return [
    ...base,
    ...added[place].filter((field) => !present.includes(field)).map((field) => titles[field] ?? field),
  ];
}
