import { createGrid, type Grid } from '../domain/grid.ts';
import type { Layer } from './compositor.ts';
import { readFrame } from './frameReader.ts';

/** A few words of ours on top of a program's screen, inverse, one row high. */
export function label(text: string): Grid {
  const grid = createGrid([...text].length, 1);
  readFrame(`\x1b[7m${text}`, grid);
  return grid;
}

/** Labels at the upper right of panes; one is made anew only when it says something else. */
export class PaneLabels {
  readonly #grids = new Map<string, { readonly text: string; readonly grid: Grid }>();

  /** The pane's label as a layer to be laid over it; null where the pane is too narrow. */
  layer(pane: Layer, text: string): Layer | null {
    const { id, x, y, width } = pane;
    const known = this.#grids.get(id);
    const grid = known?.text === text ? known.grid : label(text);
    this.#grids.set(id, { text, grid });
    if (grid.cols > width) return null;
    return {
      id: `label of ${id}`,
      kind: 'pane',
      x: x + width - grid.cols,
      y,
      width: grid.cols,
      height: 1,
      grid,
    };
  }
}
