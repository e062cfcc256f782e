import {
  backgroundMask,
  cellWords,
  clusterFlag,
  codeMask,
  extMask,
  foregroundMask,
  linkMask,
  linkShift,
  widthOf,
  widthShift,
} from '../domain/cell.ts';
import {
  cellIndex,
  codeWord,
  completeWide,
  type Grid,
  linkBits,
  textWord,
  wordLink,
  wordText,
} from '../domain/grid.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

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

/** @param links - numbers of links that the update has told */
export function writeRow(writer: ByteWriter, grid: Grid, y: number, links: Set<number>): void {
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
    if (link) writeLink(writer, data[at] as number, links);
    writeCells(writer, data, at, next);
    at = next;
  }
}

function writeLink(writer: ByteWriter, word: number, links: Set<number>): void {
  const number = word >>> linkShift;
  writer.u8(number);
  if (links.has(number)) return;
  links.add(number);
  const uri = wordLink(word);
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

function writeCells(writer: ByteWriter, data: Uint32Array, start: number, end: number): void {
  for (let at = start; at < end; ) {
    const word = (data[at] as number) & ~linkMask;
    const spaces = word === space ? countSpaces(data, at, end) : 0;
    if (spaces >= fewestSpaces) {
      writer.u8(Control.spaces);
      writer.u8(spaces);
      at += spaces * cellWords;
    } else {
      writeCell(writer, word);
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

function writeCell(writer: ByteWriter, word: number): void {
  const width = widthOf(word);
  if (width === 0) return;
  if (word & clusterFlag) {
    const text = wordText(word);
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
export function readRow(reader: ByteReader, grid: Grid, y: number, links: Map<number, string>): void {
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
    while (at < next) at = readCells(reader, grid.data, at, next);
    if (uri !== '') setLink(grid.data, start, next, linkBits(uri));
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

/** Reads one cell, or several spaces; gives back the index after them. */
function readCells(reader: ByteReader, data: Uint32Array, at: number, end: number): number {
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
    data[at] = textWord(reader.utf8(reader.u8()), 1);
    return at + cellWords;
  }
  if (lead !== Control.wide && lead !== Control.wideCluster) throw new RangeError('unknown kind of cell');
  const next = at + 2 * cellWords;
  if (next > end) throw new RangeError('half a wide character');
  data[at] =
    lead === Control.wide
      ? codeWord(readCode(reader, reader.u8()), 2)
      : textWord(reader.utf8(reader.u8()), 2);
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
