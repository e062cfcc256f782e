import chalk from 'chalk';
import { Box, renderToString } from 'ink';
import { createElement, type ReactElement } from 'react';
import { blit, clearGrid, createGrid, type Grid, type Rectangle } from '../terminal/screen.ts';
import { readFrame } from './frameReader.ts';
import type { Area, Picture } from './room.tsx';

// Ink's colours would depend on what chalk thinks of this process's output, while frames go into memory: what the
// terminal can show is for the compositor to know.
chalk.level = 1;

/** A part that Ink draws. */
interface Drawn {
  readonly rect: Rectangle;
  readonly element: ReactElement;
  /** Equal for those that look the same. */
  readonly content: string;
}

/**
 * The layout around the panes as a grid of cells. A part of a picture is drawn again only when its content has changed:
 * Ink's cost goes with what is in a root, so a root holds changed parts alone, and lives as long as it takes to draw them.
 * Components must be pure functions of their properties, and those be data.
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
    const drawn = parts.map(({ rect, element }) =>
      element ? { rect, element, content: contentOf(rect, element) } : null,
    );
    this.#cells = cellsOf(
      drawn.filter((part) => part !== null),
      this.#cells,
    );
    clearGrid(this.#grid);
    for (const [at, { rect }] of parts.entries()) {
      const cells = this.#cells.get(drawn[at]?.content ?? '') ?? createGrid(rect.width, rect.height);
      blit(cells, { ...rect, x: 0, y: 0 }, this.#grid, rect.x, rect.y);
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

function contentOf({ width, height }: Rectangle, { type, props }: ReactElement): string {
  return `${typeof type === 'string' ? type : type.name} ${width}×${height} ${JSON.stringify(props)}`;
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
  const rows = [...missing.values()].filter(({ rect }) => rect.height === 1);
  const others = [...missing.values()].filter(({ rect }) => rect.height !== 1);
  // All rows share a root; what is higher would make that root as wide as a row and as high as itself.
  for (const root of [rows, ...others.map((part) => [part])])
    for (const [at, frame] of framesOf(root).entries()) {
      const { rect, content } = root[at] as Drawn;
      const grid = createGrid(rect.width, rect.height);
      readFrame(frame, grid);
      cells.set(content, grid);
    }
  return cells;
}

/** Draws parts one below the other in one root. */
function framesOf(parts: readonly Drawn[]): string[] {
  if (parts.length === 0) return [];
  const boxes = parts.map(({ rect: { width, height }, element }) =>
    createElement(Box, { width, height, flexShrink: 0, overflow: 'hidden' }, element),
  );
  const columns = Math.max(...parts.map(({ rect }) => rect.width));
  const lines = renderToString(createElement(Box, { flexDirection: 'column' }, ...boxes), { columns }).split(
    '\n',
  );
  return parts.map(({ rect: { height } }) => lines.splice(0, height).join('\n'));
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
