import { writeSync } from 'node:fs';
import { type BytePty, spawn } from 'node-pty';

export const outerSize = { cols: 220, rows: 60 };

/** Letters that nothing else prints, each a single cell everywhere. */
const letters = 'бгджзийлпфцчшщъыьэюяѓєѕїјљњћќўџґ';
/** Begins a picture, for programs that mark them: synchronized output. */
const pictureMark = Buffer.from('\x1b[?2026h');
/** Time after which something has gone wrong. */
const patienceMs = 30_000;
let used = 0;

/** Another letter than the last ones. */
export function nextLetter(): string {
  return letters[used++ % letters.length] ?? 'ж';
}

/** The terminal that a person would look at: takes whatever a program writes and looks for letters in it. */
export class Outer {
  /** Milliseconds from the start to the first character that can be seen. */
  readonly firstText: Promise<number>;
  readonly #pty: BytePty;
  readonly #ended = Promise.withResolvers<void>();
  #bytes = 0;
  #pictures = 0;
  #tail: Uint8Array = Buffer.alloc(0);
  #wanted: { readonly bytes: Buffer; readonly seen: (at: number) => void } | null = null;

  constructor(command: readonly [string, ...string[]], cwd: string, env: Readonly<Record<string, string>>) {
    const started = performance.now();
    const { promise, resolve } = Promise.withResolvers<number>();
    this.firstText = promise;
    const [file, ...args] = command;
    this.#pty = spawn(file, args, { name: env.TERM ?? '', ...outerSize, cwd, env, encoding: null });
    let text = '';
    this.#pty.onData((bytes) => {
      const now = performance.now();
      if (text !== 'seen') {
        text += bytes.toString();
        if (hasVisibleText(text)) {
          resolve(now - started);
          text = 'seen';
        }
      }
      this.#take(bytes, now);
    });
    this.#pty.onExit(() => this.#ended.resolve());
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** Written by the program so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Painted by the program so far; 0 where it does not mark them. */
  get pictures(): number {
    return this.#pictures;
  }

  press(keys: string): void {
    // Not through node-pty's queue, which takes a turn of a thread.
    writeSync(this.#pty.fd, keys);
  }

  resize({ cols, rows }: typeof outerSize): void {
    this.#pty.resize(cols, rows);
  }

  /** When the letter came, in milliseconds of `performance.now()`. One at a time. */
  sees(letter: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const giveUp = setTimeout(() => reject(new Error(`Waited in vain for “${letter}”.`)), patienceMs);
      this.#tail = Buffer.alloc(0);
      this.#wanted = {
        bytes: Buffer.from(letter),
        seen: (at) => {
          clearTimeout(giveUp);
          this.#wanted = null;
          resolve(at);
        },
      };
    });
  }

  /** Ends the program without a farewell. */
  async close(): Promise<void> {
    this.#pty.kill('SIGKILL');
    await this.#ended.promise;
  }

  #take(bytes: Buffer, now: number): void {
    this.#bytes += bytes.length;
    this.#pictures += countOf(pictureMark, bytes);
    if (!this.#wanted) return;
    // A letter may come in two pieces.
    const joined = this.#tail.length > 0 ? Buffer.concat([this.#tail, bytes]) : bytes;
    this.#tail = joined.subarray(-1);
    if (joined.includes(this.#wanted.bytes)) this.#wanted.seen(now);
  }
}

/** Those cut in two are not counted: few enough. */
function countOf(mark: Buffer, bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) count++;
  return count;
}

function hasVisibleText(text: string): boolean {
  return /\S/.test(
    text.replace(/\x1b(?:\[[0-9;?>=<]*[ -/]*[@-~]|[\]P][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*.)/g, ''),
  );
}
