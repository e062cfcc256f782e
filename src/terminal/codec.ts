import {
  backgroundMask,
  blankText,
  type Cursor,
  cellIndex,
  cellWords,
  clearGrid,
  clusterFlag,
  codeMask,
  codeWord,
  completeWide,
  createGrid,
  createScreen,
  cursorShapes,
  extMask,
  foregroundMask,
  type Grid,
  linkBits,
  linkMask,
  linkShift,
  type Modes,
  mouseEncodings,
  mouseModes,
  type Screen,
  textWord,
  widthOf,
  widthShift,
  wordLink,
  wordText,
} from './screen.ts';

/**
 * An update: `kind u8 · cols u16 · rows u16 · cursor x u16 · y u16 · cursor flags u8 · modes u16 · back u32 ·
 * history u32 · rows`, each row `y u16` and its runs, to the end. Rows not named stay as they are, or blank in a
 * whole screen.
 */
const headerBytes = 20;
const Kind = { changes: 0, whole: 1 } as const;
/** More than any screen has; a larger one is a fault of the peer. */
const longestSide = 4096;
const mostCells = 1 << 22;

/** The sending side of a screen. It keeps no cells: the caller names the rows that have changed. */
export class ScreenEncoder {
  /** The screen that was sent last; null when the next update is to be whole. */
  #sent: Screen | null = null;

  /** Makes the next update whole. */
  restart(): void {
    this.#sent = null;
  }

  /**
   * Returns the changes since the last update; null when there are none. The other side is taken to have them then.
   * @param changed - rows that look different than at the last call
   */
  encode(screen: Screen, changed: readonly number[]): Buffer | null {
    const sent = this.#sent;
    const isWhole = sent?.grid !== screen.grid;
    if (!isWhole && changed.length === 0 && sameState(screen, sent)) return null;
    this.#sent = { ...screen };
    return encodeScreen(screen, isWhole ? null : changed);
  }
}

/** An update with some rows of a screen; without these a whole one. */
export function encodeScreen(screen: Screen, changed: readonly number[] | null = null): Buffer {
  const { grid } = screen;
  const { cols, rows } = grid;
  const named = changed ?? Array.from({ length: rows }, (_, y) => y).filter((y) => !isBlankRow(grid, y));
  const writer = new ByteWriter(headerBytes + named.length * (cols + 32));
  writer.u8(changed === null ? Kind.whole : Kind.changes);
  writer.u16(cols);
  writer.u16(rows);
  writer.u16(screen.cursor.x);
  writer.u16(screen.cursor.y);
  writer.u8(cursorFlags(screen.cursor));
  writer.u16(modeFlags(screen.modes));
  writer.u32(screen.scroll.back);
  writer.u32(screen.scroll.history);
  const links = new Set<number>();
  for (const y of named) {
    writer.u16(y);
    writeRow(writer, grid, y, links);
  }
  return writer.bytes();
}

function isBlankRow(grid: Grid, y: number): boolean {
  const end = cellIndex(grid, grid.cols, y);
  for (let at = cellIndex(grid, 0, y); at < end; at++)
    if (grid.data[at] !== (at % cellWords === 0 ? blankText : 0)) return false;
  return true;
}

/** A watcher's copy of a screen. */
export class ScreenCopy {
  /** The same object throughout; its grid is replaced when the size changes. */
  readonly screen: Screen = createScreen(0, 0);

  /** @throws RangeError on bytes that are no update of this screen; the copy is of no use after that */
  apply(bytes: Uint8Array): Screen {
    const reader = new ByteReader(bytes);
    const { screen } = this;
    const kind = reader.u8();
    const cols = reader.u16();
    const rows = reader.u16();
    if (cols > longestSide || rows > longestSide || cols * rows > mostCells)
      throw new RangeError(`screen of ${cols} by ${rows} cells`);
    const x = reader.u16();
    const y = reader.u16();
    if ((x > 0 && x >= cols) || (y > 0 && y >= rows)) throw new RangeError('cursor outside of the screen');
    const cursor = cursorOf(x, y, reader.u8());
    const modes = modesOf(reader.u16());
    const scroll = { back: reader.u32(), history: reader.u32() };
    if (scroll.back > scroll.history) throw new RangeError('scrolled beyond the oldest line');
    if (screen.grid.cols !== cols || screen.grid.rows !== rows) {
      if (kind !== Kind.whole) throw new RangeError('changes of a screen of another size');
      screen.grid = createGrid(cols, rows);
    } else if (kind === Kind.whole) clearGrid(screen.grid);
    const links = new Map<number, string>();
    while (!reader.isAtEnd) readRow(reader, screen.grid, reader.u16(), links);
    screen.cursor = cursor;
    screen.modes = modes;
    screen.scroll = scroll;
    return screen;
  }
}

function sameState(a: Screen, b: Screen): boolean {
  return (
    a.cursor.x === b.cursor.x &&
    a.cursor.y === b.cursor.y &&
    cursorFlags(a.cursor) === cursorFlags(b.cursor) &&
    modeFlags(a.modes) === modeFlags(b.modes) &&
    a.scroll.back === b.scroll.back &&
    a.scroll.history === b.scroll.history
  );
}

/** Bit 0 visible · 1 blinking · 2–3 shape. */
function cursorFlags({ visible, blink, shape }: Cursor): number {
  return bit(visible, 0) | bit(blink, 1) | (cursorShapes.indexOf(shape) << 2);
}

function cursorOf(x: number, y: number, flags: number): Cursor {
  return { x, y, visible: has(flags, 0), blink: has(flags, 1), shape: named(cursorShapes, flags >> 2) };
}

/** Bits 0–4 as listed · 5–7 mouse · 8–9 mouse encoding · 10–14 keyboard. */
function modeFlags(modes: Modes): number {
  return (
    bit(modes.applicationCursor, 0) |
    bit(modes.applicationKeypad, 1) |
    bit(modes.bracketedPaste, 2) |
    bit(modes.focusEvents, 3) |
    bit(modes.alternateScreen, 4) |
    (mouseModes.indexOf(modes.mouse) << 5) |
    (mouseEncodings.indexOf(modes.mouseEncoding) << 8) |
    (modes.keyboard << 10)
  );
}

function modesOf(flags: number): Modes {
  return {
    applicationCursor: has(flags, 0),
    applicationKeypad: has(flags, 1),
    bracketedPaste: has(flags, 2),
    focusEvents: has(flags, 3),
    alternateScreen: has(flags, 4),
    mouse: named(mouseModes, (flags >> 5) & 7),
    mouseEncoding: named(mouseEncodings, (flags >> 8) & 3),
    keyboard: (flags >> 10) & 31,
  };
}

function bit(on: boolean, at: number): number {
  return on ? 1 << at : 0;
}

function has(flags: number, at: number): boolean {
  return (flags & (1 << at)) !== 0;
}

function named<T>(names: readonly T[], at: number): T {
  const name = names[at];
  if (name === undefined) throw new RangeError('unknown flags in a screen update');
  return name;
}

/**
 * A row is its runs of one style and link: `columns u16 · styled u8 · words · link · cells`. Of the words fg, bg and
 * ext only those named by the bits 0–2 of `styled` follow, the others are zero. Bit 3 says that a link follows, as
 * `number u8`, and where the number is new to the update `bytes u16 · ASCII` of where it leads. A cell of width 1 is its code point in
 * UTF-8; what is more than that follows a control byte, as no cell holds one.
 */
const Control = {
  /** `count u8`: so many spaces. */
  spaces: 1,
  /** A code point of width 2. */
  wide: 2,
  /** `bytes u8 · UTF-8`: a cluster of width 1. */
  cluster: 3,
  wideCluster: 4,
} as const;

const isLinked = 8;
const space = 0x20 | (1 << widthShift);
/** Fewer spaces are shorter as they are. */
const fewestSpaces = 3;

/** @param links - numbers of links that the update has defined */
function writeRow(writer: ByteWriter, grid: Grid, y: number, links: Set<number>): void {
  const { data } = grid;
  const end = cellIndex(grid, grid.cols, y);
  let at = cellIndex(grid, 0, y);
  while (at < end) {
    const next = endOfRun(data, at, end);
    writer.u16((next - at) / cellWords);
    const styled = (data[at + 1] ? 1 : 0) | (data[at + 2] ? 2 : 0) | (data[at + 3] ? 4 : 0);
    const link = (data[at] as number) >>> linkShift;
    writer.u8(link ? styled | isLinked : styled);
    for (let word = 1; word < cellWords; word++) if (data[at + word]) writer.u32(data[at + word] as number);
    if (link) writeLink(writer, grid, data[at] as number, links);
    writeCells(writer, grid, at, next);
    at = next;
  }
}

function writeLink(writer: ByteWriter, grid: Grid, word: number, links: Set<number>): void {
  const number = word >>> linkShift;
  writer.u8(number);
  if (links.has(number)) return;
  links.add(number);
  const uri = wordLink(grid, word);
  writer.u16(uri.length);
  writer.utf8(uri);
}

function endOfRun(data: Uint32Array, start: number, end: number): number {
  const link = (data[start] as number) >>> linkShift;
  const fg = data[start + 1];
  const bg = data[start + 2];
  const ext = data[start + 3];
  let at = start + cellWords;
  while (
    at < end &&
    data[at + 1] === fg &&
    data[at + 2] === bg &&
    data[at + 3] === ext &&
    (data[at] as number) >>> linkShift === link
  )
    at += cellWords;
  return at;
}

function writeCells(writer: ByteWriter, grid: Grid, start: number, end: number): void {
  const { data } = grid;
  for (let at = start; at < end; ) {
    const word = (data[at] as number) & ~linkMask;
    const spaces = word === space ? countSpaces(data, at, end) : 0;
    if (spaces >= fewestSpaces) {
      writer.u8(Control.spaces);
      writer.u8(spaces);
      at += spaces * cellWords;
    } else {
      writeCell(writer, grid, word);
      at += cellWords;
    }
  }
}

function isSpace(word: number): boolean {
  return (word & ~linkMask) === space;
}

function countSpaces(data: Uint32Array, start: number, end: number): number {
  let count = 1;
  while (count < 255 && start + count * cellWords < end && isSpace(data[start + count * cellWords] as number))
    count++;
  return count;
}

function writeCell(writer: ByteWriter, grid: Grid, word: number): void {
  const width = widthOf(word);
  if (width === 0) return;
  if (word & clusterFlag) {
    const text = wordText(grid, word);
    writer.u8(width === 2 ? Control.wideCluster : Control.cluster);
    writer.u8(Buffer.byteLength(text));
    writer.utf8(text);
    return;
  }
  if (width === 2) writer.u8(Control.wide);
  const code = word & codeMask;
  if (code < 0x80) writer.u8(code);
  else writer.utf8(String.fromCodePoint(code));
}

/**
 * @param links - links by their numbers in this update
 * @throws RangeError when the bytes are no row of this grid
 */
function readRow(reader: ByteReader, grid: Grid, y: number, links: Map<number, string>): void {
  if (y >= grid.rows) throw new RangeError(`row ${y} of ${grid.rows}`);
  const end = cellIndex(grid, grid.cols, y);
  let at = cellIndex(grid, 0, y);
  while (at < end) {
    const next = at + reader.u16() * cellWords;
    if (next === at || next > end) throw new RangeError('run outside of its row');
    const styled = reader.u8();
    const fg = styled & 1 ? reader.u32() : 0;
    const bg = styled & 2 ? reader.u32() : 0;
    const ext = styled & 4 ? reader.u32() : 0;
    for (let cell = at; cell < next; cell += cellWords) {
      grid.data[cell + 1] = fg & foregroundMask;
      grid.data[cell + 2] = bg & backgroundMask;
      grid.data[cell + 3] = ext & extMask;
    }
    const uri = styled & isLinked ? readLink(reader, links) : '';
    const start = at;
    while (at < next) at = readCells(reader, grid, at, next);
    if (uri !== '') setLink(grid.data, start, next, linkBits(grid, uri));
  }
}

function readLink(reader: ByteReader, links: Map<number, string>): string {
  const number = reader.u8();
  const uri = links.get(number) ?? reader.utf8(reader.u16());
  links.set(number, uri);
  return uri;
}

function setLink(data: Uint32Array, start: number, end: number, bits: number): void {
  for (let at = start; at < end; at += cellWords) data[at] = (data[at] as number) | bits;
}

/** Reads one cell or several spaces; returns the index after them. */
function readCells(reader: ByteReader, grid: Grid, at: number, end: number): number {
  const { data } = grid;
  const lead = reader.u8();
  if (lead >= 0x20) {
    data[at] = codeWord(readCode(reader, lead), 1);
    return at + cellWords;
  }
  if (lead === Control.spaces) {
    const next = at + reader.u8() * cellWords;
    if (next > end) throw new RangeError('spaces outside of their run');
    for (let cell = at; cell < next; cell += cellWords) data[cell] = space;
    return next;
  }
  if (lead === Control.cluster) {
    data[at] = textWord(grid, reader.utf8(reader.u8()), 1);
    return at + cellWords;
  }
  if (lead !== Control.wide && lead !== Control.wideCluster) throw new RangeError('unknown kind of cell');
  const next = at + 2 * cellWords;
  if (next > end) throw new RangeError('half a wide character');
  data[at] =
    lead === Control.wide
      ? codeWord(readCode(reader, reader.u8()), 2)
      : textWord(grid, reader.utf8(reader.u8()), 2);
  completeWide(data, at);
  return next;
}

/** The rest of a code point in UTF-8. Invalid ones come out as something unprintable, hence blank. */
function readCode(reader: ByteReader, lead: number): number {
  if (lead < 0x80) return lead;
  if (lead < 0xc0) throw new RangeError('no UTF-8');
  let code = lead < 0xe0 ? lead & 0x1f : lead < 0xf0 ? lead & 0x0f : lead & 0x07;
  for (let rest = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3; rest > 0; rest--)
    code = (code << 6) | (reader.u8() & 0x3f);
  return code;
}

/** Bytes put one after the other, numbers big-endian. */
class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(expectedBytes: number) {
    this.#buffer = Buffer.allocUnsafe(expectedBytes);
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  u16(value: number): void {
    this.#reserve(2);
    this.#length = this.#buffer.writeUInt16BE(value, this.#length);
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32BE(value, this.#length);
  }

  utf8(text: string): void {
    this.#reserve(text.length * 3);
    this.#length += this.#buffer.write(text, this.#length, 'utf8');
  }

  /** Returns the written bytes; the writer is not used after that. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe((this.#length + bytes) * 2);
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** Reads what a ByteWriter wrote. Every read beyond the end throws a RangeError. */
class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  u8(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw new RangeError('screen update ends too early');
    this.#at++;
    return value;
  }

  u16(): number {
    const value = this.#bytes.readUInt16BE(this.#at);
    this.#at += 2;
    return value;
  }

  u32(): number {
    const value = this.#bytes.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  /** Text of a known length in bytes. */
  utf8(bytes: number): string {
    if (this.#at + bytes > this.#bytes.length) throw new RangeError('screen update ends too early');
    this.#at += bytes;
    return this.#bytes.toString('utf8', this.#at - bytes, this.#at);
  }
}
