import type { MouseToken, Token } from '../terminal/input.ts';
import { type Layer, paneCursor } from '../terminal/renderer.ts';
import {
  type Cursor,
  cellIndex,
  codeWord,
  createGrid,
  Foreground,
  type Grid,
  initialCursor,
  type Modes,
  type MouseMode,
} from '../terminal/screen.ts';
import { promptOf } from '../tui/bars.ts';
import { selectCaret, selectPaletteCaret } from '../tui/overlays.ts';
import type { AppState } from '../ui/state.ts';
import type { Terminals } from './terminals.ts';

/**
 * The screens of workers in the room's panes. They bypass the state of the room: their content and scroll position change
 * without drawing the chrome.
 */
export class PaneLayers {
  readonly #terminals: Pick<Terminals, 'screenOf'>;
  readonly #labels = new PaneLabels();

  constructor(terminals: Pick<Terminals, 'screenOf'>) {
    this.#terminals = terminals;
  }

  /** Returns the chrome's layers with the cells of the screens, and the scroll position of panes that do not follow their output. */
  filled(layers: readonly Layer[], state: AppState): Layer[] {
    return layers.flatMap((layer) => (layer.kind === 'pane' ? this.#pane(layer, state) : [layer]));
  }

  #pane(layer: Layer, { focus }: AppState): Layer[] {
    const screen = this.#terminals.screenOf(layer.id);
    if (!screen) return [layer];
    const pane = { ...layer, grid: screen.grid };
    const { back, history } = screen.scroll;
    const isFollowed = back === 0 && !(focus.at === 'copy-mode' && focus.id === layer.id);
    const position = isFollowed ? null : this.#labels.layer(layer, `[${back}/${history}]`);
    return position ? [pane, position] : [pane];
  }

  /**
   * Returns the cursor of a text field of ours, else of copy mode or of the worker that has the keys.
   * @param caret of the text field, as it was when the chrome was drawn
   */
  cursor(layers: readonly Layer[], state: AppState, caret = caretOf(state)): Cursor | null {
    const { focus } = state;
    if (caret) return caret;
    if (focus.at === 'copy-mode' && !focus.prompt)
      return paneCursor(layers, focus.id, { ...initialCursor, ...focus.cursor });
    const screen = focus.at === 'pane' ? this.#terminals.screenOf(focus.id) : null;
    return screen && focus.at === 'pane' ? paneCursor(layers, focus.id, screen.cursor) : null;
  }
}

/**
 * Returns the caret of the active text field, the palette's first; null while keys go to a pane. It lays out dialogs, so
 * call it once per drawing of the chrome.
 */
export function caretOf(state: AppState): Cursor | null {
  const { focus } = state;
  const inPane = focus.at === 'pane' || (focus.at === 'copy-mode' && !focus.prompt);
  const caret = selectPaletteCaret(state) ?? (inPane ? null : (promptOf(state)?.caret ?? selectCaret(state)));
  return caret && { ...initialCursor, ...caret };
}

/** Returns a text of narrow characters in inverse cells, one row high, to put over a program's screen. */
export function label(text: string): Grid {
  const grid = createGrid(text.length, 1);
  for (let x = 0; x < text.length; x++) {
    const at = cellIndex(grid, x, 0);
    grid.data[at] = codeWord(text.charCodeAt(x), 1);
    grid.data[at + 1] = Foreground.inverse;
  }
  return grid;
}

/** A cache of the labels at the upper right of panes. */
class PaneLabels {
  readonly #grids = new Map<string, { readonly text: string; readonly grid: Grid }>();

  /** Returns the pane's label as a layer; null if the pane is too narrow. */
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

/** Milliseconds between two frames of screens without the keys: a higher rate is not visible. */
const frameMs = 1000 / 30;

/**
 * Decides when to paint new screens. The one that has the keys is painted at once. Others are painted together, or with
 * it: four busy panes would otherwise be painted two hundred times a second. Only painted screens are reported as seen,
 * so that the host sends none in vain.
 */
export class PaintPace {
  readonly #paint: () => boolean;
  #unseen: (() => void)[] = [];
  #isOwed = false;
  #last = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** @param paint returns false if it cannot paint now; then `ready` paints */
  constructor(paint: () => boolean) {
    this.#paint = paint;
  }

  /** Requests a frame for a new screen. @param seen called after painting, because it wakes another process */
  ask(isTypedInto: boolean, seen: () => void): void {
    this.#unseen.push(seen);
    const wait = isTypedInto ? 0 : this.#last + frameMs - performance.now();
    if (wait <= 0) this.now();
    else this.#timer ??= setTimeout(() => this.now(), wait);
  }

  /** Paints the frame that could not be painted before. */
  ready(): void {
    if (this.#isOwed) this.now();
  }

  /** Paints at once. */
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

/**
 * Sends input to the focused worker as its program asked for it: the person's terminal gets the program's keyboard and
 * mouse modes meanwhile, and the program gets focus events.
 */
export class PaneInput {
  readonly #terminals: Pick<Terminals, 'screenOf' | 'type'>;
  #set: InputModes = ownInputModes;
  #focused: string | null = null;
  readonly #mouse: boolean;
  #knowsKitty = false;

  /** @param mouse true if the person's settings allow us the mouse */
  constructor(terminals: Pick<Terminals, 'screenOf' | 'type'>, mouse: boolean) {
    this.#terminals = terminals;
    this.#mouse = mouse;
  }

  /** Learns the terminal's abilities from its answers. */
  learn(token: Token): void {
    if (token.kind === 'reply' && confirmsKitty(token.raw)) this.#knowsKitty = true;
  }

  /** Reports changes of the focus to programs that asked for them. */
  reportFocus({ focus, hasFocus }: AppState): void {
    const focused = hasFocus && focus.at === 'pane' ? focus.id : null;
    if (focused === this.#focused) return;
    this.#report(this.#focused, '\x1b[O');
    this.#report(focused, '\x1b[I');
    this.#focused = focused;
  }

  /** Sends a mouse event to a program that asked for it. */
  sendMouse(id: string, mouse: PaneMouse): void {
    const screen = this.#terminals.screenOf(id);
    if (screen) this.#terminals.type(id, mouseBytes(mouse, screen.modes));
  }

  /** Returns the sequence that puts the person's terminal into the modes wanted now. */
  modesSequence({ focus }: AppState): string {
    const screen = focus.at === 'pane' ? this.#terminals.screenOf(focus.id) : null;
    const wanted = screen
      ? inputModesFor(screen.modes, { kitty: this.#knowsKitty, mouse: this.#mouse })
      : ownInputModes;
    const sequence = inputModesSequence(this.#set, wanted);
    this.#set = wanted;
    return sequence;
  }

  /** Resets to our own modes, after another program had the terminal. */
  reset(): void {
    this.#set = ownInputModes;
  }

  #report(id: string | null, report: string): void {
    if (id !== null && this.#terminals.screenOf(id)?.modes.focusEvents) this.#terminals.type(id, report);
  }
}

/** A mouse event in cells of the program's own screen. */
export type PaneMouse = Omit<MouseToken, 'kind' | 'raw'>;

/** Lines per notch of the wheel in a full-screen program without the mouse, as in xterm and most others. */
const notch = 3;

/**
 * Returns the report of a mouse event, one byte per character, as in xterm's ctlseqs; '' if the program did not ask for
 * it. In a full-screen program without the mouse, the wheel sends arrow keys.
 */
export function mouseBytes(mouse: PaneMouse, modes: Modes): string {
  if (modes.mouse === 'none') return modes.alternateScreen ? wheelKeys(mouse, modes) : '';
  if (!isWanted(mouse, modes.mouse)) return '';
  const code = buttonCode(mouse, modes.mouse);
  switch (modes.mouseEncoding) {
    case 'sgr':
      return `\x1b[<${code};${mouse.x + 1};${mouse.y + 1}${mouse.action === 'release' ? 'm' : 'M'}`;
    case 'default':
      return oldReport(mouse.action === 'release' ? code | releasedButton : code, mouse);
    // Terminals do not report the size of a cell.
    case 'sgr-pixels':
      return '';
  }
}

function wheelKeys({ action }: PaneMouse, { applicationCursor }: Modes): string {
  const start = applicationCursor ? '\x1bO' : '\x1b[';
  if (action === 'wheel-up') return `${start}A`.repeat(notch);
  return action === 'wheel-down' ? `${start}B`.repeat(notch) : '';
}

function isWanted({ action, button }: PaneMouse, mode: MouseMode): boolean {
  switch (action) {
    case 'press':
      return true;
    case 'move':
      return mode === 'any' || (mode === 'drag' && button !== 'none');
    default:
      return mode !== 'x10';
  }
}

const buttons = { left: 0, middle: 1, right: 2, none: 3 } as const;
const releasedButton = 3;

function buttonCode({ action, button, shift, alt, ctrl }: PaneMouse, mode: MouseMode): number {
  const held = mode === 'x10' ? 0 : (shift ? 4 : 0) | (alt ? 8 : 0) | (ctrl ? 16 : 0);
  if (action === 'wheel-up') return 64 | held;
  if (action === 'wheel-down') return 65 | held;
  return buttons[button] | (action === 'move' ? 32 : 0) | held;
}

/** Returns a report with one byte each for button, column and row; '' beyond column or row 223. */
function oldReport(code: number, { x, y }: PaneMouse): string {
  return x > 222 || y > 222 ? '' : `\x1b[M${String.fromCharCode(code + 32, x + 33, y + 33)}`;
}

/** The modes of a terminal that decide which bytes keys and mouse send. */
export interface InputModes {
  readonly applicationCursor: boolean;
  readonly applicationKeypad: boolean;
  /** The mouse reports moves without a held button, too. */
  readonly anyMotion: boolean;
  /** Flags of the kitty keyboard protocol, 0–31. */
  readonly keyboard: number;
}

/** The modes of the room itself. */
export const ownInputModes: InputModes = {
  applicationCursor: false,
  applicationKeypad: false,
  anyMotion: false,
  keyboard: 0,
};

/** The modes that are available to programs. */
interface InputOffer {
  /** The terminal has kitty's keyboard protocol. */
  readonly kitty: boolean;
  /** The person's settings allow us the mouse. */
  readonly mouse: boolean;
}

/** Returns the modes that a program wants, as far as they are available. */
export function inputModesFor(program: Modes, offer: InputOffer): InputModes {
  return {
    applicationCursor: program.applicationCursor,
    applicationKeypad: program.applicationKeypad,
    anyMotion: offer.mouse && program.mouse === 'any',
    keyboard: offer.kitty ? program.keyboard : 0,
  };
}

/** Returns the sequence that changes a terminal's modes from `set` to `wanted`; '' for equal modes. */
export function inputModesSequence(set: InputModes, wanted: InputModes): string {
  let sequence = '';
  if (set.applicationCursor !== wanted.applicationCursor)
    sequence += wanted.applicationCursor ? '\x1b[?1h' : '\x1b[?1l';
  if (set.applicationKeypad !== wanted.applicationKeypad)
    sequence += wanted.applicationKeypad ? '\x1b=' : '\x1b>';
  // Turning it off turns the mouse off entirely, so presses and drags are turned on again.
  if (set.anyMotion !== wanted.anyMotion)
    sequence += wanted.anyMotion ? '\x1b[?1003h' : '\x1b[?1003l\x1b[?1002h';
  return sequence + keyboardSequence(set.keyboard, wanted.keyboard);
}

/** Returns the change of kitty's flags; the terminal's stack has one entry of ours while any flag is set. */
function keyboardSequence(set: number, wanted: number): string {
  if (set === wanted) return '';
  if (set === 0) return `\x1b[>${wanted}u`;
  return wanted === 0 ? '\x1b[<u' : `\x1b[=${wanted}u`;
}

/** Reports whether the reply to `keyboardQuery` confirms kitty's keyboard protocol. */
export function confirmsKitty(reply: string): boolean {
  return /^\x1b\[\?\d+u$/.test(reply);
}

/** Queries kitty's keyboard protocol; a terminal without it does not answer. */
export const keyboardQuery = '\x1b[?u';
