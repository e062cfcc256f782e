import { defineCommand } from '../define.ts';
import { deliver } from '../messages/delivering.ts';

/** Types a worker's brief into it again; refused as `not_idle` while it works. */
export const deliverBrief = defineCommand<null>()({
  name: 'deliverBrief',
  by: 'person',
  what: 'type into workers',
  params: ({ worker }) => worker,
  decide: (state, { id }, { ticket }) => deliver(state, ticket, id),
});
