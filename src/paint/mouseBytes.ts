import type { MouseToken } from '../domain/key.ts';
import type { Modes, MouseMode } from '../domain/screen.ts';

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
