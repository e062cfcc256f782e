import type { AppState } from '../app/state.ts';
import { selectCaret } from '../app/view/dialog.ts';
import { promptOf } from '../app/view/footer.ts';
import { selectPaletteCaret } from '../app/view/palette.ts';
import { type Cursor, initialCursor } from '../domain/screen.ts';
import type { Layer } from '../paint/compositor.ts';
import { PaneLabels } from '../paint/label.ts';
import { paneCursor } from '../paint/paneCursor.ts';
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
