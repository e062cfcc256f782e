import { defineCommand } from '../define.ts';
import { deliver } from '../messages/delivering.ts';

/** Types a worker's brief into it once more; `not_idle` unless it rests. */
export const deliverBrief = defineCommand<null>()({
  name: 'deliverBrief',
  by: 'person',
  what: 'type into workers',
  params: ({ worker }) => worker,
  decide: (state, { id }, { ticket }) => deliver(state, ticket, id),
});
