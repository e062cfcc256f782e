import { draftId, type Proposal } from '../../core/proposal.ts';
import type { Printed } from '../../core/verb.ts';
import { isLive } from '../../core/worker.ts';
import { failure } from '../../lib/result.ts';
import { defineCommand, type VerbCall } from '../define.ts';
import type { RequestId } from '../messages.ts';
import { type ControllerState, type Decision, reply } from '../state.ts';
import { type ApproveOptions, approveShown, overLimit } from './approve.ts';
import { approvesHere, demandPerson } from './check.ts';
import { findIdle } from './checks.ts';

/** Proposes to resume a worker; the proposal needs an approval like any other. */
export const resume = defineCommand<Proposal>()({
  name: 'proposeResume',
  by: 'person',
  what: 'resume anything',
  approves: true,
  params: ({ worker }) => worker,
  decide: (state, { id }, { ticket }) => proposeResume(state, ticket, id),
  verbs: [
    {
      usage: 'worker resume <id>',
      about: 'go on with its conversation',
      what: 'resume workers',
      options: { ...approvesHere, ...overLimit },
      run: resumeWorker,
    },
  ],
});

/** Shows the same card as a start, and needs the same yes. */
async function resumeWorker(
  call: VerbCall,
  [id = '']: readonly string[],
  options: ApproveOptions,
): Promise<Printed> {
  await demandPerson(call, options, { do: 'propose-resume', id }, `worker resume ${id}`);
  const { n } = await call.ask(resume, { id });
  return approveShown(call, n, options, true);
}

/** Proposes a resume. Idempotent: returns the open resume proposal if there is one. */
function proposeResume(state: ControllerState, ticket: RequestId, id: string): Decision {
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
      events: [],
      effects: [
        { type: 'plan', n: same.n },
        { type: 'reply-proposal', n: same.n, ticket },
      ],
    };
  const n = state.log.lastProposal + 1;
  const draft = { ...(role && { role }), repo, task, brief, agent };
  return {
    state,
    events: [{ type: 'proposed', n, kind: 'resume', by: 'person', draft, sessionId }],
    effects: [
      { type: 'plan', n },
      { type: 'reply-proposal', n, ticket },
    ],
  };
}
