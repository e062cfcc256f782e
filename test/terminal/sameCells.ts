import { cellWords, type Grid, wordLink, wordText } from '../../src/terminal/screen.ts';

/** Whether two grids look the same; each has its own numbers for clusters and links. */
export function sameCells(a: Grid, b: Grid): boolean {
  if (a.cols !== b.cols || a.rows !== b.rows) return false;
  for (let at = 0; at < a.data.length; at++) {
    const [one, other] = [a.data[at] ?? 0, b.data[at] ?? 0];
    const isSame =
      at % cellWords === 0
        ? wordText(a, one) === wordText(b, other) && wordLink(a, one) === wordLink(b, other)
        : one === other;
    if (!isSame) return false;
  }
  return true;
}
