import { join } from 'node:path';
import { type Result, success } from '../../lib/result.ts';
import { commonDirectory } from '../directories.ts';
import { Quarantine } from '../quarantine.ts';
import type { Git } from '../run.ts';
import { RadarChanges } from './changes.ts';
import type { Change, ChangedLines } from './diffRecords.ts';
import type { Looker, RadarPlace, Seen } from './look.ts';
import type { Side } from './pair.ts';

/** What the radar knows as long as it keeps its temporary folder. */
export interface Session extends Looker {
  readonly changes: RadarChanges;
  /** By worker. */
  readonly seen: Map<string, Seen>;
}

/** A worker's work, uncommitted and untracked files included. */
export interface Tracked extends Side {
  readonly id: string;
  readonly worktree: string;
  readonly own: ReadonlySet<string> | null;
  /** What it changes since it left the base; without base, since its last commit. */
  readonly files: ReadonlyMap<string, Change>;
  readonly lines: ChangedLines;
}

/** @param dir the repository's main checkout. */
export async function openSession(git: Git, dir: string): Promise<Result<Session>> {
  const common = await commonDirectory(git, dir);
  if (!common.ok) return common;
  const lfs = await git.run(dir, ['config', '--get-regexp', '^filter\\.lfs\\.(clean|process)$']);
  const quarantine = await Quarantine.open(join(common.value, 'objects'));
  return success({
    git,
    common: common.value,
    quarantine,
    hasLfs: lfs.exitCode === 0,
    changes: new RadarChanges(git, dir, quarantine),
    seen: new Map(),
  });
}

/** What a worker changes. @param base the commit it will be merged into; null without. */
export async function track(
  { changes }: Session,
  { id, worktree }: RadarPlace,
  seen: Seen,
  base: string | null,
): Promise<Result<Tracked>> {
  const fork = base ? await changes.mergeBase(base, seen.root) : success(seen.head);
  if (!fork.ok) return fork;
  const from = fork.value ?? seen.head;
  const files = await changes.between(from, seen.commit);
  if (!files.ok) return files;
  const lines = await changes.lines(from, seen.commit);
  if (!lines.ok) return lines;
  const own = base && fork.value ? new Set(files.value.keys()) : null;
  return success({
    id,
    worktree,
    commit: seen.commit,
    root: seen.root,
    own,
    files: files.value,
    lines: lines.value,
  });
}
