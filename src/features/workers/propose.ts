import type { ProposalDraft, Proposer } from '../../domain/proposal.ts';
import type { Ticket } from '../messages.ts';
import { type ControllerState, type Decision, reply } from '../state.ts';
import { checkDraft } from './checks.ts';

export function propose(
  state: ControllerState,
  ticket: Ticket,
  draft: ProposalDraft,
  sessionId: string,
  by: Proposer,
): Decision {
  const checked = checkDraft(state, draft, null);
  if (!checked.ok) return reply(state, ticket, checked);
  const n = state.log.lastProposal + 1;
  const happening = { type: 'proposed', n, kind: 'start', by, draft, sessionId } as const;
  return {
    state,
    happenings: [happening],
    effects: [
      { type: 'plan', n },
      { type: 'reply-proposal', n, ticket },
    ],
  };
}
