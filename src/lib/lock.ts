import { linkSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { readPlain } from './files.ts';

/** Rules of one kind of lock: reading and judging its holder. */
export interface LockRules<Holder extends { readonly nonce: string }> {
  /** Reports whether the parsed content of a lock file names a holder with all that is needed to judge it. */
  isHolder(content: Partial<Holder>): boolean;
  isRunning(holder: Holder): boolean;
  /** Runs the replacement of a stale lock, where something has to be done around it. */
  around?(path: string, replace: () => void): void;
  /** Called after a stale lock was replaced; `stale` is null where its content was damaged. */
  onReplaced?(path: string, stale: Holder | null): void;
}

/** Bytes; a lock has some hundred. */
const largestLock = 64 * 1024;

/** Reports whether a text can be a lock's nonce: it becomes a part of file names. */
function isNonce(text: unknown): boolean {
  return /^[0-9a-f]{16}$/.test(String(text));
}

/**
 * Gives a draft the name of a lock, or returns its holder. Does not wait. Holds between processes that share the
 * folder.
 *
 * A stale lock may be replaced only by the holder of a second lock named after the stale one's nonce, taken by these same
 * rules. So of several processes that find the same stale lock one replaces it, and one that comes too late finds another
 * nonce in it. A process that dies half-way leaves a stale lock like any other.
 * @param draft a file in the same folder with the new holder's content; it keeps its name
 * @returns null when the lock is the caller's, else who holds it
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
    // The second lock keeps all others from replacing the stale one; one of them may have done so before.
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

/** Reads who a lock names; null when it is missing or no lock of this kind. */
export function readHolder<Holder extends { readonly nonce: string }>(
  path: string,
  { isHolder }: LockRules<Holder>,
): Holder | null {
  try {
    const text = readPlain(path, largestLock);
    const holder: Partial<Holder> = JSON.parse((text.ok && text.value) || 'null') ?? {};
    return isHolder(holder) && isNonce(holder.nonce) ? (holder as Holder) : null;
  } catch {
    // Missing, or not JSON: no lock in both cases.
    return null;
  }
}

/** The draft is needed on, for the lock it is taken under. */
function replaceStale<Holder extends { readonly nonce: string }>(
  path: string,
  draft: string,
  { around = (_, replace) => replace() }: LockRules<Holder>,
): void {
  const next = `${draft}.next`;
  linkSync(draft, next);
  around(path, () => renameSync(next, path));
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
