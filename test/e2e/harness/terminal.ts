import xterm from '@xterm/headless';
import { type IPty, spawn } from 'node-pty';
import { measureByGraphemes } from '../../../src/terminal/xterm.ts';
import { bytesOfKey } from './keyboard.ts';

export interface TestTerminalOptions {
  readonly cwd: string;
  /** All that the program gets, beside TERM. */
  readonly env: Readonly<Record<string, string>>;
  readonly cols?: number;
  readonly rows?: number;
}

/** Characters. */
const longestSaid = 1_000_000;

export interface Exit {
  readonly exitCode: number;
  /** Number of the signal it died of, or 0. */
  readonly signal: number;
}

/** What to wait for on the screen. */
export type Sight = string | RegExp | ((screen: string) => boolean);

type MouseCell = readonly [x: number, y: number];

interface Waiting {
  readonly check: () => void;
  readonly fail: (why: string) => void;
}

/** A program in a real terminal, used as a person would: look at the screen, press keys, wait until something is seen. */
export class TestTerminal {
  readonly #exited = Promise.withResolvers<Exit>();
  readonly #pty: IPty;
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  readonly #waiting = new Set<Waiting>();
  #exit: Exit | null = null;
  #unparsed = 0;
  #isCursorVisible = true;
  #clipboard: string | null = null;
  #said = '';

  constructor(command: readonly [string, ...string[]], options: TestTerminalOptions) {
    const { cols = 100, rows = 30, cwd } = options;
    const [file, ...args] = command;
    const env = { TERM: 'xterm-256color', ...options.env };
    this.#terminal = new xterm.Terminal({
      cols,
      rows,
      scrollback: 1000,
      allowProposedApi: true,
      logLevel: 'off',
    });
    measureByGraphemes(this.#terminal);
    this.#watchCursor();
    this.#watchClipboard();
    this.#pty = spawn(file, args, { name: env.TERM, cols, rows, cwd, env });
    this.#pty.onData((data) => this.#receive(data));
    this.#terminal.onData((reply) => this.#exit === null && this.#pty.write(reply));
    this.#pty.onExit(({ exitCode, signal = 0 }) => {
      this.#exit = { exitCode, signal };
      this.#settle();
    });
  }

  /** When the program has ended and all it said is on the screen. */
  get exited(): Promise<Exit> {
    return this.#exited.promise;
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** The lines now visible, without blanks at their ends. */
  screen(): string {
    const { active } = this.#terminal.buffer;
    const line = (y: number) =>
      active
        .getLine(active.baseY + y)
        ?.translateToString()
        .trimEnd() ?? '';
    return Array.from({ length: this.#terminal.rows }, (_, y) => line(y)).join('\n');
  }

  /** How many of the visible cells have a colour of their own, in front or behind. */
  get colouredCells(): number {
    const { active } = this.#terminal.buffer;
    const { cols, rows } = this.#terminal;
    let count = 0;
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < cols; x++) {
        const cell = active.getLine(active.baseY + y)?.getCell(x);
        if (cell && !(cell.isFgDefault() && cell.isBgDefault())) count += 1;
      }
    return count;
  }

  /** The colour behind a cell, as the emulator counts them; -1 for the terminal's own. */
  backgroundAt(x: number, y: number): number {
    const { active } = this.#terminal.buffer;
    const cell = active.getLine(active.baseY + y)?.getCell(x);
    return !cell || cell.isBgDefault() ? -1 : cell.getBgColor();
  }

  /** How a cell is told from others without colour. */
  weightAt(
    x: number,
    y: number,
  ): { readonly bold: boolean; readonly dim: boolean; readonly reversed: boolean } {
    const { active } = this.#terminal.buffer;
    const cell = active.getLine(active.baseY + y)?.getCell(x);
    const is = (flag: number | undefined) => (flag ?? 0) !== 0;
    return { bold: is(cell?.isBold()), dim: is(cell?.isDim()), reversed: is(cell?.isInverse()) };
  }

  /** Cells from the top left corner, from 0. */
  get cursor(): { readonly x: number; readonly y: number; readonly visible: boolean } {
    const { cursorX, cursorY } = this.#terminal.buffer.active;
    return { x: cursorX, y: cursorY, visible: this.#isCursorVisible };
  }

  /** What the program has written, byte for byte; of a long-winded one the end. */
  get said(): string {
    return this.#said;
  }

  /** What the program has put into the terminal's clipboard last, through OSC 52. */
  get clipboard(): string | null {
    return this.#clipboard;
  }

  /** Which modes the program has set. */
  get modes() {
    const { bracketedPasteMode, mouseTrackingMode, sendFocusMode, wraparoundMode } = this.#terminal.modes;
    return {
      alternateScreen: this.#terminal.buffer.active.type === 'alternate',
      bracketedPaste: bracketedPasteMode,
      focusEvents: sendFocusMode,
      mouse: mouseTrackingMode,
      wrap: wraparoundMode,
    };
  }

  /**
   * Keys by name or character, at once one after the other: `press('n', 'ctrl-q')`. After `escape` wait until its effect
   * is seen; what follows at once is read as Alt.
   */
  press(...keys: string[]): void {
    for (const key of keys) this.#pty.write(bytesOfKey(key));
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  paste(text: string): void {
    const isBracketed = this.#terminal.modes.bracketedPasteMode;
    this.#pty.write(isBracketed ? `\x1b[200~${text}\x1b[201~` : text);
  }

  /** A click of the left button on a cell, counted from 0. */
  click(x: number, y: number): void {
    this.#pty.write(`\x1b[<0;${x + 1};${y + 1}M\x1b[<0;${x + 1};${y + 1}m`);
  }

  /** Presses the left button on one cell, moves through others and lets go on the last, counted from 0. */
  drag(...cells: readonly MouseCell[]): void {
    this.carry(...cells);
    const last = cells.at(-1);
    if (last) this.letGo(last);
  }

  /** The same, with the button still held down on the last cell. */
  carry(...cells: readonly MouseCell[]): void {
    for (const [nth, cell] of cells.entries()) this.#reportMouse(nth === 0 ? 0 : 32, cell, 'M');
  }

  /** Lets the left button go on a cell, counted from 0. */
  letGo(cell: MouseCell): void {
    this.#reportMouse(0, cell, 'm');
  }

  /** Turns the wheel by notches above a cell, counted from 0; negative is up. */
  wheel(x: number, y: number, notches: number): void {
    const report = `\x1b[<${notches < 0 ? 64 : 65};${x + 1};${y + 1}M`;
    this.#pty.write(report.repeat(Math.abs(notches)));
  }

  resize(cols: number, rows: number): void {
    this.#terminal.resize(cols, rows);
    this.#pty.resize(cols, rows);
  }

  /** Sends a signal to the program alone. */
  kill(signal: NodeJS.Signals = 'SIGHUP'): void {
    process.kill(this.#pty.pid, signal);
  }

  /** No output is taken any more: to the program the terminal is stuck. */
  pause(): void {
    this.#pty.pause();
  }

  resume(): void {
    this.#pty.resume();
  }

  /**
   * Waits for something to be seen; looks again after each output. @returns the screen that shows it
   * @throws with the whole screen when the time is over or the program has ended without
   */
  until(sight: Sight, { timeout = 30_000 }: { timeout?: number } = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
      };
      const waiting: Waiting = {
        check: () => {
          const screen = this.screen();
          if (!isSeen(sight, screen)) return;
          end();
          resolve(screen);
        },
        fail: (why) => {
          end();
          reject(new Error(`${why} Waited for ${nameOf(sight)}, but saw:\n${framed(this.screen())}`));
        },
      };
      const timer = setTimeout(() => waiting.fail(`${timeout} ms are over.`), timeout);
      this.#waiting.add(waiting);
      waiting.check();
      this.#settle();
    });
  }

  /** Ends the program if it has not ended. */
  async dispose(): Promise<void> {
    this.#pty.resume();
    try {
      if (this.#exit === null) this.kill('SIGKILL');
    } catch {
      // It has ended, and the news is under way.
    }
    await this.exited;
    this.#terminal.dispose();
  }

  #reportMouse(code: number, [x, y]: MouseCell, final: 'M' | 'm'): void {
    this.#pty.write(`\x1b[<${code};${x + 1};${y + 1}${final}`);
  }

  #receive(data: string): void {
    this.#unparsed += 1;
    this.#said = (this.#said + data).slice(-longestSaid);
    this.#terminal.write(data, () => {
      this.#unparsed -= 1;
      for (const { check } of [...this.#waiting]) check();
      this.#settle();
    });
  }

  /** After the end nothing new will be seen. */
  #settle(): void {
    if (this.#exit === null || this.#unparsed > 0) return;
    this.#exited.resolve(this.#exit);
    const { exitCode, signal } = this.#exit;
    for (const { fail } of [...this.#waiting])
      fail(`The program ended (code ${exitCode}, signal ${signal}).`);
  }

  #watchClipboard(): void {
    this.#terminal.parser.registerOscHandler(52, (data) => {
      this.#clipboard = Buffer.from(data.replace(/^[a-z]*;/, ''), 'base64').toString();
      return true;
    });
  }

  #watchCursor(): void {
    for (const [final, visible] of [
      ['h', true],
      ['l', false],
    ] as const)
      this.#terminal.parser.registerCsiHandler({ prefix: '?', final }, (modes) => {
        if (modes.includes(25)) this.#isCursorVisible = visible;
        return false;
      });
  }
}

function isSeen(sight: Sight, screen: string): boolean {
  if (typeof sight === 'string') return screen.includes(sight);
  return sight instanceof RegExp ? sight.test(screen) : sight(screen);
}

function nameOf(sight: Sight): string {
  return typeof sight === 'string' ? JSON.stringify(sight) : String(sight);
}

function framed(screen: string): string {
  const lines = screen.trimEnd().split('\n');
  return [
    ...lines.map((line) => `│ ${line}`),
    `└ ${screen.split('\n').length - lines.length} more blank lines`,
  ].join('\n');
}
