import type { Terminal } from '@xterm/headless';
import {
  backgroundMask,
  blankText,
  ColorKind,
  cellWords,
  colorKindMask,
  colorMask,
  colorValueMask,
  extMask,
  foregroundMask,
  rightHalf,
  underlineShift,
} from '../domain/cell.ts';
import { cellIndex, codeWord, type Grid, textWord } from '../domain/grid.ts';

/**
 * Fills a grid's rows from a terminal's lines; `first` is a line of the active buffer, 0 the oldest. The fast
 * way needs private parts of @xterm/headless 6.0.0.
 */
export type ReadLines = (terminal: Terminal, first: number, grid: Grid) => void;

/** The parts in use, all private; `privatePartsFit` tells whether they still are what they were. */
interface PrivateTerminal {
  readonly _core: {
    readonly buffer: { readonly lines: { get(line: number): PrivateLine | undefined } };
    registerCsiHandler(id: CsiId, handler: (params: LiveParams) => boolean): unknown;
  };
}

interface PrivateLine {
  readonly length: number;
  /** Three words per cell: text, fg, bg. */
  readonly _data: Uint32Array;
  readonly _combined: Readonly<Record<number, string>>;
  readonly _extendedAttrs: Readonly<Record<number, { readonly _ext: number } | undefined>>;
}

interface CsiId {
  readonly prefix?: string;
  readonly intermediates?: string;
  readonly final: string;
}

/** A sequence's parameters as its handlers will see them, open to change. */
export interface LiveParams {
  readonly length: number;
  readonly params: Int32Array;
}

const lineWords = 3;
const isCombined = 0x200000;
const hasExtended = 0x10000000;
const isUnderlined = 0x10000000;
/** What SGR 59 leaves behind in place of a colour. */
const noUnderlineColor = 0x3ffffff;

export const readPrivately: ReadLines = (terminal, first, grid) => {
  const { lines } = (terminal as unknown as PrivateTerminal)._core.buffer;
  for (let y = 0; y < grid.rows; y++) {
    const line = lines.get(first + y);
    const known = line ? Math.min(line.length, grid.cols) : 0;
    if (line) readLine(line, known, grid, y);
    for (let x = known; x < grid.cols; x++) setBlank(grid.data, cellIndex(grid, x, y));
  }
};

function readLine(line: PrivateLine, cols: number, grid: Grid, y: number): void {
  const from = line._data;
  const { data } = grid;
  let to = cellIndex(grid, 0, y);
  for (let x = 0; x < cols; x++, to += cellWords) {
    const content = from[x * lineWords] as number;
    const fg = from[x * lineWords + 1] as number;
    const bg = from[x * lineWords + 2] as number;
    data[to + 1] = plainColor(fg) | (fg & foregroundMask & ~colorMask);
    data[to + 2] = plainColor(bg) | (bg & backgroundMask & ~colorMask);
    data[to + 3] = bg & hasExtended || fg & isUnderlined ? underline(line, x, fg, bg) : 0;
    const width = (content >>> 22) & 3;
    const isWide = width === 2 && x + 1 < cols && (from[(x + 1) * lineWords] as number) >>> 22 === 0;
    data[to] =
      width === 1 || isWide
        ? content & isCombined
          ? textWord(line._combined[x] ?? ' ', isWide ? 2 : 1)
          : codeWord(content & 0x1fffff, isWide ? 2 : 1)
        : blankText;
    if (!isWide) continue;
    x++;
    to = addRightHalf(data, to);
  }
}

/** The cell after a wide one, in its style; a blank that would be wide becomes two. Gives back its index. */
function addRightHalf(data: Uint32Array, lead: number): number {
  const half = lead + cellWords;
  const isBlank = ((data[lead] as number) & 0x3fffff) === 0x20;
  if (isBlank) data[lead] = blankText;
  data[half] = isBlank ? blankText : rightHalf;
  data.copyWithin(half + 1, lead + 1, lead + cellWords);
  return half;
}

/** The colour without what an earlier colour of another kind left in unused bits. */
function plainColor(word: number): number {
  const kind = word & colorKindMask;
  if (kind === 0) return 0;
  return kind | (word & (kind === ColorKind.rgb ? colorValueMask : 0xff));
}

function underline(line: PrivateLine, x: number, fg: number, bg: number): number {
  if ((fg & isUnderlined) === 0) return 0;
  const ext = bg & hasExtended ? (line._extendedAttrs[x]?._ext ?? 0) : 1 << underlineShift;
  const color = ext & colorMask;
  const style = ext & extMask & ~colorMask;
  if (style === 0) return 0;
  return style | (color === noUnderlineColor ? 0 : plainColor(color));
}

function setBlank(data: Uint32Array, at: number): void {
  data[at] = blankText;
  data[at + 1] = 0;
  data[at + 2] = 0;
  data[at + 3] = 0;
}

/** Lets `amend` change a sequence's parameters before they are acted on. */
export function amendPrivately(terminal: Terminal, id: CsiId, amend: (params: LiveParams) => void): void {
  (terminal as unknown as PrivateTerminal)._core.registerCsiHandler(id, (params) => {
    amend(params);
    return false;
  });
}
