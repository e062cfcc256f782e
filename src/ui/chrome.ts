import chalk from 'chalk';
import { Box, renderToString } from 'ink';
import { createElement, type ReactElement } from 'react';
import { blit, cellWords, clearGrid, createGrid, type Grid, type Rectangle } from '../terminal/screen.ts';
import { readFrame } from './frameReader.ts';
import type { Area, Part, Picture } from './room.tsx';

// Ink's colours would depend on what chalk thinks of this process's output, while frames go into memory: what the
// terminal can show is for the compositor to know.
chalk.level = 1;

type Size = Pick<Rectangle, 'width' | 'height'>;

/** A part that Ink draws. */
interface Drawn extends Size {
  readonly element: ReactElement;
  /** Equal for those that look the same. */
  readonly content: string;
}

/**
 * The layout around the panes as a grid of cells. A part of a picture is drawn again only when its content has changed:
 * Ink's cost goes with roots, elements and characters: one root holds all changed parts, and lives as long as it takes to
 * draw them. Components must be pure functions of their properties, and those be data; each is as high as its rectangle
 * without being told so, because a box around it would cost as much as itself.
 */
export class Chrome {
  #grid: Grid;
  #layers: readonly Area[] = [];
  /** Cells of all parts of the picture drawn last, by their content. */
  #cells: ReadonlyMap<string, Grid> = new Map();

  constructor(cols: number, rows: number) {
    this.#grid = createGrid(cols, rows);
  }

  /** What was drawn last; another object after a resize. */
  get grid(): Grid {
    return this.#grid;
  }

  /** Where panes and overlays lie in `grid`, bottom to top, cut to it; empty ones are left out. */
  get layers(): readonly Area[] {
    return this.#layers;
  }

  /** Draws; grid and layers are those of the picture when it returns. @throws what a component throws */
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

  /** Begins a blank grid of another size, for the next picture. */
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

/** Returns the cells of all parts by their content: known ones, and those that Ink has to draw. */
function cellsOf(parts: readonly Drawn[], known: ReadonlyMap<string, Grid>): Map<string, Grid> {
  const cells = new Map<string, Grid>();
  const missing = new Map<string, Drawn>();
  for (const part of parts) {
    const drawn = known.get(part.content);
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

/** Draws parts one below the other in one root. */
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
