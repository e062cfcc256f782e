import {
  Background,
  blankText,
  ColorKind,
  colorKindMask,
  colorMask,
  colorValueMask,
  Foreground,
  linkShift,
  underlineStyleOf,
  widthOf,
} from './cell.ts';
import { cellIndex, type Grid, wordLink, wordText } from './screen.ts';

/** What a terminal can show; what it cannot is put as near as it gets. */
export interface Capabilities {
  readonly colors: ColorDepth;
  /** Understands `4:3` and `58:2::r:g:b`; otherwise every underline is a single one. */
  readonly underlineStyles: boolean;
  /** Takes OSC, or at least keeps quiet about what it does not know: links and titles of windows. */
  readonly osc: boolean;
}

export const allCapabilities: Capabilities = { colors: 'rgb', underlineStyles: true, osc: true };

/** The one sequence that sets a cell's style, whatever was set before. */
export function sgr(fg: number, bg: number, ext: number, capabilities: Capabilities): string {
  let codes = '0';
  if (fg & Foreground.bold) codes += ';1';
  if (bg & Background.dim) codes += ';2';
  if (bg & Background.italic) codes += ';3';
  const underline = underlineStyleOf(ext);
  if (underline > 0) codes += underline > 1 && capabilities.underlineStyles ? `;4:${underline}` : ';4';
  if (fg & Foreground.blink) codes += ';5';
  if (fg & Foreground.inverse) codes += ';7';
  if (fg & Foreground.invisible) codes += ';8';
  if (fg & Foreground.strikethrough) codes += ';9';
  if (bg & Background.overline) codes += ';53';
  codes += color(fg & colorMask, 30, capabilities.colors) + color(bg & colorMask, 40, capabilities.colors);
  if (capabilities.underlineStyles)
    codes += underlineColor(reducedColor(ext & colorMask, capabilities.colors));
  return `\x1b[${codes}m`;
}

function color(exact: number, base: 30 | 40, depth: ColorDepth): string {
  const word = reducedColor(exact, depth);
  const value = word & colorValueMask;
  switch (word & colorKindMask) {
    case ColorKind.ansi:
      return value < 8 ? `;${base + value}` : `;${base + 52 + value}`;
    case ColorKind.palette:
      return `;${base + 8};5;${value}`;
    case ColorKind.rgb:
      return `;${base + 8};2;${value >> 16};${(value >> 8) & 255};${value & 255}`;
    default:
      return '';
  }
}

function underlineColor(word: number): string {
  const value = word & colorValueMask;
  if (word === 0) return '';
  if ((word & colorKindMask) !== ColorKind.rgb) return `;58:5:${value}`;
  return `;58:2::${value >> 16}:${(value >> 8) & 255}:${value & 255}`;
}

/** A grid's text with SGR sequences; trailing plain blanks and blank rows at the end are left out. */
export function gridToAnsi(grid: Grid): string {
  const rows = Array.from({ length: grid.rows }, (_, y) => rowToAnsi(grid, y));
  while (rows.at(-1) === '') rows.pop();
  return rows.join('\n');
}

export const closeLink = '\x1b]8;;\x1b\\';

/**
 * What makes text that follows part of the link of a cell, given by its text word, or of none. By the id terminals know
 * the parts of a link that goes over several rows.
 */
export function linkSequence(grid: Grid, textWord: number): string {
  const link = textWord >>> linkShift;
  return link === 0 ? closeLink : `\x1b]8;id=${link};${wordLink(grid, textWord)}\x1b\\`;
}

/** What keeps two cells, given by their text words, apart; the second is in column `x`. */
export type Fence = (before: number, word: number, x: number) => string;

/**
 * A row's text with SGR sequences, from a column on. It leaves a plain style behind; plain blanks at its end are left out.
 * @param fence - makes links links, by OSC 8, and gives what has to come between a cell and the one before
 */
export function rowToAnsi(grid: Grid, y: number, from = 0, fence?: Fence): string {
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

/** The most colours a terminal tells apart. */
export type ColorDepth = 'none' | '16' | '256' | 'rgb';

type Rgb = readonly [red: number, green: number, blue: number];

/** xterm's own values of the 16 colours; a terminal's theme may have others. */
const ansiColors: readonly Rgb[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

/** Steps of the palette's 6 × 6 × 6 cube, colours 16–231. */
const cubeSteps = [0, 95, 135, 175, 215, 255] as const;

/** The colour, with its kind, that comes nearest to the given one at this depth. */
export function reducedColor(color: number, depth: ColorDepth): number {
  const kind = color & colorKindMask;
  if (depth === 'none') return 0;
  if (depth === 'rgb' || kind === ColorKind.standard || kind === ColorKind.ansi) return color;
  const value = color & colorValueMask;
  if (kind === ColorKind.palette)
    return depth === '256' ? color : value < 16 ? ColorKind.ansi | value : nearestAnsi(paletteRgb(value));
  const rgb: Rgb = [value >> 16, (value >> 8) & 255, value & 255];
  return depth === '256' ? nearestInPalette(rgb) : nearestAnsi(rgb);
}

/** Colours 16–255: the cube, then 24 greys from 8 in steps of 10. */
function paletteRgb(index: number): Rgb {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return [grey, grey, grey];
  }
  const cube = index - 16;
  const step = (n: number) => cubeSteps[n % 6] ?? 0;
  return [step(Math.floor(cube / 36)), step(Math.floor(cube / 6)), step(cube)];
}

function nearestInPalette(rgb: Rgb): number {
  const [red, green, blue] = rgb.map(nearestStep) as [number, number, number];
  const cube = 16 + 36 * red + 6 * green + blue;
  const mean = (rgb[0] + rgb[1] + rgb[2]) / 3;
  const grey = 232 + Math.min(23, Math.max(0, Math.round((mean - 8) / 10)));
  const nearer = distance(rgb, paletteRgb(grey)) < distance(rgb, paletteRgb(cube)) ? grey : cube;
  return ColorKind.palette | nearer;
}

function nearestStep(value: number): number {
  return indexOfLeast(cubeSteps.map((step) => Math.abs(step - value)));
}

function nearestAnsi(rgb: Rgb): number {
  return ColorKind.ansi | indexOfLeast(ansiColors.map((color) => distance(rgb, color)));
}

function indexOfLeast(values: readonly number[]): number {
  return values.indexOf(Math.min(...values));
}

function distance(a: Rgb, b: Rgb): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}
