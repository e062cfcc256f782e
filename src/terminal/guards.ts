import type { Terminal } from '@xterm/headless';
import type { SequenceId } from './xtermReader.ts';

/** Makes `amend` the judge of a sequence's first parameter, 0 when it has none. */
export type Amend = (terminal: Terminal, id: SequenceId, amend: (first: number) => number) => void;

/** Sequences that @xterm/headless 6.0.0 repeats as often as they say, up to 2^31 times. */
const repeatedPerRow = ['L', 'M', 'S', 'T'];
const repeatedPerColumn = ['I', 'Z', 'b'];

/**
 * Takes the sting out of sequences that would stop the terminal or fill its memory: every program can print
 * them.
 */
export function guard(terminal: Terminal, amend: Amend): void {
  for (const final of repeatedPerRow) amend(terminal, { final }, (count) => Math.min(count, terminal.rows));
  for (const final of repeatedPerColumn)
    amend(terminal, { final }, (count) => Math.min(count, terminal.cols));
  for (const id of [{ final: 'J' }, { prefix: '?', final: 'J' }])
    amend(terminal, id, (part) => (part === 1 && isAtEnd(terminal) ? 2 : part));
}

/** Erasing up to the last cell is erasing all, but throws in 6.0.0. */
function isAtEnd(terminal: Terminal): boolean {
  const { cursorX, cursorY } = terminal.buffer.active;
  return cursorX >= terminal.cols - 1 && cursorY >= terminal.rows - 1;
}

/** By the public interface: a sequence that would need another parameter is dropped. */
export const amendPublicly: Amend = (terminal, id, amend) => {
  terminal.parser.registerCsiHandler(id, ([first]) => {
    const count = typeof first === 'number' ? first : 0;
    return amend(count) !== count;
  });
};
