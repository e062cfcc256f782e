import chalk from 'chalk';
import { Box, renderToString } from 'ink';
import { createElement, type ReactElement } from 'react';
import stringWidth from 'string-width';
import {
  Background,
  blit,
  ColorKind,
  cellIndex,
  cellWords,
  clearGrid,
  codeWord,
  colorMask,
  completeWide,
  createGrid,
  Foreground,
  type Grid,
  type Rectangle,
  setBlank,
  textWord,
  underlineShift,
} from '../terminal/screen.ts';
import type { Rect } from './layout.ts';
import { narrow } from './text.ts';

// Chalk would choose Ink's colours by this process's output, but frames go into memory; the compositor knows what the
// terminal can show.
chalk.level = 1;

/** A region that changes independently: a component that fills its rectangle, above all parts before it. */
export interface Part {
  readonly rect: Rect;
  /** Null leaves the rectangle blank. */
  readonly element: ReactElement | null;
  /** The element is a single cell, with which the rectangle is filled. */
  readonly isTile?: true;
}

/** The area of a worker's screen, or an overlay above all areas before it. */
export interface Area extends Rect {
  readonly id: string;
  readonly kind: 'pane' | 'overlay';
}

/** A whole screen: its parts and areas, from bottom to top. */
export interface Picture {
  readonly parts: readonly Part[];
  readonly areas: readonly Area[];
}

type Size = Pick<Rectangle, 'width' | 'height'>;

/** A part that Ink draws. */
interface Drawn extends Size {
  readonly element: ReactElement;
  /** Equal for parts that look the same. */
  readonly content: string;
}

/**
 * Draws the layout around the panes into a grid of cells. A part is drawn again only when its content has changed. The
 * cost of Ink grows with roots, elements and characters, so one short-lived root holds all changed parts. Components must
 * be pure functions of their properties, and these must be data. A component must fill the height of its rectangle
 * without a box, which would cost as much as the component.
 */
export class Chrome {
  #grid: Grid;
  #layers: readonly Area[] = [];
  /** Cells of all parts of the picture drawn last, by their content. */
  #cells: ReadonlyMap<string, Grid> = new Map();

  constructor(cols: number, rows: number) {
    this.#grid = createGrid(cols, rows);
  }

  /** Returns what was drawn last; another object after a resize. */
  get grid(): Grid {
    return this.#grid;
  }

  /** Returns where panes and overlays are in `grid`, bottom to top, clipped to it, without empty ones. */
  get layers(): readonly Area[] {
    return this.#layers;
  }

  /** Draws a picture into `grid` and `layers`. @throws what a component throws */
  draw({ parts, areas }: Picture): void {
    const drawn = parts.map(drawnOf);
    this.#cells = cellsOf(
      drawn.filter((part) => part !== null),
      this.#cells,
    );
    clearGrid(this.#grid);
    for (const [at, { rect, isTile }] of parts.entries()) {
      const cells = this.#cells.get(drawn[at]?.content ?? '');
      if (cells && !isTile) blit(cells, { ...rect, x: 0, y: 0 }, this.#grid, rect.x, rect.y);
      else fill(this.#grid, rect, cells);
    }
    this.#layers = areas
      .map((area) => ({ ...area, ...clipped(area, this.#grid) }))
      .filter(({ width, height }) => width > 0 && height > 0);
  }

  /** Replaces the grid by a blank one of another size. */
  resize(cols: number, rows: number): void {
    this.#grid = createGrid(cols, rows);
    this.#layers = [];
  }
}

function drawnOf({ rect, element, isTile }: Part): Drawn | null {
  if (!element) return null;
  const size = isTile ? { width: 1, height: 1 } : { width: rect.width, height: rect.height };
  return { ...size, element, content: contentOf(size, element) };
}

function contentOf({ width, height }: Size, { type, props }: ReactElement): string {
  return `${typeof type === 'string' ? type : type.name} ${width}×${height} ${JSON.stringify(props)}`;
}

/** Fills a rectangle with the only cell of another grid, or with blanks. */
function fill(grid: Grid, { x, y, width, height }: Rectangle, cell: Grid | undefined): void {
  const row = createGrid(width, 1);
  if (cell) for (let at = 0; at < row.data.length; at += cellWords) row.data.set(cell.data, at);
  for (let below = 0; below < height; below++)
    blit(row, { x: 0, y: 0, width, height: 1 }, grid, x, y + below);
}

/** Returns the cells of all parts by their content. Ink draws those that are not cached. */
function cellsOf(parts: readonly Drawn[], cached: ReadonlyMap<string, Grid>): Map<string, Grid> {
  const cells = new Map<string, Grid>();
  const missing = new Map<string, Drawn>();
  for (const part of parts) {
    const drawn = cached.get(part.content);
    if (drawn) cells.set(part.content, drawn);
    else missing.set(part.content, part);
  }
  const root = [...missing.values()];
  for (const [at, frame] of framesOf(root).entries()) {
    const { width, height, content } = root[at] as Drawn;
    const grid = createGrid(width, height);
    readFrame(frame, grid);
    cells.set(content, grid);
  }
  return cells;
}

/** Draws parts below each other in one root. */
function framesOf(parts: readonly Drawn[]): string[] {
  if (parts.length === 0) return [];
  const column = createElement(Box, { flexDirection: 'column' }, ...parts.map(({ element }) => element));
  const lines = renderToString(column, { columns: Math.max(...parts.map(({ width }) => width)) }).split('\n');
  return parts.map(({ height }) => lines.splice(0, height).join('\n'));
}

function clipped({ x, y, width, height }: Rectangle, { cols, rows }: Grid): Rectangle {
  const [left, top] = [Math.max(x, 0), Math.max(y, 0)];
  return {
    x: left,
    y: top,
    width: Math.min(x + width, cols) - left,
    height: Math.min(y + height, rows) - top,
  };
}

/** The words of a cell after its text word. */
type Style = [fg: number, bg: number, ext: number];

/** Matches a style, a run of narrow characters, or anything else with the character before it, which it may join. */
const pieces = new RegExp(
  `\\x1b\\[([\\d;]*)m|([${narrow}]+)(?=[${narrow}\\x1b]|$)|[${narrow}]?[^${narrow}\\x1b]+`,
  'g',
);
const segmenter = new Intl.Segmenter();

/**
 * Reads a frame of the layout engine into cells. Widths are those of the engine, so that borders never move.
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

/** Writes as much of the text as fits. @returns the column behind the text */
function writeNarrow(text: string, style: Style, grid: Grid, x: number, y: number): number {
  const end = Math.min(x + text.length, grid.cols);
  for (let at = x; at < end; at++) writeCell(grid, at, y, codeWord(text.charCodeAt(at - x), 1), style);
  return end;
}

/** Writes a cluster, or blanks where it does not fit. @returns the column behind it */
function writeCluster(cluster: string, style: Style, grid: Grid, x: number, y: number): number {
  const columns = stringWidth(cluster);
  // The layout engine gives it no column either.
  if (columns === 0) return x;
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

/** Applies one number of an SGR sequence. The layout engine writes no others. */
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

/** By SGR number: the word of the style, the bits to clear and the bits to set. */
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
