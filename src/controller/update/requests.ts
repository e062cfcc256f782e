import { failure, problemOf, success } from '../../domain/problem.ts';
import { draftId, type ProposalDraft } from '../../domain/proposal.ts';
import { isLive } from '../../domain/worker.ts';
import { answer } from '../../features/attention/holding.ts';
import type { Happening } from '../../features/events.ts';
import { remember } from '../../features/memory/remember.ts';
import type { ChangeName, ChangeRequest, RequestMessage, Ticket } from '../../features/messages.ts';
import { type ControllerState, type Decision, reply } from '../../features/state.ts';
import { goOn } from '../../features/usage/goingOn.ts';
import { checkDraft, findIdle, noSuchProposal, noSuchWorker } from '../../features/workers/checks.ts';
import { deliver } from '../../features/workers/delivering.ts';
import { begin } from '../../features/workers/ending.ts';
import { propose } from '../../features/workers/propose.ts';
import { cancel } from '../../features/workers/queue.ts';
import { approve } from '../../features/workers/starting.ts';
import { beginUndo } from '../../features/workers/undoing.ts';

type Decider<K extends ChangeName> = (
  state: ControllerState,
  request: Extract<ChangeRequest, { readonly do: K }>,
  message: RequestMessage,
) => Decision;

/** What is decided on each request. */
const deciders: { readonly [K in ChangeName]: Decider<K> } = {
  propose: (state, { draft, sessionId }, { ticket }) => propose(state, ticket, draft, sessionId, 'person'),
  proposeResume: (state, { id }, { ticket }) => proposeResume(state, ticket, id),
  edit: (state, { n, draft }, { ticket }) => edit(state, ticket, n, draft),
  approve: (state, request, message) => approve(state, message, request),
  reject: (state, { n, why }, { ticket }) => reject(state, ticket, n, why),
  stop: (state, request, { ticket }) => begin(state, ticket, request),
  finish: (state, request, { ticket }) => begin(state, ticket, request),
  clean: (state, request, { ticket }) => begin(state, ticket, request),
  answer: (state, request, message) => answer(state, message, request),
  setAside: (state, { id }, { ticket }) => about(state, ticket, id, { type: 'set-aside', id }),
  goOn: (state, { ids }, { ticket }) => goOn(state, ticket, ids),
  deliverBrief: (state, { id }, { ticket }) => deliver(state, ticket, id),
  cancel: (state, { id }, { ticket }) => cancel(state, ticket, id),
  muteNotes: (state, { id, muted }, { ticket }) =>
    about(state, ticket, id, { type: 'notes-muted', id, muted }),
  remember: (state, { memory }, { ticket }) => remember(state, ticket, 'person', memory),
  leaveUnfinished: (state, { id }, { ticket }) => leaveUnfinished(state, ticket, id),
  undo: (state, request, { ticket }) => beginUndo(state, ticket, request),
};

/** Answers a client's request, or begins what it asks for. Only a person's request is decided on. */
export function requested(state: ControllerState, message: RequestMessage): Decision {
  const { request, ticket, from } = message;
  if (!from.person) return reply(state, ticket, { ok: false, problem: from.problem ?? forPeople });
  const decide = deciders[request.do] as Decider<ChangeName>;
  return decide(state, request, message);
}

const forPeople = problemOf(
  'approval_forbidden',
  'Only a person decides that: this was run from inside a worker.',
  'Ask the person at the control room.',
);

/** Notes down what a person decided about a worker. */
function about(state: ControllerState, ticket: Ticket, id: string, happening: Happening): Decision {
  if (!state.log.workers.has(id)) return reply(state, ticket, noSuchWorker(state, id));
  return { state, happenings: [happening], effects: [{ type: 'reply', ticket, result: success(null) }] };
}

function leaveUnfinished(state: ControllerState, ticket: Ticket, id: string): Decision {
  if (state.log.workers.get(id)?.finishWish === null)
    return reply(state, ticket, failure('not_wished', `Nobody has asked to have ${id} finished.`));
  return about(state, ticket, id, { type: 'finish-wished', id, by: null, why: '' });
}

/** A second wish to resume the same worker is the first one. */
function proposeResume(state: ControllerState, ticket: Ticket, id: string): Decision {
  const found = findIdle(state, id);
  if (!found.ok) return reply(state, ticket, found);
  const { role, repo, task, brief, agent, sessionId, state: workerState } = found.value;
  if (isLive(workerState))
    return reply(
      state,
      ticket,
      failure('already_running', `${id} is running.`, 'Type into its pane to go on.'),
    );
  const same = [...state.log.proposals.values()].find(
    (open) => open.kind === 'resume' && draftId(open.draft) === id,
  );
  if (same)
    return {
      state,
      happenings: [],
      effects: [
        { type: 'plan', n: same.n },
        { type: 'reply-proposal', n: same.n, ticket },
      ],
    };
  const n = state.log.lastProposal + 1;
  const draft = { ...(role && { role }), repo, task, brief, agent };
  return {
    state,
    happenings: [{ type: 'proposed', n, kind: 'resume', by: 'person', draft, sessionId }],
    effects: [
      { type: 'plan', n },
      { type: 'reply-proposal', n, ticket },
    ],
  };
}

function edit(state: ControllerState, ticket: Ticket, n: number, draft: ProposalDraft): Decision {
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
    happenings: [{ type: 'edited', n, draft }],
    effects: [
      { type: 'plan', n },
      { type: 'reply-proposal', n, ticket },
    ],
  };
}

function reject(state: ControllerState, ticket: Ticket, n: number, why: string): Decision {
  if (!state.log.proposals.has(n)) return reply(state, ticket, noSuchProposal(n));
  return {
    state,
    happenings: [{ type: 'rejected', n, why }],
    effects: [{ type: 'reply', ticket, result: success(null) }],
  };
}
