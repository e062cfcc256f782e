import { writeSync } from 'node:fs';
import type { ReadStream, WriteStream } from 'node:tty';
import { type NotificationStyle, notificationBytes } from './notification.ts';
import {
  enterSequence,
  leaveSequence,
  type OuterOptions,
  retakeSequence,
  titleSequence,
} from './terminalModes.ts';

/** `process.stdout`. */
type Output = WriteStream & { readonly fd: number };

const deadlySignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** How long a terminal that takes no bytes may hold up our end. */
const longestRestoreMs = 300;

const bellRestMs = 1_000;

/** A stop does not come about where no shell could continue us; after this time we go on by ourselves. */
const stopMs = 100;

/**
 * The person's terminal: the one writer of its output and reader of its input. Between `enter` and `restore` it is
 * ours; however the process ends, short of SIGKILL, it is given back as it was, and only then is an error shown.
 * One for each process, for it watches the process's signals.
 */
export class OuterTerminal {
  /** Raw bytes as they come. */
  onInput: (chunk: Buffer) => void = ignore;
  onResize: () => void = ignore;
  /** What was written is out, and `isReady` true again. */
  onReady: () => void = ignore;
  /** The terminal was in other hands: its size may have changed, and all must be painted again. */
  onReturn: () => void = ignore;

  readonly #input: ReadStream;
  readonly #output: Output;
  readonly #options: OuterOptions;
  #title = '';
  #rangAt = Number.NEGATIVE_INFINITY;
  #state: 'free' | 'ours' | 'suspended' = 'free';

  constructor(input: ReadStream, output: Output, options: OuterOptions) {
    this.#input = input;
    this.#output = output;
    this.#options = options;
    // Not the stream's own event: a size that changed and changed back at once is none to it, but cells were lost.
    process.on('SIGWINCH', () => this.onResize());
    // A terminal that is gone; the signal that says so reaches only the leader of a session.
    for (const stream of [input, output]) stream.on('error', () => this.#dieOf('SIGHUP'));
    input.on('end', () => this.#dieOf('SIGHUP'));
    process.on('exit', () => this.restore());
    // Whatever nobody caught: Node.js then prints it and ends the process.
    process.on('uncaughtExceptionMonitor', () => this.restore());
    for (const signal of deadlySignals) process.on(signal, this.#dieOf);
    process.on('SIGTSTP', this.suspend);
    process.on('SIGCONT', this.#return);
  }

  /** In cells; 80×24 if the terminal does not know. */
  get size(): { readonly cols: number; readonly rows: number } {
    return { cols: this.#output.columns || 80, rows: this.#output.rows || 24 };
  }

  /** Whether a frame would go out at once. If not, skip it: `onReady` comes, and a newer frame will do. */
  get isReady(): boolean {
    return this.#state === 'ours' && this.#output.writableLength === 0;
  }

  /** Takes the terminal; what it shows is then blank. */
  enter(): void {
    this.#state = 'ours';
    setBlocking(this.#output, false);
    // Off first: after a stop by others the terminal's mode is not what Node.js believes.
    this.#input.setRawMode(false).setRawMode(true);
    this.#input.off('data', this.#read).on('data', this.#read).resume();
    this.#writeNow(enterSequence(this.#options));
    this.#writeTitle();
  }

  /** Takes the terminal back from a program that had it to itself, with our bytes as a link; all must be painted again. */
  retake(): void {
    this.write(retakeSequence(this.#options, this.size.cols));
    this.#writeTitle();
  }

  /** Ignored while the terminal is not ours. */
  write(bytes: string | Uint8Array): void {
    if (this.#state !== 'ours' || bytes.length === 0) return;
    this.#output.write(bytes, () => {
      if (this.isReady) this.onReady();
    });
  }

  /**
   * Puts text into the clipboard of the person's terminal (OSC 52), after the frames on their way. In base64 no text
   * can end the sequence. Whether the terminal takes it nobody can know.
   */
  copy(text: string): void {
    this.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x1b\\`);
  }

  /** Resolves when all that was written is out, or the terminal has taken too long about it. */
  async written(): Promise<void> {
    if (this.#output.writableLength === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const giveUp = setTimeout(resolve, longestRestoreMs);
    this.#output.write('', () => resolve());
    await promise;
    clearTimeout(giveUp);
  }

  /** Names the terminal's window, until it is given back; again whenever it is taken. */
  setTitle(title: string): void {
    if (title === this.#title) return;
    this.#title = title;
    this.#writeTitle();
  }

  /** Has the terminal show a notification, if it is one that can. */
  notify(style: NotificationStyle, title: string, text: string): void {
    this.write(notificationBytes(style, title, text));
  }

  /** At most once a second: many who ring at once are one reason to look up. */
  ring(): void {
    const now = performance.now();
    if (now - this.#rangAt < bellRestMs) return;
    this.#rangAt = now;
    this.write('\x07');
  }

  /** Gives the terminal back; twice does no harm. Frames not out yet are dropped if the process then ends. */
  restore(): void {
    const wasOurs = this.#state === 'ours';
    this.#state = 'free';
    if (wasOurs) this.#giveBack();
  }

  /** Stops the process and its group, as ctrl-z does elsewhere, until the shell continues it. */
  readonly suspend = (): void => {
    if (this.#state !== 'ours') return;
    this.#state = 'suspended';
    this.#giveBack();
    process.off('SIGTSTP', this.suspend);
    process.kill(0, 'SIGTSTP');
    setTimeout(() => this.#state === 'suspended' && this.#return(), stopMs);
  };

  readonly #return = (): void => {
    if (this.#state === 'free') return;
    if (this.#state === 'suspended') process.on('SIGTSTP', this.suspend);
    this.enter();
    this.onReturn();
  };

  readonly #read = (chunk: Buffer): void => this.onInput(chunk);

  readonly #dieOf = (signal: NodeJS.Signals): void => {
    this.restore();
    process.off(signal, this.#dieOf);
    process.kill(process.pid, signal);
  };

  #writeTitle(): void {
    if (this.#options.title && this.#title !== '') this.write(titleSequence(this.#title));
  }

  #giveBack(): void {
    this.#writeNow(leaveSequence(this.#options, this.size.cols));
    this.#input.off('data', this.#read).pause();
    this.#input.setRawMode(false);
    setBlocking(this.#output, true);
  }

  /** Past the stream's queue and its callbacks, which do not come any more when the process ends. */
  #writeNow(text: string): void {
    let bytes = Buffer.from(text);
    const deadline = performance.now() + longestRestoreMs;
    while (bytes.length > 0 && performance.now() < deadline) {
      try {
        bytes = bytes.subarray(writeSync(this.#output.fd, bytes));
      } catch (error) {
        // Anything but a full buffer: the terminal is gone.
        if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      }
    }
  }
}

/**
 * Node.js lets a write to a terminal wait until the terminal has taken it, and with it the whole process: neither keys
 * nor signals would come through while a person holds the output with ctrl-s. It has no public way to say otherwise.
 */
function setBlocking(output: Output, blocking: boolean): void {
  const { _handle: handle } = output as { _handle?: { setBlocking?: (blocking: boolean) => void } };
  handle?.setBlocking?.(blocking);
}

function ignore(): void {}
