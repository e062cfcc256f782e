import type { Terminal } from '@xterm/headless';
import {
  backgroundMask,
  blankText,
  ColorKind,
  cellWords,
  clusterFlag,
  codeMask,
  colorKindMask,
  colorMask,
  colorValueMask,
  extMask,
  foregroundMask,
  underlineShift,
  widthOf,
} from './cell.ts';
import type { Link, SetLink } from './links.ts';
import type { ReadLines } from './readLines.ts';
import {
  cellIndex,
  codeWord,
  completeWide,
  createGrid,
  type Grid,
  linkBits,
  setBlank,
  textWord,
} from './screen.ts';

/** Private parts of @xterm/headless 6.0.0; only asciiPrinter.ts and wholeScreen.ts touch others, and access.ts checks that they fit. */
interface PrivateTerminal {
  readonly _core: {
    readonly buffer: { readonly lines: { get(line: number): PrivateLine | undefined } };
    readonly _inputHandler: { readonly _curAttrData: Pen };
    registerCsiHandler(id: SequenceId, handler: (params: LiveParams) => boolean): unknown;
  };
}

/** Its cells share our layout but for the bits masked below: it is where the layout comes from. */
interface PrivateLine {
  readonly length: number;
  /** Three words per cell: text, fg, bg. */
  readonly _data: Uint32Array;
  readonly _combined: Readonly<Record<number, string>>;
  readonly _extendedAttrs: Readonly<
    Record<number, { readonly _ext: number; readonly _urlId?: LinkId } | undefined>
  >;
}

/** The terminal has numbers here, and merely hands them on; 0 is none. */
type LinkId = 0 | Link;

/** Style of what is printed next; cells keep its extended part, which is therefore never changed. */
interface Pen {
  extended: { clone(): Pen['extended']; _urlId: LinkId };
  updateExtended(): void;
}

/** A style of its own. */
export interface Attributes {
  readonly fg: number;
  readonly bg: number;
  readonly extended: { readonly _ext: number; readonly _urlId?: LinkId };
}

export interface SequenceId {
  readonly prefix?: string;
  readonly final: string;
}

/** A sequence's parameters as all its handlers will see them. */
interface LiveParams {
  readonly params: Int32Array;
}

const lineWords = 3;
/** In the fg word; the same bit of the bg word says that more about it is kept apart. */
const isUnderlined = 0x10000000;
const isExtended = isUnderlined;
/** What SGR 59 leaves in place of a colour; white cannot be told from it. */
const noUnderlineColor = 0x3ffffff;

/** Straight from the terminal's memory. */
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
    const code = content & (codeMask | clusterFlag);
    const width = widthOf(content);
    const isWide = width === 2 && x + 1 < cols && widthOf(from[(x + 1) * lineWords] as number) === 0;
    if (width === 1 && code >= 0x20 && code < 0x7f) data[to] = content;
    else if (code === 0 || (width !== 1 && !isWide)) data[to] = blankText;
    else if (code & clusterFlag) data[to] = textWord(line._combined[x] ?? ' ', isWide ? 2 : 1);
    else data[to] = codeWord(code, isWide ? 2 : 1);
    data[to + 1] = plainColor(fg) | (fg & foregroundMask & ~colorMask);
    data[to + 2] = plainColor(bg) | (bg & backgroundMask & ~colorMask);
    data[to + 3] = (fg | bg) & isUnderlined ? underline(line, x, fg, bg) : 0;
    if (bg & isExtended) data[to] = (data[to] as number) | linkAt(line, x);
    if (!isWide) continue;
    completeWide(data, to);
    x++;
    to += cellWords;
  }
}

/** The colour without what an earlier one of another kind left in bits that no longer count. */
function plainColor(word: number): number {
  const kind = word & colorKindMask;
  if (kind === ColorKind.standard) return 0;
  return kind | (word & (kind === ColorKind.rgb ? colorValueMask : 0xff));
}

/** As `isUnderline` sees it: either of the two places suffices. */
function underline(line: PrivateLine, x: number, fg: number, bg: number): number {
  const ext = bg & isExtended ? (line._extendedAttrs[x]?._ext ?? 0) : 0;
  const single = fg & isUnderlined ? 1 << underlineShift : 0;
  const style = ext & extMask & ~colorMask || single;
  const color = ext & colorMask;
  return style === 0 || color === noUnderlineColor ? style : style | plainColor(color);
}

/** A style apart from any cell, such as that of the next character, as the words of a cell tell it. */
export function readStyle({ fg, bg, extended }: Attributes): [fg: number, bg: number, ext: number] {
  const grid = createGrid(1, 1);
  const line = { length: 1, _data: new Uint32Array([0, fg, bg]), _combined: {}, _extendedAttrs: [extended] };
  readLine(line, 1, grid, 0);
  return [grid.data[1] as number, grid.data[2] as number, grid.data[3] as number];
}

function linkAt(line: PrivateLine, x: number): number {
  const link = line._extendedAttrs[x]?._urlId;
  return link && link.uri !== null ? linkBits(link.uri) : 0;
}

export const linkPrivately: SetLink = (terminal, link) => {
  const { _curAttrData: pen } = (terminal as unknown as PrivateTerminal)._core._inputHandler;
  pen.extended = pen.extended.clone();
  pen.extended._urlId = link ?? 0;
  pen.updateExtended();
};

/** Lets `amend` change the first parameter of a sequence before the terminal acts on it. */
export function amendPrivately(terminal: Terminal, id: SequenceId, amend: (first: number) => number): void {
  (terminal as unknown as PrivateTerminal)._core.registerCsiHandler(id, ({ params }) => {
    params[0] = amend(params[0] ?? 0);
    return false;
  });
}
