import type { Token } from '../terminal/input.ts';
import {
  type InputModes,
  inputModesFor,
  inputModesSequence,
  mouseBytes,
  ownInputModes,
  type PaneMouse,
  tellsOfKitty,
} from '../terminal/paneInput.ts';
import type { AppState } from '../ui/state.ts';
import type { Terminals } from './terminals.ts';

/**
 * Sees to it that the worker who has the keys gets them as its program asked for: its keyboard and mouse modes are
 * meanwhile those of the person's terminal, and it is told that it has the focus, and that it has lost it.
 */
export class KeyHolder {
  readonly #terminals: Pick<Terminals, 'screenOf' | 'type'>;
  #set: InputModes = ownInputModes;
  #focused: string | null = null;
  readonly #mouse: boolean;
  #knowsKitty = false;

  /** @param mouse whether the person lets us have the mouse */
  constructor(terminals: Pick<Terminals, 'screenOf' | 'type'>, mouse: boolean) {
    this.#terminals = terminals;
    this.#mouse = mouse;
  }

  /** Takes note of what the person's terminal can do. */
  hear(token: Token): void {
    if (token.kind === 'reply' && tellsOfKitty(token.raw)) this.#knowsKitty = true;
  }

  /** Tells programs that asked for it where the focus has gone. */
  tellFocus({ focus, hasFocus }: AppState): void {
    const focused = hasFocus && focus.at === 'pane' ? focus.id : null;
    if (focused === this.#focused) return;
    this.#tell(this.#focused, '\x1b[O');
    this.#tell(focused, '\x1b[I');
    this.#focused = focused;
  }

  /** Tells a program what was done with the mouse, if it wants to know. */
  point(id: string, mouse: PaneMouse): void {
    const screen = this.#terminals.screenOf(id);
    if (screen) this.#terminals.type(id, mouseBytes(mouse, screen.modes));
  }

  /** What brings the person's terminal into the modes wanted now; it is to be written. */
  modesSequence({ focus }: AppState): string {
    const screen = focus.at === 'pane' ? this.#terminals.screenOf(focus.id) : null;
    const wanted = screen
      ? inputModesFor(screen.modes, { kitty: this.#knowsKitty, mouse: this.#mouse })
      : ownInputModes;
    const sequence = inputModesSequence(this.#set, wanted);
    this.#set = wanted;
    return sequence;
  }

  /** The person's terminal was in other hands: its modes are our own again. */
  reset(): void {
    this.#set = ownInputModes;
  }

  #tell(id: string | null, report: string): void {
    if (id !== null && this.#terminals.screenOf(id)?.modes.focusEvents) this.#terminals.type(id, report);
  }
}
