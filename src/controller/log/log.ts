import { closeSync, existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type DomainEvent, isDurable, type LogEvent } from '../../features/log.ts';
import {
  type GrowingFile,
  growingFile,
  openForAppend,
  readText,
  replaceFile,
  syncFolder,
} from '../../lib/files.ts';
import { failure, type Problem, problemOf, type Result, success, whyOf } from '../../lib/result.ts';
import { damageText, type LogDamage, logLines, noDamage, withLine } from './logLines.ts';

/** The append-only record of everything that happened. One writer: the controller that holds the guard. */
export interface Log {
  /** Skipped lines that were not reported before; empty when all was well. */
  readonly problems: readonly Problem[];
  /** The reason that nothing can be written at the moment; null while writing works. */
  readonly fault: Problem | null;
  /** Events that were taken and are not in the file yet. */
  readonly waiting: number;
  /**
   * Writes the events of one decision, all or none of them. They are on the disk when this returns, unless all can be
   * found out again and `isPromised` is false.
   * @returns `log_not_written` with the system's reason; the file is then as it was before
   */
  append(events: readonly DomainEvent[], at: Date, isPromised: boolean): Result<readonly LogEvent[]>;
  /** Takes what has happened whether it can be written or not; what cannot waits here for the next `retry`. */
  take(events: readonly DomainEvent[], at: Date): readonly LogEvent[];
  /** Writes what waits, or finds out whether something could be written. */
  retry(): Result<null>;
  close(): void;
}

/** More than what is asked now and its outcome need. */
const roomBytes = 8192;

/** Events that wait at most; above it the oldest that can be found out again go. */
const mostWaiting = 10_000;

/** Returns the path of a workspace's log. */
export function logFile(root: string): string {
  return join(root, '.orch', 'log.jsonl');
}

/**
 * Opens or creates the log. It is never rewritten: lines that cannot be used, such as a half-written last one, are
 * skipped and stay where they are. `problems` reports them once, also across openings.
 * @param take is given each event that is there, oldest first; none of them is kept
 * @throws when the file cannot be read: without a record nothing may be started
 */
export function openLog(file: string, take: (event: LogEvent) => void): Log {
  // Opened once before: what is a folder or belongs to another user is no log that will do later.
  const read = createIfPossible(file) ? readLog(file, take, reportedLine(file)) : unread;
  return new LogWriter(file, read);
}

/** Result of reading a log. */
interface ReadLog {
  /** Of its last event. */
  readonly seq: number;
  /** Its last line has its newline. */
  readonly isEnded: boolean;
  /** Not reported before. */
  readonly damage: LogDamage;
}

const unread: ReadLog = { seq: 0, isEnded: true, damage: noDamage };

function readLog(file: string, take: (event: LogEvent) => void, reported: number): ReadLog {
  let { seq, isEnded, damage: all } = unread;
  let lines = 0;
  let fresh = all;
  for (const one of logLines(file)) {
    seq = one.seq ?? seq;
    ({ isEnded, line: lines } = one);
    all = withLine(all, one);
    if (lines > reported) fresh = withLine(fresh, one);
    if (one.event) take(one.event);
  }
  // A file shorter than what was reported is another log.
  return { seq, isEnded, damage: lines < reported ? all : fresh };
}

/**
 * Reads a log that was not written here. Nothing is written beside it either: what is appended is known for as long as
 * this process lives.
 * @param take is given each event that can be read, oldest first
 */
export function openForeignLog(file: string, take: (event: LogEvent) => void): Log {
  const { damage, ...read } = existsSync(file) ? readLog(file, take, 0) : unread;
  let { seq } = read;
  const remember = (events: readonly DomainEvent[], at: Date): readonly LogEvent[] =>
    events.map((event) => {
      seq += 1;
      return { v: 1, seq, at: at.toISOString(), ...event };
    });
  return {
    ...{ problems: problemsOf(file, damage), fault: null, waiting: 0 },
    append: (events, at) => success(remember(events, at)),
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
  readonly problems: readonly Problem[];
  #fault: Problem | null = null;
  readonly #file: string;
  #seq: number;
  /** Begins the line behind one that was cut off. */
  #lineBreak: '' | '\n';
  /** The last bad line, until it is kept as reported; 0 for none. */
  #unreported: number;
  #growing: GrowingFile | null = null;
  #waiting: LogEvent[] = [];

  constructor(file: string, { seq, isEnded, damage }: ReadLog) {
    this.#file = file;
    this.#seq = seq;
    this.#lineBreak = isEnded ? '' : '\n';
    this.problems = problemsOf(file, damage);
    this.#unreported = damage.last;
    this.#guarded(() => this.#open().probeSpace(roomBytes));
  }

  get fault(): Problem | null {
    return this.#fault;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  append(events: readonly DomainEvent[], at: Date, isPromised: boolean): Result<readonly LogEvent[]> {
    const numbered = this.#number(events, at);
    const written = this.#guarded(() => {
      this.#writeWaiting();
      this.#write(numbered, isPromised || events.some(isDurable));
    });
    if (!written.ok) return written;
    this.#seq += numbered.length;
    return success(numbered);
  }

  take(events: readonly DomainEvent[], at: Date): readonly LogEvent[] {
    const written = this.append(events, at, false);
    if (written.ok) return written.value;
    const numbered = this.#number(events, at);
    this.#seq += numbered.length;
    this.#waiting.push(...numbered);
    while (this.#waiting.length > mostWaiting) {
      const least = this.#waiting.findIndex((event) => !isDurable(event));
      if (least < 0) break;
      this.#waiting.splice(least, 1);
    }
    return numbered;
  }

  retry(): Result<null> {
    return this.#guarded(() => {
      this.#writeWaiting();
      this.#open().probeSpace(roomBytes);
      return null;
    });
  }

  close(): void {
    if (this.#waiting.length > 0) this.#guarded(() => this.#writeWaiting());
    this.#growing?.close();
    this.#growing = null;
  }

  #number(events: readonly DomainEvent[], at: Date): readonly LogEvent[] {
    return events.map((event, n) => ({
      ...{ v: 1, seq: this.#seq + 1 + n, at: at.toISOString() },
      ...event,
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
    if (lines === '') return;
    this.#open().append(this.#lineBreak + lines, isNeededOnDisk);
    this.#lineBreak = '';
  }

  #open(): GrowingFile {
    if (this.#growing) return this.#growing;
    const { size = 0 } = statSync(this.#file, { throwIfNoEntry: false }) ?? {};
    const opened = openForAppend(resolve(this.#file, '../..'), this.#file);
    if (!opened.ok) throw new Error(opened.problem.message);
    this.#growing = growingFile(opened.value, size);
    return this.#growing;
  }

  /** Whatever the system refuses is a fault until the next write succeeds. */
  #guarded<T>(write: () => T): Result<T> {
    try {
      const value = write();
      this.#fault = null;
      if (this.#unreported > 0) keepReported(this.#file, this.#unreported);
      this.#unreported = 0;
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
    `Nothing can be recorded in ${file}: ${whyOf(error)}`,
    'Make room on that disk; until then you can look, and what would change something is refused.',
  );
}

function problemsOf(file: string, damage: LogDamage): readonly Problem[] {
  return damage.count === 0 ? [] : [problemOf('log_damaged', damageText(file, damage))];
}

/** Returns the file that holds the number of the last reported line. */
function reportedFile(file: string): string {
  return file.replace(/\.jsonl$/, '.reported.json');
}

/** Returns the number of the last bad line that was reported; 0 where none was, and where that cannot be read. */
function reportedLine(file: string): number {
  const text = readText(resolve(file, '../..'), reportedFile(file), 1000);
  const number = Number(text.ok && /^\{"line":(\d{1,15})\}$/.exec(text.value ?? '')?.[1]);
  return Number.isSafeInteger(number) ? number : 0;
}

/** Keeps the last reported line. Where that cannot be written, the same lines are reported again. */
function keepReported(file: string, line: number): void {
  replaceFile(resolve(file, '../..'), reportedFile(file), JSON.stringify({ line }));
}
