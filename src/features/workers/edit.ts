import type { Proposal, ProposalDraft } from '../../core/proposal.ts';
import { failure } from '../../lib/result.ts';
import { defineCommand } from '../define.ts';
import type { RequestId } from '../messages.ts';
import { type ControllerState, type Decision, reply } from '../state.ts';
import { checkDraft, noSuchProposal } from './checks.ts';

/** Replaces a proposal's draft; its plan and digest change with it. */
export const edit = defineCommand<Proposal>()({
  name: 'edit',
  by: 'person',
  what: 'change proposals',
  approves: true,
  params: ({ z, count, draft }) => z.strictObject({ n: count, draft }),
  decide: (state, { n, draft }, { ticket }) => editProposal(state, ticket, n, draft),
});

function editProposal(state: ControllerState, ticket: RequestId, n: number, draft: ProposalDraft): Decision {
  const open = state.log.proposals.get(n);
  if (!open) return reply(state, ticket, noSuchProposal(n));
  if (open.kind === 'resume')
    return reply(state, ticket, failure('not_editable', 'A resume goes on with the same task and brief.'));
  const checked = checkDraft(state, draft, n);
  if (!checked.ok) return reply(state, ticket, checked);
  const plans = new Map(state.plans);
  plans.delete(n);
  return {
    state: { ...state, plans },
    events: [{ type: 'edited', n, draft }],
    effects: [
      { type: 'plan', n },
      { type: 'reply-proposal', n, ticket },
    ],
  };
}
