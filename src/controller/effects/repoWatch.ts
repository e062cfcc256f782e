import type { Repo } from '../../core/repo.ts';
import type { Worker } from '../../core/worker.ts';
import type { Message } from '../../features/messages.ts';
import type { ControllerState } from '../../features/state.ts';
import { resolvedPath } from '../../git/directories.ts';
import type { Git } from '../../git/run.ts';
import { readStatus } from '../../git/status/status.ts';
import { type GitChange, GitWatch } from '../../git/status/watch.ts';
import { adoptBranch, readLiveBranch } from '../../git/worktrees/branch.ts';
import { quoteCommand } from '../../lib/quote.ts';
import { problemOf, whyOf } from '../../lib/result.ts';

/** Dependencies of the watch. */
interface RepoWatchDeps {
  readonly git: Git;
  state(): ControllerState;
  dispatch(message: Message): void;
  /** Called with the workers whose worktree has changed; empty when only branches moved. */
  changed(repo: string, workers: readonly string[]): void;
  /** Reports a bug. Expected failures do not come here. */
  fail(error: unknown): void;
}

/** A watched repository. One read at a time, and another one after a change in between. */
interface Watched {
  readonly repo: Repo;
  readonly watch: GitWatch;
  isLooking: boolean;
  isDue: boolean;
}

/** Reads repositories as soon as their git folders change. The slow sweep finds changes that cannot be watched. */
export class RepoWatch {
  readonly #deps: RepoWatchDeps;
  readonly #watched = new Map<string, Watched>();
  #followed: readonly Repo[] = [];
  #closed = false;

  constructor(deps: RepoWatchDeps) {
    this.#deps = deps;
  }

  /** Watches these repositories and no others. Resolves once the watches are active. */
  async follow(repos: readonly Repo[]): Promise<void> {
    if (repos === this.#followed || this.#closed) return;
    this.#followed = repos;
    for (const { repo, watch } of this.#watched.values())
      if (!repos.some(({ name, path }) => name === repo.name && path === repo.path)) {
        watch.close();
        this.#watched.delete(repo.name);
      }
    const fresh = repos.filter(({ name }) => !this.#watched.has(name));
    await Promise.all(fresh.map((repo) => this.#begin(repo)));
  }

  close(): void {
    this.#closed = true;
    for (const { watch } of this.#watched.values()) watch.close();
  }

  #begin(repo: Repo): Promise<void> {
    const watch = new GitWatch(
      repo,
      (change) => void this.#see(watched, change).catch(this.#deps.fail),
      (error) => this.#deps.dispatch({ type: 'noticed', problem: notWatched(repo, error) }),
    );
    const watched: Watched = { repo, watch, isLooking: false, isDue: false };
    this.#watched.set(repo.name, watched);
    return watch.open();
  }

  async #see(watched: Watched, { worktrees }: GitChange): Promise<void> {
    const workers = await this.#workersIn(worktrees);
    if (this.#closed) return;
    const ids = workers.map(({ id }) => id);
    this.#deps.changed(watched.repo.name, ids);
    for (const worker of workers) await this.#seeBranch(watched.repo, worker);
    await this.#look(watched);
  }

  async #look(watched: Watched): Promise<void> {
    watched.isDue = true;
    if (watched.isLooking) return;
    watched.isLooking = true;
    try {
      while (watched.isDue && !this.#closed) {
        watched.isDue = false;
        const status = await readStatus(this.#deps.git, watched.repo);
        const { repos } = this.#deps.state();
        if (this.#closed || !repos.some(({ name }) => name === status.name)) continue;
        const next = repos.map((one) => (one.name === status.name ? status : one));
        this.#deps.dispatch({ type: 'repos-looked-at', repos: next });
      }
    } finally {
      watched.isLooking = false;
    }
  }

  /** Compares a worktree's branch with its worker's. Adopts a new name of the branch, and reports another branch. */
  async #seeBranch(repo: Repo, worker: Worker): Promise<void> {
    const live = await readLiveBranch(this.#deps.git, repo, worker);
    if (this.#closed || live.kind === 'same') return;
    if (live.kind === 'renamed') {
      const adopted = await adoptBranch(this.#deps.git, repo, worker.branch, live.branch);
      if (!adopted.ok) this.#deps.dispatch({ type: 'noticed', problem: adopted.problem });
      return this.#deps.dispatch({ type: 'branch-renamed', id: worker.id, branch: live.branch });
    }
    const message = `${worker.id} is on ${live.branch} now, not on its branch ${worker.branch}.`;
    const hint = `It can be finished once it is back: ${quoteCommand(['git', 'switch', worker.branch])}.`;
    this.#deps.dispatch({ type: 'noticed', problem: problemOf('branch_switched', message, hint) });
  }

  async #workersIn(worktrees: readonly string[]): Promise<Worker[]> {
    const { log, busy } = this.#deps.state();
    const found: Worker[] = [];
    // During our own operations the branch may change.
    for (const worker of log.workers.values())
      if (!busy.has(worker.id) && worktrees.includes(await resolvedPath(worker.worktree))) found.push(worker);
    return found;
  }
}

/** On Linux ENOSPC means the limit of watches, and EMFILE also that of inotify instances (inotify(7)). */
function notWatched({ name }: Repo, error: NodeJS.ErrnoException) {
  const why = error.code === 'ENOSPC' ? 'the system watches no more folders' : whyOf(error);
  const limit = error.code === 'EMFILE' ? 'max_user_instances' : 'max_user_watches';
  return problemOf(
    'not_watched',
    `Changes in ${name} are seen late: ${why}.`,
    `It is looked at every minute instead; fs.inotify.${limit} is the limit on Linux.`,
  );
}
