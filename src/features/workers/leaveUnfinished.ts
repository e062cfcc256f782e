import { failure } from '../../lib/result.ts';
import { defineCommand } from '../define.ts';
import { about, reply } from '../state.ts';

/** Declines the orchestrator's suggestion to finish a worker. */
export const leaveUnfinished = defineCommand<null>()({
  name: 'leaveUnfinished',
  by: 'person',
  what: 'decide about a finish',
  params: ({ worker }) => worker,
  decide: (state, { id }, { ticket }) =>
    state.log.workers.get(id)?.finishWish === null
      ? reply(
          state,
          ticket,
          failure('not_wished', `Leave ${id} as it is: the orchestrator has not asked to finish it.`),
        )
      : about(state, ticket, id, { type: 'finish-wished', id, by: null, why: '' }),
  verbs: [
    {
      usage: 'worker leave-unfinished <id>',
      about: 'say no to the orchestrator, which would have it finished',
      request: ([id = '']) => ({ id }),
      json: ({ id }) => ({ id, unfinished: true }),
      says: ({ id }) => `${id} stays as it is.`,
    },
  ],
});
