import type { FinishResult } from '../../core/proposal.ts';
import type { Repo } from '../../core/repo.ts';
import { type Result, success } from '../../lib/result.ts';
import { commonDirectory } from '../directories.ts';
import { readFlow } from '../flow.ts';
import { branchContains } from '../refs.ts';
import type { Git } from '../run.ts';
import { inspectWorker, type WorkerPlace } from '../worktrees/inspect.ts';
import { cleanName, recoverClean, removeWorker } from './clean.ts';
import { finishBranch, forgetFinish } from './finish.ts';
import { dropJournal, type Journal, listJournals, recoverWorktree } from './journal.ts';

/** A finish or clean that a killed process left half-done. */
export interface UnfinishedEnding {
  readonly kind: 'finish' | 'clean';
  readonly worker: WorkerPlace;
  readonly tip: string;
  readonly journal: Journal;
}

/** Outcome: completed as the person had wanted, or dropped with the worker unchanged. */
type Settled =
  | { readonly how: 'finished'; readonly result: FinishResult }
  | { readonly how: 'cleaned'; readonly backup: string }
  | { readonly how: 'dropped' };

/** Lists interrupted finishes and cleans of a repository, or why a journal cannot be read. */
export async function unfinishedJournals(git: Git, repo: Repo): Promise<readonly Result<UnfinishedEnding>[]> {
  const common = await commonDirectory(git, repo.path);
  // Without a repository there are no journals. Its problem is reported where it is read.
  if (!common.ok) return [];
  return (await listJournals(common.value)).flatMap((read) => {
    if (!read.ok) return [read];
    const unfinished = parseUnfinished(read.value);
    return unfinished ? [success(unfinished)] : [];
  });
}

/**
 * Completes or drops an interrupted change. A finish that had merged is completed, because others may build on it
 * already. A clean is completed if it had begun to remove the worktree. Otherwise nothing visible had changed, so the
 * change is dropped and can be requested again.
 */
export async function settleFinish(
  git: Git,
  repo: Repo,
  unfinished: UnfinishedEnding,
): Promise<Result<Settled>> {
  const { kind, worker, tip, journal } = unfinished;
  const common = await commonDirectory(git, repo.path);
  if (!common.ok) return common;
  return git.exclusive<Settled>(common.value, async () => {
    // The person had confirmed the loss when the change began.
    const options = { tip, confirm: worker.task };
    if (kind === 'finish' && (await isMerged(git, repo, unfinished))) {
      const done = await finishBranch(git, repo, worker, options);
      return done.ok ? success({ how: 'finished', result: done.value }) : done;
    }
    if (kind === 'clean') await recoverClean(git, repo, worker, journal);
    else await recoverWorktree(git, repo, worker, journal, tip);
    if (kind === 'clean' && journal.step !== 'back up' && (await isRemovalBegun(git, repo, worker))) {
      const done = await removeWorker(git, repo, worker, options);
      return done.ok ? success({ how: 'cleaned', backup: done.value.backup }) : done;
    }
    const dropped =
      kind === 'finish'
        ? await forgetFinish(git, repo, common.value, worker.task)
        : await dropJournal(common.value, cleanName(worker.task));
    return dropped.ok ? success({ how: 'dropped' }) : dropped;
  });
}

/** Reports whether the base branch already contains the work. A journal is no proof: an agent can write one. */
async function isMerged(git: Git, repo: Repo, { journal, tip, worker }: UnfinishedEnding): Promise<boolean> {
  const { into } = journal.data as { into: string };
  const flow = await readFlow(git, repo);
  if (!flow.ok || flow.value.base !== into || tip === worker.base.commit) return false;
  return branchContains(git, repo.path, into, tip);
}

async function isRemovalBegun(git: Git, repo: Repo, worker: WorkerPlace): Promise<boolean> {
  const found = await inspectWorker(git, repo, worker);
  if (!found.ok) return false;
  const { registered, present, tip } = found.value;
  return !registered || !present || tip === null;
}

/** Validates a journal, which may contain anything. */
function parseUnfinished(journal: Journal): UnfinishedEnding | null {
  const { kind, data } = journal;
  if ((kind !== 'finish' && kind !== 'clean') || typeof data !== 'object' || data === null) return null;
  const { worker, tip, into } = data as { worker?: Partial<WorkerPlace>; tip?: unknown; into?: unknown };
  const texts = [worker?.id, worker?.task, worker?.branch, worker?.worktree, tip];
  texts.push(worker?.base?.branch, worker?.base?.commit, kind === 'finish' ? into : '');
  if (!texts.every((text) => typeof text === 'string')) return null;
  return { kind, worker: worker as WorkerPlace, tip: tip as string, journal };
}
