import { createGrid, type Grid } from './grid.ts';

/** What a terminal shows, and what its program asked of it. */
export interface Screen {
  /** Replaced when the size changes. */
  grid: Grid;
  cursor: Cursor;
  modes: Modes;
  scroll: Scroll;
}

/** Where a look at a terminal stands, in lines. */
export interface Scroll {
  /** So far above the newest lines; 0 follows them as they come, `history` is the oldest kept. */
  readonly back: number;
  /** Lines there are above the newest screen; none in the alternate screen. */
  readonly history: number;
}

export interface Cursor {
  /** Cells from the top left corner, from 0; always within the grid. */
  readonly x: number;
  readonly y: number;
  readonly visible: boolean;
  readonly shape: CursorShape;
  readonly blink: boolean;
}

export const cursorShapes = ['block', 'underline', 'bar'] as const;
export type CursorShape = (typeof cursorShapes)[number];

/** How the program wants its input. */
export interface Modes {
  /** Arrow keys as `ESC O A` instead of `ESC [ A`. */
  readonly applicationCursor: boolean;
  readonly applicationKeypad: boolean;
  readonly bracketedPaste: boolean;
  readonly focusEvents: boolean;
  /** Which mouse events it wants, named as xterm does: presses, + releases, + drags, + moves. */
  readonly mouse: MouseMode;
  readonly mouseEncoding: MouseEncoding;
  /** Flags of the kitty keyboard protocol, 0–31; 0 for keys as terminals always sent them. */
  readonly keyboard: number;
  /** A full-screen program: the wheel is for it, not for our scrollback. */
  readonly alternateScreen: boolean;
}

export const mouseModes = ['none', 'x10', 'vt200', 'drag', 'any'] as const;
export type MouseMode = (typeof mouseModes)[number];
export const mouseEncodings = ['default', 'sgr', 'sgr-pixels'] as const;
export type MouseEncoding = (typeof mouseEncodings)[number];

export const initialCursor: Cursor = { x: 0, y: 0, visible: true, shape: 'block', blink: false };

export const initialModes: Modes = {
  applicationCursor: false,
  applicationKeypad: false,
  bracketedPaste: false,
  focusEvents: false,
  mouse: 'none',
  mouseEncoding: 'default',
  keyboard: 0,
  alternateScreen: false,
};

/** A blank screen. Of size 0 it says that nothing is known yet. */
export function createScreen(cols: number, rows: number): Screen {
  return {
    grid: createGrid(cols, rows),
    cursor: initialCursor,
    modes: initialModes,
    scroll: { back: 0, history: 0 },
  };
}
