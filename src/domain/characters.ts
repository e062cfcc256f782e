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
