/** The parts of a terminal that hold the state of the last printed character. */
interface Printer {
  readonly _parser: { readonly precedingJoinState: number };
  readonly _activeBuffer: { readonly x: number };
}

/** Prints some of the code points. */
type Print = (codes: Uint32Array, start: number, end: number) => void;

/**
 * Prints all but characters that have no width and join nothing before them: formatting and what may be ignored. The
 * terminal would give each a cell, where tmux and string-width, which agents lay out with, count none.
 */
export function dropHidden(handler: Printer, print: Print): Print {
  return (codes, start, end) => {
    let from = start;
    for (let at = start; at < end; at++) {
      const code = codes[at] as number;
      if (!isHidden(code)) continue;
      if (at > from) print(codes, from, at);
      const joins = isJoiner(code) && handler._parser.precedingJoinState !== 0 && handler._activeBuffer.x > 0;
      from = joins ? at : at + 1;
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

/** Reports whether a character belongs to the one before it: joiners, selectors of variations and tags. */
function isJoiner(code: number): boolean {
  if (code < 0xfe00)
    return code === 0x200c || code === 0x200d || (code < 0x1810 && code !== 0x61c && code !== 0x180e);
  return code <= 0xfe0f || (code >= 0xe0020 && code <= 0xe007f) || (code >= 0xe0100 && code <= 0xe01ef);
}

/** Embeddings and overrides, invisible operators, isolates, and what came before those. */
function isFormat(code: number): boolean {
  return code <= 0x202e || code >= 0x2060;
}
