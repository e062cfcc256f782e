import type { Terminal } from '@xterm/headless';

type Params = readonly (number | number[])[];

/** Programs nest a few deep; of a longer stack the oldest entries are dropped, as the protocol allows. */
const deepest = 16;
/** Flags that the protocol has: disambiguate 1, event types 2, alternate keys 4, all as escapes 8, text 16. */
const allFlags = 31;

/**
 * Which keyboard reports a program asked for by the kitty keyboard protocol
 * (sw.kovidgoyal.net/kitty/keyboard-protocol): a stack of flags for each of the two screens.
 */
export class KeyboardStack {
  readonly #terminal: Terminal;
  #main = [0];
  #alternate = [0];

  /** @param onReply gets the answer to a query, in the order of the program's queries */
  constructor(terminal: Terminal, onReply: (bytes: string) => void) {
    this.#terminal = terminal;
    const handle = (prefix: string, act: (params: Params) => void) =>
      terminal.parser.registerCsiHandler({ prefix, final: 'u' }, (params) => {
        act(params);
        return true;
      });
    handle('>', ([flags]) => this.#push(numberOf(flags)));
    handle('<', ([count]) => this.#pop(Math.max(1, numberOf(count))));
    handle('=', ([flags, mode]) => this.#set(numberOf(flags), numberOf(mode)));
    handle('?', () => onReply(`\x1b[?${this.flags}u`));
    terminal.parser.registerEscHandler({ final: 'c' }, () => {
      this.#main = [0];
      this.#alternate = [0];
      return false;
    });
  }

  /** 0–31, of the screen that is shown. */
  get flags(): number {
    return this.#shown.at(-1) ?? 0;
  }

  get #shown(): number[] {
    return this.#terminal.buffer.active.type === 'alternate' ? this.#alternate : this.#main;
  }

  #push(flags: number): void {
    const stack = this.#shown;
    stack.push(flags & allFlags);
    if (stack.length > deepest) stack.shift();
  }

  /** The last entry stays, without flags. */
  #pop(count: number): void {
    const stack = this.#shown;
    stack.length -= Math.min(count, stack.length);
    if (stack.length === 0) stack.push(0);
  }

  /** Mode 1, or none, sets all flags to those given; 2 adds these, 3 takes these away. */
  #set(given: number, mode: number): void {
    const stack = this.#shown;
    const flags = given & allFlags;
    const added = mode === 3 ? this.flags & ~flags : mode === 2 ? this.flags | flags : flags;
    if (mode <= 3) stack[stack.length - 1] = added;
  }
}

function numberOf(param: number | number[] | undefined): number {
  return typeof param === 'number' ? param : 0;
}
