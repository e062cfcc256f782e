import { problemOf } from '../../domain/problem.ts';
import { isOrchestrator } from '../../domain/role.ts';
import type { WorkerState } from '../../domain/worker.ts';
import type { Effect } from '../effects.ts';
import type { Happening } from '../events.ts';
import type { Message } from '../messages.ts';
import { addNotice, type ControllerState, type Decision } from '../state.ts';

/** Adds a snapshot of each worker whose turn ends with what has happened: it may have changed files. */
export function withSnapshots(before: ControllerState, decision: Decision): Decision {
  const effects = decision.happenings.flatMap((happening) => snapshotAfter(before, happening));
  return effects.length === 0 ? decision : { ...decision, effects: [...decision.effects, ...effects] };
}

function snapshotAfter({ log, busy }: ControllerState, happening: Happening): Effect[] {
  const state = stateAfter(happening);
  if (state === null || !('id' in happening) || busy.has(happening.id)) return [];
  const worker = log.workers.get(happening.id);
  if (!worker || isOrchestrator(worker)) return [];
  const was = worker.state;
  // Waiting for an answer it has often just been about to change something, and has changed something before.
  const hasWorked = was === 'working' || (was === 'waiting' && state !== 'working');
  return hasWorked && state !== was
    ? [{ type: 'snapshot', id: happening.id, why: `Was ${was}, now ${state}` }]
    : [];
}

function stateAfter(happening: Happening): WorkerState | null {
  switch (happening.type) {
    case 'observed':
      return happening.state === 'working' ? null : happening.state;
    case 'exited':
    case 'lost':
      return happening.type;
    default:
      return null;
  }
}

/** A worktree that is being removed cannot be kept any more, and need not be. */
export function snapshotEnded(
  state: ControllerState,
  { id, result }: Extract<Message, { type: 'snapshot-ended' }>,
): Decision {
  const nothing: Decision = { state, happenings: [], effects: [] };
  if (result.ok || state.busy.has(id) || !state.log.workers.has(id)) return nothing;
  const message = `Uncommitted work of ${id} could not be kept: ${result.problem.message}`;
  return { ...nothing, state: addNotice(state, problemOf('snapshot_failed', message, result.problem.hint)) };
}
