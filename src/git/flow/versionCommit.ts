import type { Repo } from '../../core/repo.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { commitTree, hasHooks, hooksFolder, hookTimeoutMs } from '../mergeCommit.ts';
import { type Git, refused } from '../run.ts';
import { withScratchWorktree } from './scratch.ts';
import { compareVersions, parseVersion, type Version } from './version.ts';
import { findVersions, replaceVersions, versionFiles } from './versionFile.ts';

/** A file at the top of a commit that says the project's version. */
export interface VersionFile {
  readonly path: string;
  /** What it says, in each of its places. */
  readonly says: readonly string[];
  readonly text: string;
}

/** Reads the files that say a version. Links, and files that leave it to others, say none. */
export async function readVersionFiles(
  git: Git,
  repo: Repo,
  commit: string,
): Promise<Result<readonly VersionFile[]>> {
  const listed = await git.run(repo.path, ['ls-tree', '-z', commit, '--', ...versionFiles]);
  if (listed.exitCode !== 0) return refused(listed);
  const files: VersionFile[] = [];
  for (const { mode, oid, path } of parseTree(listed.stdout)) {
    if (!mode.startsWith('100')) continue;
    const blob = await git.run(repo.path, ['cat-file', 'blob', oid]);
    if (blob.exitCode !== 0) return refused(blob);
    const says = findVersions(path, blob.stdout).map(({ from, to }) => blob.stdout.slice(from, to));
    if (says.length > 0) files.push({ path, says, text: blob.stdout });
  }
  return success(files);
}

/** The greatest of these versions; null when none of them is a semantic one. */
export function greatestVersion(texts: readonly string[]): Version | null {
  const versions = texts.flatMap((text) => {
    const parsed = parseVersion(text);
    return parsed.ok ? [parsed.value] : [];
  });
  return versions.sort(compareVersions).at(-1) ?? null;
}

/**
 * Makes a commit on top of `onto` in which these files say the version, every other byte unchanged; no ref holds it.
 * Hooks see it being made in a checkout of its own.
 * @returns `onto` itself where all say it already
 */
export async function commitVersion(
  git: Git,
  repo: Repo,
  commonDir: string,
  onto: string,
  files: readonly VersionFile[],
  version: string,
): Promise<Result<string>> {
  const blobs = new Map<string, string>();
  for (const { path, text } of files) {
    const blob = await writeEdited(git, repo, onto, path, text, version);
    if (!blob.ok) return blob;
    blobs.set(path, blob.value);
  }
  const tree = await writeTree(git, repo, onto, blobs);
  if (!tree.ok) return tree;
  const before = await git.text(repo.path, ['rev-parse', '--verify', `${onto}^{tree}`]);
  if (!before.ok) return before;
  if (tree.value === before.value) return success(onto);
  const message = `Bump version to ${version}`;
  return (await hasHooks(git, repo.path, ['pre-commit', 'prepare-commit-msg', 'commit-msg']))
    ? commitWithHooks(git, repo, commonDir, onto, tree.value, message)
    : commitTree(git, repo.path, tree.value, [onto], message);
}

/** Only a text that is the file byte for byte may be edited: what is not UTF-8 would be damaged unnoticed. */
async function writeEdited(
  git: Git,
  repo: Repo,
  commit: string,
  path: string,
  text: string,
  version: string,
): Promise<Result<string>> {
  const hash = (input: string, ...write: string[]) =>
    git.text(repo.path, ['hash-object', ...write, '--no-filters', '--stdin'], { input });
  const [known, read] = await Promise.all([
    git.text(repo.path, ['rev-parse', '--verify', `${commit}:${path}`]),
    hash(text),
  ]);
  if (!known.ok || !read.ok) return known.ok ? read : known;
  if (known.value !== read.value) return failure('not_utf8', `${path} is not a UTF-8 text.`, 'Convert it.');
  return hash(replaceVersions(text, findVersions(path, text), version), '-w');
}

/** The commit's tree with other blobs in place of some at its top. */
async function writeTree(
  git: Git,
  repo: Repo,
  commit: string,
  blobs: ReadonlyMap<string, string>,
): Promise<Result<string>> {
  const listed = await git.run(repo.path, ['ls-tree', '-z', commit]);
  if (listed.exitCode !== 0) return refused(listed);
  const input = parseTree(listed.stdout)
    .map(({ mode, type, oid, path }) => `${mode} ${type} ${blobs.get(path) ?? oid}\t${path}\0`)
    .join('');
  return git.text(repo.path, ['mktree', '-z', '--missing'], { input });
}

function parseTree(output: string): { mode: string; type: string; oid: string; path: string }[] {
  return output
    .split('\0')
    .filter(Boolean)
    .map((line) => {
      const tab = line.indexOf('\t');
      const [mode = '', type = '', oid = ''] = line.slice(0, tab).split(' ');
      return { mode, type, oid, path: line.slice(tab + 1) };
    });
}

async function commitWithHooks(
  git: Git,
  repo: Repo,
  commonDir: string,
  onto: string,
  tree: string,
  message: string,
): Promise<Result<string>> {
  const hooks = await hooksFolder(git, repo.path);
  if (!hooks.ok) return hooks;
  return withScratchWorktree(git, repo, commonDir, onto, async (dir) => {
    const laid = await git.change(dir, ['read-tree', '-m', '-u', 'HEAD', tree]);
    if (laid.exitCode !== 0) return refused(laid);
    const args = ['-c', `core.hooksPath=${hooks.value}`, 'commit', '--quiet', '-m', message];
    const made = await git.change(dir, args, { timeoutMs: hookTimeoutMs });
    return made.exitCode === 0 && !made.timedOut
      ? git.text(dir, ['rev-parse', '--verify', 'HEAD'])
      : refused(made, 'A hook of the repository refused the commit; nothing was begun.');
  });
}
