import type { CleanResult, FinishResult } from '../../core/proposal.ts';
import type { Repo } from '../../core/repo.ts';
import type { Worker } from '../../core/worker.ts';
import { clean, previewClean } from '../../git/finish/clean.ts';
import { type FinishOptions, finish, previewFinish } from '../../git/finish/finish.ts';
import type { Git } from '../../git/run.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import type { HostPort } from './hostPort.ts';
import { findRepo, type Tools } from './tools.ts';

interface Wanted {
  /** Last commit of the branch that the person has seen. */
  readonly tip: string;
  readonly confirm: string | null;
}

/** What runs the configured checks in the worker's worktree; `checks_failed` when they do not succeed. */
export type RunChecks = (worker: Worker) => Promise<Result<null>>;

/**
 * Ends the worker's process and finishes its branch. What is known to stand in the way is found before the process
 * is touched, and checks are run; git looks again at the moment it acts.
 */
export function finishWorker(
  tools: Tools,
  host: HostPort,
  worker: Worker,
  wanted: Wanted,
  check: RunChecks,
): Promise<Result<FinishResult>> {
  return endAndRemove(tools, host, worker, wanted, {
    preview: previewFinish,
    refuse: ({ blockers }) => blockers.length > 0 && cannotFinish(worker, blockers),
    loses: ({ ignored }) => ignored.length > 0,
    // What is merged already is only removed.
    check: async ({ commits }) => (commits.length > 0 ? check(worker) : success(null)),
    remove: finish,
  });
}

/** The same for removing without a merge. */
export function cleanWorker(
  tools: Tools,
  host: HostPort,
  worker: Worker,
  wanted: Wanted,
): Promise<Result<CleanResult>> {
  return endAndRemove(tools, host, worker, wanted, {
    preview: previewClean,
    refuse: () => false,
    loses: ({ wantsTypedName }) => wantsTypedName,
    check: async () => success(null),
    remove: clean,
  });
}

/** What finishing and cleaning do not have in common. */
interface Way<P, R> {
  preview(git: Git, repo: Repo, worker: Worker): Promise<Result<P>>;
  refuse(preview: P): Result<never> | false;
  /** Whether something would be gone for good, so that the task's name has to be typed. */
  loses(preview: P): boolean;
  check(preview: P): Promise<Result<null>>;
  remove(git: Git, repo: Repo, worker: Worker, options: FinishOptions): Promise<Result<R>>;
}

async function endAndRemove<P extends { readonly tip: string }, R>(
  { git, config }: Tools,
  host: HostPort,
  worker: Worker,
  wanted: Wanted,
  way: Way<P, R>,
): Promise<Result<R>> {
  const repo = findRepo(config, worker.repo);
  if (!repo.ok) return repo;
  const preview = await way.preview(git, repo.value, worker);
  if (!preview.ok) return preview;
  const refusal = way.refuse(preview.value);
  if (refusal) return refusal;
  const ready = checkWanted(preview.value.tip, way.loses(preview.value), worker, wanted);
  if (!ready.ok) return ready;
  const checked = await way.check(preview.value);
  if (!checked.ok) return checked;
  const ended = await endProcess(host, worker.id);
  if (!ended.ok) return ended;
  const { tip, confirm } = wanted;
  return way.remove(git, repo.value, worker, confirm === null ? { tip } : { tip, confirm });
}

function cannotFinish({ id }: Worker, blockers: readonly string[]): Result<never> {
  return failure('cannot_finish', `${id} cannot be finished: ${blockers.join(' ')}`, 'Nothing was changed.');
}

function checkWanted(tip: string, loses: boolean, worker: Worker, wanted: Wanted): Result<null> {
  if (tip !== wanted.tip)
    return failure(
      'tip_moved',
      `${worker.branch} has other commits than in the preview.`,
      'Look at the preview again.',
    );
  if (loses && wanted.confirm !== worker.task)
    return failure(
      'confirm_loss',
      `Something of ${worker.id} would be lost.`,
      `Type the name ${worker.task} to let it go.`,
    );
  return success(null);
}

/** Ends a worker's process; one that is gone already, or whose host is, has ended. */
async function endProcess(host: HostPort, id: string): Promise<Result<null>> {
  const call = await host.find();
  if (!call.ok) return call.problem.code === 'not_running' ? success(null) : call;
  const ended = await call.value('end', { id });
  return ended.ok || ended.problem.code === 'no_terminal' ? success(null) : ended;
}
