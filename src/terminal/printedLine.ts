import type { Lines, Place } from './lines.ts';

/** What a program printed as one line, although it may be wrapped over several. */
export class PrintedLine {
  readonly text: string;
  readonly #rows: readonly PrintedRow[];

  /** The lines from `first` to `last`, each after the first a continuation of the one before. */
  constructor(lines: Pick<Lines, 'text' | 'endsInGap'>, first: number, last: number) {
    let text = '';
    const rows: PrintedRow[] = [];
    for (let line = first; line <= last; line++) {
      const row = lines.text(line);
      rows.push({ line, start: text.length, columns: row.columns });
      text += line < last && lines.endsInGap(line) ? row.text.slice(0, -1) : row.text;
    }
    this.text = text;
    this.#rows = rows;
  }

  /** The cell of a code unit; that behind the text is the one behind the last cell. */
  placeOf(index: number): Place {
    let low = 0;
    for (let high = this.#rows.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if ((this.#rows[middle] as PrintedRow).start <= index) low = middle;
      else high = middle;
    }
    const { line, start, columns } = this.#rows[low] as PrintedRow;
    return { line, x: columns ? (columns[index - start] ?? columns.length) : index - start };
  }

  /** The first code unit that belongs to a cell or one behind it. */
  indexOf({ line, x }: Place): number {
    const at = this.#rows.findIndex((row) => row.line === line);
    const row = this.#rows[at];
    if (!row) return 0;
    const end = this.#rows[at + 1]?.start ?? this.text.length;
    let unit = row.columns ? 0 : x;
    if (row.columns) while (unit < row.columns.length && (row.columns[unit] as number) < x) unit++;
    return Math.min(row.start + unit, end);
  }
}

interface PrintedRow {
  readonly line: number;
  /** Its first code unit in the text. */
  readonly start: number;
  readonly columns: ArrayLike<number> | null;
}

/** The first line of what was printed as one with `line`, looking at most so far up. */
export function startOfLine(lines: Pick<Lines, 'isWrapped'>, line: number, most = Number.POSITIVE_INFINITY) {
  let start = line;
  while (line - start < most && lines.isWrapped(start)) start--;
  return start;
}

/** The last one, likewise. */
export function endOfLine(
  lines: Pick<Lines, 'isWrapped' | 'end'>,
  line: number,
  most = Number.POSITIVE_INFINITY,
) {
  let end = line;
  while (end - line < most && end + 1 < lines.end && lines.isWrapped(end + 1)) end++;
  return end;
}
