/** Escape sequences: arrows and other keys, and the marks around what is pasted. The rest of one may come later. */
const sequence = /^\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|[^[O])/;
const halfSequence = /^\x1b(?:\[[0-?]*[ -/]*|O)$/;

/** A line that is written without being seen, edited as a terminal itself would. */
export class HiddenLine {
  #keys: string[] = [];
  #half = '';

  get text(): string {
    return this.#keys.join('');
  }

  /** @returns how it ended; null while it has not. What comes behind its end is dropped. */
  take(input: string): 'given' | 'cancelled' | null {
    let rest = this.#half + input;
    this.#half = '';
    while (rest !== '') {
      if (halfSequence.test(rest)) {
        this.#half = rest;
        return null;
      }
      const found = sequence.exec(rest)?.[0];
      const key = found ?? String.fromCodePoint(rest.codePointAt(0) ?? 0);
      rest = rest.slice(key.length);
      if (found !== undefined) continue;
      if (key === '\r' || key === '\n') return 'given';
      if (key === '\x03' || key === '\x04') return 'cancelled';
      this.#press(key);
    }
    return null;
  }

  /** Backspace takes back one character, Ctrl-U all of them; no other control character means anything here. */
  #press(key: string): void {
    if (key === '\x7f' || key === '\b') this.#keys.pop();
    else if (key === '\x15') this.#keys = [];
    else if (key >= ' ') this.#keys.push(key);
  }
}
