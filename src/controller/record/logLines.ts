import { closeSync, readSync } from 'node:fs';
import type { LogEvent } from '../../features/log.ts';
import { openPlain } from '../../lib/files.ts';

/** A line of a log: its text without the newline, and the event in it, or null for what is none. */
export interface LogLine {
  readonly text: string;
  readonly event: LogEvent | null;
  /** Only the last one can lack its newline. */
  readonly isEnded: boolean;
}

const chunkBytes = 1024 * 1024;
const newline = 10;

/** The lines of a log, oldest first, empty ones left out; a log may be larger than any text or memory can hold. */
export function* logLines(file: string): Generator<LogLine> {
  const fd = openPlain(file);
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const length = readSync(fd, chunk);
      if (length === 0) break;
      const bytes =
        rest.length === 0 ? chunk.subarray(0, length) : Buffer.concat([rest, chunk.subarray(0, length)]);
      // A line that goes on has no newline in what was left of it.
      let end = bytes.indexOf(newline, rest.length);
      let start = 0;
      for (; end >= 0; end = bytes.indexOf(newline, start)) {
        if (end > start) yield lineOf(bytes.toString('utf8', start, end), true);
        start = end + 1;
      }
      rest = bytes.subarray(start);
    }
    if (rest.length > 0) yield lineOf(rest.toString('utf8'), false);
  } finally {
    closeSync(fd);
  }
}

/** The events of a log, oldest first; what is damaged is passed over. */
export function* logEvents(file: string): Generator<LogEvent> {
  for (const { event } of logLines(file)) if (event) yield event;
}

function lineOf(text: string, isEnded: boolean): LogLine {
  return { text, event: eventIn(text), isEnded };
}

function eventIn(text: string): LogEvent | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const { v, seq, at, type } = value as Partial<LogEvent>;
    const isEvent = v === 1 && Number.isInteger(seq) && typeof at === 'string' && typeof type === 'string';
    return isEvent ? (value as LogEvent) : null;
  } catch {
    // Not JSON: damage, which whoever opens the log keeps aside.
    return null;
  }
}
