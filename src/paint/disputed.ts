import { clusterFlag, codeMask, widthOf } from '../domain/cell.ts';

/** Code points that every terminal draws one column wide, and that join nothing. First and last of each range. */
const narrow: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0xa1, 0x2ff],
  [0x370, 0x52f],
  [0x1e00, 0x1fff],
  [0x2010, 0x205e],
  [0x20a0, 0x20bf],
  [0x2100, 0x218b],
  [0x2190, 0x2328],
  [0x232b, 0x2426],
  [0x2460, 0x2bff],
  [0xff61, 0xff9d],
];

/** The same, two columns wide. */
const wide: readonly (readonly [number, number])[] = [
  [0x3001, 0x3029],
  [0x3041, 0x3096],
  [0x309b, 0x30ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xac00, 0xd7a3],
  [0xf900, 0xfa6d],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
];

/** Whatever may be drawn as an emoji, may be missing from a terminal's tables, or joins its neighbours. */
const doubtful = /^(?![\x20-\x7e])[\p{Emoji}\p{Extended_Pictographic}\p{Cn}\p{Co}\p{M}]$/u;

/** Widths terminals agree upon: 0 not looked up yet, 3 none. A pattern match per cell would be too slow. */
const agreed = new Uint8Array(0x110000);

/** Whether terminals may draw a cell's text at another width than ours, or join it with what is beside it. */
export function isDisputed(textWord: number): boolean {
  if (textWord & clusterFlag) return true;
  const code = textWord & codeMask;
  if (code < 0x7f) return false;
  agreed[code] ||= agreedWidth(code);
  return agreed[code] !== widthOf(textWord);
}

function agreedWidth(code: number): 1 | 2 | 3 {
  const isIn = ([first, last]: readonly [number, number]) => code >= first && code <= last;
  if (doubtful.test(String.fromCodePoint(code))) return 3;
  if (narrow.some(isIn)) return 1;
  return wide.some(isIn) ? 2 : 3;
}
