import type { MouseToken } from './input.ts';
import type { Modes, MouseMode } from './screen.ts';

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
    // Nobody tells us how large a cell is.
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
  /** The mouse is told of where it goes, also while no button is held. */
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
export interface InputOffer {
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
export function tellsOfKitty(reply: string): boolean {
  return /^\x1b\[\?\d+u$/.test(reply);
}

/** A terminal without that protocol keeps silent. */
export const keyboardQuery = '\x1b[?u';
