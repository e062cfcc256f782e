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
 * The screens of workers in the room's panes. They go past the state of the room: what they show, and how far they are
 * scrolled, changes without the chrome being drawn again.
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
 * Returns where the caret of a text field is, of which the palette's comes first; null where keys go to a pane. Dialogs are
 * laid out for it, so it is asked for once for each drawing of the chrome.
 */
export function caretOf(state: AppState): Cursor | null {
  const { focus } = state;
  const inPane = focus.at === 'pane' || (focus.at === 'copy-mode' && !focus.prompt);
  const caret = selectPaletteCaret(state) ?? (inPane ? null : (promptOf(state)?.caret ?? selectCaret(state)));
  return caret && { ...initialCursor, ...caret };
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

/** Labels at the upper right of panes; one is made again only when its text changes. */
class PaneLabels {
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

/** Milliseconds between two pictures of screens that are not typed into: a higher rate cannot be seen. */
const frameMs = 1000 / 30;

/**
 * Decides when to paint screens that came. The one that is typed into goes at once; the others wait for each other, or for
 * it: four busy panes would otherwise be painted two hundred times a second. Only what is painted is reported as seen, so
 * that no screens are made and sent that would never be looked at.
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

  /** A screen has come; `seen` is called once it is painted, for that wakes another process. */
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

/**
 * Sees to it that the worker who has the keys gets them as its program asked for: its keyboard and mouse modes are
 * meanwhile those of the person's terminal, and it hears when it gets and loses the focus.
 */
export class PaneInput {
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
    if (token.kind === 'reply' && confirmsKitty(token.raw)) this.#knowsKitty = true;
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

/** What a mouse did, in cells of the program's own screen. */
export type PaneMouse = Omit<MouseToken, 'kind' | 'raw'>;

/** Lines that one notch of the wheel moves a full-screen program that knows no mouse; xterm's and most others' number. */
const notch = 3;

/**
 * What a program is sent for something done with the mouse, one byte a character, after xterm's ctlseqs: '' where it
 * did not ask for that. In a full-screen program that asked for nothing the wheel is arrow keys.
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
    // How large a cell is, terminals do not say.
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

/** A byte each for button and place, which reaches to column and row 223. */
function oldReport(code: number, { x, y }: PaneMouse): string {
  return x > 222 || y > 222 ? '' : `\x1b[M${String.fromCharCode(code + 32, x + 33, y + 33)}`;
}

/** Those modes of the person's terminal that decide what bytes a key or the mouse comes as. */
export interface InputModes {
  readonly applicationCursor: boolean;
  readonly applicationKeypad: boolean;
  /** The mouse reports where it goes, also while no button is held. */
  readonly anyMotion: boolean;
  /** Flags of the kitty keyboard protocol, 0–31. */
  readonly keyboard: number;
}

/** As we want them ourselves. */
export const ownInputModes: InputModes = {
  applicationCursor: false,
  applicationKeypad: false,
  anyMotion: false,
  keyboard: 0,
};

/** What of a program's wishes the person's terminal may be asked for. */
interface InputOffer {
  /** It has kitty's protocol, too. */
  readonly kitty: boolean;
  /** The person lets us have the mouse. */
  readonly mouse: boolean;
}

/** As a program wants them. */
export function inputModesFor(program: Modes, offer: InputOffer): InputModes {
  return {
    applicationCursor: program.applicationCursor,
    applicationKeypad: program.applicationKeypad,
    anyMotion: offer.mouse && program.mouse === 'any',
    keyboard: offer.kitty ? program.keyboard : 0,
  };
}

/** What brings a terminal whose modes are `set` to those `wanted`; '' when they are the same. */
export function inputModesSequence(set: InputModes, wanted: InputModes): string {
  let sequence = '';
  if (set.applicationCursor !== wanted.applicationCursor)
    sequence += wanted.applicationCursor ? '\x1b[?1h' : '\x1b[?1l';
  if (set.applicationKeypad !== wanted.applicationKeypad)
    sequence += wanted.applicationKeypad ? '\x1b=' : '\x1b>';
  // Switching the one off leaves no mouse at all; ours are presses and drags.
  if (set.anyMotion !== wanted.anyMotion)
    sequence += wanted.anyMotion ? '\x1b[?1003h' : '\x1b[?1003l\x1b[?1002h';
  return sequence + keyboardSequence(set.keyboard, wanted.keyboard);
}

/** One entry on the terminal's stack while there are any flags. */
function keyboardSequence(set: number, wanted: number): string {
  if (set === wanted) return '';
  if (set === 0) return `\x1b[>${wanted}u`;
  return wanted === 0 ? '\x1b[<u' : `\x1b[=${wanted}u`;
}

/** Whether a terminal's answer says that it has kitty's keyboard protocol; `keyboardQuery` asks for it. */
export function confirmsKitty(reply: string): boolean {
  return /^\x1b\[\?\d+u$/.test(reply);
}

/** A terminal without that protocol keeps silent. */
export const keyboardQuery = '\x1b[?u';
