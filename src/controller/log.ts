import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Problem, problemOf } from '../domain/problem.ts';
import { type Happening, isDurable, type LogEvent } from './events.ts';

/** The append-only record of everything that happened. One writer: the controller that holds the guard. */
export interface Log {
  /** What was there when it was opened, oldest first. */
  readonly events: readonly LogEvent[];
  /** Damage that was found and set aside; empty when all was well. */
  readonly problems: readonly Problem[];
  /** Adds one line. Durable kinds are on the disk when it returns. */
  append(happening: Happening, at: Date): LogEvent;
  close(): void;
}

/** Where the record of a workspace lies. */
export function logFile(root: string): string {
  return join(root, '.orch', 'log.jsonl');
}

/**
 * Opens or creates the log. Lines that are no events, such as a half-written last one, are copied to a file beside
 * it before the log is replaced by its good lines.
 * @throws when the file cannot be read or written: without a record nothing may be started
 */
export function openLog(file: string): Log {
  mkdirSync(dirname(file), { recursive: true });
  const { events, bad, unended } = parseLog(existsSync(file) ? readFileSync(file, 'utf8') : '');
  const problems = bad.length > 0 ? [setAside(file, bad)] : [];
  if (bad.length > 0 || unended) replaceLog(file, events);
  const fd = openSync(file, 'a', 0o600);
  let seq = events.at(-1)?.seq ?? 0;
  return {
    events,
    problems,
    append(happening, at) {
      seq += 1;
      const event: LogEvent = { v: 1, seq, at: at.toISOString(), ...happening };
      appendFileSync(fd, `${JSON.stringify(event)}\n`);
      if (isDurable(happening)) fsyncSync(fd);
      return event;
    },
    close: () => closeSync(fd),
  };
}

/** Splits the log's text into events and lines that are none. `unended`: the last event lacks its newline. */
export function parseLog(text: string): { events: LogEvent[]; bad: string[]; unended: boolean } {
  const events: LogEvent[] = [];
  const bad: string[] = [];
  for (const line of text.split('\n')) {
    const event = parseLine(line);
    if (event) events.push(event);
    else if (line !== '') bad.push(line);
  }
  return { events, bad, unended: text !== '' && !text.endsWith('\n') };
}

function parseLine(line: string): LogEvent | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return null;
    const { v, seq, at, type } = value as Partial<LogEvent>;
    const isEvent = v === 1 && Number.isInteger(seq) && typeof at === 'string' && typeof type === 'string';
    return isEvent ? (value as LogEvent) : null;
  } catch {
    // Not JSON: the caller keeps the line aside.
    return null;
  }
}

function setAside(file: string, bad: readonly string[]): Problem {
  const aside = freeName(file);
  writeDurably(aside, bad.map((line) => `${line}\n`).join(''));
  const [lines, were] = bad.length === 1 ? ['One line', 'was'] : [`${bad.length} lines`, 'were'];
  return problemOf(
    'log_damaged',
    `${lines} of ${file} could not be read and ${were} set aside in ${aside}; the rest is used.`,
  );
}

function replaceLog(file: string, events: readonly LogEvent[]): void {
  const next = `${file}.${randomUUID()}.tmp`;
  writeDurably(next, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  renameSync(next, file);
}

/** A name no earlier damage was kept under. */
function freeName(file: string): string {
  for (let i = 1; ; i++) {
    const name = file.replace(/\.jsonl$/, `.damaged-${i}.jsonl`);
    if (!existsSync(name)) return name;
  }
}

function writeDurably(file: string, text: string): void {
  const fd = openSync(file, 'wx', 0o600);
  try {
    appendFileSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
