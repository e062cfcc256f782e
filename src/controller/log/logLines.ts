import { closeSync, readSync } from 'node:fs';
import { eventFault, type LogEvent } from '../../features/log.ts';
import { openPlain } from '../../lib/files.ts';
import { between, faultText, object, type Shape, string, time } from '../../lib/shape.ts';

/** A non-empty line of a log: an event, or a fault. */
interface LogLine {
  /** From 1, empty lines included. */
  readonly line: number;
  /** Null for an invalid line. */
  readonly event: LogEvent | null;
  /** One sentence; '' for an event. */
  readonly fault: string;
  /** Its number in the log, even if the event is invalid; null for none. */
  readonly seq: number | null;
  /** Only the last one can lack its newline. */
  readonly isEnded: boolean;
}

const chunkBytes = 1024 * 1024;
const newline = 10;

/** Yields the non-empty lines of a log, oldest first. A log may be larger than memory. */
export function* logLines(file: string): Generator<LogLine> {
  const fd = openPlain(file);
  let line = 0;
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const length = readSync(fd, chunk);
      if (length === 0) break;
      const bytes =
        rest.length === 0 ? chunk.subarray(0, length) : Buffer.concat([rest, chunk.subarray(0, length)]);
      // The rest of the last chunk has no newline.
      let end = bytes.indexOf(newline, rest.length);
      let start = 0;
      for (; end >= 0; end = bytes.indexOf(newline, start)) {
        line += 1;
        if (end > start) yield lineOf(line, bytes.toString('utf8', start, end), true);
        start = end + 1;
      }
      rest = bytes.subarray(start);
    }
    if (rest.length > 0) yield lineOf(line + 1, rest.toString('utf8'), false);
  } finally {
    closeSync(fd);
  }
}

/** Yields the events of a log, oldest first; skips invalid lines. */
export function* logEvents(file: string): Generator<LogEvent> {
  for (const { event } of logLines(file)) if (event) yield event;
}

/** Invalid lines of a log. */
export interface LogDamage {
  readonly count: number;
  /** Number of the last one. */
  readonly last: number;
  /** At most three, such as `line 7: started.id is not a text`. */
  readonly first: readonly string[];
}

export const noDamage: LogDamage = { count: 0, last: 0, first: [] };

/** Adds a line if it is invalid. */
export function withLine(damage: LogDamage, { line, event, fault }: LogLine): LogDamage {
  if (event) return damage;
  const first = damage.first.length < 3 ? [...damage.first, `line ${line}: ${fault}`] : damage.first;
  return { count: damage.count + 1, last: line, first };
}

/** Returns a message of two sentences. */
export function damageText(file: string, { count, first }: LogDamage): string {
  const [lines, are] = count === 1 ? ['One line', 'is'] : [`${count} lines`, 'are'];
  const more = count > first.length ? ` And ${count - first.length} more.` : '';
  return `${lines} of ${file} cannot be used and ${are} skipped; all else is used, and the file stays as it is. ${first.join(' ')}${more}`;
}

/** Far below the largest safe integer, so that numbers can always be incremented. */
const maxSeq = 2 ** 50;

const notOurs = { path: '', wants: '1' };

interface Envelope {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
}

const version = object<{ readonly v: 1 }>({ v: (value) => (value === 1 ? null : notOurs) });
const envelope: Shape<Envelope> = object({ seq: between(0, maxSeq), at: time, type: string });

function lineOf(line: number, said: string, isEnded: boolean): LogLine {
  const bad = { line, event: null, seq: null, isEnded };
  const value = parsed(said);
  if (value === undefined) return { ...bad, fault: 'This is not JSON.' };
  const outer = version(value) ?? envelope(value);
  if (outer) return { ...bad, fault: faultText(outer) };
  const event = value as LogEvent;
  const inner = eventFault(event);
  if (inner) return { ...bad, seq: event.seq, fault: faultText(inner, event.type) };
  return { line, event, fault: '', seq: event.seq, isEnded };
}

function parsed(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    // Reported as the line's fault.
    return undefined;
  }
}
