import { type Layer, paneCursor } from '../terminal/renderer.ts';
import {
  type Cursor,
  cellIndex,
  codeWord,
  createGrid,
  Foreground,
  type Grid,
  initialCursor,
} from '../terminal/screen.ts';
import { promptOf } from '../tui/bars.ts';
import { selectCaret, selectPaletteCaret } from '../tui/overlays.ts';
import type { AppState } from '../ui/state.ts';
import type { Terminals } from './terminals.ts';

/**
 * The screens of workers in the room's panes. They go past the state of the room: what they show, and how far they are
 * scrolled, changes without the chrome being drawn anew.
 */
export class PaneLayers {
  readonly #terminals: Pick<Terminals, 'screenOf'>;
  readonly #labels = new PaneLabels();

  constructor(terminals: Pick<Terminals, 'screenOf'>) {
    this.#terminals = terminals;
  }

  /** The chrome's layers with the cells of the screens, and how far up each is that does not follow its output. */
  filled(layers: readonly Layer[], state: AppState): Layer[] {
    return layers.flatMap((layer) => (layer.kind === 'pane' ? this.#pane(layer, state) : [layer]));
  }

  #pane(layer: Layer, { focus }: AppState): Layer[] {
    const screen = this.#terminals.screenOf(layer.id);
    if (!screen) return [layer];
    const pane = { ...layer, grid: screen.grid };
    const { back, history } = screen.scroll;
    const isFollowed = back === 0 && !(focus.at === 'history' && focus.id === layer.id);
    const position = isFollowed ? null : this.#labels.layer(layer, `[${back}/${history}]`);
    return position ? [pane, position] : [pane];
  }

  /** The cursor of the worker one types into, the one that looks back, or the caret of a text field, of which the palette's comes first. */
  cursor(layers: readonly Layer[], state: AppState): Cursor | null {
    const typing = selectPaletteCaret(state);
    if (typing) return { ...initialCursor, ...typing };
    const { focus } = state;
    if (focus.at === 'pane') {
      const screen = this.#terminals.screenOf(focus.id);
      return screen && paneCursor(layers, focus.id, screen.cursor);
    }
    if (focus.at === 'history' && !focus.prompt)
      return paneCursor(layers, focus.id, { ...initialCursor, ...focus.cursor });
    const caret = promptOf(state)?.caret ?? selectCaret(state);
    return caret && { ...initialCursor, ...caret };
  }
}

/** Returns a few words of ours, of narrow characters, to lie on top of a program's screen: inverse, one row high. */
export function label(text: string): Grid {
  const grid = createGrid(text.length, 1);
  for (let x = 0; x < text.length; x++) {
    const at = cellIndex(grid, x, 0);
    grid.data[at] = codeWord(text.charCodeAt(x), 1);
    grid.data[at + 1] = Foreground.inverse;
  }
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

/** Screens that nobody types into; more of them in a second nobody can tell apart. */
const frameMs = 1000 / 30;

/**
 * When to paint screens that came. The one that is typed into goes at once; the others wait for each other, or for it:
 * four busy panes would otherwise be painted two hundred times a second. Only what is painted is reported as seen, so
 * that nobody makes and sends screens that nobody would look at.
 */
export class PaintPace {
  readonly #paint: () => boolean;
  #unseen: (() => void)[] = [];
  #isOwed = false;
  #last = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** @param paint - false when there can be no picture now; it is owed until `ready` */
  constructor(paint: () => boolean) {
    this.#paint = paint;
  }

  /** A screen has come; `seen` is told once it is painted, for whoever waits for that wakes another process. */
  ask(isTypedInto: boolean, seen: () => void): void {
    this.#unseen.push(seen);
    const wait = isTypedInto ? 0 : this.#last + frameMs - performance.now();
    if (wait <= 0) this.now();
    else this.#timer ??= setTimeout(() => this.now(), wait);
  }

  /** There can be pictures again. */
  ready(): void {
    if (this.#isOwed) this.now();
  }

  /** Paints all that has come, without waiting. */
  now(): void {
    this.stop();
    this.#last = performance.now();
    this.#isOwed = !this.#paint();
    if (this.#isOwed) return;
    for (const seen of this.#unseen.splice(0)) seen();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
