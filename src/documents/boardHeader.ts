import { type Result, success } from '../lib/result.ts';
import { storedText } from '../lib/sanitize.ts';
import { type Board, parseBoard } from './board.ts';
import { editLines, type LineEdit } from './lines.ts';
import { cellText, foldName, type Heading, type MarkdownFile } from './markdown.ts';
import { addRow, placeUnder, roomEdits, roomIn } from './tableEdit.ts';

/** What a board's text says of its sync: copies of what we know, for people to read. */
export interface BoardHeader {
  readonly lastSynced: string | null;
  readonly pendingChanges: number | null;
  /** What the change log says, a line each, in the order of the file. */
  readonly log: readonly string[];
}

export interface HeaderChange {
  /** Shown as it is given. */
  readonly lastSynced?: string;
  readonly pendingChanges?: number;
  /** Lines for the change log, oldest first. */
  readonly log?: readonly LogLine[];
}

interface LogLine {
  /** `yyyy-mm-dd`. */
  readonly date: string;
  readonly text: string;
}

type Label = 'synced' | 'pending';

const patterns: Readonly<Record<Label, RegExp>> = {
  synced: /^(.*?\blast sync(?:ed)?\b[*_]*\s*:[*_]*\s*)(.*?)((?:\s+[|·•].*|[*_\s]*)?)$/i,
  pending: /^(.*?\bpending changes\b[*_]*\s*:[*_]*\s*)(\d+|none)?((?:\D.*)?)$/i,
};

export function readHeader({ file }: Board): BoardHeader {
  const pending = findLine(file, 'pending')?.value;
  return {
    lastSynced: findLine(file, 'synced')?.value || null,
    pendingChanges: pending === undefined || pending === '' ? null : Number(pending.replace(/none/i, '0')),
    log: logLines(file),
  };
}

/** Brings the copies up to date that the file has; it gets none that it has not. */
export function writeHeader(board: Board, change: HeaderChange): Result<Board> {
  const { file } = board;
  const edits: LineEdit[] = [
    ...valueEdit(file, 'synced', change.lastSynced),
    ...valueEdit(file, 'pending', change.pendingChanges?.toString()),
    ...logEdits(file, change.log ?? []),
  ];
  return success(edits.length === 0 ? board : parseBoard(merged(file, edits)));
}

/** Both values may stand on one line; so the second edit is made in what the first one left. */
function merged(file: MarkdownFile, edits: readonly LineEdit[]): string {
  const [first, second, ...rest] = edits;
  if (first?.kind === 'replace' && second?.kind === 'replace' && first.line === second.line) {
    const pending = patterns.pending.exec(second.text)?.[2] ?? '';
    const text = first.text.replace(patterns.pending, (_, before, _value, after) => before + pending + after);
    return editLines(file.lines, [{ ...first, text }, ...rest]);
  }
  return editLines(file.lines, edits);
}

function findLine(file: MarkdownFile, label: Label) {
  for (const line of file.prose) {
    const [, before, value, after] = patterns[label].exec(file.lines[line]?.text ?? '') ?? [];
    if (before !== undefined) return { line, before, value: value ?? '', after: after ?? '' };
  }
  return null;
}

function valueEdit(file: MarkdownFile, label: Label, value: string | undefined): LineEdit[] {
  const found = value === undefined ? null : findLine(file, label);
  if (!found || found.value === value) return [];
  const gap = /\s$/.test(found.before) ? '' : ' ';
  return [{ kind: 'replace', line: found.line, text: `${found.before}${gap}${value}${found.after}` }];
}

const logNames = ['change log', 'changelog', 'recent changes', 'sync log', 'history'];

function logHeading(file: MarkdownFile): Heading | undefined {
  return file.headings.find(({ text }) => logNames.includes(foldName(text)));
}

const bullet = /^ {0,3}[-*+]\s+/;

function bullets(file: MarkdownFile, heading: Heading): number[] {
  return file.prose.filter(
    (line) => heading.line < line && line < heading.end && bullet.test(file.lines[line]?.text ?? ''),
  );
}

function logLines(file: MarkdownFile): string[] {
  const heading = logHeading(file);
  if (!heading) return [];
  const rows = file.tables
    .filter(({ path }) => path.at(-1) === heading)
    .flatMap(({ rows: all }) => all.map((row) => row.cells.map((cell) => cellText(row, cell)).join(' ')));
  return [
    ...bullets(file, heading).map((line) => (file.lines[line]?.text ?? '').replace(bullet, '')),
    ...rows,
  ];
}

/** New lines look like the last one, and stand on top where the newest are there. */
function logEdits(file: MarkdownFile, log: readonly LogLine[]): LineEdit[] {
  const heading = logHeading(file);
  if (!heading || log.length === 0) return [];
  const table = file.tables.find(({ path }) => path.at(-1) === heading);
  if (table && table.names.length >= 2) {
    const room = roomIn(table, []);
    const isNewestFirst = isFalling(table.rows.map((row) => cellText(row, row.cells[0])));
    const rest = table.names.slice(2).map(() => room.placeholder);
    for (const { date, text } of isNewestFirst ? log.toReversed() : log) addRow(room, [date, text, ...rest]);
    return roomEdits([isNewestFirst ? { ...room, after: table.header.line + 1 } : room]);
  }
  const lines = bullets(file, heading);
  const [first, last] = [lines[0], lines.at(-1)];
  const style = /^( {0,3}[-*+]\s+)[*_`]*\d{4}-\d\d-\d\d[*_`]*(\s*[:–—-]\s+)/.exec(
    file.lines[last ?? -1]?.text ?? '',
  );
  const texts = log.map(
    ({ date, text }) => `${style?.[1] ?? '- '}${date}${style?.[2] ?? ': '}${oneLine(text)}`,
  );
  if (first === undefined || last === undefined) {
    const gap = placeUnder(file, heading.line);
    return [{ kind: 'insert', after: gap.after, texts: [...gap.lead, ...texts, ...gap.tail] }];
  }
  const isNewestFirst = isFalling(lines.map((line) => file.lines[line]?.text ?? ''));
  if (isNewestFirst) return [{ kind: 'insert', after: first - 1, texts: texts.toReversed() }];
  let end = last;
  while (file.prose.includes(end + 1)) end++;
  return [{ kind: 'insert', after: end, texts }];
}

function oneLine(text: string): string {
  return storedText(text, ' ')
    .replace(/[\n\t ]+/g, ' ')
    .trim();
}

function isFalling(texts: readonly string[]): boolean {
  const days = texts.flatMap((text) => /\d{4}-\d\d-\d\d/.exec(text)?.[0] ?? []);
  return (days[0] ?? '') > (days.at(-1) ?? '');
}
