import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionSign } from '../../core/observation.ts';

/** Bytes; such a file holds a dozen short fields. */
const largest = 64 * 1024;

/**
 * What Claude Code says of a process of its own in `sessions/<pid>.json`. That is no promised interface: what is not
 * understood says nothing. Verified with 2.1.197: it is true within a tenth of a second, also after Esc, and left
 * behind by a process that was killed.
 * @param folder see `claudeFolder`
 * @param start when that process began, as `ProcessEntry` has it
 */
export async function readSession(folder: string, pid: number, start: string): Promise<SessionSign | null> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(join(folder, 'sessions', `${pid}.json`), flags).catch(() => null);
  // No such file, a link, or one that is not ours to read.
  if (file === null) return null;
  try {
    const { uid, size } = await file.stat().then((stat) => (stat.isFile() ? stat : { uid: -1, size: 0 }));
    if (uid !== process.getuid?.() || size > largest) return null;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(largest), 0, largest, 0);
    return parseSession(buffer.toString('utf8', 0, bytesRead), pid, start);
  } catch {
    // It was taken away while it was read.
    return null;
  } finally {
    await file.close();
  }
}

/** A shell that is left running keeps nobody from the next prompt. */
const meanings: Readonly<Record<string, SessionSign['says']>> = {
  idle: 'resting',
  shell: 'resting',
  busy: 'working',
  waiting: 'asking',
};

/** @returns null for another process's, such as an earlier one of that number, and for what is not understood */
export function parseSession(text: string, pid: number, start: string): SessionSign | null {
  const fields = object(text);
  if (fields?.pid !== pid) return null;
  const { procStart, status, statusUpdatedAt: at } = fields;
  // Ticks since boot on Linux; elsewhere it is another clock's.
  if (typeof procStart === 'string' && /:\d+$/.test(start) && !start.endsWith(`:${procStart}`)) return null;
  const says = typeof status === 'string' && Object.hasOwn(meanings, status) ? meanings[status] : undefined;
  if (says === undefined || typeof at !== 'number' || !(at > 0 && at < 8.64e15)) return null;
  return { source: 'session', says, at };
}

function object(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    // Half written.
    return null;
  }
}
