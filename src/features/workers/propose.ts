import type { Proposal, ProposalDraft, Proposer } from '../../core/proposal.ts';
import { defineCommand, defineServed } from '../define.ts';
import type { NamedRequest, Ticket } from '../messages.ts';
import { type ControllerState, type Decision, reply } from '../state.ts';
import { checkDraft } from './checks.ts';

/** Options of verbs that start a worker. */
export const overLimit = {
  '--over-limit': 'also where as many run as the workspace wants, or the agent has reached its usage limit',
} as const;
export const approvesHere = { '--yes': 'approve it here and now' } as const;

export const propose = defineCommand<Proposal>()({
  name: 'propose',
  by: 'person',
  what: 'propose anything',
  approves: true,
  params: ({ draft }) => draft,
  handle: (services, draft) => {
    services.readConfig();
    services.measureMemory();
    return services.ask<Proposal>(proposing(draft, services.newSessionId()));
  },
  decide: (state, { draft, sessionId }: Proposing, { ticket }) =>
    proposeBy(state, ticket, draft, sessionId, 'person'),
  verbs: [
    {
      usage: 'worker start <repo> <task>',
      about: 'start an agent on a task, in a worktree and branch of its own',
      what: 'start workers',
      options: {
        '--brief <text>': 'what it is told; - reads it from standard input',
        '--agent <name>': 'which agent',
        ...approvesHere,
        ...overLimit,
      },
    },
    {
      usage: 'orchestrator',
      about: 'start or resume the session that coordinates and cannot write',
      what: 'start the orchestrator',
      options: {
        '--brief <text>': 'what it is told first',
        '--agent <name>': 'which agent',
        ...approvesHere,
      },
    },
  ],
});

/** Reports whether this would be refused at once, for names or states; changes nothing. */
export const check = defineServed<null>()({
  name: 'check',
  by: 'person',
  what: 'propose anything',
  approves: true,
  params: ({ z, draft, text }) =>
    z.discriminatedUnion('do', [
      z.strictObject({ do: z.literal('propose'), draft }),
      z.strictObject({ do: z.literal('propose-resume'), id: text }),
      z.strictObject({ do: z.literal('undo'), id: text }),
    ]),
  handle: (services, wish) => {
    services.readConfig();
    return services.foresee(requestFor(wish));
  },
});

interface Proposing {
  readonly draft: ProposalDraft;
  readonly sessionId: string;
}

function proposing(draft: ProposalDraft, sessionId: string): NamedRequest & Proposing {
  return { do: 'propose', draft, sessionId };
}

type Wish =
  | { readonly do: 'propose'; readonly draft: ProposalDraft }
  | { readonly do: 'propose-resume' | 'undo'; readonly id: string };

/** What is only checked needs no session. */
function requestFor(wish: Wish): NamedRequest {
  if (wish.do === 'propose') return proposing(wish.draft, '');
  return wish.do === 'undo' ? wish : { ...wish, do: 'proposeResume' };
}

/** Puts a draft before the person; it is checked first. @param by who wants it */
export function proposeBy(
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
