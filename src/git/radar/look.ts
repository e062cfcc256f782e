import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, type Result, success } from '../../lib/result.ts';
import { copyIndex } from '../copyIndex.ts';
import { exists, readIfThere, resolvedPath } from '../files.ts';
import { parseStatus, type StatusEntry, type WorktreeEntry } from '../porcelain.ts';
import type { Quarantine } from '../quarantine.ts';
import { type Git, refused } from '../run.ts';
import { recordFiles, unnoticed } from './record.ts';

/** A worker's worktree, as far as the radar needs to know it. */
export interface RadarPlace {
  readonly id: string;
  readonly worktree: string;
}

/** A worktree as it was at the last look. */
export interface Seen {
  readonly gitDir: string;
  readonly head: string;
  /** Everything in the worktree as a commit: HEAD itself when nothing is uncommitted. */
  readonly commit: string;
  /** A commit with the same history that stays the same while files change. */
  readonly root: string;
  readonly limits: readonly string[];
  /** Paths that differ from HEAD, absolute. */
  readonly dirty: readonly string[];
  /** Times and sizes of all that the commit was made of; null when they were too fresh to tell the next change. */
  readonly fingerprint: string | null;
  /** Those of the index that our own was copied from. */
  readonly index: string;
  /** Those of the worktree's `.git`, which says where its git directory is. */
  readonly link: string;
}

/** What looks at a worktree share. */
export interface Looker {
  readonly git: Git;
  readonly quarantine: Quarantine;
  /** The repository's common git directory. */
  readonly common: string;
  /** Whether files of Git LFS are to be replaced by their pointers. */
  readonly hasLfs: boolean;
}

/** Git's untracked files are looked for below this number only: otherwise something big is not ignored yet. */
const mostUntracked = 2000;
const timeoutMs = 60_000;
/** File times move in steps: of two changes within one, the second leaves no trace. The largest step of Linux is 10 ms. */
const freshMs = 20;

/** Records a worktree as it is; what nothing has happened to is taken as it was, by a look at file times alone. */
export async function lookAt(
  looker: Looker,
  place: RadarPlace,
  worktrees: readonly WorktreeEntry[],
  before: Seen | undefined,
  mayHaveChanged: boolean,
): Promise<Result<Seen>> {
  const path = await resolvedPath(place.worktree);
  const entry = worktrees.find((candidate) => candidate.path === path);
  if (!(await exists(path))) return failure('worktree_missing', `The worktree ${place.worktree} is missing.`);
  if (!entry) return notOurs(place);
  if (!entry.head) return failure('no_commits', `${place.worktree} has no commits yet.`);
  if (before && !mayHaveChanged && (await isAsBefore(path, before, entry.head))) return success(before);
  try {
    const link = await keyOf(join(path, '.git'));
    const gitDir = before?.link === link ? success(before.gitDir) : await findGitDir(looker, place, path);
    if (!gitDir.ok) return gitDir;
    return await look(looker, { ...place, path, link, gitDir: gitDir.value }, before);
  } catch (error) {
    // Of the file system: somebody removes it just now, or keeps us from reading it.
    if (error instanceof Error && 'syscall' in error) return failure('worktree_unreadable', error.message);
    throw error;
  }
}

interface Found extends RadarPlace {
  /** Links resolved. */
  readonly path: string;
  readonly link: string;
  readonly gitDir: string;
}

async function look(looker: Looker, place: Found, before: Seen | undefined): Promise<Result<Seen>> {
  const { path, link, gitDir } = place;
  const index = looker.quarantine.file(indexName(place));
  const indexKey = await keyOf(join(gitDir, 'index'));
  // As long as it is a copy of the same index, ours keeps what git learned of the worktree at the last look.
  if (before?.gitDir !== gitDir || before.index !== indexKey || !(await exists(index)))
    await copyIndex(join(gitDir, 'index'), index);
  const looked = await looker.git.run(path, statusCommand, {
    env: { GIT_INDEX_FILE: index, GIT_OPTIONAL_LOCKS: '1' },
    timeoutMs,
  });
  if (looked.exitCode !== 0 || looked.timedOut) return refused(looked);
  const { head, entries } = parseStatus(looked.stdout);
  if (!head) return failure('no_commits', `${place.worktree} has no commits yet.`);
  const merging = (await readIfThere(join(gitDir, 'MERGE_HEAD'))).split('\n').filter(Boolean);
  const { files, limits } = selectFiles(entries);
  const dirty = files.map((file) => join(path, file.path));
  const known = { gitDir, link, head, dirty, index: indexKey, root: head };
  const fingerprint = await fingerprintOf(path, known);
  if (before && fingerprint !== null && before.fingerprint === fingerprint) return success(before);
  if (files.length === 0 && merging.length === 0)
    return success({ ...known, commit: head, limits, fingerprint });
  const recorded = await recordFiles(looker, { path, index, files, parents: [head, ...merging] });
  if (!recorded.ok) return recorded;
  const { commit } = recorded.value;
  const root = merging.length > 0 ? commit : head;
  return success({ ...known, commit, root, limits: [...limits, ...recorded.value.limits], fingerprint });
}

/**
 * Writes its findings into our index, among them which folders it need not read again. Submodules are taken by their
 * commit alone, as a look into them would refresh their index.
 */
const statusCommand = [
  ...unnoticed,
  // The cache wants the setting as well as the option.
  ...['-c', 'core.untrackedCache=true', '-c', 'status.showUntrackedFiles=all'],
  ...['status', '--porcelain=v2', '-z', '--branch', '--no-ahead-behind', '--no-renames'],
  ...['--untracked-files=all', '--ignore-submodules=dirty'],
];

/** What can be recorded, and what has to be left out. */
function selectFiles(entries: readonly StatusEntry[]): { files: StatusEntry[]; limits: string[] } {
  const limits: string[] = [];
  const untracked = entries.filter((entry) => entry.kind === 'untracked');
  const tooMany = untracked.length > mostUntracked;
  if (tooMany)
    limits.push(`${untracked.length} untracked files were not compared: more than ${mostUntracked}.`);
  const chosen = tooMany ? entries.filter((entry) => entry.kind !== 'untracked') : entries;
  for (const { path } of chosen)
    if (path.endsWith('/')) limits.push(`The repository in ${path} was not compared.`);
    else if (path.includes('\ufffd')) limits.push(`${path} was not compared: its name is not UTF-8.`);
  if (entries.some((entry) => entry.kind === 'unmerged'))
    limits.push('It has files with unresolved conflicts, compared as they are now.');
  return { files: chosen.filter(({ path }) => !path.endsWith('/') && !path.includes('\ufffd')), limits };
}

async function isAsBefore(path: string, before: Seen, head: string): Promise<boolean> {
  if (before.fingerprint === null || before.head !== head) return false;
  return (await fingerprintOf(path, before)) === before.fingerprint;
}

async function fingerprintOf(
  path: string,
  { gitDir, head, dirty }: Pick<Seen, 'gitDir' | 'head' | 'dirty'>,
): Promise<string | null> {
  const watched = [join(path, '.git'), join(gitDir, 'index'), join(gitDir, 'MERGE_HEAD'), ...dirty];
  const now = Date.now();
  const keys = await Promise.all(watched.map((file) => keyOf(file, now)));
  return keys.includes(null) ? null : `${head}\n${keys.join('\n')}`;
}

/** Changes whenever a file does; `-` where there is none. With `now`, null when the next change might not show. */
async function keyOf(path: string): Promise<string>;
async function keyOf(path: string, now: number): Promise<string | null>;
async function keyOf(path: string, now = Number.POSITIVE_INFINITY): Promise<string | null> {
  try {
    const { mtimeNs, ctimeNs, ctimeMs, size, ino, mode } = await lstat(path, { bigint: true });
    if (Number(ctimeMs) > now - freshMs) return null;
    return `${path}\0${mtimeNs} ${ctimeNs} ${size} ${ino} ${mode}`;
  } catch {
    return `${path}\0-`; // Also below a folder that became a file: gone as well.
  }
}

/** The worktree's git directory; an agent can rewrite its `.git` file, and another repository's settings run programs. */
async function findGitDir(looker: Looker, place: RadarPlace, path: string): Promise<Result<string>> {
  const args = ['rev-parse', '--path-format=absolute', '--git-dir', '--git-common-dir'];
  const told = await looker.git.text(path, args);
  if (!told.ok) return told;
  const [gitDir = '', common] = told.value.split('\n');
  return common === looker.common ? success(gitDir) : notOurs(place);
}

function notOurs(place: RadarPlace): Result<never> {
  return failure('not_a_worktree', `${place.worktree} is no worktree of this repository.`);
}

function indexName(place: RadarPlace): string {
  return `index-${encodeURIComponent(place.id)}`;
}
