import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { makeFolder } from '../lib/files.ts';
import { acquire, type LockRules, readHolder } from '../lib/lock.ts';
import { processStart } from '../lib/processes.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { Backoff, pause } from '../lib/schedule.ts';

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
    mark: processStart(process.pid) ?? '',
    hostname: hostname(),
    since: new Date().toISOString(),
    nonce: randomBytes(8).toString('hex'),
  };
  const folder = makeFolder(resolve(path, '../..'), dirname(path));
  if (!folder.ok) return folder;
  try {
    for (const waits = new Backoff(firstPauseMs, longestPauseMs); ; await pause(waits.next())) {
      const other = acquireAs(path, mine);
      if (other === null) return success(() => release(path, mine));
      if (Date.now() >= until) return busy(path, other);
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

/** Puts the holder into the lock file, or answers whose it is. */
function acquireAs(path: string, mine: Holder): Holder | null {
  const draft = `${path}.${mine.nonce}.draft`;
  try {
    writeFileSync(draft, `${JSON.stringify(mine)}\n`, { mode: 0o600, flag: 'wx' });
    return acquire(path, draft, { ...rules, onReplaced: (at) => sweep(at, mine) });
  } finally {
    rmSync(draft, { force: true });
  }
}

const rules: LockRules<Holder> = {
  isHolder: ({ pid, mark, hostname: machine, since }) =>
    Number.isInteger(pid) &&
    typeof mark === 'string' &&
    typeof machine === 'string' &&
    typeof since === 'string',
  isRunning: (holder) => holder.hostname !== hostname() || processStart(holder.pid) === holder.mark,
};

/** Removes what processes left that were killed while they took this lock. Called by its holder. */
function sweep(path: string, mine: Holder): void {
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const other = readHolder(join(dirname(path), name), rules);
    if (other !== null && other.nonce !== mine.nonce && !rules.isRunning(other))
      rmSync(join(dirname(path), name), { force: true });
  }
}

function release(path: string, mine: Holder): void {
  if (readHolder(path, rules)?.nonce === mine.nonce) rmSync(path, { force: true });
}
