import MarkdownIt from 'markdown-it';
import { failure, type Result } from '../lib/result.ts';
import { storedText } from '../lib/sanitize.ts';

/** One line of a file, byte for byte: its text, and its line end (`''` only for the last one). */
export interface MarkdownLine {
  readonly text: string;
  readonly end: '\n' | '\r\n' | '\r' | '';
}

/** Edits of lines; numbers are 0-based. */
export type LineEdit =
  | { readonly kind: 'replace'; readonly line: number; readonly text: string }
  | { readonly kind: 'remove'; readonly line: number }
  /** After that line, -1 for the top; several at one place keep their order. */
  | { readonly kind: 'insert'; readonly after: number; readonly texts: readonly string[] };

/** Splits a text at the same places as markdown-it, so that line numbers agree. */
export function splitLines(text: string): MarkdownLine[] {
  const lines: MarkdownLine[] = [];
  for (const [, line = '', end = ''] of text.matchAll(/([^\r\n]*)(\r\n|\r|\n|$)/g))
    if (line !== '' || end !== '') lines.push({ text: line, end: end as MarkdownLine['end'] });
  return lines;
}

/** Applies edits: other lines stay as they are, new ones end like the first line. */
export function editLines(lines: readonly MarkdownLine[], edits: readonly LineEdit[]): string {
  const replaced = new Map<number, string>();
  const removed = new Set<number>();
  const inserted = new Map<number, string[]>();
  for (const edit of edits) {
    if (edit.kind === 'replace') replaced.set(edit.line, edit.text);
    else if (edit.kind === 'remove') removed.add(edit.line);
    else inserted.set(edit.after, [...(inserted.get(edit.after) ?? []), ...edit.texts]);
  }
  const end = lines[0]?.end || '\n';
  const after: MarkdownLine[] = (inserted.get(-1) ?? []).map((text) => ({ text, end }));
  for (const [at, line] of lines.entries()) {
    if (!removed.has(at)) after.push({ text: replaced.get(at) ?? line.text, end: line.end });
    for (const text of inserted.get(at) ?? []) after.push({ text, end });
  }
  const endsBare = lines.at(-1)?.end === '';
  return after
    .map((line, at) => line.text + (at < after.length - 1 ? line.end || end : endsBare ? '' : line.end))
    .join('');
}

/** The text between two pipes of a row; offsets into the line, padding included. */
interface Cell {
  readonly from: number;
  readonly to: number;
}

/**
 * Splits a row at its unescaped pipes, as GitHub does: those in code spans split, too, and the pipes at both ends are
 * optional. https://github.github.com/gfm/#tables-extension-
 */
export function scanRow(line: string): Cell[] {
  let from = line.length - line.trimStart().length;
  let end = line.trimEnd().length;
  if (line[from] === '|') from++;
  if (end > from && isPipe(line, end - 1)) end--;
  const cells: Cell[] = [];
  for (let at = line.indexOf('|', from); at >= 0 && at < end; at = line.indexOf('|', at + 1)) {
    if (!isPipe(line, at)) continue;
    cells.push({ from, to: at });
    from = at + 1;
  }
  cells.push({ from, to: end });
  return cells;
}

function isPipe(line: string, at: number): boolean {
  return line[at] === '|' && line[at - 1] !== '\\';
}

/** Returns a cell's text: `\|` is a pipe, `<br>` a line break. */
function decodeCell(raw: string): string {
  const text = raw.trim();
  return /[\\<]/.test(text) ? text.replaceAll('\\|', '|').replace(/<br\s*\/?>/gi, '\n') : text;
}

/** Encodes a text for a cell; control characters become blanks, and explicit directions are removed. */
function encodeCell(text: string): string {
  return storedText(text.toWellFormed(), ' ')
    .trim()
    .replaceAll('\n', '<br>')
    .replaceAll('\t', ' ')
    .replaceAll('|', '\\|');
}

/** Pads a text like `raw`, the cell that it replaces; `width` is that of its aligned column, 0 for none. */
function pad(text: string, raw: string, width: number, isRight: boolean): string {
  const isBlank = raw.trim() === '';
  const lead = isBlank ? raw.slice(0, 1) : raw.slice(0, raw.length - raw.trimStart().length);
  const trail = isBlank ? raw.slice(0, 1) : raw.slice(raw.trimEnd().length);
  const space = text.endsWith('\\') && trail === '' ? ' ' : '';
  if (width === 0) return lead + text + trail + space;
  const side = lead.slice(0, 1);
  const end = (trail.slice(0, 1) || side) + space;
  return isRight ? (side + text + end).padStart(width) : (side + text + end).padEnd(width);
}

/**
 * Returns the widths of a row's cells where its pipes are aligned with the delimiters; 0 elsewhere. In
 * UTF-16 units: wide emoji count two, as displayed.
 */
function alignedWidths(raws: readonly string[], delimiters: readonly string[]): number[] {
  const fitting = raws.filter((raw, at) => raw.length === delimiters[at]?.length).length;
  if (fitting * 2 < raws.length) return raws.map(() => 0);
  return raws.map((raw, at) =>
    raw.length >= (delimiters[at] ?? '').length ? (delimiters[at] ?? '').length : 0,
  );
}

/**
 * Returns the row with these cells changed and other bytes kept. Adds pipes at the ends where it would be no
 * row without.
 */
export function setCells(
  line: string,
  delimiters: readonly string[],
  values: ReadonlyMap<number, string>,
): string {
  const cells = scanRow(line);
  const first = cells[0]?.from ?? 0;
  const end = cells.at(-1)?.to ?? line.length;
  const raws = cells.map(({ from, to }) => line.slice(from, to));
  const widths = alignedWidths(raws, delimiters);
  const written = raws.map((raw, at) => {
    const value = values.get(at);
    const isRight = /^[^:]*:\s*$/.test(delimiters[at] ?? '');
    return value === undefined ? raw : pad(encodeCell(value), raw, widths[at] ?? 0, isRight);
  });
  const start =
    values.has(0) && line[first - 1] !== '|' && !/^\p{L}/u.test(written[0]?.trim() ?? '') ? '| ' : '';
  const close = written.at(-1)?.trim() === '' && line[end] !== '|' ? ' |' : '';
  return line.slice(0, first) + start + written.join('|') + close + line.slice(end);
}

/** Returns the line with another cell in front. */
export function addFirstCell(line: string, text: string): string {
  const [first] = scanRow(line);
  const from = first?.from ?? 0;
  const hasPipe = line[from - 1] === '|';
  const lead = /^\s/.test(line.slice(from)) || !hasPipe ? ' ' : '';
  return `${line.slice(0, from)}${hasPipe ? lead : '| '}${encodeCell(text)}${lead}|${hasPipe ? '' : ' '}${line.slice(from)}`;
}

type Parser = InstanceType<typeof MarkdownIt>;
type BlockRule = ReturnType<Parser['block']['ruler']['getRules']>[number];

/**
 * Parser of blocks, without inline tokens. A table is one token, `table`: markdown-it creates three for each
 * cell, which takes most of its time, and rows are read from the text itself.
 */
const blocks = new MarkdownIt('commonmark').enable('table');
blocks.core.ruler.enableOnly(['normalize', 'block']);
blocks.block.ruler.at('table', tableRule(singleRule('table')), { alt: ['paragraph', 'reference'] });

function singleRule(name: string): BlockRule {
  const { ruler } = new MarkdownIt('commonmark').block;
  ruler.enableOnly(name);
  const [rule] = ruler.getRules('');
  if (!rule) throw new Error(`markdown-it has no rule ${name}`);
  return rule;
}

/** Recognises a table by its first two lines, as markdown-it does; it ends where another block begins. */
function tableRule(isTable: BlockRule): BlockRule {
  return (state, from, end, isSilent) => {
    if (!isTable(state, from, end, true)) return false;
    if (isSilent) return true;
    const before = state.parentType;
    state.parentType = 'table';
    const others = state.md.block.ruler.getRules('blockquote');
    const isRow = (line: number) => {
      const indent = (state.sCount[line] ?? 0) - state.blkIndent;
      if (indent < 0 || indent >= 4 || state.isEmpty(line)) return false;
      const isPiped = state.src[(state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0)] === '|';
      return isPiped || !others.some((rule) => rule(state, line, end, true));
    };
    let line = from + 2;
    while (line < end && isRow(line)) line++;
    state.push('table', 'table', 0).map = [from, line];
    state.parentType = before;
    state.line = line;
    return true;
  };
}

/** A heading. Line numbers are 0-based inside this folder, and 1-based in its results. */
interface Heading {
  readonly line: number;
  /** 1 for the title. */
  readonly level: number;
  readonly text: string;
  /** Line of the next heading of its level or above, or the end of the file. */
  readonly end: number;
}

export interface TableRow {
  readonly line: number;
  readonly text: string;
  readonly cells: readonly Cell[];
}

export interface Table {
  /** Headings above it, the title first. */
  readonly path: readonly Heading[];
  readonly header: TableRow;
  readonly names: readonly string[];
  /** The cells of the line below the header, padding included. */
  readonly delimiters: readonly string[];
  readonly rows: readonly TableRow[];
}

/** A Markdown file's text with its block structure; only the text is ever written. */
export interface MarkdownFile {
  readonly text: string;
  readonly lines: readonly MarkdownLine[];
  readonly headings: readonly Heading[];
  /** Top-level tables: none in quotes, lists, code or comments. */
  readonly tables: readonly Table[];
  /** Lines of paragraphs, at any level. */
  readonly prose: readonly number[];
  /** Lines with git's conflict markers. */
  readonly markers: readonly number[];
}

/** Returns `conflict_markers` for a file with git's conflict markers, null for any other. */
export function unmerged({ markers: [line] }: MarkdownFile): Result<never> | null {
  if (line === undefined) return null;
  return failure(
    'conflict_markers',
    `Line ${line + 1}: git left two versions beside each other.`,
    'Resolve the conflict in the file first.',
  );
}

/** Parses headings, tables and paragraphs; every line keeps its text. */
export function parseMarkdown(text: string): MarkdownFile {
  const lines = splitLines(text);
  const tokens = blocks.parse(text.replace(/^\ufeff/, ''), {});
  const headings: Heading[] = [];
  const tables: Table[] = [];
  const prose: number[] = [];
  for (const [at, { type, level, map, tag }] of tokens.entries()) {
    if (map === null) continue;
    if (type === 'heading_open' && level === 0)
      headings.push({
        line: map[0],
        level: Number(tag.slice(1)),
        text: tokens[at + 1]?.content ?? '',
        end: 0,
      });
    if (type === 'table' && level === 0) tables.push(readTable(lines, map));
    if (type === 'paragraph_open') for (let line = map[0]; line < map[1]; line++) prose.push(line);
  }
  const sections = headings.map((heading, at) => ({
    ...heading,
    end: headings.slice(at + 1).find(({ level }) => level <= heading.level)?.line ?? lines.length,
  }));
  return {
    text,
    lines,
    headings: sections,
    tables: tables.map((table) => ({
      ...table,
      path: sections.filter(({ line, end }) => line < table.header.line && table.header.line < end),
    })),
    prose,
    markers: lines.flatMap((line, at) => (/^(?:<{7}|>{7})(?: |$)/.test(line.text) ? [at] : [])),
  };
}

function readTable(lines: readonly MarkdownLine[], [from, to]: [number, number]): Table {
  const rowAt = (line: number): TableRow => {
    const text = lines[line]?.text ?? '';
    return { line, text, cells: scanRow(text) };
  };
  const header = rowAt(from);
  const delimiter = rowAt(from + 1);
  const rows = Array.from({ length: Math.max(0, to - from - 2) }, (_, at) => rowAt(from + 2 + at));
  return {
    path: [],
    header,
    names: tableCells(header),
    delimiters: delimiter.cells.map(({ from: start, to: end }) => delimiter.text.slice(start, end)),
    rows,
  };
}

/** Returns the text of a row's cell; empty where the row has no such cell. @param column 0-based */
export function tableCell({ text, cells }: TableRow, column: number): string {
  const cell = cells[column];
  return cell === undefined ? '' : decodeCell(text.slice(cell.from, cell.to));
}

/** Returns the texts of all cells of a row. */
export function tableCells(row: TableRow): string[] {
  return row.cells.map((_, column) => tableCell(row, column));
}

/** Returns why a row does not match its header; null when it does. */
export function rowProblem(table: Table, row: TableRow): string | null {
  const [has, wanted] = [row.cells.length, table.names.length];
  return has === wanted ? null : `${has} ${has === 1 ? 'cell' : 'cells'}, the header has ${wanted}`;
}

/** Normalises a name for comparison: without marks, emoji, counts in brackets and capitals. */
export function foldName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[([]\s*\d+\s*[)\]]\s*$/, '')
    .replace(/[^\p{L}\p{N}#%]+/gu, ' ')
    .trim();
}

/**
 * Returns the names of a heading, normalised by `foldName`: its whole text, and its beginning without a
 * remark such as `(This Sprint)`, `- week 47` or `this week`.
 */
export function headingNames(heading: string): readonly string[] {
  const beginning = heading.replace(/(?<=\S)(?:\s*[([{<|:·•,].*|\s+[-–—/]+\s.*)$/su, '');
  const names = [heading, beginning].map(foldName);
  return [...new Set([...names, ...names.map((name) => name.replace(remark, ''))])];
}

/** A remark about time without a separator before it. */
const remark =
  / (?:(?:in |for |of )?(?:this|the|last|current|previous|next) (?:sprint|week|month|iteration|cycle)|(?:in |for |of )?(?:sprint|week) \d+|today|so far|recently)$/;

/** Names of columns by field, the most certain first; compared by `foldName`. */
export type Aliases<Field extends string> = Readonly<Record<Field, readonly string[]>>;

/** Returns the field of each column; null for a column without one. */
export function matchFields<Field extends string>(
  names: readonly string[],
  aliases: Aliases<Field>,
): (Field | null)[] {
  const folded = names.map(foldName);
  const fields: (Field | null)[] = names.map(() => null);
  for (const field of Object.keys(aliases) as Field[]) {
    const alias = aliases[field].find((one) =>
      folded.some((name, at) => name === one && fields[at] === null),
    );
    const at = folded.findIndex((name, column) => name === alias && fields[column] === null);
    if (at >= 0) fields[at] = field;
  }
  return fields;
}

/** Texts that people write into empty cells. */
const placeholders = /^(?:-+|–|—|none|n\/a|\(none\))$/i;

export function isPlaceholder(text: string): boolean {
  return text === '' || placeholders.test(text);
}

/** Returns a cell's value without surrounding marks: code, bold, italic. Null where it is empty. */
export function plainValue(text: string): string | null {
  const value = plainText(text);
  return isPlaceholder(value) ? null : value;
}

export function plainText(text: string): string {
  const value = text.trim();
  if (value.length > longestMarked) return value;
  const [, mark = '', inner] = /^(`+|\*\*|__|\*|_)([\s\S]+)\1$/.exec(value) ?? [];
  return inner === undefined || inner.includes(mark) ? value : plainText(inner);
}

/** Longest text whose marks are removed: longer ones are prose, and a hostile megabyte of backticks takes no time. */
const longestMarked = 300;

/** Returns the value with the marks of another cell of the same column. */
export function styledLike(value: string, model: string): string {
  const [, mark] = /^(`|\*\*|\*|_)[^`*_|]+\1$/.exec(model.trim()) ?? [];
  return mark === undefined || /[`*_\n]/.test(value) ? value : mark + value + mark;
}

/** Returns text and address of a cell that is one link; null for any other. */
export function linkIn(text: string): { readonly text: string; readonly url: string } | null {
  const [, label, url] = /^\[([^\]]*)\]\(([^()\s]+)\)$/.exec(text.trim()) ?? [];
  return label === undefined || url === undefined ? null : { text: label, url };
}
