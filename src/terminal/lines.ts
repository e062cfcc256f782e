import type { IBuffer, IBufferNamespace, IMarker, Terminal } from '@xterm/headless';
import type { Grid } from './screen.ts';
import { type RowText, readLines, readRowText } from './xterm.ts';

/** A cell of what a terminal has printed. */
export interface LinePosition {
  /** The number of its line, see `Lines`. */
  readonly line: number;
  readonly x: number;
}

/**
 * The lines of a terminal by number. A line keeps its number while others come below it and older ones are thrown
 * away; only a resize gives new ones, see `hold`. A line here is one row; what the program printed as one may be
 * wrapped over several.
 */
export class Lines {
  /** Raised by every `renumber`. */
  generation = 0;
  /** Raised whenever earlier numbers mean nothing any more: another screen buffer, a reset, an erased scrollback. */
  epoch: number;
  readonly #terminal: Terminal;
  /** Asking the terminal for it every time would take as long as what is done with it. */
  readonly #buffers: IBufferNamespace;
  #first = 0;
  /** Of the numbers given out. */
  #numbered = { epoch: 0, length: 0 };
  /** On the newest line above the screen, which programs cannot reach: what it moves, all lines have moved. */
  #ruler: { readonly marker: IMarker; readonly index: number } | null = null;

  constructor(terminal: Terminal, epoch: number) {
    this.#terminal = terminal;
    this.#buffers = terminal.buffer;
    this.epoch = epoch;
    terminal.buffer.onBufferChange(() => {
      this.epoch++;
    });
    terminal.parser.registerCsiHandler({ final: 'J' }, ([part]) => {
      if (part === 3) this.epoch++;
      return false;
    });
    this.renumber();
  }

  /** The oldest line kept. */
  get first(): number {
    return this.#first;
  }

  /** The screen's uppermost line. */
  get screen(): number {
    return this.#first + this.#buffer.baseY;
  }

  /** One behind the newest. */
  get end(): number {
    return this.#first + this.#buffer.length;
  }

  get cols(): number {
    return this.#terminal.cols;
  }

  /** Reports whether a line continues the one above it. The oldest one kept counts as a beginning. */
  isWrapped(line: number): boolean {
    return line > this.#first && this.#isWrappedAt(line - this.#first);
  }

  /** Reports whether a line's last cell is a gap, left because the wide character behind it had no room there. */
  endsInGap(line: number): boolean {
    return this.#cellsAt(line - this.#first) < this.cols;
  }

  /** Fills a grid from a line and those below it; `changed` gets the rows that look different now. */
  read(line: number, grid: Grid, changed?: number[]): void {
    readLines(this.#terminal, line - this.#first, grid, changed);
  }

  /** Returns the text of a line. */
  text(line: number): RowText {
    return readRowText(this.#terminal, line - this.#first);
  }

  /** To be called after anything that may have dropped lines. */
  update(): void {
    if (this.epoch !== this.#numbered.epoch) this.renumber();
    else if (this.#buffer.type === 'normal') {
      this.#first += this.#trimmed();
      this.#lay();
    }
  }

  /** Gives all lines new numbers. */
  renumber(): void {
    this.#first += this.#numbered.length;
    this.generation++;
    this.#lay();
  }

  /**
   * Tracks a character over a resize. Returns a function that, called once after it, gives the new position; null for a
   * dropped line. Wrapping again leaves the line with the cursor where it is and neither makes nor
   * joins printed lines, so that they are counted from there.
   */
  hold({ line, x }: LinePosition): () => LinePosition | null {
    const row = line - this.#first;
    // The alternate screen wraps nothing again.
    if (this.#buffer.type === 'alternate') return () => ({ line: row + this.#first, x });
    const start = this.#startAt(row);
    let offset = x;
    for (let above = start; above < row; above++) offset += this.#cellsAt(above);
    const distance = this.#beginnings(start, this.#cursor);
    return () => {
      let found = this.#beginningAt(distance);
      if (found === null || this.#isWrappedAt(found)) return null;
      for (; this.#isWrappedAt(found + 1) && offset >= this.#cellsAt(found); found++)
        offset -= this.#cellsAt(found);
      return { line: found + this.#first, x: Math.min(offset, this.cols - 1) };
    };
  }

  get #buffer(): IBuffer {
    return this.#buffers.active;
  }

  /** Lines thrown away since numbers were given. When it may be any number of them, all are taken for gone. */
  #trimmed(): number {
    const { scrollback = 0 } = this.#terminal.options;
    if (this.#ruler === null) return this.#buffer.baseY < scrollback ? 0 : this.#numbered.length;
    const { marker, index } = this.#ruler;
    return marker.line < 0 ? this.#numbered.length : index - marker.line;
  }

  #lay(): void {
    const { length, baseY, type } = this.#buffer;
    this.#numbered = { epoch: this.epoch, length };
    const index = baseY - 1;
    if (this.#ruler?.marker.line === index) this.#ruler = { ...this.#ruler, index };
    else {
      this.#ruler?.marker.dispose();
      const marker = index >= 0 && type === 'normal' ? this.#mark(index) : undefined;
      this.#ruler = marker ? { marker, index } : null;
    }
  }

  get #cursor(): number {
    return this.#buffer.baseY + this.#buffer.cursorY;
  }

  #startAt(index: number): number {
    let start = index;
    while (start > 0 && this.#isWrappedAt(start)) start--;
    return start;
  }

  /** Returns the count of printed lines that begin behind `from`, up to `to`; negative the other way round. */
  #beginnings(from: number, to: number): number {
    if (from > to) return -this.#beginnings(to, from);
    let count = 0;
    for (let index = from + 1; index <= to; index++) if (!this.#isWrappedAt(index)) count++;
    return count;
  }

  /** Returns the start of the printed line that is so many before the cursor's; null when there is none. */
  #beginningAt(distance: number): number | null {
    const { length } = this.#buffer;
    let index = this.#startAt(this.#cursor);
    for (let left = distance; left > 0; left--) {
      if (index === 0) return null;
      index = this.#startAt(index - 1);
    }
    for (let left = distance; left < 0; left++) {
      do index++;
      while (index < length && this.#isWrappedAt(index));
    }
    return index < length ? index : null;
  }

  #mark(index: number): IMarker | undefined {
    const { baseY, cursorY } = this.#buffer;
    return this.#terminal.registerMarker(index - baseY - cursorY);
  }

  #isWrappedAt(index: number): boolean {
    return this.#buffer.getLine(index)?.isWrapped ?? false;
  }

  /** Cells of a row that hold what was printed: one less where a wide character did not fit into the last. */
  #cellsAt(index: number): number {
    const next = this.#buffer.getLine(index + 1);
    if (!next?.isWrapped || next.getCell(0)?.getWidth() !== 2) return this.cols;
    const last = this.#buffer.getLine(index)?.getCell(this.cols - 1);
    return last?.getWidth() === 1 && last.getChars() === '' ? this.cols - 1 : this.cols;
  }
}

/** A line as a program printed it, although it may be wrapped over several. */
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
  placeOf(index: number): LinePosition {
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
  indexOf({ line, x }: LinePosition): number {
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

/** Returns the first row of the printed line that includes `line`, at most `most` rows up. */
export function startOfLine(lines: Pick<Lines, 'isWrapped'>, line: number, most = Number.POSITIVE_INFINITY) {
  let start = line;
  while (line - start < most && lines.isWrapped(start)) start--;
  return start;
}

/** Returns the last row of the printed line, at most `most` rows down. */
export function endOfLine(
  lines: Pick<Lines, 'isWrapped' | 'end'>,
  line: number,
  most = Number.POSITIVE_INFINITY,
) {
  let end = line;
  while (end - line < most && end + 1 < lines.end && lines.isWrapped(end + 1)) end++;
  return end;
}
