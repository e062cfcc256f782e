import { linkSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { readPlain } from './files.ts';

/** Rules of one kind of lock: reading and judging its holder. */
export interface LockRules<Holder extends { readonly nonce: string }> {
  /** Reports whether the parsed content of a lock file is a complete holder. */
  isHolder(content: Partial<Holder>): boolean;
  isRunning(holder: Holder): boolean;
  /** Runs the replacement of a stale lock, with steps before and after it. */
  around?(path: string, replace: () => void): void;
  /** Called after the replacement of a stale lock; `stale` is null for damaged content. */
  onReplaced?(path: string, stale: Holder | null): void;
}

/** A lock has some hundred. */
const maxLockBytes = 64 * 1024;

/** Reports whether a text can be a lock's nonce, which becomes a part of file names. */
function isNonce(text: unknown): boolean {
  return /^[0-9a-f]{16}$/.test(String(text));
}

/**
 * Acquires a lock between processes that share a folder, by linking a draft to the lock's name. Does not wait.
 *
 * Only the holder of a second lock, named after the stale one's nonce and acquired by the same rules, may replace a stale
 * lock. So one of several processes that find the same stale lock replaces it, and one that comes too late finds another
 * nonce. A process that dies in between leaves a stale lock like any other.
 * @param draft a file in the same folder with the new holder's content; it keeps its name
 * @returns null when the lock is the caller's, else its holder
 * @throws what the file system refuses
 */
export function acquire<Holder extends { readonly nonce: string }>(
  path: string,
  draft: string,
  rules: LockRules<Holder>,
): Holder | null {
  for (;;) {
    if (linkNew(draft, path)) return null;
    const other = readHolder(path, rules);
    if (other !== null && rules.isRunning(other)) return other;
    const right = `${path}.${other?.nonce ?? 'damaged'}`;
    const rival = acquire(right, draft, rules);
    if (rival !== null) return rival;
    // With the second lock no other process replaces the stale one now; one may have done so before.
    const isUnchanged =
      lstatSync(path, { throwIfNoEntry: false }) && readHolder(path, rules)?.nonce === other?.nonce;
    if (isUnchanged) replaceStale(path, draft, rules);
    rmSync(right);
    if (isUnchanged) {
      rules.onReplaced?.(path, other);
      return null;
    }
  }
}

/** Returns the holder of a lock; null when the file is missing or no lock of this kind. */
export function readHolder<Holder extends { readonly nonce: string }>(
  path: string,
  { isHolder }: LockRules<Holder>,
): Holder | null {
  try {
    const text = readPlain(path, maxLockBytes);
    const holder: Partial<Holder> = JSON.parse((text.ok && text.value) || 'null') ?? {};
    return isHolder(holder) && isNonce(holder.nonce) ? (holder as Holder) : null;
  } catch {
    // Missing, or not JSON: no lock in both cases.
    return null;
  }
}

/** Replaces a stale lock by a second link to the draft, which the second lock still needs. */
function replaceStale<Holder extends { readonly nonce: string }>(
  path: string,
  draft: string,
  { around = (_, replace) => replace() }: LockRules<Holder>,
): void {
  const next = `${draft}.next`;
  linkSync(draft, next);
  around(path, () => renameSync(next, path));
}

/** Links the draft to its final name unless that exists; the whole content appears at once. */
function linkNew(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
