import chalk from 'chalk';
import { renderToString } from 'ink';
import { blit, clearGrid, createGrid, type Grid, type Rectangle } from '../terminal/screen.ts';
import { readFrame } from './frameReader.ts';
import type { Area, Part, Picture } from './room.tsx';

// Ink's colours would depend on what chalk thinks of this process's output, while frames go into memory: what the
// terminal can show is for the compositor to know.
chalk.level = 1;

/**
 * The layout around the panes as a grid of cells. Each part of a picture is an Ink root of its own, for as long as it
 * takes to draw it, and is drawn again only when its content has changed: Ink's cost goes with what is in a root.
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
    const cells = new Map<string, Grid>();
    clearGrid(this.#grid);
    for (const part of parts) {
      const name = contentOf(part);
      const drawn = cells.get(name) ?? this.#cells.get(name) ?? cellsOf(part);
      cells.set(name, drawn);
      blit(
        drawn,
        { x: 0, y: 0, width: drawn.cols, height: drawn.rows },
        this.#grid,
        part.rect.x,
        part.rect.y,
      );
    }
    this.#cells = cells;
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

/** Equal for parts that look the same. */
function contentOf({ rect: { width, height }, element }: Part): string {
  const { type, props } = element;
  return `${typeof type === 'string' ? type : type.name} ${width}×${height} ${JSON.stringify(props)}`;
}

function cellsOf({ rect: { width, height }, element }: Part): Grid {
  const grid = createGrid(width, height);
  readFrame(renderToString(element, { columns: width }), grid);
  return grid;
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
