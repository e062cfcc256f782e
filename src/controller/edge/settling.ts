import type { Repo } from '../../core/repo.ts';
import type { ControllerState } from '../../features/state.ts';
import { settle, type Unfinished, unfinishedJournals } from '../../git/finish/settle.ts';
import { unfinishedFlows } from '../../git/flow/finish.ts';
import type { FlowName } from '../../git/flow/flow.ts';
import { expireBackups } from '../../git/refs.ts';
import { type Problem, problemOf, success } from '../../lib/result.ts';
import type { Edge } from './runEffect.ts';

type Told = Pick<Edge, 'git' | 'tell'>;

/** Nobody waits for the answer: the process that was asked is no more. */
const nobody = 0;

/**
 * Brings finishes and cleans to an end that an earlier controller was killed in: completed where something was merged
 * or removed already, else dropped with a notice.
 */
export async function settleUnfinished(edge: Told, state: ControllerState): Promise<void> {
  for (const repo of state.config.repos) {
    for (const flow of await unfinishedFlows(edge.git, repo))
      edge.tell({ type: 'noticed', problem: cutOffFlow(repo, flow) });
    for (const read of await unfinishedJournals(edge.git, repo)) {
      if (!read.ok) edge.tell({ type: 'noticed', problem: read.problem });
      else await settleOne(edge, state, repo, read.value);
    }
  }
}

async function settleOne(
  { git, tell }: Told,
  { log }: ControllerState,
  repo: Repo,
  unfinished: Unfinished,
): Promise<void> {
  const { id, branch, worktree } = unfinished.worker;
  const known = log.workers.get(id);
  // Of another workspace that has the repository, too, or written by somebody else: not ours to bring to an end.
  if (known?.branch !== branch || known.worktree !== worktree) return;
  const settled = await settle(git, repo, { ...unfinished, worker: known });
  if (!settled.ok) return tell({ type: 'noticed', problem: unsettled(unfinished, settled.problem) });
  if (settled.value.how === 'dropped') return tell({ type: 'noticed', problem: dropped(unfinished) });
  if (settled.value.how === 'finished')
    return tell({ type: 'finish-ended', id, result: success(settled.value.result), ticket: nobody });
  const result = success({ id, backup: settled.value.backup });
  tell({ type: 'clean-ended', id, result, ticket: nobody });
}

/** A person began it at the command line and decides there: what it tagged or pushed is nobody else's to complete. */
function cutOffFlow(repo: Repo, { kind, name }: FlowName): Problem {
  return problemOf(
    'interrupted',
    `The finish of ${kind} ${name} of ${repo.name} was cut off.`,
    `To complete it: orch-tui flow ${kind} finish ${repo.name} ${name}`,
  );
}

function dropped({ kind, worker }: Unfinished): Problem {
  return problemOf(
    'interrupted',
    `The ${kind} of ${worker.id} was cut off before anything had changed.`,
    `If it is still wanted: orch-tui worker ${kind} ${worker.id}`,
  );
}

function unsettled({ kind, worker }: Unfinished, { message, hint }: Problem): Problem {
  return problemOf(
    'interrupted',
    `The ${kind} of ${worker.id} was cut off and cannot go on: ${message}`,
    hint,
  );
}

/** Deletes backups that have been kept for as long as was promised; the log says which. */
export async function sweepBackups(
  { git, tell }: Edge,
  { config }: ControllerState,
  now: Date,
): Promise<void> {
  for (const repo of config.repos) {
    const gone = await expireBackups(git, repo, now);
    // A repository that cannot be read is told of by its own look.
    if (gone.ok && gone.value.length > 0)
      tell({ type: 'backups-expired', repo: repo.name, refs: gone.value.map(({ ref }) => ref) });
  }
}
