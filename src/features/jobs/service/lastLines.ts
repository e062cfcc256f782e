import { plainLine, withoutSequences } from '../../../lib/sanitize.ts';

/** Longer lines are cut: one of a progress bar may have no end. */
const longestLine = 400;

/** Keeps the last lines of an output, as plain text. */
export class LastLines {
  readonly #count: number;
  readonly #decoder = new TextDecoder();
  #lines: string[] = [''];

  constructor(count: number) {
    this.#count = count;
  }

  add(chunk: Uint8Array): void {
    const [rest = '', ...more] = this.#decoder.decode(chunk, { stream: true }).split('\n');
    const open = (this.#lines.pop() ?? '') + rest;
    this.#lines = [...this.#lines, open, ...more].map(cut).slice(-this.#count - 1);
  }

  /** Oldest first; empty lines at the end are left out. */
  get lines(): readonly string[] {
    const plain = this.#lines.map(shownLine);
    while (plain.at(-1) === '') plain.pop();
    return plain.slice(-this.#count);
  }
}

function cut(line: string): string {
  return line.length > longestLine ? line.slice(-longestLine) : line;
}

/** What a terminal would show of a line: of what was written over, the last. */
function shownLine(line: string): string {
  const last = line.replace(/\r+$/, '').split('\r').at(-1) ?? '';
  return plainLine(withoutSequences(last)).trimEnd();
}
