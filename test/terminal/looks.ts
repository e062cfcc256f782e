import type { Terminal } from '@xterm/headless';
import { createTerminal } from '../../src/terminal/emulator.ts';
import { createGrid, type Grid, isPrintable, printableText } from '../../src/terminal/screen.ts';
import { readLines, writeNow } from '../../src/terminal/xterm.ts';

/** A terminal that takes no short cuts in printing. */
export function terminal(cols: number, rows: number): Terminal {
  return createTerminal({ cols, rows, scrollback: 64, convertEol: false });
}

export function gridOf(shown: Terminal): Grid {
  const grid = createGrid(shown.cols, shown.rows);
  readLines(shown, shown.buffer.active.baseY, grid);
  return grid;
}

/** A cell as the public interface tells it. */
export interface Look {
  text: string;
  width: number;
  readonly style: string;
}

export const blankLook: Look = { text: ' ', width: 1, style: '' };

export function blanked({ style }: Look): Look {
  return { text: ' ', width: 1, style };
}

/** The screen as the public interface tells it. */
export function looksOf(shown: Terminal): Look[][] {
  const buffer = shown.buffer.active;
  return Array.from({ length: shown.rows }, (_, y) => {
    const line = buffer.getLine(buffer.baseY + y);
    const row = Array.from({ length: shown.cols }, (_, x): Look => {
      const cell = line?.getCell(x);
      if (!cell) return { ...blankLook };
      const style = [
        cell.isFgDefault() ? '' : `fg ${cell.getFgColorMode()} ${cell.getFgColor()}`,
        cell.isBgDefault() ? '' : `bg ${cell.getBgColorMode()} ${cell.getBgColor()}`,
        cell.isBold() && 'bold',
        cell.isDim() && 'dim',
        cell.isItalic() && 'italic',
        cell.isUnderline() && 'underline',
        cell.isBlink() && 'blink',
        cell.isInverse() && 'inverse',
        cell.isInvisible() && 'invisible',
        cell.isStrikethrough() && 'strikethrough',
        cell.isOverline() && 'overline',
      ];
      const text = cell.getChars();
      return { text, width: cell.getWidth(), style: style.filter(Boolean).join(', ') };
    });
    return row.map((look, x) => printableLook(look, row[x - 1], row[x + 1]));
  });
}

/** What must not be printed is blank, and so is half of a character. */
function printableLook(look: Look, left: Look | undefined, right: Look | undefined): Look {
  const code = look.text.codePointAt(0) ?? 0;
  const text = isPrintable(code) ? printableText(look.text) : ' ';
  if (look.width === 2 && right?.width === 0 && text !== ' ') return { ...look, text };
  if (look.width === 0 && left?.width === 2) {
    const isShown = isPrintable(left.text.codePointAt(0) ?? 0) && left.text !== ' ';
    return isShown ? { text: '', width: 0, style: left.style } : { text: ' ', width: 1, style: left.style };
  }
  if (look.width === 1) return { ...look, text };
  return blanked(look);
}

const scratch = terminal(40, 1);

/** Overwriting half of what is being joined gives cells of a width their text does not have when printed anew. */
export function hasOddWidth({ text, width }: Look): boolean {
  if ([...text].length < 2) return false;
  writeNow(scratch, `\x1b[H${text}`);
  return scratch.buffer.active.cursorX !== width;
}

export function told({ text, width, style }: Look): string {
  const codes = [...text].map((part) => (part.codePointAt(0) ?? 0).toString(16));
  return `'${codes.join(' ')}' ${width} (${style})`;
}
