import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repo } from '../../core/repo.ts';
import type { Worker } from '../../core/worker.ts';
import { filePath, namesOf } from '../../lib/paths.ts';
import { quoteCommand } from '../../lib/quote.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../lib/result.ts';
import { markHidden, visible } from '../../lib/sanitize.ts';
import { commonDirectory, exists, readTextOrEmpty, resolvedPath, worktreeDirectory } from '../directories.ts';
import { listWorktrees, parseStatus, type WorktreeEntry } from '../porcelain.ts';
import { branchRef, readRef } from '../refs.ts';
import { type Git, refused } from '../run.ts';

/** The fields of a worker that git needs. */
export type WorkerPlace = Pick<Worker, 'id' | 'task' | 'branch' | 'worktree' | 'base'>;

/** Present state of a worker's branch and worktree. */
export interface Inspection {
  /** The branch's last commit; null when the branch is gone. */
  readonly tip: string | null;
  /** Absolute, links resolved. */
  readonly path: string;
  /** True when git lists it as a worktree of the repository, and the folder agrees. */
  readonly registered: boolean;
  /** True when the folder exists. */
  readonly present: boolean;
  /** Commit checked out in the worktree. */
  readonly head: string | null;
  /** Changed, staged, conflicted and untracked paths. */
  readonly uncommitted: readonly string[];
  /** Nested repositories among them: git cannot record their contents. */
  readonly nested: readonly string[];
  /** Initialised submodules. Absolute. */
  readonly submodules: readonly string[];
  /** Ignored files that exist nowhere else. */
  readonly ignored: readonly string[];
  /** Differences from the created worktree: another branch, a merge under way, locked … */
  readonly oddities: readonly Problem[];
}

/**
 * Inspects a worker's branch and worktree; changes nothing.
 * @param listing the repository's worktrees, if the caller reads them as well
 */
export async function inspectWorker(
  git: Git,
  repo: Repo,
  worker: WorkerPlace,
  listing = listWorktrees(git, repo.path),
): Promise<Result<Inspection>> {
  const [tip, listed, path] = await Promise.all([
    readRef(git, repo.path, branchRef(worker.branch)),
    listing,
    resolvedPath(worker.worktree),
  ]);
  if (!listed.ok) return listed;
  const entry = listed.value.find((candidate, at) => at > 0 && candidate.path === path);
  const present = await exists(path);
  const others = listed.value.filter((other) => other !== entry && other.branch === worker.branch);
  const oddities = others.map((other) =>
    problemOf('branch_in_use', `${worker.branch} is checked out at ${other.path}, too.`),
  );
  const nothing = { uncommitted: [], nested: [], submodules: [], ignored: [] };
  const known = { tip, path, present, head: entry?.head ?? null, ...nothing };
  if (!present) return success({ ...known, registered: entry !== undefined, oddities });
  const gitDir = await findGitDirectory(git, repo, path, entry);
  // Another repository's settings must not run: stop here.
  if (!entry || !gitDir.ok)
    return success({
      ...known,
      registered: false,
      oddities: gitDir.ok ? oddities : [...oddities, gitDir.problem],
    });
  const [contents, state] = await Promise.all([
    inspectContents(git, repo, path),
    describeState(worker, entry, gitDir.value),
  ]);
  if (!contents.ok) return contents;
  oddities.push(...state, ...(await describeSubmodules(git, path, contents.value.submodules)));
  return success({ ...known, ...contents.value, registered: true, oddities });
}

type Contents = Pick<Inspection, 'head' | 'uncommitted' | 'nested' | 'submodules' | 'ignored'>;

async function inspectContents(git: Git, repo: Repo, path: string): Promise<Result<Contents>> {
  const wanted = ['--no-renames', '--untracked-files=all', '--ignore-submodules=none'];
  const status = ['status', '--porcelain=v2', '--branch', '-z', ...wanted];
  const looked = await git.run(path, status, { names: true });
  if (looked.exitCode !== 0) return refused(looked);
  const { entries, head } = parseStatus(looked.stdout);
  const uncommitted = entries.map((entry) => entry.path);
  const [ignored, submodules] = await Promise.all([
    listPrecious(git, path, repo.path),
    listSubmodules(git, path),
  ]);
  const nested = uncommitted.filter((name) => name.endsWith('/'));
  return success({ head, uncommitted, nested, submodules, ignored });
}

/**
 * Returns a problem for commits of submodules that would be lost with the worktree. Their uncommitted changes count as
 * uncommitted work already.
 */
async function describeSubmodules(git: Git, root: string, submodules: readonly string[]): Promise<Problem[]> {
  const unsafe = (await findUnpushed(git, submodules)).map((path) => path.slice(root.length + 1));
  if (unsafe.length === 0) return [];
  const message = `Work in submodules would be lost: ${nameSome(unsafe)}.`;
  return [problemOf('submodule_work', message, 'Commit and push it there, then try again.')];
}

/** Returns the worktree's git directory; `not_a_worktree` when the folder is not ours. */
async function findGitDirectory(
  git: Git,
  repo: Repo,
  path: string,
  entry: WorktreeEntry | undefined,
): Promise<Result<string>> {
  if (!entry)
    return failure(
      'not_a_worktree',
      `${path} is no worktree of ${repo.name}.`,
      'Look into it and move it away.',
    );
  const common = await commonDirectory(git, repo.path);
  return common.ok ? worktreeDirectory(git, repo, common.value, path) : common;
}

async function describeState(worker: WorkerPlace, entry: WorktreeEntry, gitDir: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  const operation = await readOperation(gitDir);
  if (operation)
    problems.push(
      problemOf(
        'operation_under_way',
        `A ${operation} is under way in ${entry.path}.`,
        `Conclude or abort the ${operation} there.`,
      ),
    );
  else if (entry.branch !== worker.branch)
    problems.push(
      problemOf(
        'wrong_branch',
        entry.branch
          ? `${entry.path} is on ${entry.branch}, not on ${worker.branch}.`
          : `${entry.path} is on no branch (detached HEAD).`,
        `Go back in the worktree: ${quoteCommand(['git', 'switch', worker.branch])}.`,
      ),
    );
  if (entry.locked !== null)
    problems.push(
      problemOf(
        'worktree_locked',
        `${entry.path} is locked: ${entry.locked || 'no reason given'}.`,
        'git worktree unlock',
      ),
    );
  return problems;
}

/** Lists names for a message: at most ten, and safe to show. */
export function nameSome(paths: readonly string[]): string {
  const shown = paths.slice(0, 10).map((path) => (isSafe(path) ? path : quoted(path)));
  return paths.length > 10 ? `${shown.join(', ')} and ${paths.length - 10} more` : shown.join(', ');
}

/** Quotes a name as JSON and git do, an invalid UTF-8 byte as `\xff`. */
function quoted(path: string): string {
  return visible(path).replace(/\\udc([89a-f][\da-f])/g, '\\x$1');
}

function isSafe(path: string): boolean {
  return markHidden(path, '') === path;
}

/** Reports whether neither the folder nor git's record of a worker's worktree is left. */
export async function isWorktreeGone(git: Git, repo: Repo, worker: WorkerPlace): Promise<Result<boolean>> {
  const path = await resolvedPath(worker.worktree);
  if (await exists(path)) return success(false);
  const listed = await listWorktrees(git, repo.path);
  return listed.ok ? success(!listed.value.some((entry) => entry.path === path)) : listed;
}

/** Folders that an install or a build creates again. */
const rebuilt = new Set(
  `node_modules bower_components jspm_packages dist build out target .venv venv __pycache__ .tox .nox .mypy_cache
   .pytest_cache .ruff_cache .eggs coverage .nyc_output htmlcov .cache .parcel-cache .next .nuxt .output .svelte-kit
   .astro .turbo .vite .angular .gradle .terraform Pods DerivedData .dart_tool .yarn .pnpm-store
   .eslintcache .stylelintcache .DS_Store .coverage`.split(/\s+/),
);

const rebuiltEndings = ['.pyc', '.pyo', '.o', '.class', '.tsbuildinfo'];

/** Number of files that are listed; the rest is counted. */
const listedAtMost = 200;

/** Bytes; larger files count as different, because comparing them would delay the preview. */
const comparedUpTo = 8_000_000;

/** Reports whether a build would create the file again, by its name and folders. */
export function isRebuilt(path: string): boolean {
  return (
    path.split('/').some((part) => rebuilt.has(part)) || rebuiltEndings.some((end) => path.endsWith(end))
  );
}

/**
 * Lists ignored files of a worktree that exist nowhere else: neither created by a build nor equal in the main checkout.
 * `git worktree remove` deletes them without a warning.
 */
export async function listPrecious(git: Git, worktree: string, mainCheckout: string): Promise<string[]> {
  const args = ['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory'];
  const { stdout } = await git.run(worktree, args, { names: true });
  const precious: string[] = [];
  let more = 0;
  for (const listed of stdout.split('\0').filter(Boolean)) {
    for await (const path of filesAt(worktree, listed)) {
      if (precious.length >= listedAtMost) more++;
      else if (!(await isSameFile(worktree, mainCheckout, path))) precious.push(path);
    }
  }
  return more > 0 ? [...precious, `… and up to ${more} more`] : precious;
}

/** Yields the files at a path; a folder's name ends in `/`. Links are not followed. */
async function* filesAt(root: string, path: string): AsyncGenerator<string> {
  if (isRebuilt(path)) return;
  if (!path.endsWith('/')) return yield path;
  const options = { withFileTypes: true, encoding: 'buffer' } as const;
  for (const entry of await readdir(filePath(join(root, path)), options))
    yield* filesAt(root, `${path}${namesOf(entry.name)}${entry.isDirectory() ? '/' : ''}`);
}

async function isSameFile(here: string, there: string, path: string): Promise<boolean> {
  try {
    const [a, b] = [filePath(join(here, path)), filePath(join(there, path))];
    const [one, other] = await Promise.all([lstat(a), lstat(b)]);
    if (one.isSymbolicLink() && other.isSymbolicLink()) return (await readlink(a)) === (await readlink(b));
    if (!one.isFile() || !other.isFile() || one.size !== other.size || one.size > comparedUpTo) return false;
    return (await readFile(a)).equals(await readFile(b));
  } catch {
    return false; // Missing or unreadable counts as different.
  }
}

/** Returns absolute paths of initialised submodules, nested ones included. */
async function listSubmodules(git: Git, dir: string): Promise<string[]> {
  const { stdout } = await git.run(dir, ['ls-files', '-z', '--stage'], { names: true });
  const links = stdout.split('\0').filter((line) => line.startsWith('160000 '));
  const found: string[] = [];
  for (const link of links) {
    const path = join(dir, link.slice(link.indexOf('\t') + 1));
    if (await exists(join(path, '.git'))) found.push(path, ...(await listSubmodules(git, path)));
  }
  return found;
}

/**
 * Returns submodules with changes, or with commits or stashes on no remote: their object store is removed with the
 * worktree.
 */
async function findUnpushed(git: Git, submodules: readonly string[]): Promise<string[]> {
  const unsafe: string[] = [];
  for (const path of submodules) {
    const status = await git.run(path, ['status', '--porcelain', '-z', '--untracked-files=all']);
    const own = await git.run(path, [
      'rev-list',
      '-n1',
      'HEAD',
      '--branches',
      '--glob=refs/stas[h]',
      '--not',
      '--remotes',
    ]);
    const isSafe = status.exitCode === 0 && status.stdout === '' && own.exitCode === 0 && own.stdout === '';
    if (!isSafe) unsafe.push(path);
  }
  return unsafe;
}

/** An operation that is not concluded in a worktree. */
type Operation = 'merge' | 'rebase' | 'cherry-pick' | 'revert' | 'bisect';

const markers: readonly (readonly [string, Operation])[] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_START', 'bisect'],
];

/** Returns the operation under way in the worktree with this git directory; null for none. */
export async function readOperation(gitDir: string): Promise<Operation | null> {
  // Without a repository nothing is under way.
  const there = new Set(await readdir(gitDir).catch((): string[] => []));
  return markers.find(([marker]) => there.has(marker))?.[1] ?? null;
}

/**
 * Reports whether a rebase or bisect in this worktree will move a branch while HEAD is detached; `git worktree list`
 * and `git update-ref` do not know.
 */
export async function isRewriting(gitDir: string, branch: string): Promise<boolean> {
  const wanted = new Set([branch, branchRef(branch)]);
  const files = [
    'rebase-merge/head-name',
    'rebase-merge/update-refs',
    'rebase-apply/head-name',
    'BISECT_START',
  ];
  const texts = await Promise.all(files.map((file) => readTextOrEmpty(join(gitDir, file))));
  return texts.some((text) => text.split('\n').some((line) => wanted.has(line.trim())));
}
