import { createHash } from 'node:crypto';
import { lstat, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repo } from '../../../core/repo.ts';
import {
  commonDirectory,
  exists,
  readTextOrEmpty,
  resolvedPath,
  worktreeDirectory,
} from '../../../git/directories.ts';
import { parseStatus, type StatusEntry, type WorktreeEntry } from '../../../git/porcelain.ts';
import { type Git, type GitOptions, refused } from '../../../git/run.ts';
import { copyIndex, Quarantine, quotedPath } from '../../../git/snapshots/quarantine.ts';
import { filePath } from '../../../lib/paths.ts';
import { quoteCommand } from '../../../lib/quote.ts';
import { failure, type Result, success } from '../../../lib/result.ts';
import { type Change, type ChangedLines, RadarChanges, type Side } from './changes.ts';

/** The fields of a worker that the radar needs. */
export interface RadarPlace {
  readonly id: string;
  readonly worktree: string;
}

/** State of a worktree at the last look. */
export interface SeenWorktree {
  readonly gitDir: string;
  readonly head: string;
  /** Commit of everything in the worktree: HEAD itself without uncommitted changes. */
  readonly commit: string;
  /** A commit with the same history, independent of uncommitted changes. */
  readonly root: string;
  readonly limits: readonly string[];
  /** Paths that differ from HEAD, absolute. */
  readonly dirty: readonly string[];
  /** Times and sizes of all files in the commit; null when they were too recent to detect the next change. */
  readonly fingerprint: string | null;
  /** Times and size of the index that ours was copied from. */
  readonly index: string;
  /** Times and size of the worktree's `.git`, which names its git directory. */
  readonly link: string;
}

/** Dependencies of looks at worktrees. */
interface LookContext {
  readonly git: Git;
  readonly repo: Repo;
  readonly quarantine: Quarantine;
  /** The repository's common git directory. */
  readonly common: string;
  /** True when Git LFS files must be replaced by their pointers. */
  readonly hasLfs: boolean;
}

/** Maximum untracked files to compare; more mean that something big is not ignored yet. */
const mostUntracked = 2000;

const timeoutMs = 60_000;

/**
 * Milliseconds. File times have a granularity, at most 10 ms on Linux: a second change within one step is not
 * detectable.
 */
const freshMs = 20;

/** Records a worktree's state. An unchanged worktree is detected by file times alone. */
export async function lookAt(
  looker: LookContext,
  place: RadarPlace,
  worktrees: readonly WorktreeEntry[],
  before: SeenWorktree | undefined,
  mayHaveChanged: boolean,
): Promise<Result<SeenWorktree>> {
  const path = await resolvedPath(place.worktree);
  const entry = worktrees.find((candidate) => candidate.path === path);
  if (!(await exists(path))) return failure('worktree_missing', `The worktree ${place.worktree} is missing.`);
  if (!entry) return foreignWorktree(place);
  if (!entry.head) return withoutHead(place, entry);
  if (before && !mayHaveChanged && (await isUnchanged(path, before, entry.head))) return success(before);
  try {
    const link = await fileKey(join(path, '.git'));
    const { git, repo, common } = looker;
    const isSame = before?.link === link;
    const gitDir = isSame ? success(before.gitDir) : await worktreeDirectory(git, repo, common, path);
    if (!gitDir.ok) return gitDir;
    return await look(looker, { ...place, path, link, gitDir: gitDir.value }, before);
  } catch (error) {
    // A file system error: it is being removed, or is unreadable.
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

async function look(
  looker: LookContext,
  place: Found,
  before: SeenWorktree | undefined,
): Promise<Result<SeenWorktree>> {
  const { path, link, gitDir } = place;
  const index = looker.quarantine.file(indexName(place));
  const indexKey = await fileKey(join(gitDir, 'index'));
  // While the worktree's index is the same, our copy keeps the results of git's last look.
  if (before?.gitDir !== gitDir || before.index !== indexKey || !(await exists(index)))
    await copyIndex(join(gitDir, 'index'), index);
  const looked = await looker.git.run(path, statusCommand, {
    env: { GIT_INDEX_FILE: index, GIT_OPTIONAL_LOCKS: '1' },
    names: true,
    timeoutMs,
  });
  if (looked.exitCode !== 0 || looked.timedOut) return refused(looked);
  const { head, entries } = parseStatus(looked.stdout);
  if (!head) return failure('no_commits', `${place.worktree} has no commits yet.`);
  const merging = (await readTextOrEmpty(join(gitDir, 'MERGE_HEAD'))).split('\n').filter(Boolean);
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

/** Prevents side effects of work on our index: no hooks, no shared index, nothing of Git LFS in the repository. */
const noSideEffects = [
  ...['-c', 'core.hooksPath=/dev/null', '-c', 'core.splitIndex=false'],
  ...['-c', 'filter.lfs.clean=', '-c', 'filter.lfs.process=', '-c', 'filter.lfs.required=false'],
];

/**
 * Status command. It writes its results into our index, such as folders that it need not read again. Submodules are
 * compared by their commit alone, because a look into them would refresh their index.
 */
const statusCommand = [
  ...noSideEffects,
  // The cache needs the setting and the option.
  ...['-c', 'core.untrackedCache=true', '-c', 'status.showUntrackedFiles=all'],
  ...['status', '--porcelain=v2', '-z', '--branch', '--no-ahead-behind', '--no-renames'],
  ...['--untracked-files=all', '--ignore-submodules=dirty'],
];

/** Selects the files to record, and describes the omitted ones. */
function selectFiles(entries: readonly StatusEntry[]): { files: StatusEntry[]; limits: string[] } {
  const limits: string[] = [];
  const untracked = entries.filter((entry) => entry.kind === 'untracked');
  const tooMany = untracked.length > mostUntracked;
  if (tooMany)
    limits.push(`${untracked.length} untracked files were not compared: more than ${mostUntracked}.`);
  const chosen = tooMany ? entries.filter((entry) => entry.kind !== 'untracked') : entries;
  for (const { path } of chosen)
    if (path.endsWith('/')) limits.push(`The repository in ${path} was not compared.`);
  if (entries.some((entry) => entry.kind === 'unmerged'))
    limits.push('It has files with unresolved conflicts, compared as they are now.');
  return { files: chosen.filter(({ path }) => !path.endsWith('/')), limits };
}

async function isUnchanged(path: string, before: SeenWorktree, head: string): Promise<boolean> {
  if (before.fingerprint === null || before.head !== head) return false;
  return (await fingerprintOf(path, before)) === before.fingerprint;
}

async function fingerprintOf(
  path: string,
  { gitDir, head, dirty }: Pick<SeenWorktree, 'gitDir' | 'head' | 'dirty'>,
): Promise<string | null> {
  const watched = [join(path, '.git'), join(gitDir, 'index'), join(gitDir, 'MERGE_HEAD'), ...dirty];
  const now = Date.now();
  const keys = await Promise.all(watched.map((file) => fileKey(file, now)));
  return keys.includes(null) ? null : `${head}\n${keys.join('\n')}`;
}

/**
 * Returns a key that changes with a file; `-` when there is none. With `now`, null when the next change might not show.
 */
async function fileKey(path: string): Promise<string>;
async function fileKey(path: string, now: number): Promise<string | null>;
async function fileKey(path: string, now = Number.POSITIVE_INFINITY): Promise<string | null> {
  try {
    const { mtimeNs, ctimeNs, ctimeMs, size, ino, mode } = await lstat(filePath(path), { bigint: true });
    if (Number(ctimeMs) > now - freshMs) return null;
    return `${path}\0${mtimeNs} ${ctimeNs} ${size} ${ino} ${mode}`;
  } catch {
    return `${path}\0-`; // Also when a parent folder became a file: deleted as well.
  }
}

/**
 * Returns the problem of a worktree without HEAD. Git lists no commit before the first one, and neither commit nor
 * branch for a damaged HEAD.
 */
function withoutHead({ worktree }: RadarPlace, { branch }: WorktreeEntry): Result<never> {
  return branch !== null
    ? failure('no_commits', `${worktree} has no commits yet.`)
    : failure(
        'worktree_unreadable',
        `Git cannot tell what ${worktree} has checked out: its HEAD is damaged.`,
        `See: ${quoteCommand(['git', '-C', worktree, 'status'])}`,
      );
}

function foreignWorktree(place: RadarPlace): Result<never> {
  return failure('not_a_worktree', `${place.worktree} is no worktree of this repository.`);
}

function indexName(place: RadarPlace): string {
  return `index-${encodeURIComponent(place.id)}`;
}

/** The radar's state while its temporary folder exists. */
export interface Session extends LookContext {
  readonly changes: RadarChanges;
  /** By worker id. */
  readonly seen: Map<string, SeenWorktree>;
}

/** A worker's work, uncommitted and untracked files included. */
export interface Tracked extends Side {
  readonly id: string;
  readonly worktree: string;
  readonly own: ReadonlySet<string> | null;
  /** Its changes since it left the base; without base, since its last commit. */
  readonly files: ReadonlyMap<string, Change>;
  readonly lines: ChangedLines;
}

/** Opens a temporary folder for a repository. */
export async function openSession(git: Git, repo: Repo): Promise<Result<Session>> {
  const dir = repo.path;
  const common = await commonDirectory(git, dir);
  if (!common.ok) return common;
  const lfs = await git.run(dir, ['config', '--get-regexp', '^filter\\.lfs\\.(clean|process)$']);
  const quarantine = await Quarantine.open(join(common.value, 'objects'));
  return success({
    git,
    repo,
    common: common.value,
    quarantine,
    hasLfs: lfs.exitCode === 0,
    changes: new RadarChanges(git, dir, quarantine),
    seen: new Map(),
  });
}

/**
 * Reads a worker's changes.
 * @param base the commit to merge into; null without
 */
export async function track(
  { changes }: Session,
  { id, worktree }: RadarPlace,
  seen: SeenWorktree,
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

/** Content of a worktree to record. */
interface Contents {
  readonly path: string;
  /** Our copy of the index, not changed. */
  readonly index: string;
  /** Everything that differs from it. */
  readonly files: readonly StatusEntry[];
  readonly parents: readonly string[];
}

interface Recorder {
  readonly git: Git;
  readonly quarantine: Quarantine;
  readonly hasLfs: boolean;
}

/** Bytes; larger files are compared by size and time only. */
const largestFile = 5 << 20;

/** Bytes read of a worktree; the remaining files count as large. */
const mostBytes = 256 << 20;

/** A fixed author and date, so that equal content gives an equal commit. */
export const anonymousAuthor = {
  GIT_AUTHOR_NAME: 'orch-tui',
  GIT_AUTHOR_EMAIL: 'radar@orch-tui',
  GIT_AUTHOR_DATE: '@0 +0000',
  GIT_COMMITTER_NAME: 'orch-tui',
  GIT_COMMITTER_EMAIL: 'radar@orch-tui',
  GIT_COMMITTER_DATE: '@0 +0000',
};

/** Commits a worktree's files in the quarantine. */
async function recordFiles(
  recorder: Recorder,
  { path, index, files, parents }: Contents,
): Promise<Result<{ commit: string; limits: string[] }>> {
  const { git, quarantine } = recorder;
  const plan = await planFiles(recorder, path, files);
  const copy = `${index}.snapshot`;
  const env = { ...quarantine.env, ...anonymousAuthor, GIT_INDEX_FILE: copy };
  const run = (args: readonly string[], options: GitOptions = {}) =>
    git.text(path, [...settings, ...args], { ...options, env, timeoutMs });
  quarantine.count(plan.bytes);
  await copyIndex(index, copy);
  try {
    const replaced = await writeReplacements(recorder, path, plan.replaced, env);
    if (!replaced.ok) return replaced;
    const lines = [
      ...plan.gone.map((name) => `0 ${'0'.repeat(parents[0]?.length ?? 40)}\t${name}\0`),
      ...replaced.value,
    ].join('');
    const set =
      lines === '' ? success('') : await run(['update-index', '-z', '--index-info'], { input: lines });
    if (!set.ok) return set;
    const read = ['update-index', '--add', '--remove', '--replace', '-z', '--stdin'];
    const names = plan.read.map((name) => `${name}\0`).join('');
    const added = names === '' ? success('') : await run(read, { input: names });
    if (!added.ok) return added;
    const tree = await run(['write-tree']);
    if (!tree.ok) return tree;
    const commit = await run(['commit-tree', tree.value, ...parents.flatMap((parent) => ['-p', parent])]);
    return commit.ok ? success({ commit: commit.value, limits: plan.limits }) : commit;
  } finally {
    await rm(copy, { force: true });
  }
}

/** Settings for temporary objects, which need no sync to the disk. */
const settings = [
  ...noSideEffects,
  ...['-c', 'core.fsync=none', '-c', 'core.looseCompression=0', '-c', 'core.safecrlf=false'],
];

interface Replacement {
  readonly name: string;
  readonly mode: string;
  readonly content: string;
}

interface FilePlan {
  /** Deleted files. */
  readonly gone: string[];
  /** Files for git to read. */
  readonly read: string[];
  /** Files recorded by a placeholder for their content. */
  readonly replaced: Replacement[];
  readonly limits: string[];
  readonly bytes: number;
}

async function planFiles(recorder: Recorder, path: string, files: readonly StatusEntry[]): Promise<FilePlan> {
  const plan = { gone: [] as string[], read: [] as string[], replaced: [] as Replacement[], bytes: 0 };
  const lfs = recorder.hasLfs ? await listLfs(recorder.git, path, files) : new Set<string>();
  let large = 0;
  for (const { path: name, gone } of files) {
    const info = gone ? null : await statOf(join(path, name));
    if (!info) plan.gone.push(name);
    else if (info.isFile() && (info.size > largestFile || plan.bytes + info.size > mostBytes)) {
      large++;
      // A NUL makes it binary: two different versions cannot be merged.
      plan.replaced.push({ name, mode: modeOf(info.mode), content: `large\0${info.size} ${info.mtimeMs}\n` });
    } else {
      plan.bytes += info.size;
      if (info.isFile() && lfs.has(name)) {
        const content = await lfsPointer(join(path, name));
        plan.replaced.push({ name, mode: modeOf(info.mode), content });
      } else plan.read.push(name);
    }
  }
  const said = `${large} large file${large === 1 ? ' was' : 's were'} compared by size and time only.`;
  return { ...plan, limits: large === 0 ? [] : [said] };
}

async function statOf(path: string) {
  try {
    return await lstat(filePath(path));
  } catch {
    return null; // Deleted since git looked, or without a working file during a merge.
  }
}

function modeOf(mode: number): string {
  return mode & 0o100 ? '100755' : '100644';
}

/** Writes placeholders and returns lines for `update-index --index-info`. */
async function writeReplacements(
  { git }: Recorder,
  path: string,
  replaced: readonly Replacement[],
  env: Record<string, string>,
): Promise<Result<string[]>> {
  if (replaced.length === 0) return success([]);
  const files = replaced.map((_, n) => `${env.GIT_INDEX_FILE}.${n}`);
  try {
    await Promise.all(replaced.map(({ content }, n) => writeFile(files[n] ?? '', content)));
    const args = ['hash-object', '-w', '--no-filters', '--stdin-paths'];
    const hashed = await git.text(path, args, {
      input: files.map((file) => `${quotedPath(file)}\n`).join(''),
      env,
    });
    if (!hashed.ok) return hashed;
    const oids = hashed.value.split('\n');
    return success(replaced.map(({ name, mode }, n) => `${mode} ${oids[n]}\t${name}\0`));
  } finally {
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }
}

/** Lists files stored by Git LFS. */
async function listLfs(git: Git, path: string, files: readonly StatusEntry[]): Promise<Set<string>> {
  const input = files.map((file) => `${file.path}\0`).join('');
  const outcome = await git.run(path, ['check-attr', '-z', '--stdin', 'filter'], { input, names: true });
  const fields = outcome.stdout.split('\0');
  return new Set(fields.filter((_, n) => n % 3 === 0 && fields[n + 2] === 'lfs'));
}

/** Returns the pointer that Git LFS commits. https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md#the-pointer */
async function lfsPointer(path: string): Promise<string> {
  const content = await readFile(filePath(path));
  const start = 'version https://git-lfs.github.com/spec/v1\n';
  if (content.length < 1024 && content.toString().startsWith(start)) return content.toString();
  if (content.length === 0) return '';
  return `${start}oid sha256:${createHash('sha256').update(content).digest('hex')}\nsize ${content.length}\n`;
}
