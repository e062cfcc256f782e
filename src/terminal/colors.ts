import { ColorKind, colorKindMask, colorValueMask } from '../domain/cell.ts';

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
