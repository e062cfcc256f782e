import type { Terminal } from '@xterm/headless';
import { blankText, cellWords, codeMask, rightHalf } from '../domain/cell.ts';
import type { Grid } from '../domain/grid.ts';

/**
 * Fills all rows of a grid from lines of a terminal's active buffer, line `first` and on; 0 is the oldest line.
 * Cells the terminal does not have go blank.
 */
export type ReadLines = (terminal: Terminal, first: number, grid: Grid) => void;

export function setBlank(data: Uint32Array, at: number): void {
  data[at] = blankText;
  data[at + 1] = 0;
  data[at + 2] = 0;
  data[at + 3] = 0;
}

/** Writes the cell after a wide one, in its style. A wide character that must not be printed becomes two blanks. */
export function finishWide(data: Uint32Array, lead: number): void {
  const half = lead + cellWords;
  const isBlank = ((data[lead] as number) & codeMask) === 0x20;
  if (isBlank) data[lead] = blankText;
  data[half] = isBlank ? blankText : rightHalf;
  data.copyWithin(half + 1, lead + 1, lead + cellWords);
}
