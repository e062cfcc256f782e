import type { Modes } from '../domain/screen.ts';

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
