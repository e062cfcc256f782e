import { failure, type Result } from '../lib/result.ts';
import { parseBlocks } from './blocks.ts';
import { type Line, splitLines } from './lines.ts';
import { type Cell, decodeCell, scanRow } from './row.ts';

/** Numbers of lines count from 0 in this folder's insides, and from 1 in what leaves it. */
export interface Heading {
  readonly line: number;
  /** 1 for the title. */
  readonly level: number;
  readonly text: string;
  /** Line where the next heading of its level or above begins, or the file ends. */
  readonly end: number;
}

export interface Row {
  readonly line: number;
  readonly text: string;
  readonly cells: readonly Cell[];
}

export interface Table {
  /** Headings above it, the title first. */
  readonly path: readonly Heading[];
  readonly header: Row;
  readonly names: readonly string[];
  /** The cells of the line below the header, padding included. */
  readonly delimiters: readonly string[];
  readonly rows: readonly Row[];
}

/** A Markdown file's block structure beside its text, which alone is ever written. */
export interface MarkdownFile {
  readonly text: string;
  readonly lines: readonly Line[];
  readonly headings: readonly Heading[];
  /** Tables of the file itself: none in quotes, lists, code or comments. */
  readonly tables: readonly Table[];
  /** Lines of paragraphs, wherever they stand. */
  readonly prose: readonly number[];
  /** Lines where git left two versions beside each other. */
  readonly markers: readonly number[];
}

/** `conflict_markers` for a file in which git left two versions beside each other, null for any other. */
export function unmerged({ markers: [line] }: MarkdownFile): Result<never> | null {
  if (line === undefined) return null;
  return failure(
    'conflict_markers',
    `Line ${line + 1}: git left two versions beside each other.`,
    'Resolve the conflict in the file first.',
  );
}

/** Reads headings, tables and paragraphs; every line keeps its own text. */
export function parseMarkdown(text: string): MarkdownFile {
  const lines = splitLines(text);
  const tokens = parseBlocks(text.replace(/^\ufeff/, ''));
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

function readTable(lines: readonly Line[], [from, to]: [number, number]): Table {
  const rowAt = (line: number): Row => {
    const text = lines[line]?.text ?? '';
    return { line, text, cells: scanRow(text) };
  };
  const header = rowAt(from);
  const delimiter = rowAt(from + 1);
  const rows = Array.from({ length: Math.max(0, to - from - 2) }, (_, at) => rowAt(from + 2 + at));
  return {
    path: [],
    header,
    names: header.cells.map((cell) => cellText(header, cell)),
    delimiters: delimiter.cells.map(({ from: start, to: end }) => delimiter.text.slice(start, end)),
    rows,
  };
}

/** What a cell of a row says; empty where the row has no such cell. */
export function cellText({ text }: Row, cell: Cell | undefined): string {
  return cell === undefined ? '' : decodeCell(text.slice(cell.from, cell.to));
}

/** Why a row cannot be read by its header; null when it can. */
export function rowFlaw(table: Table, row: Row): string | null {
  const [has, wanted] = [row.cells.length, table.names.length];
  return has === wanted ? null : `${has} ${has === 1 ? 'cell' : 'cells'}, the header has ${wanted}`;
}

/** A name as it is compared: without marks, emoji, counts in brackets and capitals. */
export function foldName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[([]\s*\d+\s*[)\]]\s*$/, '')
    .replace(/[^\p{L}\p{N}#%]+/gu, ' ')
    .trim();
}
