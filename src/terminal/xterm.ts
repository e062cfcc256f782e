// Has to be the first import; see there.
import './unpooled.ts';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import xterm, { type IUnicodeVersionProvider, type Terminal } from '@xterm/headless';
import { dropHidden } from './hidden.ts';
import { shareBlocks, writeLines } from './lineMemory.ts';
import {
  backgroundMask,
  blankText,
  ColorKind,
  cellIndex,
  cellWords,
  clusterFlag,
  codeMask,
  codeWord,
  colorKindMask,
  colorMask,
  colorValueMask,
  createGrid,
  extMask,
  foregroundMask,
  type Grid,
  isPrintable,
  linkBits,
  linkMask,
  longestCluster,
  printableText,
  rightHalf,
  textWord,
  underlineShift,
  widthOf,
  widthShift,
} from './screen.ts';
import { restorePool } from './unpooled.ts';

/**
 * The one door to @xterm/headless: what we want of a terminal that its public interface does slowly or not at all. All
 * private parts that we touch are named here and in `lineMemory.ts`. They are those of 6.0.0, which is pinned; the tests
 * compare what they tell with the public interface, so that another version that does not fit fails there.
 */
interface PrivateParts {
  readonly buffer: PrivateBuffer;
  readonly _inputHandler: InputHandler;
  readonly _charsetService: { readonly glevel: number; readonly _charsets: readonly Charset[] };
  readonly unicodeService: { charProperties(code: number, preceding: number): number };
  registerCsiHandler(id: SequenceId, handler: (params: LiveParams) => boolean): unknown;
}

interface PrivateBuffer {
  readonly lines: { get(line: number): PrivateLine | undefined };
  x: number;
  readonly y: number;
  readonly ybase: number;
  readonly scrollTop: number;
  readonly scrollBottom: number;
  readonly tabs: Readonly<Record<number, boolean>>;
  readonly savedX: number;
  readonly savedY: number;
  readonly savedCurAttrData: Attributes;
}

/** Its cells share our layout but for the bits masked below: it is where the layout comes from. */
interface PrivateLine {
  readonly length: number;
  /** Three words per cell: text, fg, bg. */
  readonly _data: Uint32Array;
  readonly _combined: Readonly<Record<number, string>>;
  readonly _extendedAttrs: Readonly<Record<number, Attributes['extended'] | undefined>>;
}

/** Acts on what the parser has read. */
interface InputHandler {
  /** Gets runs of printable code points. */
  print: Print;
  readonly _activeBuffer: PrivateBuffer;
  readonly _curAttrData: Pen;
  readonly _charsetService: { readonly charset: unknown };
  readonly _coreService: { readonly modes: { readonly insertMode: boolean } };
  readonly _bufferService: { readonly cols: number };
  readonly _dirtyRowTracker: { markDirty(y: number): void };
  readonly _parser: {
    readonly currentState: number;
    /** Properties of the character before, which the next one may join. */
    precedingJoinState: number;
  };
  readonly _utf8Decoder: { readonly interim: Uint8Array };
}

type Print = (codes: Uint32Array, start: number, end: number) => void;

/** Replacements of characters; undefined for ASCII. */
type Charset = Readonly<Record<string, string>> | undefined;

/** The link that several cells share. */
export interface Hyperlink {
  /** Null once so many others came after it that it is forgotten: its text is plain then. */
  uri: string | null;
}

/** The terminal has numbers here, and merely hands them on; 0 is none. */
type LinkId = 0 | Hyperlink;

/** A style of its own. */
export interface Attributes {
  readonly fg: number;
  readonly bg: number;
  readonly extended: { readonly _ext: number; readonly _urlId?: LinkId };
}

/** Style of what is printed next; cells keep its extended part, which is therefore never changed. */
interface Pen {
  readonly fg: number;
  readonly bg: number;
  extended: { readonly _ext: number; _urlId: LinkId; clone(): Pen['extended'] };
  updateExtended(): void;
}

interface SequenceId {
  readonly prefix?: string;
  readonly final: string;
}

/** A sequence's parameters as all its handlers will see them. */
interface LiveParams {
  readonly params: Int32Array;
}

const lineWords = 3;

function privateParts(terminal: Terminal): PrivateParts {
  return (terminal as unknown as { readonly _core: PrivateParts })._core;
}

export interface TerminalOptions {
  readonly cols: number;
  readonly rows: number;
  /** Lines above the screen. */
  readonly scrollback: number;
  readonly convertEol: boolean;
}

/** Makes a terminal that measures text as we do. */
export function openTerminal(options: TerminalOptions): Terminal {
  const terminal = new xterm.Terminal({
    ...{ ...options, allowProposedApi: true, logLevel: 'off' },
    // Programs such as vim and tmux put the title away and take it out again; ten at most.
    windowOptions: { pushTitle: true, popTitle: true },
  });
  measureByGraphemes(terminal);
  const { _inputHandler: handler } = privateParts(terminal);
  handler.print = dropHidden(handler, handler.print.bind(handler));
  shareBlocks(terminal);
  return terminal;
}

/** Parses before it returns. @throws what the terminal throws; it is of no use after that */
export function writeNow(terminal: Terminal, bytes: Uint8Array | string): void {
  let isParsed = false;
  // After input, the next write is parsed at once instead of on a timer.
  terminal.input('');
  writeLines(terminal, () =>
    terminal.write(bytes, () => {
      isParsed = true;
    }),
  );
  if (!isParsed) throw new Error('the terminal has stopped parsing');
}

/** In the fg word; the same bit of the bg word says that more about it is kept apart. */
const isUnderlined = 0x10000000;
const isExtended = isUnderlined;
/** The value of SGR 59 in place of a colour; white has the same. */
const noUnderlineColor = 0x3ffffff;

/**
 * Fills all rows of a grid from lines of a terminal's active buffer, line `first` and on; 0 is the oldest line. Cells
 * the terminal does not have go blank.
 * @param changed - gets the rows that look different now
 */
export function readLines(terminal: Terminal, first: number, grid: Grid, changed?: number[]): void {
  const { lines } = privateParts(terminal).buffer;
  for (let y = 0; y < grid.rows; y++) {
    const line = lines.get(first + y);
    const known = line ? Math.min(line.length, grid.cols) : 0;
    let difference = line ? readLine(line, known, grid, y) : 0;
    for (let x = known; x < grid.cols; x++)
      difference |= readCell(grid.data, cellIndex(grid, x, y), blankText, 0, 0, 0);
    if (difference !== 0) changed?.push(y);
  }
}

/** Returns 0 when no cell has changed. */
function readLine(line: PrivateLine, cols: number, grid: Grid, y: number): number {
  const from = line._data;
  const { data } = grid;
  let difference = 0;
  let to = cellIndex(grid, 0, y);
  for (let x = 0; x < cols; x++, to += cellWords) {
    const content = from[x * lineWords] as number;
    const fg = from[x * lineWords + 1] as number;
    const bg = from[x * lineWords + 2] as number;
    const code = content & (codeMask | clusterFlag);
    const width = widthOf(content);
    const isWide = width === 2 && x + 1 < cols && widthOf(from[(x + 1) * lineWords] as number) === 0;
    let text: number;
    if (width === 1 && code >= 0x20 && code < 0x7f) text = content;
    else if (code === 0 || (width !== 1 && !isWide)) text = blankText;
    else if (code & clusterFlag) text = textWord(grid, line._combined[x] ?? ' ', isWide ? 2 : 1);
    else text = codeWord(code, isWide ? 2 : 1);
    if (bg & isExtended) text |= linkAt(grid, line, x);
    const wordFg = plainColor(fg) | (fg & foregroundMask & ~colorMask);
    const wordBg = plainColor(bg) | (bg & backgroundMask & ~colorMask);
    const ext = (fg | bg) & isUnderlined ? underline(line, x, fg, bg) : 0;
    if (isWide) {
      difference |= readWide(data, to, text, wordFg, wordBg, ext);
      x++;
      to += cellWords;
      continue;
    }
    difference |= readCell(data, to, text, wordFg, wordBg, ext);
  }
  return difference;
}

/** As `readLine` for a wide character and its half. Where its text came out as a blank there are two blanks instead. */
function readWide(data: Uint32Array, at: number, text: number, fg: number, bg: number, ext: number): number {
  const isBlank = (text & (codeMask | clusterFlag)) === 0x20;
  const link = text & linkMask;
  return (
    readCell(data, at, isBlank ? blankText | link : text, fg, bg, ext) |
    readCell(data, at + cellWords, (isBlank ? blankText : rightHalf) | link, fg, bg, ext)
  );
}

function readCell(data: Uint32Array, at: number, text: number, fg: number, bg: number, ext: number): number {
  const difference =
    ((data[at] as number) ^ text) |
    ((data[at + 1] as number) ^ fg) |
    ((data[at + 2] as number) ^ bg) |
    ((data[at + 3] as number) ^ ext);
  data[at] = text;
  data[at + 1] = fg;
  data[at + 2] = bg;
  data[at + 3] = ext;
  return difference;
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

function linkAt(grid: Grid, line: PrivateLine, x: number): number {
  const link = line._extendedAttrs[x]?._urlId;
  return link && link.uri !== null ? linkBits(grid, link.uri) : 0;
}

/** Makes what is printed from now on belong to a link, or to none. */
export function setLink(terminal: Terminal, link: Hyperlink | null): void {
  const { _curAttrData: pen } = privateParts(terminal)._inputHandler;
  pen.extended = pen.extended.clone();
  pen.extended._urlId = link ?? 0;
  pen.updateExtended();
}

/** Lets `amend` change the first parameter of a sequence before the terminal acts on it. */
export function amend(terminal: Terminal, id: SequenceId, amend: (first: number) => number): void {
  privateParts(terminal).registerCsiHandler(id, ({ params }) => {
    params[0] = amend(params[0] ?? 0);
    return false;
  });
}

/** Settings of a program that the public interface does not expose; see `serializeScreen`. */
export interface ProgramState {
  /** The bytes so far end in the middle of a sequence or a character. */
  readonly isWithin: boolean;
  readonly buffer: Omit<PrivateBuffer, 'lines'>;
  readonly charsets: readonly Charset[];
  readonly shiftedTo: number;
  readonly pen: Attributes;
}

/** Returns the state with which a terminal parses its next bytes. */
export function programState(terminal: Terminal): ProgramState {
  const { buffer, _charsetService: charsets, _inputHandler: handler } = privateParts(terminal);
  return {
    isWithin: handler._parser.currentState !== 0 || handler._utf8Decoder.interim[0] !== 0,
    buffer,
    charsets: charsets._charsets,
    shiftedTo: charsets.glevel,
    pen: handler._curAttrData,
  };
}

/** The text of one row of a terminal: safe to print, blanks up to its right edge included. */
export interface RowText {
  /** In Unicode's composed form. */
  readonly text: string;
  /** The column of each code unit; null where a code unit is a column. */
  readonly columns: ArrayLike<number> | null;
}

/** A row in ASCII. A terminal has fewer columns than this. */
const ascii = Buffer.alloc(1024);

/** Reads a line of the active buffer; 0 is the oldest. Of one the terminal does not have the text is blank. */
export function readRowText(terminal: Terminal, index: number): RowText {
  const { cols } = terminal;
  const line = privateParts(terminal).buffer.lines.get(index);
  if (!line) return { text: ' '.repeat(cols), columns: null };
  const { _data: words } = line;
  for (let x = 0; x < cols; x++) {
    const word = x < line.length ? (words[x * lineWords] as number) : blankText;
    const code = word & codeMask;
    if (widthOf(word) !== 1 || word & clusterFlag || code > 0x7e) return readCells(line, cols);
    ascii[x] = code || 0x20;
  }
  return { text: ascii.toString('latin1', 0, cols), columns: null };
}

function readCells({ length, _data: words, _combined: clusters }: PrivateLine, cols: number): RowText {
  const columns: number[] = [];
  let text = '';
  for (let x = 0; x < cols; x++) {
    const word = x < length ? (words[x * lineWords] as number) : blankText;
    const isWide = widthOf(word) === 2;
    const isWhole =
      isWide && x + 1 < cols ? widthOf(words[(x + 1) * lineWords] as number) === 0 : widthOf(word) === 1;
    const cell = isWhole ? cellText(word, clusters[x]) : ' ';
    for (let unit = 0; unit < cell.length; unit++) columns.push(x);
    text += cell;
    // A blank in place of a wide character is two blanks.
    if (isWide && isWhole && cell !== ' ') x++;
  }
  return { text, columns };
}

function cellText(word: number, cluster: string | undefined): string {
  if (word & clusterFlag) return printableText(cluster ?? ' ').normalize();
  const code = word & codeMask;
  return isPrintable(code) ? String.fromCodePoint(code) : ' ';
}

const narrow = 1 << widthShift;
/**
 * Makes a terminal print runs of ASCII, most of what programs print, twice as fast: they are neither measured nor
 * joined, and go straight into the line. Whatever is not quite as simple is left to the terminal.
 */
export function printAsciiFast(terminal: Terminal): void {
  const { _inputHandler: handler, unicodeService } = privateParts(terminal);
  const print: Print = handler.print.bind(handler);
  const plain = unicodeService.charProperties(0x20, 0);

  /** Reports whether the next character goes to the cursor's cell and changes no other. */
  const isUnbound = () => {
    const { _activeBuffer: buffer, _parser: parser } = handler;
    const state = parser.precedingJoinState;
    if ((state !== plain && state !== 0) || buffer.x >= handler._bufferService.cols) return false;
    const words = buffer.lines.get(buffer.ybase + buffer.y)?._data;
    return (
      words !== undefined && (buffer.x === 0 || widthOf(words[(buffer.x - 1) * lineWords] as number) !== 2)
    );
  };

  /** Prints at least one code point. Returns the index after the last one. */
  const printAscii = (codes: Uint32Array, start: number, end: number): number => {
    const { _activeBuffer: buffer, _curAttrData: style } = handler;
    const words = buffer.lines.get(buffer.ybase + buffer.y)?._data ?? new Uint32Array();
    const last = Math.min(end, start + handler._bufferService.cols - buffer.x);
    const { fg, bg } = style;
    let to = buffer.x * lineWords;
    for (let at = start; at < last; at++, to += lineWords) {
      words[to] = (codes[at] as number) | narrow;
      words[to + 1] = fg;
      words[to + 2] = bg;
    }
    buffer.x += last - start;
    if (buffer.x < handler._bufferService.cols && words[to] === 0) {
      // The right half of a wide character whose left half is gone.
      words[to] = narrow;
      words[to + 1] = fg;
      words[to + 2] = bg;
    }
    handler._parser.precedingJoinState = unicodeService.charProperties(codes[last - 1] as number, plain);
    handler._dirtyRowTracker.markDirty(buffer.y);
    return last;
  };

  handler.print = (codes, start, end) => {
    const isSimple =
      !handler._charsetService.charset &&
      !handler._coreService.modes.insertMode &&
      (handler._curAttrData.bg & isExtended) === 0;
    if (!isSimple) return print(codes, start, end);
    for (let at = start; at < end; ) {
      const next = endOfAscii(codes, at, end);
      if (next > at && isUnbound()) {
        at = printAscii(codes, at, next);
        continue;
      }
      // With one ASCII character, which may still join what is before it.
      const slow = next > at ? at + 1 : Math.min(end, startOfAscii(codes, at, end) + 1);
      print(codes, at, slow);
      at = slow;
    }
  };
}

function endOfAscii(codes: Uint32Array, start: number, end: number): number {
  let at = start;
  while (at < end && isAscii(codes[at] as number)) at++;
  return at;
}

function startOfAscii(codes: Uint32Array, start: number, end: number): number {
  let at = start;
  while (at < end && !isAscii(codes[at] as number)) at++;
  return at;
}

/** Del is none of them: it has no width of its own. */
function isAscii(code: number): boolean {
  return code >= 0x20 && code < 0x7f;
}

// The addon has read its tables.
restorePool();

/** Bit of a character's properties: it joins the cell of the one before. */
const joins = 1;

/**
 * Makes a terminal measure text by grapheme clusters of at most `longestCluster` code points. Without the
 * limit a program that prints nothing but combining marks grows one cell until memory runs out.
 */
export function measureByGraphemes(terminal: Terminal): void {
  new UnicodeGraphemesAddon().activate({
    unicode: {
      versions: [],
      activeVersion: '',
      register: (provider: IUnicodeVersionProvider) => terminal.unicode.register(limited(provider)),
    },
  } as unknown as Parameters<InstanceType<typeof UnicodeGraphemesAddon>['activate']>[0]);
  terminal.unicode.activeVersion = '15-graphemes';
}

function limited(provider: IUnicodeVersionProvider): IUnicodeVersionProvider {
  let joined = 0;
  return {
    version: provider.version,
    wcwidth: (code) => provider.wcwidth(code),
    charProperties(code, preceding) {
      const properties = provider.charProperties(code, preceding);
      if ((properties & joins) === 0) joined = 0;
      else if (++joined >= longestCluster) {
        joined = 0;
        return provider.charProperties(code, 0);
      }
      return properties;
    },
  };
}
