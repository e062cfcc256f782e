/**
 * The layout of a cell in a grid: four 32-bit words. Two cells look the same exactly when their words are equal.
 *
 * | word | bits |
 * |---|---|
 * | text | 0–20 code point, or cluster number · 21 cluster flag · 22–23 width · 24–31 number of a link, 0 for none |
 * | fg | 0–25 colour · 26 inverse · 27 bold · 29 blink · 30 invisible · 31 strikethrough |
 * | bg | 0–25 colour · 26 italic · 27 dim · 30 overline |
 * | ext | 0–25 underline colour · 26–28 underline style |
 *
 * All other bits are zero.
 */
export const cellWords = 4;
export const cellBytes = cellWords * 4;

export const codeMask = 0x1fffff;
export const clusterFlag = 0x200000;
export const widthShift = 22;
export const linkShift = 24;
/** A link is to a cell what its style is: the two halves of a wide character share it. */
export const linkMask = 0xff000000;

/** Width in columns; 0 is the right half of a wide character, whose style is that of its left half. */
type Width = 0 | 1 | 2;

/** Text word of an erased cell: a space. */
export const blankText = 0x20 | (1 << widthShift);
/** Text word of the right half of a wide character without a link. */
export const rightHalf = 0;

/** Colours: a value in bits 0–23 and its kind in 24–25. 16 and 256 colours differ in that bold may brighten the former. */
export const ColorKind = {
  /** The terminal's own; the value is 0. */
  standard: 0,
  /** 0–15. */
  ansi: 0x1000000,
  /** 0–255. */
  palette: 0x2000000,
  /** 0xrrggbb. */
  rgb: 0x3000000,
} as const;
export const colorKindMask = 0x3000000;
export const colorValueMask = 0xffffff;
export const colorMask = 0x3ffffff;

/** Attributes in the fg word. */
export const Foreground = {
  inverse: 0x4000000,
  bold: 0x8000000,
  blink: 0x20000000,
  invisible: 0x40000000,
  strikethrough: 0x80000000,
} as const;

/** Attributes in the bg word. */
export const Background = {
  italic: 0x4000000,
  dim: 0x8000000,
  overline: 0x40000000,
} as const;

export const foregroundMask = 0xefffffff;
export const backgroundMask = 0x4fffffff;
export const extMask = 0x1fffffff;

/** In the ext word: 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed. */
export const underlineShift = 26;

export function underlineStyleOf(ext: number): number {
  return ext >>> underlineShift;
}

export function widthOf(textWord: number): Width {
  return ((textWord >>> widthShift) & 3) as Width;
}

/**
 * Characters that must never be alone in a cell: controls, formatting (also that which reverses the reading direction),
 * combining marks, surrogates, line separators and characters meant to be invisible.
 */
const unprintablePattern = /^[\p{Cc}\p{Cf}\p{Cs}\p{M}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]$/u;

/** 0 not looked at yet, 1 printable, 2 not. A pattern match per cell would be too slow. */
const printability = new Uint8Array(0x110000);

/** Reports whether a code point shows as one character of its own. All others are taken for a blank. */
export function isPrintable(code: number): boolean {
  if (code < 0x7f) return code >= 0x20;
  if (code > 0x10ffff) return false;
  const look = printability[code] as number;
  if (look !== 0) return look === 1;
  const printable = !unprintablePattern.test(String.fromCodePoint(code));
  printability[code] = printable ? 1 : 2;
  return printable;
}

/** Unicode text segmentation (UAX 29) ends a cluster at these; the joiners and the tags of flags are excepted. */
const breaksClusters = /^(?!\u200c|\u200d|[\u{e0020}-\u{e007f}])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]$/u;

/** Code points of one cell; longer than any emoji sequence in use. */
export const longestCluster = 16;

/**
 * A cell's text made safe to print: its first character printable, at most `longestCluster` code points, no
 * control or direction changing character among the rest. Blank when nothing is left.
 */
export function printableText(text: string): string {
  const [first, ...rest] = text;
  if (first === undefined || !isPrintable(first.codePointAt(0) ?? 0)) return ' ';
  return (
    first +
    rest
      .slice(0, longestCluster - 1)
      .filter((part) => !breaksClusters.test(part))
      .join('')
  );
}

/** Allowed schemes of links; a click on another one could start any program. */
const schemes = /^(?:https?|mailto|file|ftp):[\x20-\x7e]+$/i;
/** Longest link that browsers and VTE accept. */
const longestLink = 2083;

/** Reports whether a link may be shown as one, in a cell and at the terminal: printable ASCII of a harmless kind. */
export function isLink(uri: string): boolean {
  return uri.length <= longestLink && schemes.test(uri);
}

export interface Numbering {
  /** Count of numbers, from 0 on. */
  readonly most: number;
  /** The number in a cell's text word, -1 where there is none. */
  readonly numberIn: (textWord: number) => number;
}

const smallestCapacity = 1024;
/** Sweeps cost time, and a program can ask for more numbers than there are with every frame. */
const refusalsPerSweep = 1000;

/**
 * Numbers for texts of one grid that do not fit into a cell, so that its cells can be compared as words.
 *
 * Whatever is printed may invent new texts without end, therefore numbers that no cell holds any more are taken back:
 * when the table is full, the grid's cells are looked through and the rest is freed. What is kept is bounded by what the
 * grid can show.
 */
export class CellTexts {
  readonly #data: Uint32Array;
  readonly #numbering: Numbering;
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  #free: number[] = [];
  #capacity: number;
  /** Refusals left before the cells are searched for free numbers again. */
  #refusals = 0;

  /** @param data - the grid's words */
  constructor(data: Uint32Array, numbering: Numbering) {
    this.#data = data;
    this.#numbering = numbering;
    this.#capacity = Math.min(smallestCapacity, numbering.most);
  }

  /** Reports whether no cell holds a number. */
  get isEmpty(): boolean {
    return this.#numbers.size === 0;
  }

  get size(): number {
    return this.#numbers.size;
  }

  /**
   * The number of a text. It must be stored in the grid before the next one is asked for, or it may be taken back.
   * Undefined when every number is in some cell.
   */
  number(text: string): number | undefined {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    if (this.#isFull && this.#refusals-- <= 0) this.#sweep();
    if (this.#isFull) return undefined;
    const number = this.#free.pop() ?? this.#texts.length;
    this.#texts[number] = text;
    this.#numbers.set(text, number);
    return number;
  }

  /** The text of a number that some cell holds. */
  text(number: number): string | undefined {
    return this.#texts[number];
  }

  /** Forgets all; no cell may hold a number. */
  clear(): void {
    if (this.isEmpty) return;
    this.#numbers.clear();
    this.#texts.length = 0;
    this.#free = [];
  }

  get #isFull(): boolean {
    return this.#free.length === 0 && this.#texts.length >= this.#capacity;
  }

  #sweep(): void {
    const held = this.#held();
    this.#free = [];
    for (let number = 0; number < held.length; number++) {
      if (held[number]) continue;
      const text = this.#texts[number];
      if (text !== undefined && this.#numbers.get(text) === number) this.#numbers.delete(text);
      this.#texts[number] = '';
      this.#free.push(number);
    }
    // Sweeping again for a few numbers would cost more than they are worth.
    if (this.#free.length < this.#capacity / 2)
      this.#capacity = Math.min(this.#capacity * 2, this.#numbering.most);
    this.#refusals = this.#capacity === this.#numbering.most ? refusalsPerSweep : 0;
  }

  #held(): Uint8Array {
    const { numberIn } = this.#numbering;
    const held = new Uint8Array(this.#texts.length);
    for (let i = 0; i < this.#data.length; i += cellWords) {
      const number = numberIn(this.#data[i] as number);
      if (number >= 0) held[number] = 1;
    }
    return held;
  }
}

const clusterNumbers: Numbering = {
  most: codeMask + 1,
  numberIn: (word) => (word & clusterFlag ? word & codeMask : -1),
};
const linkNumbers: Numbering = {
  most: linkMask >>> linkShift,
  numberIn: (word) => (word >>> linkShift) - 1,
};

/**
 * A rectangle of cells, row after row (see cell.ts). Always true: cell texts are safe to print, a cell of width
 * 2 is followed in its row by its right half, and a right half follows nothing else.
 */
export interface Grid {
  readonly cols: number;
  readonly rows: number;
  /** `cols * rows * cellWords` words. */
  readonly data: Uint32Array;
  /** The same memory, for fast copying and comparing. */
  readonly bytes: Buffer;
  /** Clusters and links by the numbers in the cells. They are this grid's own: see `adoptWord` for cells of another. */
  readonly clusters: CellTexts;
  readonly links: CellTexts;
}

/** Creates a grid of blanks. */
export function createGrid(cols: number, rows: number): Grid {
  const data = new Uint32Array(cols * rows * cellWords);
  const grid = {
    cols,
    rows,
    data,
    bytes: Buffer.from(data.buffer),
    clusters: new CellTexts(data, clusterNumbers),
    links: new CellTexts(data, linkNumbers),
  };
  clearGrid(grid);
  return grid;
}

export function clearGrid(grid: Grid): void {
  grid.data.fill(0);
  for (let i = 0; i < grid.data.length; i += cellWords) grid.data[i] = blankText;
  grid.clusters.clear();
  grid.links.clear();
}

/** Returns the index of a cell's first word. */
export function cellIndex(grid: Grid, x: number, y: number): number {
  return (y * grid.cols + x) * cellWords;
}

/** Returns the text word of a code point; a blank for an unprintable one. */
export function codeWord(code: number, width: Width): number {
  return (isPrintable(code) ? code : 0x20) | (width << widthShift);
}

/** The text word of a cell's text. A cluster's word must be stored in the grid before the next one is made, see CellTexts. */
export function textWord(grid: Grid, text: string, width: Width): number {
  const printable = printableText(text);
  const code = printable.codePointAt(0) ?? 0x20;
  const isCluster = printable.length > (code > 0xffff ? 2 : 1);
  const number = isCluster ? grid.clusters.number(printable) : undefined;
  return (number === undefined ? code : number | clusterFlag) | (width << widthShift);
}

/**
 * The bits of a text word that make its cell part of a link; 0 for what must not be one, and when there are more links
 * in the grid than numbers. They must be stored in the grid before those of another link are asked for.
 */
export function linkBits(grid: Grid, uri: string): number {
  const number = isLink(uri) ? grid.links.number(uri) : undefined;
  return number === undefined ? 0 : (number + 1) << linkShift;
}

/** Returns the URI of a cell's link; '' without one. */
export function wordLink(grid: Grid, word: number): string {
  return grid.links.text((word >>> linkShift) - 1) ?? '';
}

/** Returns the text of a text word: one code point or a cluster, '' for a right half. */
export function wordText(grid: Grid, word: number): string {
  if (widthOf(word) === 0) return '';
  return word & clusterFlag
    ? (grid.clusters.text(word & codeMask) ?? ' ')
    : String.fromCodePoint(word & codeMask);
}

export function cellText(grid: Grid, x: number, y: number): string {
  return wordText(grid, grid.data[cellIndex(grid, x, y)] ?? rightHalf);
}

/** Returns the text word of another grid's cell in this grid's numbers; to be stored like that of `textWord`. */
export function adoptWord(grid: Grid, from: Grid, word: number): number {
  if ((word & (clusterFlag | linkMask)) === 0 || grid === from) return word;
  const link = word & linkMask ? linkBits(grid, wordLink(from, word)) : 0;
  const text = word & clusterFlag ? textWord(grid, wordText(from, word), widthOf(word)) : word & ~linkMask;
  return text | link;
}

/** Reports whether all cells of a grid mean the same in every other one. */
export function isPlain({ clusters, links }: Grid): boolean {
  return clusters.isEmpty && links.isEmpty;
}

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Copies part of a grid to (x, y) of another, clipped to both; wide characters cut by an edge go blank. */
export function blit(from: Grid, part: Rectangle, to: Grid, x: number, y: number): void {
  const left = Math.max(0, -part.x, -x);
  const right = Math.min(part.width, from.cols - part.x, to.cols - x);
  const top = Math.max(0, -part.y, -y);
  const bottom = Math.min(part.height, from.rows - part.y, to.rows - y);
  if (left >= right) return;
  for (let row = top; row < bottom; row++) {
    const start = cellIndex(from, part.x + left, part.y + row) * 4;
    const end = start + (right - left) * cellBytes;
    cutPair(to, x + left, y + row);
    cutPair(to, x + right, y + row);
    const first = cellIndex(to, x + left, y + row);
    from.bytes.copy(to.bytes, first * 4, start, end);
    const last = first + (right - left - 1) * cellWords;
    if (widthOf(to.data[first] as number) === 0) takeText(to.data, first);
    if (widthOf(to.data[last] as number) === 2) takeText(to.data, last);
    if (from !== to && !isPlain(from)) adoptCells(from, start / 4, to, first, last);
  }
}

/** Gives cells that were copied the numbers of their new grid. */
function adoptCells(from: Grid, start: number, to: Grid, first: number, last: number): void {
  // Until a cell has its own number, that of the other grid would keep a text that nothing shows.
  for (let at = first; at <= last; at += cellWords) to.data[at] = 0;
  for (let at = first; at <= last; at += cellWords) {
    const word = from.data[start + at - first] as number;
    const isCut = (at === first && widthOf(word) === 0) || (at === last && widthOf(word) === 2);
    to.data[at] = adoptWord(to, from, isCut ? blankText | (word & linkMask) : word);
  }
}

/** Blanks both halves of a wide character that lies across the left edge of column x. */
function cutPair(grid: Grid, x: number, y: number): void {
  const at = cellIndex(grid, x, y);
  if (x <= 0 || x >= grid.cols || widthOf(grid.data[at] as number) !== 0) return;
  takeText(grid.data, at - cellWords);
  takeText(grid.data, at);
}

/** Leaves a blank in the cell's style and link. */
function takeText(data: Uint32Array, at: number): void {
  data[at] = blankText | ((data[at] as number) & linkMask);
}

/** Makes a cell, given by the index of its first word, an unstyled blank. */
export function setBlank(data: Uint32Array, at: number): void {
  data[at] = blankText;
  data[at + 1] = 0;
  data[at + 2] = 0;
  data[at + 3] = 0;
}

/**
 * Gives the wide character at `at` its right half, in its style and link. Where its text came out as a blank there are
 * two blanks instead.
 */
export function completeWide(data: Uint32Array, at: number): void {
  const half = at + cellWords;
  const word = data[at] as number;
  const link = word & linkMask;
  const isBlank = (word & (codeMask | clusterFlag)) === 0x20;
  if (isBlank) takeText(data, at);
  data[half] = (isBlank ? blankText : rightHalf) | link;
  data.copyWithin(half + 1, at + 1, at + cellWords);
}

/** A row's text without trailing blanks. */
export function rowText(grid: Grid, y: number): string {
  let text = '';
  for (let x = 0; x < grid.cols; x++) text += cellText(grid, x, y);
  return text.trimEnd();
}

/** The text of all rows, without trailing blanks and blank rows at the end. */
export function gridToText(grid: Grid): string {
  const rows = Array.from({ length: grid.rows }, (_, y) => rowText(grid, y));
  return rows.join('\n').trimEnd();
}

/** The content of a terminal, and the modes that its program has set. */
export interface Screen {
  /** Replaced when the size changes. */
  grid: Grid;
  cursor: Cursor;
  modes: Modes;
  scroll: Scroll;
}

/** Scroll position of a view of a terminal, in lines. */
export interface Scroll {
  /** So far above the newest lines; 0 follows them as they come, `history` is the oldest kept. */
  readonly back: number;
  /** Lines there are above the newest screen; none in the alternate screen. */
  readonly history: number;
}

export interface Cursor {
  /** Cells from the top left corner, from 0; always within the grid. */
  readonly x: number;
  readonly y: number;
  readonly visible: boolean;
  readonly shape: CursorShape;
  readonly blink: boolean;
}

export const cursorShapes = ['block', 'underline', 'bar'] as const;
export type CursorShape = (typeof cursorShapes)[number];

/** Modes of a program for its input. */
export interface Modes {
  /** Arrow keys as `ESC O A` instead of `ESC [ A`. */
  readonly applicationCursor: boolean;
  readonly applicationKeypad: boolean;
  readonly bracketedPaste: boolean;
  readonly focusEvents: boolean;
  /** Which mouse events it wants, named as xterm does: presses, + releases, + drags, + moves. */
  readonly mouse: MouseMode;
  readonly mouseEncoding: MouseEncoding;
  /** Flags of the kitty keyboard protocol, 0–31; 0 for keys as terminals always sent them. */
  readonly keyboard: number;
  /** A full-screen program: the wheel is for it, not for our scrollback. */
  readonly alternateScreen: boolean;
}

export const mouseModes = ['none', 'x10', 'vt200', 'drag', 'any'] as const;
export type MouseMode = (typeof mouseModes)[number];
export const mouseEncodings = ['default', 'sgr', 'sgr-pixels'] as const;
export type MouseEncoding = (typeof mouseEncodings)[number];

export const initialCursor: Cursor = { x: 0, y: 0, visible: true, shape: 'block', blink: false };

export const initialModes: Modes = {
  applicationCursor: false,
  applicationKeypad: false,
  bracketedPaste: false,
  focusEvents: false,
  mouse: 'none',
  mouseEncoding: 'default',
  keyboard: 0,
  alternateScreen: false,
};

/** A blank screen. Of size 0 it says that nothing is known yet. */
export function createScreen(cols: number, rows: number): Screen {
  return {
    grid: createGrid(cols, rows),
    cursor: initialCursor,
    modes: initialModes,
    scroll: { back: 0, history: 0 },
  };
}
