import { View } from '../../src/host/view.ts';
import { Emulator } from '../../src/terminal/emulator.ts';
import { cellText, cellWords, Foreground, type Grid, gridToText } from '../../src/terminal/screen.ts';

/** A view of a terminal in memory. */
export class Scene {
  readonly terminal: Emulator;
  readonly view: View;

  constructor(cols: number, rows: number, scrollback = 200) {
    this.terminal = new Emulator({ cols, rows, scrollback });
    const { terminal } = this;
    this.view = new View({
      readScreen(screen, changed, top) {
        if (terminal.isHeld() && screen.grid.cols === terminal.cols && screen.grid.rows === terminal.rows)
          return false;
        terminal.fillScreen(screen, changed, top);
        return true;
      },
      get lines() {
        return terminal.lines;
      },
      get rows() {
        return terminal.rows;
      },
    });
  }

  /** Prints `line 0` and so on, the cursor behind the last. */
  count(from: number, to: number): this {
    for (let n = from; n < to; n++) this.terminal.write(`\r\nline ${n}`);
    return this;
  }

  resize(cols: number, rows: number): void {
    const move = this.view.hold();
    this.terminal.resize(cols, rows);
    move();
  }

  get grid(): Grid {
    const screen = this.view.read();
    if (!screen) throw new Error('held');
    return screen.grid;
  }

  get text(): string {
    return gridToText(this.grid);
  }

  /** The first row's text. */
  get top(): string {
    return this.text.split('\n')[0] ?? '';
  }

  /** What is marked, row by row: `[…]` inverse, `<…>` black on yellow. */
  get marked(): string {
    return markedText(this.grid);
  }
}

export function markedText(grid: Grid): string {
  const rows = Array.from({ length: grid.rows }, (_, y) => {
    let text = '';
    let last = '';
    for (let x = 0; x < grid.cols; x++) {
      const at = (y * grid.cols + x) * cellWords;
      const isYellow = grid.data[at + 2] === 0x1000003;
      const mark = isYellow ? '<>' : (grid.data[at + 1] ?? 0) & Foreground.inverse ? '[]' : '';
      if (mark !== last) text += (last[1] ?? '') + (mark[0] ?? '');
      text += cellText(grid, x, y);
      last = mark;
    }
    return (text + (last[1] ?? '')).trimEnd();
  });
  return rows.join('\n').trimEnd();
}
