import { accessSync, constants, readSync, statSync, writeSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { type BytePty, spawn } from 'node-pty';
import type { EndingStep, ShutdownPolicy } from '../ipc/hostApi.ts';
import {
  endProcesses,
  findMarked,
  findTree,
  listProcesses,
  type ProcessEntry,
  processStart,
} from '../lib/processes.ts';
import { failure, helpFor, type Result, success, whyOf } from '../lib/result.ts';
import { Backoff, pollUntil } from '../lib/schedule.ts';
import { asksNow, type Keyboard, typeWord } from './typeLine.ts';

interface PtyCommand {
  readonly command: readonly string[];
  readonly cwd: string;
  /** The child's complete environment; node-pty adds `PWD`. */
  readonly env: Readonly<Record<string, string>>;
  readonly cols: number;
  readonly rows: number;
}

/** Bytes of one read; the most that the kernel returns. */
const maxReadNow = 64 * 1024;
/** Milliseconds without output after which it counts as complete, although a process has the terminal open. */
const quietMs = 100;
/** Bounds the wait for a grandchild that keeps printing after the child's exit. */
const longestDrainMs = 2000;

/**
 * Starts a child on a pseudo-terminal.
 * @returns `spawn_failed`, also when folder or program is missing, which is checked before
 */
export function startPty(command: PtyCommand): Result<Pty> {
  const file = findProgram(command);
  if (!file.ok) return file;
  try {
    return success(new Pty(file.value, command));
  } catch (error) {
    // No more pseudo-terminals or processes available.
    return failure('spawn_failed', `${file.value} could not be started: ${whyOf(error)}`, helpFor(error));
  }
}

/**
 * One child on a pseudo-terminal: input, output, size and exit.
 *
 * node-pty 1.1.0 opens masters without close-on-exec, so on Linux a child inherits those of the children before it. A child
 * therefore gets no hangup when its master is closed here, only once later children have ended too.
 */
export class Pty {
  readonly pid: number;
  /** Distinguishes the child from a later process with its pid; null when it ended at once. */
  readonly start: string | null;
  /** Both are set before the next turn of the event loop, so that nothing is missed. */
  onOutput: (bytes: Buffer) => void = () => {};
  /** Called after all output. */
  onExit: (code: number, signal: number) => void = () => {};
  readonly #pty: BytePty;
  #hasExited = false;
  #lastOutput = 0;

  constructor(file: string, { command, cwd, env, cols, rows }: PtyCommand) {
    this.#pty = spawn(file, command.slice(1), {
      name: env.TERM ?? 'xterm-256color',
      cwd,
      env,
      cols,
      rows,
      encoding: null,
    });
    this.pid = this.#pty.pid;
    this.start = processStart(this.pid);
    this.#readToTheEnd();
    this.#pty.onData((bytes) => {
      this.#lastOutput = performance.now();
      this.onOutput(bytes);
    });
    this.#pty.onExit(({ exitCode, signal }) => this.onExit(exitCode, signal ?? 0));
  }

  /**
   * Writes as much as the kernel accepts.
   *
   * Bypasses node-pty: libuv treats a master as a blocking stream, and would busy-wait for a child that does not read.
   * @returns accepted bytes; 0 when the child's input is full; all when the child has ended
   */
  write(bytes: Uint8Array): number {
    if (this.#isClosed) return bytes.length;
    try {
      return writeSync(this.#pty.fd, bytes);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') return 0;
      if (code === 'EIO') return bytes.length;
      throw error;
    }
  }

  /**
   * Reads the output that is in the kernel, without a turn of the event loop.
   * @returns whether there was any
   */
  readNow(): boolean {
    const bytes = Buffer.allocUnsafe(maxReadNow);
    try {
      const count = this.#isClosed ? 0 : readSync(this.#pty.fd, bytes);
      if (count === 0) return false;
      this.#lastOutput = performance.now();
      this.onOutput(bytes.subarray(0, count));
      return true;
    } catch {
      // EAGAIN: no more output. EIO: the child has ended, which the stream reports.
      return false;
    }
  }

  resize(cols: number, rows: number): void {
    if (!this.#isClosed) this.#pty.resize(cols, rows);
  }

  /** Stops reading, so that the child blocks. */
  pause(): void {
    if (!this.#hasExited) this.#pty.pause();
  }

  resume(): void {
    if (!this.#isClosed) this.#pty.resume();
  }

  /** Reports whether the descriptor was closed, and may belong to another file. */
  get #isClosed(): boolean {
    return this.#pty._socket.destroyed;
  }

  /**
   * Reads the output to its end after the child's exit. node-pty destroys the stream 200 ms after the exit and loses unread
   * output. Here it is read until it ends, or until it is silent while a grandchild has it open.
   */
  #readToTheEnd(): void {
    const socket = this.#pty._socket;
    const destroy = socket.destroy.bind(socket);
    socket.destroy = (error) => {
      if (error || socket.readableEnded || this.#hasExited) return destroy(error);
      this.#hasExited = true;
      socket.resume();
      const started = performance.now();
      const check = setInterval(() => {
        const now = performance.now();
        const isDone = now - this.#lastOutput >= quietMs || now - started >= longestDrainMs;
        if (isDone) socket.destroy();
      }, quietMs);
      socket.once('close', () => clearInterval(check));
      return socket;
    };
  }
}

/** Finds the program's path by the child's own environment. */
function findProgram({ command, cwd, env }: PtyCommand): Result<string> {
  const name = command[0] ?? '';
  if (!isAbsolute(cwd) || !statSync(cwd, { throwIfNoEntry: false })?.isDirectory())
    return failure('spawn_failed', `The folder ${cwd} does not exist.`);
  const candidates = name.includes('/')
    ? [resolve(cwd, name)]
    : (env.PATH ?? '').split(delimiter).map((folder) => join(resolve(cwd, folder), name));
  const found = name === '' ? undefined : candidates.find(isProgram);
  if (found !== undefined) return success(found);
  return failure(
    'spawn_failed',
    `The program ${name || '(none)'} was not found.`,
    name.includes('/')
      ? 'Is the path right, and is the file executable?'
      : 'Is it installed, and on the PATH?',
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Missing, unreadable or not executable.
    return false;
  }
}

/** Small enough that the echo of a key takes a millisecond or two beside sixteen flooding terminals. */
const sliceBytes = 16 * 1024;
/** A smaller chunk is an echo rather than part of a flood. */
const smallBytes = 4 * 1024;
/** High and low watermark: reading pauses above the first and resumes below the second. */
const pauseAboveBytes = 128 * 1024;
const resumeBelowBytes = 32 * 1024;

interface OutputSink {
  parse(bytes: Buffer): void;
  pause(): void;
  resume(): void;
}

/**
 * The queue of a child's output before the parser. A small chunk is parsed at once when the queue is empty; everything else
 * in slices, one per terminal and turn of the event loop, so that terminals are served fairly.
 */
export class PtyOutput {
  readonly #sink: OutputSink;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #isPaused = false;
  /** A turn is scheduled; chunks until then are queued. */
  #isScheduled = false;
  #whenEmpty: (() => void) | null = null;

  constructor(sink: OutputSink) {
    this.#sink = sink;
  }

  push(bytes: Buffer): void {
    const isAtOnce = bytes.length < smallBytes && !this.#isScheduled;
    if (isAtOnce) this.#sink.parse(bytes);
    else {
      this.#waiting.push(bytes);
      this.#bytes += bytes.length;
    }
    if (!this.#isPaused && this.#bytes > pauseAboveBytes) {
      this.#isPaused = true;
      this.#sink.pause();
    }
    this.#schedule();
  }

  /** Parses the whole queue at once. */
  flush(): void {
    while (this.#bytes > 0) this.#turn();
  }

  /** Calls back, once, when the queue is empty. */
  whenEmpty(callback: () => void): void {
    if (this.#bytes === 0) callback();
    else this.#whenEmpty = callback;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#bytes > 0) this.#turn();
    });
  }

  #turn(): void {
    this.#sink.parse(this.#take());
    if (this.#isPaused && this.#bytes < resumeBelowBytes) {
      this.#isPaused = false;
      this.#sink.resume();
    }
    if (this.#bytes > 0) {
      this.#schedule();
      return;
    }
    const callback = this.#whenEmpty;
    this.#whenEmpty = null;
    callback?.();
  }

  #take(): Buffer {
    const slice: Buffer[] = [];
    let room = sliceBytes;
    while (room > 0) {
      const first = this.#waiting[0];
      if (first === undefined) break;
      const part = first.subarray(0, room);
      slice.push(part);
      room -= part.length;
      if (part.length < first.length) this.#waiting[0] = first.subarray(part.length);
      else this.#waiting.shift();
    }
    this.#bytes -= sliceBytes - room;
    return slice.length === 1 && slice[0] ? slice[0] : Buffer.concat(slice);
  }
}

/** A pseudo-terminal accepts about 4 KB before its child reads; with small pieces the rest stays in our queue. */
const pieceBytes = 1024;
/** Pieces of one terminal per turn of the event loop, so that a large paste does not delay other terminals. */
const piecesPerTurn = 16;
/** More than any paste; input beyond it is refused as a whole. */
const maxPendingBytes = 16 * 1024 * 1024;
const firstRetryMs = 5;
const longestRetryMs = 200;

/**
 * The queue of input for a child. There is no event when a pseudo-terminal has room again, so a full one is retried after a
 * while, and whenever its child prints something.
 */
export class Input {
  readonly #write: (bytes: Uint8Array) => number;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #isScheduled = false;
  #retry: NodeJS.Timeout | undefined;
  readonly #retries = new Backoff(firstRetryMs, longestRetryMs);

  /** @param write - returns how many bytes were accepted */
  constructor(write: (bytes: Uint8Array) => number) {
    this.#write = write;
  }

  /** Bytes in the queue. */
  get pending(): number {
    return this.#bytes;
  }

  /** @returns false when the queue has no room for all of these bytes; none is then queued */
  push(bytes: Uint8Array, limit = maxPendingBytes): boolean {
    if (this.#bytes + bytes.length > limit) return false;
    const isFirst = this.#bytes === 0;
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    if (isFirst) this.#flush();
    return true;
  }

  /** Retries at once, after output of the child. */
  nudge(): void {
    if (this.#retry) this.#flush();
  }

  clear(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#waiting = [];
    this.#bytes = 0;
  }

  #flush(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    for (let piece = 0; piece < piecesPerTurn; piece++) {
      const first = this.#waiting[0];
      if (first === undefined) return;
      const taken = this.#write(first.subarray(0, pieceBytes));
      if (taken === 0) {
        this.#tryLater();
        return;
      }
      this.#retries.reset();
      this.#bytes -= taken;
      if (taken < first.length) this.#waiting[0] = first.subarray(taken);
      else this.#waiting.shift();
    }
    this.#continue();
  }

  #continue(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (!this.#retry) this.#flush();
    });
  }

  #tryLater(): void {
    this.#retry = setTimeout(() => this.#flush(), this.#retries.next());
  }
}

/** Milliseconds without output after which a program counts as idle: one that works moves a spinner. */
const restMs = 400;
/** Interval of checks for a child's end. */
const pollMs = 40;
/** Longest wait in milliseconds for a program to show its quit command. */
const wordShownMs = 600;
/** Milliseconds from SIGTERM to SIGKILL by default. */
const usualTermMs = 3000;

/** A child that is to be ended. */
interface EndingChild {
  readonly pid: number;
  /** Start of its process. With another start the pid belongs to another process, which is not touched. */
  readonly start: string;
  /** Value of `ORCH_TOKEN` in the environment of its descendants. */
  readonly token: string;
  /** Graceful shutdown before signals; null for none. */
  readonly policy: ShutdownPolicy | null;
  readonly keyboard: Keyboard;
  /** Called at each step of the shutdown. */
  step(now: EndingStep): void;
}

/**
 * Ends a child and its descendants: interrupts it and types its quit command by its policy, then sends signals. At a
 * question no key is pressed, because it would be an answer. Resolves when all have ended.
 */
export async function terminateChild(child: EndingChild): Promise<void> {
  const { policy } = child;
  // Collected before the child ends, while its descendants can be found by their parents.
  const found = new Map<string, ProcessEntry>();
  const collect = () => {
    const all = listProcesses();
    for (const entry of [
      ...findTree(child.pid, child.start, all),
      ...findMarked(`ORCH_TOKEN=${child.token}`, all),
    ])
      found.set(`${entry.pid} ${entry.start}`, entry);
  };
  collect();
  if (policy) {
    await requestExit(child, policy);
    collect();
  }
  child.step('terminating');
  await endProcesses([...found.values()], policy?.termMs ?? usualTermMs);
}

async function requestExit({ keyboard, step }: EndingChild, policy: ShutdownPolicy): Promise<void> {
  const { interrupt, idleMs, quit, quitMs } = policy;
  if (interrupt !== '' && idleMs > 0) {
    if (await asksNow(keyboard)) return;
    step('interrupting');
    keyboard.type(Buffer.from(interrupt));
    const typed = performance.now();
    await until(
      () => !keyboard.isRunning() || performance.now() - Math.max(keyboard.lastOutput(), typed) >= restMs,
      idleMs,
    );
  }
  if (quit === '' || quitMs === 0 || !keyboard.isRunning() || (await asksNow(keyboard))) return;
  step('quitting');
  if (await typeWord(keyboard, quit, wordShownMs)) await until(() => !keyboard.isRunning(), quitMs);
}

function until(holds: () => boolean, limitMs: number): Promise<boolean> {
  return pollUntil(holds, { limitMs, everyMs: pollMs });
}
