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

/** The append-only log of events. Its only writer is the controller that holds the lock. */
export interface Log {
  /** Skipped lines that were not reported before. */
  readonly problems: readonly Problem[];
  /** The current reason that nothing can be written; null while writing works. */
  readonly fault: Problem | null;
  /** Count of events that are not in the file yet. */
  readonly waiting: number;
  /**
   * Writes the events of one decision, all or none. Syncs them to the disk unless all can be found out again and
   * `isPromised` is false.
   * @returns `log_not_written` with the system's reason; the file is then as it was before
   */
  append(events: readonly DomainEvent[], at: Date, isPromised: boolean): Result<readonly LogEvent[]>;
  /** Accepts events even where they cannot be written; those wait for the next `retry`. */
  take(events: readonly DomainEvent[], at: Date): readonly LogEvent[];
  /** Writes the waiting events, or checks that an event could be written. */
  retry(): Result<null>;
  close(): void;
}

/** More than the events of a request and its outcome need. */
const roomBytes = 8192;

/** Most waiting events; beyond them the oldest that can be found out again are dropped. */
const maxWaiting = 10_000;

/** Returns the path of a workspace's log. */
export function logFile(root: string): string {
  return join(root, '.orch', 'log.jsonl');
}

/**
 * Opens or creates the log. It is never rewritten: invalid lines, such as a half-written last one, are skipped and stay.
 * `problems` reports them once, also across openings.
 * @param take gets each event, oldest first; none is kept here
 * @throws when the file cannot be read: without a log nothing may be started
 */
export function openLog(file: string, take: (event: LogEvent) => void): Log {
  // Opened once first: a folder, or a file of another user, cannot become a log later.
  const read = createIfPossible(file) ? readLog(file, take, reportedLine(file)) : unread;
  return new LogWriter(file, read);
}

/** Result of reading a log. */
interface ReadLog {
  /** Number of its last event. */
  readonly seq: number;
  /** Its last line ends with a newline. */
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
  // A file with fewer lines than were reported is another log.
  return { seq, isEnded, damage: lines < reported ? all : fresh };
}

/**
 * Reads a foreign log. Appended events are only in memory; no file is written.
 * @param take gets each valid event, oldest first
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
 * Creates the log where it is missing. On a full or read-only disk that may fail.
 * @returns whether the file exists
 * @throws when `.orch` or the file is a link or of the wrong kind
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
  /** Ends an unfinished last line before the next one. */
  #lineBreak: '' | '\n';
  /** Number of the last bad line, until it is stored as reported; 0 for none. */
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
    while (this.#waiting.length > maxWaiting) {
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

  /** Writes the waiting events in order, each at most once. */
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

  /** Runs a write. Its error is the log's fault until a write succeeds. */
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

/** Returns the problem of a log that cannot be written. */
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

/** Returns the number of the last reported bad line; 0 for none, and where it cannot be read. */
function reportedLine(file: string): number {
  const text = readText(resolve(file, '../..'), reportedFile(file), 1000);
  const number = Number(text.ok && /^\{"line":(\d{1,15})\}$/.exec(text.value ?? '')?.[1]);
  return Number.isSafeInteger(number) ? number : 0;
}

/** Stores the last reported line. If that fails, the same lines are reported again. */
function keepReported(file: string, line: number): void {
  replaceFile(resolve(file, '../..'), reportedFile(file), JSON.stringify({ line }));
}
