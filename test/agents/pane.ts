import xterm from '@xterm/headless';
import { type IPty, spawn } from 'node-pty';

export interface PaneStart {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cols?: number;
  readonly rows?: number;
}

/** Milliseconds that a fact may take to come true on a busy machine. */
const patience = 25_000;

/** A program in a real PTY, read by a headless terminal. */
export class Pane {
  readonly exited: Promise<{ readonly exitCode: number; readonly signal: number }>;
  /** Every title in order. */
  readonly titles: string[] = [];
  /** All it wrote. */
  printed = '';
  readonly #pty: IPty;
  readonly #terminal;
  #hasExited = false;
  #onChange: () => void = () => {};

  constructor({ command: [program = '', ...args], cwd, env, cols = 100, rows = 40 }: PaneStart) {
    this.#terminal = new xterm.Terminal({ cols, rows, scrollback: 5000, allowProposedApi: true });
    this.#pty = spawn(program, args, { cwd, env: { ...env }, cols, rows });
    this.#terminal.onTitleChange((title) => this.titles.push(title));
    this.#terminal.onData((reply) => {
      if (!this.#hasExited) this.#pty.write(reply);
    });
    this.#pty.onData((output) => {
      this.printed += output;
      this.#terminal.write(output, () => this.#onChange());
    });
    this.exited = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal = 0 }) => {
        this.#hasExited = true;
        // The last output is on the screen before the exit is reported.
        this.#terminal.write('', () => resolve({ exitCode, signal }));
      });
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  get title(): string {
    return this.titles.at(-1) ?? '';
  }

  /** The visible lines, without trailing blanks. */
  screen(): string {
    const { active } = this.#terminal.buffer;
    const lines = Array.from({ length: this.#terminal.rows }, (_, i) => {
      return active.getLine(active.viewportY + i)?.translateToString(true) ?? '';
    });
    return lines.join('\n').trimEnd();
  }

  write(keys: string): void {
    this.#pty.write(keys);
  }

  resize(cols: number, rows: number): void {
    this.#terminal.resize(cols, rows);
    this.#pty.resize(cols, rows);
  }

  /** Waits until the screen shows something. @throws Error with the screen when it does not come */
  async shows(what: string | RegExp): Promise<string> {
    const isThere = (screen: string) =>
      typeof what === 'string' ? screen.includes(what) : what.test(screen);
    return this.until(() => isThere(this.screen()), `the screen to show ${what}`);
  }

  /** Waits until something is true of the pane; looks again with every output. */
  async until(isTrue: () => boolean, what: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const fail = (why: string) =>
      reject(new Error(`${why} while waiting for ${what}; the screen:\n${this.screen()}`));
    const timer = setTimeout(() => fail('time is up'), patience);
    this.#onChange = () => {
      if (isTrue()) resolve(this.screen());
    };
    void this.exited.then(() => (isTrue() ? resolve(this.screen()) : fail('the program ended')));
    this.#onChange();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#onChange = () => {};
    }
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    if (!this.#hasExited) this.#pty.kill(signal);
    await this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGKILL');
    this.#terminal.dispose();
  }
}
