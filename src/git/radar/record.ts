import { createHash } from 'node:crypto';
import { lstat, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Result, success } from '../../lib/result.ts';
import { copyIndex } from '../copyIndex.ts';
import type { StatusEntry } from '../porcelain.ts';
import type { Quarantine } from '../quarantine.ts';
import type { Git, GitOptions } from '../run.ts';

/** What of a worktree is recorded. */
export interface Contents {
  readonly path: string;
  /** Our copy of the index, which stays as it is. */
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

/** Larger files are told apart by size and time only. Bytes. */
const largestFile = 5 << 20;
/** So much of one worktree is read; the rest counts as large. Bytes. */
const mostBytes = 256 << 20;
const timeoutMs = 60_000;

/** Without author, date and message of its own, the same content gives the same commit. */
export const nobody = {
  GIT_AUTHOR_NAME: 'orch-tui',
  GIT_AUTHOR_EMAIL: 'radar@orch-tui',
  GIT_AUTHOR_DATE: '@0 +0000',
  GIT_COMMITTER_NAME: 'orch-tui',
  GIT_COMMITTER_EMAIL: 'radar@orch-tui',
  GIT_COMMITTER_DATE: '@0 +0000',
};

/** Makes a commit of a worktree's files in the quarantine. */
export async function recordFiles(
  recorder: Recorder,
  { path, index, files, parents }: Contents,
): Promise<Result<{ commit: string; limits: string[] }>> {
  const { git, quarantine } = recorder;
  const plan = await sortFiles(recorder, path, files);
  const copy = `${index}.snapshot`;
  const env = { ...quarantine.env, ...nobody, GIT_INDEX_FILE: copy };
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

/** Keeps work on an index of ours from being noticed: no hooks, no shared index, nothing of Git LFS in the repository. */
export const unnoticed = [
  ...['-c', 'core.hooksPath=/dev/null', '-c', 'core.splitIndex=false'],
  ...['-c', 'filter.lfs.clean=', '-c', 'filter.lfs.process=', '-c', 'filter.lfs.required=false'],
];

/** Nothing here is worth waiting for the disk. */
const settings = [
  ...unnoticed,
  ...['-c', 'core.fsync=none', '-c', 'core.looseCompression=0', '-c', 'core.safecrlf=false'],
];

interface Replacement {
  readonly name: string;
  readonly mode: string;
  readonly content: string;
}

interface FilePlan {
  /** No longer there. */
  readonly gone: string[];
  /** For git to read. */
  readonly read: string[];
  /** Recorded by something that stands for their content. */
  readonly replaced: Replacement[];
  readonly limits: string[];
  readonly bytes: number;
}

async function sortFiles(recorder: Recorder, path: string, files: readonly StatusEntry[]): Promise<FilePlan> {
  const plan = { gone: [] as string[], read: [] as string[], replaced: [] as Replacement[], bytes: 0 };
  const lfs = recorder.hasLfs ? await listLfs(recorder.git, path, files) : new Set<string>();
  let large = 0;
  for (const { path: name, gone } of files) {
    const info = gone ? null : await statOf(join(path, name));
    if (!info) plan.gone.push(name);
    else if (info.isFile() && (info.size > largestFile || plan.bytes + info.size > mostBytes)) {
      large++;
      // A NUL makes it binary: two sides that differ cannot be merged.
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
    return await lstat(path);
  } catch {
    return null; // Gone since git looked, or without a working file in the middle of a merge.
  }
}

function modeOf(mode: number): string {
  return mode & 0o100 ? '100755' : '100644';
}

/** Lines for `update-index --index-info`. */
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
    const hashed = await git.text(path, args, { input: files.map((file) => `${file}\n`).join(''), env });
    if (!hashed.ok) return hashed;
    const oids = hashed.value.split('\n');
    return success(replaced.map(({ name, mode }, n) => `${mode} ${oids[n]}\t${name}\0`));
  } finally {
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }
}

/** Files that Git LFS keeps elsewhere. */
async function listLfs(git: Git, path: string, files: readonly StatusEntry[]): Promise<Set<string>> {
  const input = files.map((file) => `${file.path}\0`).join('');
  const outcome = await git.run(path, ['check-attr', '-z', '--stdin', 'filter'], { input });
  const fields = outcome.stdout.split('\0');
  return new Set(fields.filter((_, n) => n % 3 === 0 && fields[n + 2] === 'lfs'));
}

/** What Git LFS puts into the repository. https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md#the-pointer */
async function lfsPointer(path: string): Promise<string> {
  const content = await readFile(path);
  const start = 'version https://git-lfs.github.com/spec/v1\n';
  if (content.length < 1024 && content.toString().startsWith(start)) return content.toString();
  if (content.length === 0) return '';
  return `${start}oid sha256:${createHash('sha256').update(content).digest('hex')}\nsize ${content.length}\n`;
}
