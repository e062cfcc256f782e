import type { Grid, Rectangle } from '../domain/grid.ts';
import type { Cursor } from '../domain/screen.ts';
import { allCapabilities, type Capabilities } from '../terminal/sgr.ts';

/** A rectangle of the screen: a pane shows its grid, an overlay the chrome again, above the panes below it. */
export interface Layer extends Rectangle {
  readonly id: string;
  readonly kind: 'pane' | 'overlay';
  /** A pane's cells; smaller than the rectangle: the rest is blank, larger: clipped. */
  readonly grid?: Grid;
}

/** Lays panes over the chrome and says what must be written to the terminal to show the outcome. */
export class Compositor {
  readonly #capabilities: Capabilities;

  constructor(capabilities: Capabilities = allCapabilities) {
    this.#capabilities = capabilities;
  }

  /**
   * Bytes that bring the terminal from the last frame to this one; '' when they look the same. Layers from
   * bottom to top; the cursor in cells of the chrome, null for none. Wants auto-wrap off (`CSI ?7l`).
   */
  frame(_chrome: Grid, _layers: readonly Layer[], _cursor: Cursor | null): string {
    return this.#capabilities.colors;
  }

  /** What the terminal shows is unknown: the next frame clears and paints everything. */
  invalidate(): void {}
}
