import { isOrchestrator } from '../../core/worker.ts';
import { problemOf } from '../../lib/result.ts';
import type { Happening } from '../log.ts';
import type { Told } from '../messages.ts';
import {
  addNotice,
  type Consequence,
  type ControllerState,
  type Decision,
  type Moment,
  nothing,
} from '../state.ts';

/** Keeps the work of a worker whose turn ends: it may have changed files. */
export function keepWork(
  { before: { log, busy } }: Moment,
  happening: Extract<Happening, { type: 'observed' | 'exited' | 'lost' }>,
): Consequence {
  const { id } = happening;
  const state = happening.type === 'observed' ? happening.state : happening.type;
  const worker = log.workers.get(id);
  if (state === 'working' || busy.has(id) || !worker || isOrchestrator(worker)) return nothing;
  const was = worker.state;
  // Waiting for an answer it has often just been about to change something, and has changed something before.
  const hasWorked = was === 'working' || was === 'waiting';
  if (!hasWorked || state === was) return nothing;
  return { effects: [{ type: 'snapshot', id, why: `Was ${was}, now ${state}` }] };
}

/** A worktree that is being removed cannot be kept any more, and need not be. */
export function snapshotEnded(state: ControllerState, { id, result }: Told<'snapshot-ended'>): Decision {
  const unchanged: Decision = { state, happenings: [], effects: [] };
  if (result.ok || state.busy.has(id) || !state.log.workers.has(id)) return unchanged;
  const message = `Uncommitted work of ${id} could not be kept: ${result.problem.message}`;
  return {
    ...unchanged,
    state: addNotice(state, problemOf('snapshot_failed', message, result.problem.hint)),
  };
}
