import { randomUUID } from 'node:crypto';
import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Problem, problemOf } from '../../domain/problem.ts';
import { openForAppend } from '../../lib/files.ts';
import { type Happening, isDurable, type LogEvent } from './events.ts';
import { logLines } from './logLines.ts';

/** The append-only record of everything that happened. One writer: the controller that holds the guard. */
export interface Log {
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
 * @param take is given each event that is there, oldest first; none of them is kept
 * @throws when the file cannot be read or written: without a record nothing may be started
 */
export function openLog(file: string, take: (event: LogEvent) => void): Log {
  const fd = openOwn(file);
  let seq = 0;
  let isWhole = true;
  const bad: string[] = [];
  for (const { text, event, isEnded } of logLines(file)) {
    isWhole = isEnded;
    if (!event) bad.push(text);
    else {
      ({ seq } = event);
      take(event);
    }
  }
  if (bad.length === 0 && isWhole) return writerOf(fd, seq, []);
  closeSync(fd);
  const problems = bad.length > 0 ? [setAside(file, bad)] : [];
  replaceLog(file);
  return writerOf(openOwn(file), seq, problems);
}

/** Opens the log itself: `.orch` and the file are real ones of the workspace. @throws when they are not */
function openOwn(file: string): number {
  const opened = openForAppend(resolve(file, '../..'), file);
  if (opened.ok) return opened.value;
  const { message, hint } = opened.problem;
  throw new Error(hint === undefined ? message : `${message} ${hint}`);
}

function writerOf(fd: number, last: number, problems: readonly Problem[]): Log {
  let seq = last;
  return {
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

function setAside(file: string, bad: readonly string[]): Problem {
  const aside = freeName(file);
  writeDurably(aside, bad);
  const [lines, were] = bad.length === 1 ? ['One line', 'was'] : [`${bad.length} lines`, 'were'];
  return problemOf(
    'log_damaged',
    `${lines} of ${file} could not be read and ${were} set aside in ${aside}; the rest is used.`,
  );
}

function replaceLog(file: string): void {
  const next = `${file}.${randomUUID()}.tmp`;
  writeDurably(next, goodLines(file));
  renameSync(next, file);
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

function writeDurably(file: string, lines: Iterable<string>): void {
  const fd = openSync(file, 'wx', 0o600);
  try {
    for (const line of lines) appendFileSync(fd, `${line}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
