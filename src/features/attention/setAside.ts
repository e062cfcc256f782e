import { defineCommand } from '../define.ts';
import { about } from '../state.ts';

/** Dismisses the news of a worker's state or report until there is something new. */
export const setAside = defineCommand<null>()({
  name: 'setAside',
  by: 'person',
  what: 'set anything aside',
  params: ({ worker }) => worker,
  decide: (state, { id }, { ticket }) => about(state, ticket, id, { type: 'set-aside', id }),
});
