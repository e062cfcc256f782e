import { wholeNumber } from '../../core/verb.ts';
import { success } from '../../lib/result.ts';
import { defineCommand } from '../define.ts';
import { reply } from '../state.ts';
import { noSuchProposal } from './checks.ts';

/** Rejects a proposal; the proposer sees the reason. */
export const reject = defineCommand<null>()({
  name: 'reject',
  by: 'person',
  what: 'turn proposals down',
  approves: true,
  params: ({ z, count, text }) => z.strictObject({ n: count, why: text }),
  decide: (state, { n, why }, { ticket }) =>
    state.log.proposals.has(n)
      ? {
          state,
          events: [{ type: 'rejected', n, why }],
          effects: [{ type: 'reply', ticket, result: success(null) }],
        }
      : reply(state, ticket, noSuchProposal(n)),
  verbs: [
    {
      usage: 'reject <n>',
      about: 'turn a proposal down',
      values: { n: { about: 'number of the proposal', parse: wholeNumber } },
      options: { '--why <text>': { about: 'the reason, which the proposer sees', fallback: '' } },
      request: ([n], { why }) => ({ n: Number(n), why: String(why) }),
      json: ({ n }) => ({ n, rejected: true }),
      says: ({ n }) => `Rejected #${n}.`,
    },
  ],
});
