import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A throw-away home, a repository with one commit, and a worktree on a feature branch. */
export class Workplace {
  readonly root: string;
  readonly home: string;
  readonly repo: string;
  readonly worktree: string;

  private constructor(root: string) {
    this.root = root;
    this.home = join(root, 'home');
    this.repo = join(root, 'repo');
    this.worktree = join(root, 'work trees', 'repo-task');
  }

  static async create(): Promise<Workplace> {
    const place = new Workplace(await realpath(await mkdtemp(join(tmpdir(), 'orch-agents-'))));
    await Promise.all([mkdir(place.home), mkdir(place.repo)]);
    await place.git(place.repo, 'init', '-q', '-b', 'develop');
    await place.git(place.repo, 'config', 'user.name', 'Ada');
    await place.git(place.repo, 'config', 'user.email', 'ada@example.invalid');
    await writeFile(join(place.repo, 'README.md'), '# sample\n');
    await place.git(place.repo, 'add', '-A');
    await place.git(place.repo, 'commit', '-qm', 'Begin');
    await mkdir(dirname(place.worktree));
    await place.git(place.repo, 'worktree', 'add', '-q', '-b', 'feature/task', place.worktree);
    return place;
  }

  /** A person's environment, with this Node first. */
  get ambient(): Record<string, string> {
    const PATH = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':');
    return { PATH, HOME: this.home, LANG: 'C.UTF-8', SHELL: '/bin/sh', GIT_CONFIG_NOSYSTEM: '1' };
  }

  async git(cwd: string, ...args: string[]): Promise<string> {
    const { stdout } = await run('git', args, { cwd, env: this.ambient });
    return stdout.trim();
  }

  /** Subjects of the worktree's own commits, newest first. */
  async commits(): Promise<string[]> {
    const log = await this.git(this.worktree, 'log', '--format=%s', 'develop..HEAD');
    return log.split('\n').filter((line) => line !== '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}
