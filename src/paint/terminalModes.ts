/**
 * The modes we need of the person's terminal, and their undoing. Numbers as in xterm's ctlseqs.
 */

const alternateScreen = 1049;
const cursorShown = 25;
const autoWrap = 7;
const bracketedPaste = 2004;
const focusEvents = 1004;
/** Presses, and moves while a button is held. */
const mouseDrags = 1002;
const mouseInSgr = 1006;
const synchronizedOutput = 2026;

/** To our own screen. Auto-wrap off: the compositor may then fill the last column. */
export function enterSequence(options: { mouse: boolean }): string {
  const mouse = options.mouse ? mouseSequence(true) : '';
  return set(alternateScreen) + reset(cursorShown, autoWrap) + set(bracketedPaste, focusEvents) + mouse;
}

/** Asks for presses, drags and the wheel, or no more for them. */
export function mouseSequence(wanted: boolean): string {
  return wanted ? set(mouseDrags, mouseInSgr) : reset(mouseDrags, mouseInSgr);
}

/**
 * Back to a screen as a shell expects it. Also takes back what a program may have set that had the terminal to itself:
 * other mouse modes, application keys, kitty's and xterm's keyboard protocols, scroll region, cursor shape.
 */
export const leaveSequence = [
  reset(
    synchronizedOutput,
    9,
    1000,
    mouseDrags,
    1003,
    1005,
    mouseInSgr,
    1015,
    1016,
    focusEvents,
    bracketedPaste,
  ),
  '\x1b[<u\x1b[>4;0m',
  reset(1, 6, 66),
  '\x1b>\x1b[4l\x1b[r\x1b(B\x0f\x1b[0 q\x1b[0m',
  set(autoWrap),
  reset(alternateScreen),
  set(cursorShown),
].join('');

function set(...modes: number[]): string {
  return modes.map((mode) => `\x1b[?${mode}h`).join('');
}

function reset(...modes: number[]): string {
  return modes.map((mode) => `\x1b[?${mode}l`).join('');
}
