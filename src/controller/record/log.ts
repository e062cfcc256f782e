import { closeSync, existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Happening, isDurable, type LogEvent } from '../../features/log.ts';
import {
  type GrowingFile,
  growing,
  openForAppend,
  replaceWhole,
  syncFolder,
  writeNew,
} from '../../lib/files.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../lib/result.ts';
import { logLines } from './logLines.ts';

/** The append-only record of everything that happened. One writer: the controller that holds the guard. */
export interface Log {
  /** Damage that was found and set aside; empty when all was well. */
  readonly problems: readonly Problem[];
  /** Why nothing can be written at the moment; null while all is well. */
  readonly fault: Problem | null;
  /** Events that were taken and are not in the file yet. */
  readonly waiting: number;
  /**
   * Writes the happenings of one decision, all or none of them. They are on the disk when this returns, unless all can be
   * found out again and `isPromised` is false.
   * @returns `log_not_written` with the system's reason; the file is then as it was before
   */
  append(happenings: readonly Happening[], at: Date, isPromised: boolean): Result<readonly LogEvent[]>;
  /** Takes what has happened whether it can be written or not; what cannot waits here for the next `retry`. */
  take(happenings: readonly Happening[], at: Date): readonly LogEvent[];
  /** Writes what waits, or finds out whether something could be written. */
  retry(): Result<null>;
  close(): void;
}

/** More than what is asked now and its outcome need. */
const roomBytes = 8192;

/** Events that wait at most; above it the oldest that can be found out again go. */
const mostWaiting = 10_000;

/** Where the record of a workspace lies. */
export function logFile(root: string): string {
  return join(root, '.orch', 'log.jsonl');
}

/**
 * Opens or creates the log. Lines that are no events, such as a half-written last one, are copied to a file beside
 * it before the log is replaced by its good lines. Where nothing can be written, the log can be read all the same, and
 * this is done before the first event is written.
 * @param take is given each event that is there, oldest first; none of them is kept
 * @throws when the file cannot be read: without a record nothing may be started
 */
export function openLog(file: string, take: (event: LogEvent) => void): Log {
  let seq = 0;
  let isWhole = true;
  const bad: string[] = [];
  // Opened once before: what is a folder or belongs to another user is no log that will do later.
  for (const { text, event, isEnded } of createIfPossible(file) ? logLines(file) : []) {
    isWhole = isEnded;
    if (!event) bad.push(text);
    else {
      ({ seq } = event);
      take(event);
    }
  }
  return new LogWriter(file, seq, bad, isWhole);
}

/**
 * Reads a log that was not written here. It is neither repaired nor written: what is appended is known for as long as
 * this process lives.
 * @param take is given each event that can be read, oldest first
 */
export function openForeignLog(file: string, take: (event: LogEvent) => void): Log {
  let seq = 0;
  const foreign = existsSync(file) ? logLines(file) : [];
  for (const { event } of foreign) {
    if (!event) continue;
    ({ seq } = event);
    take(event);
  }
  const remember = (happenings: readonly Happening[], at: Date): readonly LogEvent[] =>
    happenings.map((happening) => {
      seq += 1;
      return { v: 1, seq, at: at.toISOString(), ...happening };
    });
  return {
    ...{ problems: [], fault: null, waiting: 0 },
    append: (happenings, at) => success(remember(happenings, at)),
    take: remember,
    retry: () => success(null),
    close() {},
  };
}

/**
 * Makes the log where it is missing. A full or read-only disk may have no room even for an empty file.
 * @returns whether there is one
 * @throws when `.orch` or the file is not a real one of the workspace
 */
function createIfPossible(file: string): boolean {
  const opened = openForAppend(resolve(file, '../..'), file);
  if (opened.ok) {
    closeSync(opened.value);
    syncFolder(dirname(file));
  } else if (opened.problem.code === 'unsafe_path') throw new Error(opened.problem.message);
  return existsSync(file);
}

class LogWriter implements Log {
  readonly problems: readonly Problem[] = [];
  #fault: Problem | null = null;
  readonly #file: string;
  #seq: number;
  #growing: GrowingFile | null = null;
  /** Done before the first write. */
  #repair: (() => void) | null;
  #waiting: LogEvent[] = [];

  constructor(file: string, seq: number, bad: readonly string[], isWhole: boolean) {
    this.#file = file;
    this.#seq = seq;
    const aside = bad.length > 0 ? freeName(file) : null;
    this.#repair =
      aside === null && isWhole
        ? null
        : () => {
            if (aside !== null && !existsSync(aside)) writeNew(aside, withNewlines(bad));
            replaceWhole(file, withNewlines(goodLines(file)));
          };
    const opened = this.#guarded(() => this.#open().tryRoom(roomBytes));
    if (aside !== null)
      this.problems = [damaged(file, bad.length, opened.ok || existsSync(aside) ? aside : null)];
  }

  get fault(): Problem | null {
    return this.#fault;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  append(happenings: readonly Happening[], at: Date, isPromised: boolean): Result<readonly LogEvent[]> {
    const events = this.#number(happenings, at);
    const written = this.#guarded(() => {
      this.#writeWaiting();
      this.#write(events, isPromised || happenings.some(isDurable));
    });
    if (!written.ok) return written;
    this.#seq += events.length;
    return success(events);
  }

  take(happenings: readonly Happening[], at: Date): readonly LogEvent[] {
    const written = this.append(happenings, at, false);
    if (written.ok) return written.value;
    const events = this.#number(happenings, at);
    this.#seq += events.length;
    this.#waiting.push(...events);
    while (this.#waiting.length > mostWaiting) {
      const least = this.#waiting.findIndex((event) => !isDurable(event));
      if (least < 0) break;
      this.#waiting.splice(least, 1);
    }
    return events;
  }

  retry(): Result<null> {
    return this.#guarded(() => {
      this.#writeWaiting();
      this.#open().tryRoom(roomBytes);
      return null;
    });
  }

  close(): void {
    if (this.#waiting.length > 0) this.#guarded(() => this.#writeWaiting());
    this.#growing?.close();
    this.#growing = null;
  }

  #number(happenings: readonly Happening[], at: Date): readonly LogEvent[] {
    return happenings.map((happening, n) => ({
      ...{ v: 1, seq: this.#seq + 1 + n, at: at.toISOString() },
      ...happening,
    }));
  }

  /** In their order, and each at most once: what a full disk leaves waits on. */
  #writeWaiting(): void {
    while (this.#waiting.length > 0) {
      const some = this.#waiting.slice(0, 100);
      const isLast = some.length === this.#waiting.length;
      this.#write(some, isLast);
      this.#waiting = this.#waiting.slice(some.length);
    }
  }

  #write(events: readonly LogEvent[], isNeededOnDisk: boolean): void {
    const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    if (lines !== '') this.#open().append(lines, isNeededOnDisk);
  }

  #open(): GrowingFile {
    if (this.#growing) return this.#growing;
    this.#repair?.();
    this.#repair = null;
    const { size = 0 } = statSync(this.#file, { throwIfNoEntry: false }) ?? {};
    const opened = openForAppend(resolve(this.#file, '../..'), this.#file);
    if (!opened.ok) throw new Error(opened.problem.message);
    this.#growing = growing(opened.value, size);
    return this.#growing;
  }

  /** Whatever the system refuses is a fault until the next write succeeds. */
  #guarded<T>(write: () => T): Result<T> {
    try {
      const value = write();
      this.#fault = null;
      return success(value);
    } catch (error) {
      const refused = notWritten(this.#file, error);
      if (!refused.ok) this.#fault = refused.problem;
      return refused;
    }
  }
}

/** Says what keeps the record from being written. */
function notWritten(file: string, error: unknown): Result<never> {
  return failure(
    'log_not_written',
    `Nothing can be recorded in ${file}: ${(error as Error).message}`,
    'Make room on that disk; until then you can look, and what would change something is refused.',
  );
}

function damaged(file: string, count: number, aside: string | null): Problem {
  const [lines, were] = count === 1 ? ['One line', 'was'] : [`${count} lines`, 'were'];
  const kept = aside === null ? 'left where it is until something can be written' : `set aside in ${aside}`;
  return problemOf(
    'log_damaged',
    `${lines} of ${file} could not be read and ${were} ${kept}; the rest is used.`,
  );
}

function* withNewlines(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}

function* goodLines(file: string): Generator<string> {
  for (const { text, event } of logLines(file)) if (event) yield text;
}

/** A name no earlier damage was kept under. */
function freeName(file: string): string {
  for (let i = 1; ; i++) {
    const name = file.replace(/\.jsonl$/, `.damaged-${i}.jsonl`);
    if (!existsSync(name)) return name;
  }
}
