/** The parts of a terminal that know what was printed last. */
interface Printer {
  readonly _parser: { readonly precedingJoinState: number };
  readonly _activeBuffer: { readonly x: number };
}

interface Measure {
  charProperties(code: number, preceding: number): number;
}

/** Prints some of the code points. */
type Print = (codes: Uint32Array, start: number, end: number) => void;

/** The bit of a character's properties that says that it joins what is before it. */
export const joins = 1;

/** Variation selectors: the first makes an emoji of a character that can be one, and is nothing behind any other. */
export const emojiStyle = 0xfe0f;
export const textStyle = 0xfe0e;

/**
 * Prints all but characters that have no width and join nothing before them: formatting and what may be ignored. The
 * terminal would give each a cell, where tmux and string-width, which agents lay out with, count none.
 */
export function withoutHidden(handler: Printer, unicode: Measure, print: Print): Print {
  return (codes, start, end) => {
    let from = start;
    for (let at = start; at < end; at++) {
      const code = codes[at] as number;
      if (!isHidden(code)) continue;
      if (at > from) print(codes, from, at);
      const joined = unicode.charProperties(code, handler._parser.precedingJoinState) & joins;
      from = joined && handler._activeBuffer.x > 0 ? at : at + 1;
    }
    if (end > from) print(codes, from, end);
  };
}

/**
 * Reports whether a character has no width by itself. The soft hyphen is not among them, nor Hangul's fillers, nor
 * the signs that are drawn around digits: tmux gives them cells.
 */
function isHidden(code: number): boolean {
  if (code < 0x34f) return false;
  if (code < 0x2000) return code === 0x34f || code === 0x61c || (code >= 0x180b && code <= 0x180f);
  if (code < 0x2070)
    return (code >= 0x200b && code < 0x2010) || (code >= 0x202a && code !== 0x202f && isFormat(code));
  if (code < 0xfe00) return false;
  if (code < 0x10000) return code <= 0xfe0f || code === 0xfeff || (code >= 0xfff0 && code <= 0xfffb);
  return (
    (code >= 0x1bca0 && code <= 0x1bca3) ||
    (code >= 0x1d173 && code <= 0x1d17a) ||
    (code >= 0xe0000 && code < 0xe1000)
  );
}

/** Embeddings and overrides, invisible operators, isolates, and what came before those. */
function isFormat(code: number): boolean {
  return code <= 0x202e || code >= 0x2060;
}
