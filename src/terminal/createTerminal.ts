import xterm, { type Terminal } from '@xterm/headless';
import type { Access } from './access.ts';
import { measureByGraphemes } from './graphemes.ts';
import { guard } from './guards.ts';
import { understandLinks } from './links.ts';

export interface TerminalOptions {
  readonly cols: number;
  readonly rows: number;
  /** Lines above the screen. */
  readonly scrollback: number;
  readonly convertEol: boolean;
}

const largestSide = 1000;

/** A terminal that measures text as we do and cannot be stopped by what is printed. */
export function createTerminal(
  options: TerminalOptions,
  { amend, setLink }: Pick<Access, 'amend' | 'setLink'>,
): Terminal {
  const terminal = new xterm.Terminal({
    ...possibleSize(options.cols, options.rows),
    scrollback: options.scrollback,
    convertEol: options.convertEol,
    allowProposedApi: true,
    logLevel: 'off',
  });
  measureByGraphemes(terminal);
  guard(terminal, amend);
  understandLinks(terminal, setLink);
  return terminal;
}

/** The nearest size a terminal can have: 2–1000 columns, 1–1000 rows. */
export function possibleSize(cols: number, rows: number): { cols: number; rows: number } {
  const within = (side: number, least: number) =>
    Math.min(Math.max(least, Math.floor(side) || least), largestSide);
  return { cols: within(cols, 2), rows: within(rows, 1) };
}
