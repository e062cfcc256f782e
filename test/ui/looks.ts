import {
  Background,
  ColorKind,
  cellIndex,
  colorMask,
  Foreground,
  type Grid,
  rowText,
} from '../../src/terminal/screen.ts';

/** The letter of each style in golden screens, one for each cell. */
const letters: Readonly<Record<string, string>> = {
  plain: ' ',
  dim: '.',
  bold: 'b',
  cyan: 'c',
  'cyan bold': 'C',
  green: 'g',
  red: 'r',
  magenta: 'm',
  'yellow bold': 'Y',
  yellow: 'y',
  inverse: 'i',
  'inverse bold': 'I',
};

const colors = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/**
 * A screen to be read and compared: its text, then its looks with a character for each cell, then what those characters
 * mean. Blanks at the ends of rows are left out.
 */
export function goldenOf(grid: Grid): string {
  const rows = Array.from({ length: grid.rows }, (_, y) => y);
  const looks = rows.map((y) => Array.from({ length: grid.cols }, (_, x) => lookAt(grid, x, y)));
  const used = Object.entries(letters).filter(([look]) => looks.flat().includes(look));
  return [
    ...rows.map((y) => rowText(grid, y)),
    '--- looks ---',
    ...looks.map((row) => row.map(letterOf).join('').trimEnd()),
    '---',
    ...used.filter(([look]) => look !== 'plain').map(([look, letter]) => `${letter} ${look}`),
  ].join('\n');
}

function letterOf(look: string): string {
  const letter = letters[look];
  if (letter === undefined) throw new Error(`"${look}" has no letter in golden screens yet`);
  return letter;
}

/** Describes the style words of a cell. */
function lookAt(grid: Grid, x: number, y: number): string {
  const at = cellIndex(grid, x, y);
  const [fg = 0, bg = 0, ext = 0] = grid.data.subarray(at + 1, at + 4);
  const color = fg & colorMask;
  const known = [
    ...(color === 0 ? [] : [colors[color ^ ColorKind.ansi] ?? `colour ${color.toString(16)}`]),
    ...(fg & Foreground.inverse ? ['inverse'] : []),
    ...(fg & Foreground.bold ? ['bold'] : []),
    ...(bg & Background.dim ? ['dim'] : []),
  ];
  const rest = [fg & ~(colorMask | Foreground.inverse | Foreground.bold), bg & ~Background.dim, ext].some(
    (word) => word !== 0,
  );
  return [...known, ...(rest ? ['more'] : [])].join(' ') || 'plain';
}

/** Removes colours and attributes from Ink's output; any other control sequence stays. */
export function withoutLooks(frame: string): string {
  return frame.replaceAll(/\x1b\[[\d;]*m/g, '');
}
