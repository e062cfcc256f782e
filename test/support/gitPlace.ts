import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import type { Repo } from '../../src/core/repo.ts';
import { Git } from '../../src/git/run.ts';
import type { WorkerPlace } from '../../src/git/worktrees/inspect.ts';
import { addWorktree } from '../../src/git/worktrees/worktrees.ts';
import type { Problem, Result } from '../../src/lib/result.ts';
import { copyRepository } from './template.ts';

const run = promisify(execFile);

/** A temporary folder with a home of its own, gone with its test. */
export interface Place {
  readonly root: string;
  readonly env: Record<string, string>;
  readonly git: Git;
  /** Runs the real git as a person would; throws when it fails. Returns what it printed, trimmed. */
  sh(dir: string, ...args: string[]): Promise<string>;
  /**
   * A repository with one commit on `main` and, unless told otherwise, a `develop` beside it; `like` names what all
   * repositories of that kind in a file have besides.
   */
  repo(name?: string, options?: { develop?: boolean; like?: Kind }): Promise<Repo>;
  /** A worker's worktree on `feature/<task>`, from the base branch. */
  worker(repo: Repo, task?: string): Promise<WorkerPlace>;
  /** Writes files and commits them in a worktree; returns the commit. */
  commit(dir: string, files: Record<string, string>, message?: string): Promise<string>;
}

/** What is done once to a repository, of which others are copies. It refers to nothing outside of the repository. */
export interface Kind {
  /** Unique in its test file. */
  readonly kind: string;
  prepare(repo: Repo): Promise<unknown>;
}

export async function createPlace(folder = 'place'): Promise<Place> {
  const temp = await realpath(await mkdtemp(join(tmpdir(), 'orch-git-')));
  onTestFinished(() => rm(temp, { recursive: true }));
  const root = join(temp, folder);
  const home = join(temp, 'home');
  await mkdir(root);
  await mkdir(home);
  const env = { PATH: process.env.PATH ?? '', HOME: home, LANG: 'C.UTF-8', GIT_CONFIG_NOSYSTEM: '1' };
  const git = new Git(env);

  const sh = async (dir: string, ...args: string[]) =>
    (await run('git', args, { cwd: dir, env, maxBuffer: 1 << 26 })).stdout.trim();

  const commit = async (dir: string, files: Record<string, string>, message = 'Work') => {
    await write(dir, files);
    // A shell starts three processes for less than Node starts one.
    const { stdout } = await run('sh', ['-c', commitAll, 'sh', message], { cwd: dir, env });
    return stdout.trim();
  };

  const repo: Place['repo'] = async (name = 'backend', { develop = true, like } = {}) => {
    const path = join(root, name);
    await copyRepository({ place: 'git', develop, kind: like?.kind }, path, async (made) => {
      await sh(root, 'init', '--quiet', '--template=', '-b', 'main', made);
      await write(made, { '.git/config': `${await readFile(join(made, '.git/config'), 'utf8')}${identity}` });
      await commit(made, { 'README.md': 'one\ntwo\nthree\n', 'src/app.ts': 'a\nb\nc\n' }, 'First');
      if (develop) await sh(made, 'branch', '--no-track', 'develop');
      await like?.prepare({ name, path: made });
    });
    await sh(path, 'update-index', '-q', '--refresh');
    return { name, path };
  };

  const worker = async (of: Repo, task = 'fix') => {
    const branch = `feature/${task}`;
    const base = (await sh(of.path, 'branch', '--list', 'develop')) === '' ? 'main' : 'develop';
    const start = await sh(of.path, 'rev-parse', base);
    const worktree = join(root, '.worktrees', `${of.name}-${task}`);
    expectValue(await addWorktree(git, of, { path: worktree, branch, commit: start, base }));
    return { id: `${of.name}/${task}`, task, branch, worktree, base: { branch: base, commit: start } };
  };

  return { root, env, git, sh, repo, worker, commit };
}

/** Commits everything with the message that is its argument. @returns the commit */
const commitAll = 'git add --all && git commit --quiet -m "$1" && git rev-parse HEAD';

const identity =
  '[user]\n\tname = Ada\n\temail = ada@example.com\n[commit]\n\tgpgSign = false\n[gc]\n\tauto = 0\n';

/** Writes files below a folder. */
export async function write(dir: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), text);
  }
}

/** Installs a hook that runs the given shell lines. */
export async function hook(repo: Repo, name: string, lines: string): Promise<void> {
  const path = join(repo.path, '.git', 'hooks', name);
  await write(repo.path, { [`.git/hooks/${name}`]: `#!/bin/sh\n${lines}\n` });
  await chmod(path, 0o755);
}

/** Every file of a checkout, HEAD and index, byte for byte. */
export async function pictureOf(repo: Repo): Promise<Record<string, string>> {
  const picture: Record<string, string> = {};
  const entries = await readdir(repo.path, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(repo.path.length + 1);
    const counts = !name.startsWith('.git/') || name === '.git/HEAD' || name === '.git/index';
    if (entry.isSymbolicLink()) picture[name] = await readlink(path);
    else if (entry.isFile() && counts)
      picture[name] = createHash('sha1')
        .update(await readFile(path))
        .digest('hex');
  }
  return picture;
}

/** All refs and where they point. */
export async function refsOf(place: Place, repo: Repo): Promise<string> {
  return place.sh(repo.path, 'for-each-ref', '--format=%(refname) %(objectname)');
}

export function expectValue<T>(result: Result<T>): T {
  if (!result.ok) expect.fail(`${result.problem.code}: ${result.problem.message}`);
  return result.value;
}

export function expectProblem(result: Result<unknown>): Problem {
  if (result.ok) expect.fail(`went through: ${JSON.stringify(result.value)}`);
  return result.problem;
}
