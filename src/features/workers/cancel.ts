import { failure, success } from '../../lib/result.ts';
import { defineCommand } from '../define.ts';
import type { RequestId } from '../messages.ts';
import { type ControllerState, type Decision, reply } from '../state.ts';
import { withoutBusy } from './checks.ts';

/** Cancels a queued finish or clean, or the checks before a finish. */
export const cancel = defineCommand<null>()({
  name: 'cancel',
  by: 'person',
  what: 'cancel anything',
  params: ({ worker }) => worker,
  decide: (state, { id }, { ticket }) => takeBack(state, ticket, id),
  verbs: [
    {
      usage: 'worker cancel <id>',
      about: 'take back a finish or clean that waits, or end its checks',
      request: ([id = '']) => ({ id }),
      json: ({ id }) => ({ id, cancelled: true }),
      says: ({ id }) => `Cancelled what was to be done to ${id}.`,
    },
  ],
});

/** Removes a queued operation, or ends the checks. Once the merge has begun, only an undo reverts it. */
function takeBack(state: ControllerState, ticket: RequestId, id: string): Decision {
  const operation = state.busy.get(id);
  const done = { type: 'reply', ticket, result: success(null) } as const;
  if (operation?.kind === 'checking')
    return { state, events: [], effects: [{ type: 'cancel-checks', id }, done] };
  if (operation?.kind !== 'queued')
    return reply(state, ticket, failure('nothing_to_cancel', `Nothing of ${id} waits or is being checked.`));
  const result = failure('cancelled', `The ${operation.request.do} of ${id} was cancelled.`);
  return {
    state: { ...state, busy: withoutBusy(state.busy, id) },
    events: [],
    effects: [{ type: 'reply', ticket: operation.ticket, result }, done],
  };
}
