import type { Terminal } from '@xterm/headless';
import { writeNow } from '../../../src/terminal/xterm.ts';
import { blankLook, hasOddWidth, type Look, looksOf, terminal, told } from '../looks.ts';
import { linksOf, PanePath, type Size, sameLook, underlinesOf } from './panePath.ts';

/** Bytes to be written and painted at once, or a new size of the pane. */
export type Piece = Buffer | Size;

export interface Trial {
  readonly size: Size;
  readonly pieces: readonly Piece[];
}

/**
 * Shows a stream in a pane and in a terminal of its own, and compares the two before every change of size and at
 * the end.
 * @returns the first difference, null when there is none
 */
export function differenceIn({ size, pieces }: Trial): string | null {
  const path = new PanePath(size);
  const direct = terminal(size.cols, size.rows);
  try {
    for (const piece of pieces) {
      if (Buffer.isBuffer(piece)) {
        path.write(piece);
        writeNow(direct, piece);
        continue;
      }
      const difference = compare(path, direct);
      if (difference) return difference;
      path.resize(piece);
      direct.resize(piece.cols, piece.rows);
    }
    return compare(path, direct);
  } finally {
    path.dispose();
    direct.dispose();
  }
}

function compare(path: PanePath, direct: Terminal): string | null {
  const { pane, underlines, links, cursor, spill } = path.settle();
  const expectedUnderlines = underlinesOf(direct);
  const expectedLinks = linksOf(direct);
  for (const [y, row] of looksOf(direct).entries())
    for (const [x, look] of row.entries()) {
      const seen = pane[y]?.[x] ?? blankLook;
      const isSame =
        sameLook(seen, look) &&
        underlines[y]?.[x] === expectedUnderlines[y]?.[x] &&
        links[y]?.[x] === expectedLinks[y]?.[x];
      if (!isSame && !isKnown(look, row[x - 1]))
        return `cell ${x},${y} of ${row.length} shows ${told(seen)} instead of ${told(look)}, or another underline or link`;
    }
  const { cursorX, cursorY } = direct.buffer.active;
  const place = `${Math.min(cursorX, direct.cols - 1)},${cursorY}`;
  if (cursor !== null && cursor !== place) return `the cursor is at ${cursor} instead of ${place}`;
  return spill && `cell ${spill} around the pane has changed`;
}

/**
 * The one difference that is left: a cluster that was joined to the half of an overwritten character keeps a
 * width that no terminal gives the same text when it is printed anew.
 */
function isKnown(look: Look, left: Look | undefined): boolean {
  return hasOddWidth(look.width === 0 ? (left ?? look) : look);
}

/** A trial as one line from which it can be repeated; each character of a text is a byte. */
export function trialText({ size, pieces }: Trial): string {
  const plain = pieces.map((piece) => (Buffer.isBuffer(piece) ? piece.toString('latin1') : piece));
  return JSON.stringify({ size, pieces: plain });
}
