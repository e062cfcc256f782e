/**
 * The modes we need of the person's terminal, and their undoing. Numbers as in xterm's ctlseqs.
 */

import { plainLine } from '../lib/sanitize.ts';
import { plainModes } from '../terminal/plainModes.ts';

const alternateScreen = 1049;
const cursorShown = 25;
const autoWrap = 7;
const bracketedPaste = 2004;
const focusEvents = 1004;
/** Presses, and moves while a button is held. */
const mouseDrags = 1002;
const mouseInSgr = 1006;

/** The title of the window alone, not that of its icon. */
const pushTitle = '\x1b[22;2t';
const popTitle = '\x1b[23;2t';

/** What of the terminal we use. */
export interface OuterOptions {
  /** Clicks and the wheel are ours. */
  readonly mouse: boolean;
  /** The window gets a title; the one that it had comes back. */
  readonly title: boolean;
}

/** To our own screen. */
export function enterSequence(options: OuterOptions): string {
  return (options.title ? pushTitle : '') + set(alternateScreen) + ourModes(options);
}

/** From a program that had our screen to itself back to us. @param cols of the terminal */
export function retakeSequence(options: OuterOptions, cols: number): string {
  return plainModes(cols) + ourModes(options);
}

/** Auto-wrap off: the compositor may then fill the last column. */
function ourModes({ mouse }: OuterOptions): string {
  return reset(cursorShown, autoWrap) + set(bracketedPaste, focusEvents) + (mouse ? mouseSequence(true) : '');
}

/** Asks for presses, drags and the wheel, or no more for them. */
export function mouseSequence(wanted: boolean): string {
  return wanted ? set(mouseDrags, mouseInSgr) : reset(mouseDrags, mouseInSgr);
}

/**
 * Back to a screen as a shell expects it, whatever a program has set that had ours to itself.
 * @param cols of the terminal
 */
export function leaveSequence({ title }: OuterOptions, cols: number): string {
  return plainModes(cols) + reset(alternateScreen) + set(cursorShown) + (title ? popTitle : '');
}

/** Names the terminal's window; of the title only what can be seen. */
export function titleSequence(title: string): string {
  return `\x1b]2;${plainLine(title)}\x1b\\`;
}

function set(...modes: number[]): string {
  return modes.map((mode) => `\x1b[?${mode}h`).join('');
}

function reset(...modes: number[]): string {
  return modes.map((mode) => `\x1b[?${mode}l`).join('');
}
