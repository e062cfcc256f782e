import { randomBytes } from 'node:crypto';
import { linkSync, lstatSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { failure, type Result, success } from '../domain/problem.ts';
import { makeFolder, readPlain } from '../lib/files.ts';
import { processMark } from './processMark.ts';

/** Who changes a repository; the lock file's content. */
interface Holder {
  readonly pid: number;
  /** Of that process: another one may have the same pid later. */
  readonly mark: string;
  readonly hostname: string;
  /** ISO time. */
  readonly since: string;
  /** 16 hex digits, different for every lock ever taken. */
  readonly nonce: string;
}

/** Waiting begins with this much and doubles; the longest pause is what a person may notice. */
const firstPauseMs = 10;
const longestPauseMs = 250;

/** Bytes; a lock has some hundred. */
const largestLock = 64 * 1024;

/** Where the lock of a repository lies, below the git directory that its worktrees share. */
export function lockFile(commonDir: string): string {
  return join(commonDir, 'orch', 'lock');
}

/**
 * Takes a lock that holds between processes, waiting with growing pauses. One whose process has ended is taken over;
 * on another machine that shares the folder a process cannot be judged and counts as running.
 * @param path as `lockFile` gives it: `orch/lock` below the git directory
 * @param waitMs for how long at most
 * @returns what releases it; `repo_busy` naming who holds it, `unsafe_path`, or `lock_failed` when the file cannot be
 * made
 */
export async function takeLock(path: string, waitMs: number): Promise<Result<() => void>> {
  const until = Date.now() + waitMs;
  const mine = {
    pid: process.pid,
    mark: processMark(process.pid) ?? '',
    hostname: hostname(),
    since: new Date().toISOString(),
    nonce: randomBytes(8).toString('hex'),
  };
  const folder = makeFolder(resolve(path, '../..'), dirname(path));
  if (!folder.ok) return folder;
  try {
    for (let wait = firstPauseMs; ; wait = Math.min(2 * wait, longestPauseMs)) {
      const other = acquire(path, mine);
      if (other === null) return success(() => release(path, mine));
      if (Date.now() >= until) return busy(path, other);
      await pause(wait);
    }
  } catch (error) {
    return failure('lock_failed', `${path} cannot be written: ${String(error)}`);
  }
}

function busy(path: string, { pid, hostname: machine, since }: Holder): Result<never> {
  const isHere = machine === hostname();
  return failure(
    'repo_busy',
    `Process ${pid}${isHere ? '' : ` on ${machine}`} has been changing this repository since ${since}.`,
    isHere
      ? 'Wait until it is done, then try again.'
      : `If it is not running there any more, remove ${path}.`,
  );
}

/**
 * Puts the holder into the lock file, or answers whose it is.
 *
 * A stale lock may be replaced only by whoever holds a second lock named after the stale one's nonce, taken by these
 * same rules. So of several processes that find the same stale lock one replaces it, and one that comes too late finds
 * another nonce in it. A process that dies half-way leaves a stale lock like any other.
 */
function acquire(path: string, mine: Holder): Holder | null {
  const draft = `${path}.${mine.nonce}.draft`;
  try {
    writeFileSync(draft, `${JSON.stringify(mine)}\n`, { mode: 0o600, flag: 'wx' });
    for (;;) {
      if (linkNew(draft, path)) return null;
      const other = readLock(path);
      if (other !== null && isRunning(other)) return other;
      const right = `${path}.${other?.nonce ?? 'damaged'}`;
      const rival = acquire(right, mine);
      if (rival !== null) return rival;
      // Under this right nobody else replaces that lock; it may have been replaced before.
      const isUnchanged =
        lstatSync(path, { throwIfNoEntry: false }) && readLock(path)?.nonce === other?.nonce;
      if (isUnchanged) renameSync(draft, path);
      rmSync(right);
      if (!isUnchanged) continue;
      sweep(path, mine);
      return null;
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes what processes left that were killed while they took this lock. Called by its holder. */
function sweep(path: string, mine: Holder): void {
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const other = readLock(join(dirname(path), name));
    if (other !== null && other.nonce !== mine.nonce && !isRunning(other))
      rmSync(join(dirname(path), name), { force: true });
  }
}

/** Gives the draft its final name unless that is taken: the whole content appears at once. */
function linkNew(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** The lock's content, or null when it is missing or not a lock of ours. */
function readLock(path: string): Holder | null {
  try {
    const text = readPlain(path, largestLock);
    const holder: Partial<Holder> = JSON.parse((text.ok && text.value) || 'null') ?? {};
    const isWhole =
      Number.isInteger(holder.pid) &&
      typeof holder.mark === 'string' &&
      typeof holder.hostname === 'string' &&
      typeof holder.since === 'string' &&
      /^[0-9a-f]{16}$/.test(String(holder.nonce));
    return isWhole ? (holder as Holder) : null;
  } catch {
    return null; // Missing, or not JSON: in both cases nobody's lock.
  }
}

function isRunning(holder: Holder): boolean {
  return holder.hostname !== hostname() || processMark(holder.pid) === holder.mark;
}

function release(path: string, mine: Holder): void {
  if (readLock(path)?.nonce === mine.nonce) rmSync(path, { force: true });
}
