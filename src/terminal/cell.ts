/**
 * How a cell lies in a grid: four 32-bit words. Two cells look the same exactly when their words are equal.
 *
 * | word | bits |
 * |---|---|
 * | text | 0–20 code point, or cluster number · 21 cluster flag · 22–23 width · 24–31 number of a link, 0 for none |
 * | fg | 0–25 colour · 26 inverse · 27 bold · 29 blink · 30 invisible · 31 strikethrough |
 * | bg | 0–25 colour · 26 italic · 27 dim · 30 overline |
 * | ext | 0–25 underline colour · 26–28 underline style |
 *
 * All other bits are zero.
 */
export const cellWords = 4;
export const cellBytes = cellWords * 4;

export const codeMask = 0x1fffff;
export const clusterFlag = 0x200000;
export const widthShift = 22;
export const linkShift = 24;
/** A link is to a cell what its style is: the two halves of a wide character share it. */
export const linkMask = 0xff000000;

/** Width in columns; 0 is the right half of a wide character, whose style is that of its left half. */
export type Width = 0 | 1 | 2;

/** Text word of an erased cell: a space. */
export const blankText = 0x20 | (1 << widthShift);
/** Text word of the right half of a wide character without a link. */
export const rightHalf = 0;

/** Colours: a value in bits 0–23 and its kind in 24–25. 16 and 256 colours differ in that bold may brighten the former. */
export const ColorKind = {
  /** The terminal's own; the value is 0. */
  standard: 0,
  /** 0–15. */
  ansi: 0x1000000,
  /** 0–255. */
  palette: 0x2000000,
  /** 0xrrggbb. */
  rgb: 0x3000000,
} as const;
export const colorKindMask = 0x3000000;
export const colorValueMask = 0xffffff;
export const colorMask = 0x3ffffff;

/** Attributes in the fg word. */
export const Foreground = {
  inverse: 0x4000000,
  bold: 0x8000000,
  blink: 0x20000000,
  invisible: 0x40000000,
  strikethrough: 0x80000000,
} as const;

/** Attributes in the bg word. */
export const Background = {
  italic: 0x4000000,
  dim: 0x8000000,
  overline: 0x40000000,
} as const;

export const foregroundMask = 0xefffffff;
export const backgroundMask = 0x4fffffff;
export const extMask = 0x1fffffff;

/** In the ext word: 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed. */
export const underlineShift = 26;

export function underlineStyleOf(ext: number): number {
  return ext >>> underlineShift;
}

export function widthOf(textWord: number): Width {
  return ((textWord >>> widthShift) & 3) as Width;
}

/**
 * What must never stand alone in a cell: controls, formatting (among it what reverses the reading direction),
 * combining marks, surrogates, line separators and characters meant to be invisible.
 */
const unprintablePattern = /^[\p{Cc}\p{Cf}\p{Cs}\p{M}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]$/u;

/** 0 not looked at yet, 1 printable, 2 not. A pattern match per cell would be too slow. */
const looks = new Uint8Array(0x110000);

/** Whether a code point shows as one character of its own. Anything else is taken for a blank. */
export function isPrintable(code: number): boolean {
  if (code < 0x7f) return code >= 0x20;
  if (code > 0x10ffff) return false;
  const look = looks[code] as number;
  if (look !== 0) return look === 1;
  const printable = !unprintablePattern.test(String.fromCodePoint(code));
  looks[code] = printable ? 1 : 2;
  return printable;
}

/** Unicode text segmentation (UAX 29) ends a cluster at these; the joiners and the tags of flags are excepted. */
const breaksClusters = /^(?!\u200c|\u200d|[\u{e0020}-\u{e007f}])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]$/u;

/** Code points of one cell; longer than any emoji sequence in use. */
export const longestCluster = 16;

/**
 * A cell's text made safe to print: its first character printable, at most `longestCluster` code points, no
 * control or direction changing character among the rest. Blank when nothing is left.
 */
export function printableText(text: string): string {
  const [first, ...rest] = text;
  if (first === undefined || !isPrintable(first.codePointAt(0) ?? 0)) return ' ';
  return (
    first +
    rest
      .slice(0, longestCluster - 1)
      .filter((part) => !breaksClusters.test(part))
      .join('')
  );
}

/** Links of these kinds may reach the person's terminal; a click on another one could start any program. */
const schemes = /^(?:https?|mailto|file|ftp):[\x20-\x7e]+$/i;
/** What browsers take, and VTE with them. */
const longestLink = 2083;

/** Whether a link may be shown as one, in a cell and at the terminal: printable ASCII of a harmless kind. */
export function isLink(uri: string): boolean {
  return uri.length <= longestLink && schemes.test(uri);
}
