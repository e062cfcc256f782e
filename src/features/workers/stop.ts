import { isLive, type Worker } from '../../core/worker.ts';
import { defineCommand } from '../define.ts';
import type { MessageOf } from '../messages.ts';
import { type ControllerState, type Decision, reply } from '../state.ts';
import { findIdle, notRunning, withBusy, withoutBusy } from './checks.ts';
import { terminalChanged } from './observing.ts';
import { workerJson } from './workerText.ts';

/** Ends a worker's process; the worker stays and can be resumed. */
export const stop = defineCommand<Worker>()({
  name: 'stop',
  by: 'person',
  what: 'stop workers',
  onForeignState: true,
  params: ({ worker }) => worker,
  decide: (state, { id }, { ticket }) => {
    const found = findIdle(state, id);
    if (!found.ok) return reply(state, ticket, found);
    if (!isLive(found.value.state)) return reply(state, ticket, notRunning(id));
    return {
      state: { ...state, busy: withBusy(state.busy, id, { kind: 'stopping' }) },
      events: [],
      effects: [{ type: 'end-process', id, ticket }],
    };
  },
  verbs: [
    {
      usage: 'worker stop <id>',
      about: 'end its process; it stays, resumable',
      request: ([id = '']) => ({ id }),
      json: (_, worker) => workerJson(worker),
      says: ({ id }) => `${id} is stopped. Resume it: orch-tui worker resume ${id}`,
    },
  ],
});

/** Answers the request that stopped a process. */
export function processEnded(state: ControllerState, message: MessageOf<'process-ended'>): Decision {
  const { id, ticket, result } = message;
  const busy = withoutBusy(state.busy, id);
  if (!result.ok) return reply({ ...state, busy }, ticket, result);
  const after = terminalChanged(state, result.value);
  return {
    ...after,
    state: { ...after.state, busy },
    effects: [...after.effects, { type: 'reply-worker', ticket, id }],
  };
}
