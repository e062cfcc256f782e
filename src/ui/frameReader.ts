import stringWidth from 'string-width';
import { narrow } from '../room/text/cells.ts';
import {
  Background,
  ColorKind,
  cellIndex,
  cellWords,
  codeWord,
  colorMask,
  completeWide,
  Foreground,
  type Grid,
  setBlank,
  textWord,
  underlineShift,
} from '../terminal/screen.ts';

/** The words of a cell behind its text: fg, bg and ext. */
type Style = [fg: number, bg: number, ext: number];

/** A style, a run of narrow characters, or anything else with the character before it, which it may join. */
const pieces = new RegExp(
  `\\x1b\\[([\\d;]*)m|([${narrow}]+)(?=[${narrow}\\x1b]|$)|[${narrow}]?[^${narrow}\\x1b]+`,
  'g',
);
const segmenter = new Intl.Segmenter();

/**
 * Puts a frame of the layout engine into cells, by the engine's own measure: what it laid out as two columns is two
 * columns here, whatever other programs think of a character, so that borders never move.
 */
export function readFrame(frame: string, grid: Grid): void {
  const lines = frame.split('\n', grid.rows);
  for (let y = 0; y < grid.rows; y++) readLine(lines[y] ?? '', grid, y);
}

function readLine(line: string, grid: Grid, y: number): void {
  const style: Style = [0, 0, 0];
  let x = 0;
  for (const [piece, codes, plain] of line.matchAll(pieces)) {
    if (codes !== undefined) for (const code of codes.split(';')) setStyle(style, Number(code));
    else if (plain !== undefined) x = writeNarrow(plain, style, grid, x, y);
    else for (const { segment } of segmenter.segment(piece)) x = writeCluster(segment, style, grid, x, y);
  }
  for (; x < grid.cols; x++) setBlank(grid.data, cellIndex(grid, x, y));
}

/** @returns the column behind the text, of which only what fits is written */
function writeNarrow(text: string, style: Style, grid: Grid, x: number, y: number): number {
  const end = Math.min(x + text.length, grid.cols);
  for (let at = x; at < end; at++) writeCell(grid, at, y, codeWord(text.charCodeAt(at - x), 1), style);
  return end;
}

/** @returns the column behind the cluster; what does not fit is left out, and the room it had is blank */
function writeCluster(cluster: string, style: Style, grid: Grid, x: number, y: number): number {
  const columns = Math.max(1, stringWidth(cluster));
  const end = Math.min(x + columns, grid.cols);
  for (let column = x; column < end; column++) writeCell(grid, column, y, codeWord(0x20, 1), style);
  if (x >= grid.cols || columns > end - x) return end;
  const code = cluster.codePointAt(0) ?? 0x20;
  const isSingle = cluster.length === (code > 0xffff ? 2 : 1);
  const width = columns === 2 ? 2 : 1;
  writeCell(grid, x, y, isSingle ? codeWord(code, width) : textWord(grid, cluster, width), style);
  if (width === 2) completeWide(grid.data, cellIndex(grid, x, y));
  return end;
}

function writeCell({ data, cols }: Grid, x: number, y: number, word: number, style: Style): void {
  const at = (y * cols + x) * cellWords;
  data[at] = word;
  data[at + 1] = style[0];
  data[at + 2] = style[1];
  data[at + 3] = style[2];
}

/** One number of an SGR sequence; the layout engine is only ever asked for these. */
function setStyle(style: Style, code: number): void {
  if (code === 0) style.fill(0);
  else if (code >= 30 && code <= 37) setBits(style, 0, colorMask, ColorKind.ansi | (code - 30));
  else if (code >= 90 && code <= 97) setBits(style, 0, colorMask, ColorKind.ansi | (code - 82));
  else if (code >= 40 && code <= 47) setBits(style, 1, colorMask, ColorKind.ansi | (code - 40));
  else if (code >= 100 && code <= 107) setBits(style, 1, colorMask, ColorKind.ansi | (code - 92));
  else for (const [word, mask, bits] of attributes[code] ?? []) setBits(style, word, mask, bits);
}

function setBits(style: Style, word: 0 | 1 | 2, mask: number, bits: number): void {
  style[word] = (style[word] & ~mask) | bits;
}

const { bold, inverse } = Foreground;
const { dim, italic } = Background;
const underlined = 1 << underlineShift;

/** Which bits of which word a number clears and then sets. */
const attributes: Readonly<Record<number, readonly (readonly [0 | 1 | 2, number, number])[]>> = {
  1: [[0, bold, bold]],
  2: [[1, dim, dim]],
  3: [[1, italic, italic]],
  4: [[2, underlined, underlined]],
  7: [[0, inverse, inverse]],
  22: [
    [0, bold, 0],
    [1, dim, 0],
  ],
  23: [[1, italic, 0]],
  24: [[2, underlined, 0]],
  27: [[0, inverse, 0]],
  39: [[0, colorMask, 0]],
  49: [[1, colorMask, 0]],
};
