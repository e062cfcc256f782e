import { cellWords, linkShift, widthOf } from '../domain/cell.ts';
import { cellIndex, type Grid, wordText } from '../domain/grid.ts';
import { type Capabilities, linkSequence, sgr } from '../terminal/sgr.ts';
import { isDisputed } from './disputed.ts';

/**
 * Puts cells into words for a terminal, keeping track of its cursor and style. Characters whose width is
 * disputed are fenced in: the cursor is set before and after them, and the cells a terminal could have drawn
 * them over are written again, so that at worst one character looks odd and nothing else moves.
 */
export class CellWriter {
  readonly #capabilities: Capabilities;
  #out = '';
  #fg = 0;
  #bg = 0;
  #ext = 0;
  /** Number of the open link, 0 for none. */
  #link = 0;
  /** Where the terminal's cursor is; column -1 when that is not certain. */
  #x = -1;
  #y = 0;

  constructor(capabilities: Capabilities) {
    this.#capabilities = capabilities;
  }

  /** What was written since the last time; leaves the terminal in its plain style, with no link open. */
  take(): string {
    this.#setLink(0);
    if (this.#fg !== 0 || this.#bg !== 0 || this.#ext !== 0) this.#out += '\x1b[0m';
    const out = this.#out;
    this.#out = '';
    this.#fg = this.#bg = this.#ext = 0;
    this.#x = -1;
    return out;
  }

  /** Writes the cells of a row that differ from what the terminal shows. */
  row(grid: Grid, shown: Grid, y: number): void {
    const { data, cols } = grid;
    let disturbedUntil = 0;
    let at = cellIndex(grid, 0, y);
    for (let x = 0; x < cols; ) {
      const word = data[at] as number;
      const width = widthOf(word);
      if (x < disturbedUntil || !sameCell(data, shown.data, at)) {
        this.#setStyle(data, at);
        this.#setLink(word);
        if (isDisputed(word)) disturbedUntil = Math.max(disturbedUntil, x + this.#disputed(word, x, y, cols));
        else this.#agreed(word, x, y);
      }
      const step = width === 2 ? 2 : 1;
      x += step;
      at += step * cellWords;
    }
  }

  #agreed(word: number, x: number, y: number): void {
    this.#move(x, y);
    this.#out += wordText(word);
    this.#x = x + widthOf(word);
  }

  /** Gives back how many columns a terminal may have written to. */
  #disputed(word: number, x: number, y: number, cols: number): number {
    const width = widthOf(word);
    const text = wordText(word);
    const [base = ' '] = text;
    this.#x = -1;
    this.#move(x, y);
    this.#out += ' '.repeat(width);
    this.#x = -1;
    this.#move(x, y);
    // In the last column there is no room for what a terminal makes of a cluster.
    this.#out += x + 1 === cols ? base : text;
    this.#x = -1;
    return 2 * [...text].length;
  }

  #move(x: number, y: number): void {
    if (this.#x !== x || this.#y !== y) this.#out += `\x1b[${y + 1};${x + 1}H`;
    this.#x = x;
    this.#y = y;
  }

  #setLink(word: number): void {
    const link = word >>> linkShift;
    if (link === this.#link || !this.#capabilities.osc) return;
    this.#link = link;
    this.#out += linkSequence(word);
  }

  #setStyle(data: Uint32Array, at: number): void {
    const fg = data[at + 1] as number;
    const bg = data[at + 2] as number;
    const ext = data[at + 3] as number;
    if (fg === this.#fg && bg === this.#bg && ext === this.#ext) return;
    this.#out += sgr(fg, bg, ext, this.#capabilities);
    this.#fg = fg;
    this.#bg = bg;
    this.#ext = ext;
  }
}

function sameCell(a: Uint32Array, b: Uint32Array, at: number): boolean {
  return a[at] === b[at] && a[at + 1] === b[at + 1] && a[at + 2] === b[at + 2] && a[at + 3] === b[at + 3];
}
