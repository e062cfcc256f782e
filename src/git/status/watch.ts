import { type FSWatcher, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Repo } from '../../core/repo.ts';
import { Throttle } from '../../lib/schedule.ts';
import { findCommonDirectory, findGitDirectory, readGitText, resolveFrom } from '../directories.ts';

/** A change in a repository's git folders. */
export interface GitChange {
  /** Worktrees, other than the main checkout, whose HEAD or index changed. Absolute, as git wrote them. */
  readonly worktrees: readonly string[];
}

/** Milliseconds; one git command touches several files. */
const burstMs = 150;

/** Temporary files of git, and files that say nothing about a checkout. */
const noise = /\.lock$|^(?:FETCH_HEAD|COMMIT_EDITMSG|gc\.(?:pid|log)|orch)$/;

/**
 * Watches the git folders of a repository: HEAD, index, refs and those of its worktrees, folder by folder. The
 * worktrees' own files are not watched: there may be a hundred thousand.
 */
export class GitWatch {
  readonly #repo: Repo;
  readonly #changed: (change: GitChange) => void;
  readonly #failed: (error: NodeJS.ErrnoException) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #touched = new Set<string>();
  readonly #telling = new Throttle(() => void this.#tell(), burstMs, 'delayed');
  #closed = false;

  /**
   * @param changed called once for each burst
   * @param failed called when something cannot be watched: the system's limit (ENOSPC, EMFILE), a folder that vanished
   */
  constructor(
    repo: Repo,
    changed: (change: GitChange) => void,
    failed: (error: NodeJS.ErrnoException) => void,
  ) {
    this.#repo = repo;
    this.#changed = changed;
    this.#failed = failed;
  }

  /** Starts watching, or adds folders that were created since. */
  async open(): Promise<void> {
    const gitDir = findGitDirectory(this.#repo.path);
    if (gitDir === null) return;
    const common = findCommonDirectory(gitDir);
    const folders = new Set([gitDir, common, ...(await below(join(common, 'refs/heads')))]);
    folders.add(join(common, 'refs'));
    for (const folder of await below(join(common, 'refs/remotes'))) folders.add(folder);
    for (const folder of await children(join(common, 'worktrees'))) folders.add(folder);
    for (const [folder, watcher] of this.#watchers)
      if (!folders.has(folder)) {
        watcher.close();
        this.#watchers.delete(folder);
      }
    for (const folder of folders) this.#watch(common, folder);
  }

  close(): void {
    this.#closed = true;
    this.#telling.cancel();
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #watch(common: string, folder: string): void {
    if (this.#closed || this.#watchers.has(folder)) return;
    try {
      const watcher = watch(folder, { persistent: false }, (_, file) => {
        if (file === null || !noise.test(file)) this.#note(common, folder);
      });
      watcher.on('error', (error: NodeJS.ErrnoException) => {
        this.#watchers.delete(folder);
        this.#failed(error);
      });
      this.#watchers.set(folder, watcher);
    } catch (error) {
      // The folder was deleted meanwhile: the next burst notices.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#failed(error as NodeJS.ErrnoException);
    }
  }

  #note(common: string, folder: string): void {
    if (this.#closed) return;
    const inside = relative(join(common, 'worktrees'), folder).split(sep)[0];
    if (inside && inside !== '..') this.#touched.add(join(common, 'worktrees', inside));
    this.#telling.ask();
  }

  async #tell(): Promise<void> {
    const touched = [...this.#touched];
    this.#touched.clear();
    await this.open();
    const worktrees = await Promise.all(touched.map(worktreeOf));
    if (!this.#closed) this.#changed({ worktrees: worktrees.filter((path) => path !== null) });
  }
}

/** Returns the path of the worktree with this git directory; null once it is gone. */
async function worktreeOf(gitDir: string): Promise<string | null> {
  try {
    const named = readGitText(join(gitDir, 'gitdir'));
    return named === null ? null : resolveFrom(gitDir, dirname(named.trimEnd()));
  } catch {
    return null; // Removed meanwhile; a change in the repository's other folders reports it.
  }
}

/** Returns a folder and all folders below it. */
async function below(folder: string): Promise<string[]> {
  const inner = await Promise.all((await children(folder)).map(below));
  return [folder, ...inner.flat()];
}

async function children(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  } catch {
    return []; // Packed, or not created yet.
  }
}
