import type { CleanPreview, CleanResult, FinishPreview, FinishResult } from '../domain/finish.ts';
import { failure, type Result, success } from '../domain/problem.ts';
import type { Worker } from '../domain/worker.ts';
import { clean, previewClean } from '../git/clean.ts';
import { finish } from '../git/finish.ts';
import { previewFinish } from '../git/preview.ts';
import type { HostPort } from './hostPort.ts';
import { findRepo, type Tools } from './tools.ts';

interface Wanted {
  /** Last commit of the branch that the person has seen. */
  readonly tip: string;
  readonly confirm: string | null;
}

/**
 * Ends the worker's process and finishes its branch. What is known to stand in the way is found before the process
 * is touched; git looks again at the moment it acts.
 */
export async function finishWorker(
  tools: Tools,
  host: HostPort,
  worker: Worker,
  wanted: Wanted,
): Promise<Result<FinishResult>> {
  const repo = findRepo(tools.config, worker.repo);
  if (!repo.ok) return repo;
  const preview = await previewFinish(tools.git, repo.value, worker);
  if (!preview.ok) return preview;
  const ready = checkFinish(preview.value, worker, wanted);
  if (!ready.ok) return ready;
  const ended = await endProcess(host, worker.id);
  if (!ended.ok) return ended;
  return finish(tools.git, repo.value, worker, options(wanted));
}

function checkFinish(preview: FinishPreview, worker: Worker, wanted: Wanted): Result<null> {
  const { blockers, ignored } = preview;
  if (blockers.length > 0)
    return failure(
      'cannot_finish',
      `${worker.id} cannot be finished: ${blockers.join(' ')}`,
      'Nothing was changed.',
    );
  return checkWanted(preview, ignored.length > 0, worker, wanted);
}

/** The same for removing without a merge. */
export async function cleanWorker(
  tools: Tools,
  host: HostPort,
  worker: Worker,
  wanted: Wanted,
): Promise<Result<CleanResult>> {
  const repo = findRepo(tools.config, worker.repo);
  if (!repo.ok) return repo;
  const preview = await previewClean(tools.git, repo.value, worker);
  if (!preview.ok) return preview;
  const ready = checkWanted(preview.value, preview.value.wantsTypedName, worker, wanted);
  if (!ready.ok) return ready;
  const ended = await endProcess(host, worker.id);
  if (!ended.ok) return ended;
  return clean(tools.git, repo.value, worker, options(wanted));
}

function checkWanted(
  preview: FinishPreview | CleanPreview,
  loses: boolean,
  worker: Worker,
  wanted: Wanted,
): Result<null> {
  if (preview.tip !== wanted.tip)
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

function options({ tip, confirm }: Wanted): { tip: string; confirm?: string } {
  return confirm === null ? { tip } : { tip, confirm };
}

/** Ends a worker's process; one that is gone already, or whose host is, has ended. */
async function endProcess(host: HostPort, id: string): Promise<Result<null>> {
  const call = await host.find();
  if (!call.ok) return call.problem.code === 'not_running' ? success(null) : call;
  const ended = await call.value('end', { id });
  return ended.ok || ended.problem.code === 'no_terminal' ? success(null) : ended;
}
