import type { Terminal } from '@xterm/headless';
import type { Grid } from './screen.ts';

/**
 * Fills all rows of a grid from lines of a terminal's active buffer, line `first` and on; 0 is the oldest line.
 * Cells the terminal does not have go blank.
 */
export type ReadLines = (terminal: Terminal, first: number, grid: Grid) => void;
