import type { IBufferCell, Terminal } from '@xterm/headless';
import {
  Background,
  blankText,
  cellIndex,
  codeWord,
  completeWide,
  createGrid,
  Foreground,
  type Grid,
  setBlank,
  textWord,
  underlineShift,
  wordText,
} from '../../src/terminal/screen.ts';
import type { RowText } from '../../src/terminal/xterm.ts';

/** By the public interface: some ten times slower, and every underline is a single one. */
export function readPublicly(terminal: Terminal, first: number, grid: Grid): void {
  const buffer = terminal.buffer.active;
  const cell = buffer.getNullCell();
  const next = buffer.getNullCell();
  for (let y = 0; y < grid.rows; y++) {
    const line = buffer.getLine(first + y);
    for (let x = 0; x < grid.cols; x++) {
      const at = cellIndex(grid, x, y);
      if (!line?.getCell(x, cell)) {
        setBlank(grid.data, at);
        continue;
      }
      const isWide =
        cell.getWidth() === 2 && x + 1 < grid.cols && line.getCell(x + 1, next)?.getWidth() === 0;
      readCell(cell, isWide, grid, at);
      if (isWide) {
        x++;
        completeWide(grid.data, at);
      }
    }
  }
}

function readCell(cell: IBufferCell, isWide: boolean, grid: Grid, at: number): void {
  const { data } = grid;
  const shown = cell.getWidth() === 1 || isWide;
  const width = isWide ? 2 : 1;
  const chars = cell.getChars();
  if (!shown || chars === '') data[at] = blankText;
  else data[at] = chars.length > 1 ? textWord(grid, chars, width) : codeWord(cell.getCode(), width);
  data[at + 1] =
    (cell.isFgDefault() ? 0 : cell.getFgColorMode() | cell.getFgColor()) |
    (cell.isInverse() ? Foreground.inverse : 0) |
    (cell.isBold() ? Foreground.bold : 0) |
    (cell.isBlink() ? Foreground.blink : 0) |
    (cell.isInvisible() ? Foreground.invisible : 0) |
    (cell.isStrikethrough() ? Foreground.strikethrough : 0);
  data[at + 2] =
    (cell.isBgDefault() ? 0 : cell.getBgColorMode() | cell.getBgColor()) |
    (cell.isItalic() ? Background.italic : 0) |
    (cell.isDim() ? Background.dim : 0) |
    (cell.isOverline() ? Background.overline : 0);
  data[at + 3] = cell.isUnderline() ? 1 << underlineShift : 0;
}

/** By the public interface. */
export function readRowTextPublicly(terminal: Terminal, line: number): RowText {
  const grid = createGrid(terminal.cols, 1);
  readPublicly(terminal, line, grid);
  const columns: number[] = [];
  let text = '';
  for (let x = 0; x < grid.cols; x++) {
    const cell = wordText(grid, grid.data[cellIndex(grid, x, 0)] as number).normalize();
    for (let unit = 0; unit < cell.length; unit++) columns.push(x);
    text += cell;
  }
  return { text, columns };
}
