import type { Terminal } from '@xterm/headless';
import { closeLink, hasAmbiguousWidth, linkSequence, sgr } from './renderer.ts';
import {
  blankText,
  cellIndex,
  type Grid,
  linkShift,
  type MouseMode,
  type Screen,
  widthOf,
  wordText,
} from './screen.ts';
import { allCapabilities, plainModes, tabStops } from './tty.ts';
import { type Attributes, type ProgramState, programState, readStyle } from './xterm.ts';

/**
 * Returns bytes that bring a real terminal of the same size to the state of one in memory, whatever was on it: the cells, and
 * all that a program may have set before. It stays on the screen, main or alternate, that it is on.
 * @param screen as just read from `terminal`
 * @returns null in the middle of a sequence or of a synchronized frame, which nothing could be put in front of
 */
export function serializeScreen(terminal: Terminal, screen: Screen): string | null {
  const { isWithin, buffer, charsets, shiftedTo, pen } = programState(terminal);
  if (isWithin || terminal.modes.synchronizedOutputMode) return null;
  const stops = Object.keys(buffer.tabs)
    .map(Number)
    .filter((column) => buffer.tabs[column] && column > 0);
  return [
    plainModes(0),
    tabStops(stops.filter((column) => column < terminal.cols)),
    '\x1b[?25l\x1b[?7l\x1b[2J',
    cells(screen),
    `\x1b[${buffer.scrollTop + 1};${buffer.scrollBottom + 1}r`,
    to(buffer.savedX, buffer.savedY - buffer.ybase),
    `${style(buffer.savedCurAttrData)}\x1b7`,
    cursorPlace(buffer, screen, terminal.modes.originMode),
    designated(charsets),
    shiftedTo === 1 ? '\x0e' : '\x0f',
    style(pen),
    openLink(pen),
    modes(terminal, screen),
  ].join('');
}

function cells({ grid }: Screen): string {
  return Array.from({ length: grid.rows }, (_, y) => {
    const row = rowToAnsi(grid, y, 0, fenceOf(y));
    return row === '' ? '' : `${to(0, y)}${row}\x1b[0m`;
  }).join('');
}

/** Returns a fence that places the cursor where a terminal may join characters, or draw them in other columns than we do. */
function fenceOf(y: number): Fence {
  return (before, word, x) => (hasAmbiguousWidth(before) || hasAmbiguousWidth(word) ? to(x, y) : '');
}

/** Behind the last column the next character wraps first; only printing there leads to that. */
function cursorPlace(
  { x, y, scrollTop }: ProgramState['buffer'],
  { grid }: Screen,
  isOrigin: boolean,
): string {
  const origin = isOrigin ? '\x1b[?6h' : '';
  const row = isOrigin ? y - scrollTop : y;
  if (x < grid.cols) return origin + to(x, row);
  return `${origin}\x1b[?7h${to(grid.cols - 1, row)}${rowToAnsi(grid, y, grid.cols - 1, () => '')}`;
}

function modes({ modes }: Terminal, { cursor, modes: known }: Screen): string {
  const dec: readonly [mode: number, isOn: boolean][] = [
    [7, modes.wraparoundMode],
    [45, modes.reverseWraparoundMode],
    [1, known.applicationCursor],
    [2004, known.bracketedPaste],
    [1004, known.focusEvents],
    [mouseNumbers[known.mouse], known.mouse !== 'none'],
    [1006, known.mouseEncoding === 'sgr'],
    [1016, known.mouseEncoding === 'sgr-pixels'],
    [25, cursor.visible],
  ];
  const shape = { block: 1, underline: 3, bar: 5 }[cursor.shape];
  const isUsual = cursor.shape === 'block' && !cursor.blink;
  return [
    dec.map(([mode, isOn]) => (isOn ? `\x1b[?${mode}h` : '')).join(''),
    modes.wraparoundMode ? '' : '\x1b[?7l',
    modes.insertMode ? '\x1b[4h' : '',
    known.applicationKeypad ? '\x1b=' : '',
    isUsual ? '' : `\x1b[${cursor.blink ? shape : shape + 1} q`,
    known.keyboard > 0 ? `\x1b[=${known.keyboard}u` : '',
  ].join('');
}

const mouseNumbers: Readonly<Record<MouseMode, number>> = {
  none: 0,
  x10: 9,
  vt200: 1000,
  drag: 1002,
  any: 1003,
};

/** Line drawing is the one set besides ASCII that programs still use; it has a line where ASCII has a q. */
function designated(charsets: ProgramState['charsets']): string {
  return ['(', ')', '*', '+'].map((g, at) => `\x1b${g}${charsets[at]?.q === '─' ? '0' : 'B'}`).join('');
}

/** Returns the sequence that opens the current link again, for the text that follows. */
function openLink({ extended: { _urlId: link } }: Attributes): string {
  return link && link.uri !== null ? `\x1b]8;;${link.uri}\x1b\\` : '\x1b]8;;\x1b\\';
}

function style(attributes: Attributes): string {
  return sgr(...readStyle(attributes), allCapabilities);
}

function to(x: number, y: number): string {
  return `\x1b[${Math.max(0, y) + 1};${Math.max(0, x) + 1}H`;
}

/** Returns a grid's text with SGR sequences, without trailing plain blanks and blank rows at the end. */
export function gridToAnsi(grid: Grid): string {
  const rows = Array.from({ length: grid.rows }, (_, y) => rowToAnsi(grid, y));
  while (rows.at(-1) === '') rows.pop();
  return rows.join('\n');
}

/** Returns the sequence that keeps two cells, given by their text words, apart; the second is in column `x`. */
type Fence = (before: number, word: number, x: number) => string;

/**
 * A row's text with SGR sequences, from a column on. It leaves a plain style behind; plain blanks at its end are left out.
 * @param fence - makes links links, by OSC 8, and gives what has to come between a cell and the one before
 */
function rowToAnsi(grid: Grid, y: number, from = 0, fence?: Fence): string {
  const { data } = grid;
  let text = '';
  let pen = '';
  let link = 0;
  let before = blankText;
  for (let x = from; x < grid.cols; x++) {
    const at = cellIndex(grid, x, y);
    const word = data[at] as number;
    if (fence && widthOf(word) > 0) {
      text += fence(before, word, x);
      before = word;
    }
    if (fence && word >>> linkShift !== link) text += linkSequence(grid, word);
    if (fence) link = word >>> linkShift;
    const style = sgr(
      data[at + 1] as number,
      data[at + 2] as number,
      data[at + 3] as number,
      allCapabilities,
    );
    const shown = style === '\x1b[0m' ? '' : style;
    if (shown !== pen) text += shown || '\x1b[0m';
    pen = shown;
    text += wordText(grid, word);
  }
  if (link > 0) text += closeLink;
  return pen ? `${text}\x1b[0m` : text.replace(/ +$/, '');
}
