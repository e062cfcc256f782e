import {
  type Card,
  type CardField,
  type Column,
  cardFields,
  columns,
  type Diagnostic,
} from '../../../core/board.ts';
import {
  type Aliases,
  foldName,
  headingNames,
  linkIn,
  type MarkdownFile,
  matchFields,
  parseMarkdown,
  plainText,
  plainValue,
  rowProblem,
  type Table,
  type TableRow,
  tableCell,
} from '../../../documents/markdown.ts';
import { idGenerator, prefixOf, setIds } from '../../../documents/tableEdit.ts';
import { type Result, success } from '../../../lib/result.ts';

/** A table of cards, and the fields of its columns. */
export interface BoardTable {
  readonly table: Table;
  readonly column: Column;
  readonly fields: readonly (CardField | null)[];
}

/** The parsed SPRINT_BOARD.md; `changeBoard` changes its text. */
export interface Board {
  readonly file: MarkdownFile;
  readonly tables: readonly BoardTable[];
  /** In the order of the file, including those with a `problem`. */
  readonly cards: readonly Card[];
  /** Problems of lines that are not changed. */
  readonly flaws: readonly Diagnostic[];
}

/** Names of a column for people; workers are written there only where no column is for workers. */
const personNames = ['assignee', 'assigned to', 'assigned', 'owner', 'who'] as const;

/** Returns the index of the column for people, -1 for none. */
export function personColumn(names: readonly string[]): number {
  const folded = names.map(foldName);
  const name = personNames.find((one) => folded.includes(one));
  return name === undefined ? -1 : folded.indexOf(name);
}

export const boardAliases: Aliases<CardField> = {
  id: ['id', '#', 'key', 'ticket', 'task id', 'card', 'orch id', 'no'],
  task: ['task', 'title', 'story', 'item', 'feature', 'description', 'summary', 'name'],
  repo: ['repo', 'repository', 'project'],
  branch: ['branch', 'feature branch', 'git branch'],
  worker: ['worker', 'agent', ...personNames],
  priority: ['priority', 'prio'],
  pr: ['pr', 'pull request', 'mr', 'merge request', 'pr url', 'pr link'],
  ready: ['ready', 'ready to merge', 'ready for merge', 'mergeable', 'can be merged'],
  started: ['started', 'started at', 'started on', 'start date', 'start', 'since'],
  completed: [
    'completed',
    'completed at',
    'completed on',
    'completion date',
    'finished',
    'merged',
    'done',
    'done on',
  ],
  blockers: ['blockers', 'blocker', 'blocked by', 'blocked'],
  progress: ['progress', 'percent', '%'],
};

const sections: Readonly<Record<Column, readonly string[]>> = {
  'To Do': ['to do', 'todo', 'to dos', 'todos'],
  'In Progress': ['in progress', 'doing', 'wip', 'ongoing', 'active'],
  Review: ['review', 'in review', 'code review', 'ready for review', 'needs review'],
  Done: ['done', 'completed', 'complete', 'finished'],
};

/** Sections of a board without cards. */
const otherSections = [
  'archive',
  'archived',
  'change log',
  'changelog',
  'changes',
  'history',
  'pending changes',
  'legend',
];

/**
 * Returns the column that a heading names, ignoring a remark after it, such as `Done (This Sprint)`; null
 * for a section without cards, undefined for any other text.
 */
export function sectionOf(heading: string): Column | null | undefined {
  for (const name of headingNames(heading)) {
    const column = columns.find((one) => sections[one].includes(name));
    if (column !== undefined) return column;
    if (otherSections.includes(name)) return null;
  }
  return undefined;
}

/** Parses a board. Never fails: unreadable parts are reported as flaws. */
export function parseBoard(text: string): Board {
  const file = parseMarkdown(text);
  const flaws: Diagnostic[] = file.markers.map((line) =>
    diagnosticAt(line, 'conflict_markers', 'git left two versions beside each other here.'),
  );
  const tables: BoardTable[] = [];
  for (const table of file.tables) {
    const fields = matchFields(table.names, boardAliases);
    const column = columnOf(table);
    const isBoard = fields.includes('task') && fields.filter((field) => field !== null).length > 1;
    if (column) {
      if (fields.includes('task')) tables.push({ table, column, fields });
      else
        flaws.push(
          diagnosticAt(table.header.line, 'no_task_column', `This table of ${column} has no column Task.`),
        );
    } else if (column === undefined && isBoard)
      flaws.push(
        diagnosticAt(table.header.line, 'unknown_section', 'This table is under no heading of the board.'),
      );
  }
  flaws.push(...strayRows(file));
  const cards = markDuplicates(tables.flatMap((one) => one.table.rows.map((row) => readCard(one, row))));
  for (const { problem, line } of cards)
    if (problem !== null) flaws.push(diagnosticAt(line - 1, 'damaged_row', `${problem}.`));
  return { file, tables, cards, flaws: flaws.sort((a, b) => a.line - b.line) };
}

/** Creates a diagnostic. @param line 0-based */
export function diagnosticAt(line: number, code: string, message: string): Diagnostic {
  return { line: line + 1, code, message: `Line ${line + 1}: ${message}` };
}

/**
 * Returns the column by the innermost known heading, so that columns below a repository's heading count too.
 */
function columnOf({ path }: Table): Column | null | undefined {
  for (const { text } of path.toReversed()) {
    const column = sectionOf(text);
    if (column !== undefined) return column;
  }
  return undefined;
}

/** Finds rows outside of any table: below an empty line, or below a header whose delimiter does not match. */
function strayRows(file: MarkdownFile): Diagnostic[] {
  const inColumn = (line: number) =>
    file.headings.some((one) => one.line < line && line < one.end && typeof sectionOf(one.text) === 'string');
  return file.prose
    .filter((line) => /^ {0,3}\|/.test(file.lines[line]?.text ?? '') && inColumn(line))
    .map((line) => diagnosticAt(line, 'stray_row', 'this looks like a row, but belongs to no table.'));
}

function readCard({ table, column, fields }: BoardTable, row: TableRow): Card {
  const card: Record<CardField, string | null> = { ...emptyFields };
  for (const [at, field] of fields.entries())
    if (field !== null) card[field] = readField(field, tableCell(row, at));
  return { ...card, task: card.task ?? '', column, line: row.line + 1, problem: rowProblem(table, row) };
}

const emptyFields = Object.fromEntries(cardFields.map((field) => [field, null])) as Record<CardField, null>;

/**
 * Returns a field's value in a cell, in the board's normal form: reading a written value returns it
 * unchanged.
 */
export function readField(field: CardField, text: string): string | null {
  if (field === 'task') return text;
  const link = linkIn(plainText(text));
  return plainValue(link === null ? text : field === 'pr' ? link.url : link.text);
}

/** Marks rows with a duplicate id, which are not changed because the id is ambiguous. */
function markDuplicates(cards: readonly Card[]): Card[] {
  const lines = new Map<string, number[]>();
  for (const { id, line } of cards) if (id !== null) lines.set(id, [...(lines.get(id) ?? []), line]);
  return cards.map((card) => {
    const others = (lines.get(card.id ?? '') ?? []).slice(0, 4).filter((line) => line !== card.line);
    if (others.length === 0) return card;
    const where = `${others.length === 1 ? 'line' : 'lines'} ${others.join(', ')}`;
    return { ...card, problem: card.problem ?? `the id ${card.id} is also on ${where}` };
  });
}

/** Prefix of ids where neither the configuration nor the board has one. */
export const usualPrefix = 'ORC';

/** Returns the prefix of new ids: the configured one, else the most frequent one. */
export function boardPrefix({ cards }: Board, configured: string | null): string {
  return prefixOf(
    cards.map(({ id }) => id),
    configured,
    usualPrefix,
  );
}

/**
 * Returns the board with an id `<prefix>-<n>` on each sound card without one. Requires a confirmation:
 * tables without an id column get one, which changes all of their lines.
 */
export function withIds(board: Board, prefix: string): Result<Board> {
  const tables = board.tables.map(({ table, fields }) => ({ table, column: fields.indexOf('id') }));
  const text = setIds(board.file, tables, idGenerator(board.file.text, prefix));
  return text.ok ? success(parseBoard(text.value)) : text;
}
