import type { Proposal, ProposalDraft, Proposer } from '../../core/proposal.ts';
import type { Printed } from '../../core/verb.ts';
import { isLive, orchestrator } from '../../core/worker.ts';
import { defineCommand, type VerbCall } from '../define.ts';
import type { NamedRequest, RequestId } from '../messages.ts';
import { type ControllerState, type Decision, reply } from '../state.ts';
import { type ApproveOptions, approveShown, overLimit } from './approve.ts';
import { approvesHere, demandPerson } from './check.ts';
import { checkDraft } from './checks.ts';
import { resume } from './resume.ts';
import { workerJson } from './workerText.ts';

export const propose = defineCommand<Proposal>()({
  name: 'propose',
  by: 'person',
  what: 'propose anything',
  approves: true,
  params: ({ draft }) => draft,
  handle: (services, draft) => {
    services.readConfig();
    services.measureMemory();
    const request: NamedRequest & Proposing = { do: 'propose', draft, sessionId: services.newSessionId() };
    return services.ask<Proposal>(request);
  },
  decide: (state, { draft, sessionId }: Proposing, { ticket }) =>
    proposeBy(state, ticket, draft, sessionId, 'person'),
  verbs: [
    {
      usage: 'worker start <repo> <task>',
      about: 'start an agent on a task, in a worktree and branch of its own',
      what: 'start workers',
      options: {
        '--brief <text>': 'what it should do; - reads it from standard input',
        '--agent <name>': 'which agent',
        ...approvesHere,
        ...overLimit,
      },
      run: startWorker,
    },
    {
      usage: 'orchestrator',
      about: 'start or resume the session that coordinates and cannot write',
      what: 'start the orchestrator',
      options: {
        '--brief <text>': 'what it should do first',
        '--agent <name>': 'which agent',
        ...approvesHere,
      },
      run: runOrchestrator,
    },
  ],
});

interface StartOptions extends ApproveOptions {
  readonly brief?: string;
  readonly agent?: string;
}

/** Proposes a worker and, with the person's yes, approves it. */
async function startWorker(
  call: VerbCall,
  [repo = '', task = '']: readonly string[],
  options: StartOptions,
): Promise<Printed> {
  const brief = options.brief === '-' ? await call.readInput() : (options.brief ?? '');
  const draft = { repo, task, brief, agent: options.agent ?? null };
  await demandPerson(call, options, { do: 'propose', draft }, `worker start ${repo} ${task}`);
  const { n } = await call.ask(propose, draft);
  return approveShown(call, n, options, true);
}

/** Reports that the orchestrator runs, or starts or resumes it by the card that every start needs. */
async function runOrchestrator(call: VerbCall, _: unknown, options: StartOptions): Promise<Printed> {
  const { id, repo, task } = orchestrator;
  const { workers, proposals } = await call.facts();
  const known = workers.find((one) => one.id === id);
  if (known && isLive(known.state)) {
    const how = `Look at it: orch-tui, key O; or: orch-tui worker attach ${id}`;
    return { value: workerJson(known), text: `The orchestrator is running (${known.state}). ${how}` };
  }
  const open = proposals.find(({ draft }) => draft.role === 'orchestrator');
  const { brief = '', agent = null } = options;
  const draft = { role: 'orchestrator', repo, task, brief, agent } as const;
  const wish = known ? ({ do: 'propose-resume', id } as const) : ({ do: 'propose', draft } as const);
  await demandPerson(call, options, open ? null : wish, 'orchestrator');
  const ask = () => (known ? call.ask(resume, { id }) : call.ask(propose, draft));
  const { n } = open ?? (await ask());
  return approveShown(call, n, options, open === undefined);
}

interface Proposing {
  readonly draft: ProposalDraft;
  readonly sessionId: string;
}

/** Checks a draft and makes it a proposal. @param by who proposes it */
export function proposeBy(
  state: ControllerState,
  ticket: RequestId,
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
    events: [happening],
    effects: [
      { type: 'plan', n },
      { type: 'reply-proposal', n, ticket },
    ],
  };
}
