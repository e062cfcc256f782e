/** A ref of our own that keeps what a branch or a worktree held. */
export interface Backup {
  readonly repo: string;
  readonly task: string;
  /** Full name, such as `refs/orch/backup/fix/20260301T101500.123Z`. */
  readonly ref: string;
  /** `branch`: the last commit of one that went; `work`: uncommitted work, as a commit on top. */
  readonly kind: 'branch' | 'work';
  readonly commit: string;
  /** First line of the commit's message. */
  readonly subject: string;
  /** ISO time. */
  readonly at: string;
}

/** What restoring a snapshot came to. */
export interface Restored {
  /** Ref that keeps what was there before; null when that was all committed. */
  readonly before: string | null;
  /** Paths that are as in the snapshot again. */
  readonly restored: readonly string[];
  /** Paths that are gone because the snapshot does not have them. */
  readonly deleted: readonly string[];
}

/** Nothing that is kept goes sooner. */
export const keptDays = 30;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Whether a backup has been kept for as long as was promised. */
export function isExpired(at: string, now: Date): boolean {
  return now.getTime() - Date.parse(at) > keptDays * dayMs;
}

/**
 * Which snapshots of a worker are no longer worth their place: all of the last hour stay, of the last day the newest
 * of each hour, before that the newest of each day (UTC), and none longer than `keptDays`.
 */
export function thinOut<T extends { readonly at: string }>(snapshots: readonly T[], now: Date): T[] {
  const newestFirst = [...snapshots].sort((a, b) => b.at.localeCompare(a.at));
  const taken = new Set<string>();
  return newestFirst.filter(({ at }) => {
    const age = now.getTime() - Date.parse(at);
    if (age <= hourMs) return false;
    if (isExpired(at, now)) return true;
    const slot = age <= dayMs ? at.slice(0, 'yyyy-mm-ddThh'.length) : at.slice(0, 'yyyy-mm-dd'.length);
    if (taken.has(slot)) return true;
    taken.add(slot);
    return false;
  });
}
