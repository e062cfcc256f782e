import { accessSync, constants, readSync, statSync, writeSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { type BytePty, spawn } from 'node-pty';
import { processStart } from '../lib/processes.ts';
import { failure, type Result, success } from '../lib/result.ts';

export interface PtyCommand {
  readonly command: readonly string[];
  readonly cwd: string;
  /** The child's complete environment; node-pty adds `PWD`. */
  readonly env: Readonly<Record<string, string>>;
  readonly cols: number;
  readonly rows: number;
}

/** Bytes; as much as the kernel hands over at once. */
const mostReadNow = 64 * 1024;
/** How long a child's output must have been silent before it counts as complete although somebody holds it open. */
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
    return failure('spawn_failed', `${file.value} could not be started: ${(error as Error).message}`);
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
