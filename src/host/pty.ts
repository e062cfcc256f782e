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

/** Bytes; as much as the kernel hands over at once. */
const mostReadNow = 64 * 1024;
/** Milliseconds without output after which it counts as complete, although a process holds it open. */
const quietMs = 100;
/** A grandchild that keeps printing must not keep its dead parent from being reported. */
const longestDrainMs = 2000;

/**
 * Starts a child on a pseudo-terminal.
 * @returns `spawn_failed` when the folder or the program is missing, found out before anything is started
 */
export function startPty(command: PtyCommand): Result<Pty> {
  const file = findProgram(command);
  if (!file.ok) return file;
  try {
    return success(new Pty(file.value, command));
  } catch (error) {
    // No more pseudo-terminals or processes to be had.
    return failure('spawn_failed', `${file.value} could not be started: ${whyOf(error)}`, helpFor(error));
  }
}

/**
 * One child on a pseudo-terminal: bytes in, bytes out, its size and its end.
 *
 * node-pty 1.1.0 opens masters without close-on-exec, so on Linux a child holds those of the children before it.
 * Hence a child does not hang up when its master is closed here, only when later ones have ended too.
 */
export class Pty {
  readonly pid: number;
  /** Tells the child from a later process with its pid; null when it ended at once. */
  readonly start: string | null;
  /** Both are set before the event loop turns, so that nothing is missed. */
  onOutput: (bytes: Buffer) => void = () => {};
  /** All output has been handed over. */
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
   * Writes what the kernel has room for.
   *
   * Not through node-pty: libuv takes a master for a blocking stream, and with a child that does not read it
   * would spin until it does, and everything else in this process with it.
   * @returns bytes taken, 0 when the child's input is full; all of them when the child is gone
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
   * Hands over what the child has printed and the kernel still holds, without a turn of the event loop in between.
   * @returns whether there was any
   */
  readNow(): boolean {
    const bytes = Buffer.allocUnsafe(mostReadNow);
    try {
      const count = this.#isClosed ? 0 : readSync(this.#pty.fd, bytes);
      if (count === 0) return false;
      this.#lastOutput = performance.now();
      this.onOutput(bytes.subarray(0, count));
      return true;
    } catch {
      // EAGAIN: nothing more is there. EIO: the child is gone, which the stream tells of.
      return false;
    }
  }

  resize(cols: number, rows: number): void {
    if (!this.#isClosed) this.#pty.resize(cols, rows);
  }

  /** Lets output wait in the kernel, so that the child waits too. */
  pause(): void {
    if (!this.#hasExited) this.#pty.pause();
  }

  resume(): void {
    if (!this.#isClosed) this.#pty.resume();
  }

  /** The descriptor may belong to something else by now. */
  get #isClosed(): boolean {
    return this.#pty._socket.destroyed;
  }

  /**
   * 200 ms after a child's exit node-pty destroys the stream, and what was not read by then is lost: a paused
   * one loses all. Here it is read until it ends, or until it is silent while a grandchild holds it open.
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

/** The program's path as the child's own environment leads to it. */
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
    // Missing, unreadable or not executable: all the same here.
    return false;
  }
}

/** Small enough that sixteen flooding terminals still leave a key's echo a millisecond or two. */
const sliceBytes = 16 * 1024;
/** A chunk of this size is an answer to a key rather than part of a flood. */
const smallBytes = 4 * 1024;
/** Above the first the child has to wait, below the second it goes on. */
const pauseAboveBytes = 128 * 1024;
const resumeBelowBytes = 32 * 1024;

interface OutputSink {
  parse(bytes: Buffer): void;
  pause(): void;
  resume(): void;
}

/**
 * Holds what a child printed until it is parsed. A small chunk that finds nothing waiting is parsed at once;
 * everything else goes in slices, one per terminal and turn of the event loop, so that terminals are fair.
 */
export class PtyOutput {
  readonly #sink: OutputSink;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #isPaused = false;
  /** A turn is scheduled; what comes before it has to wait for it. */
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

  /** Parses all that waits, now. */
  flush(): void {
    while (this.#bytes > 0) this.#turn();
  }

  /** Calls back, once, when nothing waits any more. */
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

/** A pseudo-terminal takes about 4 KB before its child reads; small pieces keep what waits on our side. */
const pieceBytes = 1024;
/** Pieces of one terminal per turn of the event loop, so that a large paste holds up no other. */
const piecesPerTurn = 16;
/** More than any paste; what exceeds it is refused as a whole. */
const maxPendingBytes = 16 * 1024 * 1024;
const firstRetryMs = 5;
const longestRetryMs = 200;

/**
 * The queue of input for a child. Nothing announces that a pseudo-terminal has room again, so a full one is
 * tried again after a while, and whenever its child prints something.
 */
export class Input {
  readonly #write: (bytes: Uint8Array) => number;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #isScheduled = false;
  #retry: NodeJS.Timeout | undefined;
  readonly #retries = new Backoff(firstRetryMs, longestRetryMs);

  /** @param write - takes as many bytes as there is room for, and says how many */
  constructor(write: (bytes: Uint8Array) => number) {
    this.#write = write;
  }

  /** Bytes not taken yet. */
  get pending(): number {
    return this.#bytes;
  }

  /** @returns false when too much is waiting already; then nothing of these bytes is taken */
  push(bytes: Uint8Array, limit = maxPendingBytes): boolean {
    if (this.#bytes + bytes.length > limit) return false;
    const isFirst = this.#bytes === 0;
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    if (isFirst) this.#flush();
    return true;
  }

  /** The child has shown that it is alive. */
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
/** Interval of looking for descendants: they are no children of ours, so their end raises no event. */
const lookAgainMs = 40;
/** Milliseconds within which a program should show the word that makes it end. */
const wordShownMs = 600;
/** Milliseconds from SIGTERM to SIGKILL by default. */
const usualTermMs = 3000;

/** A child that is to be ended. */
interface EndingChild {
  readonly pid: number;
  /** Start of its process. With another start the pid belongs to another process, which is left alone. */
  readonly start: string;
  /** Value of `ORCH_TOKEN` in the environment of all that it started. */
  readonly token: string;
  /** Keys and times for asking it to end before signals; null: it is not asked. */
  readonly policy: ShutdownPolicy | null;
  readonly keyboard: Keyboard;
  /** Called at each step of the ending. */
  step(now: EndingStep): void;
}

/**
 * Ends a child and everything it started: interrupts it and types its quit command where it has one, then signals. At a
 * question no key is pressed, for it would be an answer.
 * Resolves when all of it is gone.
 */
export async function terminateChild(child: EndingChild): Promise<void> {
  const { policy: manners } = child;
  // Collected before the child ends: afterwards its orphans are init's, and no parent leads to them.
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
  if (manners) {
    await requestExit(child, manners);
    collect();
  }
  child.step('terminating');
  await endProcesses([...found.values()], manners?.termMs ?? usualTermMs);
}

async function requestExit({ keyboard, step }: EndingChild, manners: ShutdownPolicy): Promise<void> {
  const { interrupt, idleMs, quit, quitMs } = manners;
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
  return pollUntil(holds, { limitMs, everyMs: lookAgainMs });
}
