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
    const plain = this.#lines.map(plainLine);
    while (plain.at(-1) === '') plain.pop();
    return plain.slice(-this.#count);
  }
}

function cut(line: string): string {
  return line.length > longestLine ? line.slice(-longestLine) : line;
}

/** Without escape sequences and other control characters; of what was written over, the last. */
function plainLine(line: string): string {
  const shown = line.replace(/\r+$/, '').split('\r').at(-1) ?? '';
  return shown
    .replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g, '')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trimEnd();
}
