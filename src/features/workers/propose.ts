import { draftId, type Proposal, type ProposalDraft, type Proposer } from '../../core/proposal.ts';
import { type Printed, refuse } from '../../core/verb.ts';
import { isLive, orchestrator } from '../../core/worker.ts';
import { failure } from '../../lib/result.ts';
import { defineCommand, defineServed, type VerbCall } from '../define.ts';
import type { NamedRequest, RequestId } from '../messages.ts';
import {
  type ControllerState,
  type Decision,
  type Effect,
  findIdle,
  noSuchProposal,
  reply,
} from '../state.ts';
import { type ApproveOptions, approveShown, overLimit } from './approve.ts';
import { workerJson } from './describe.ts';
import { checkDraft } from './start.ts';

type CheckRequest =
  | { readonly do: 'propose'; readonly draft: ProposalDraft }
  | { readonly do: 'propose-resume' | 'undo'; readonly id: string };

/** Reports whether a request would be refused at once, because of names or states; changes nothing. */
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
  handle: (services, request) => {
    services.readConfig();
    return services.dryRun(requestFor(request));
  },
});

/** Returns the request to check, which needs no session id. */
function requestFor(request: CheckRequest): NamedRequest {
  if (request.do === 'undo') return request;
  return request.do === 'propose'
    ? { ...request, ...{ sessionId: '' } }
    : { ...request, do: 'proposeResume' };
}

/** Option of verbs that propose: the person's yes. */
const approveOption = { '--yes': 'approve it here and now' } as const;

/**
 * Refuses to start anything without a person's yes, which a script gives by `--yes` and a terminal asks for. Other
 * reasons to refuse are reported first, so that the next attempt does not fail for them.
 */
async function requireApproval(
  call: VerbCall,
  { yes = false }: { readonly yes?: boolean },
  request: CheckRequest | null,
  command: string,
): Promise<void> {
  if (yes || call.canAsk) return;
  if (request) await call.ask(check, request);
  refuse(
    'approval_required',
    'Starting a worker needs your approval.',
    `Approve it here: orch-tui ${command} --yes`,
  );
}

export const propose = defineCommand<Proposal>()({
  name: 'propose',
  by: 'person',
  what: 'propose anything',
  approves: true,
  params: ({ draft }) => draft,
  handle: (services, draft) => {
    services.readConfig();
    services.measureMemory();
    const request: NamedRequest & ProposeParams = {
      do: 'propose',
      draft,
      sessionId: services.newSessionId(),
    };
    return services.ask<Proposal>(request);
  },
  decide: (state, { draft, sessionId }: ProposeParams, { ticket }) =>
    proposeBy(state, ticket, draft, sessionId, 'person'),
  verbs: [
    {
      usage: 'worker start <repo> <task>',
      about: 'start an agent on a task, in a worktree and branch of its own',
      what: 'start workers',
      options: {
        '--brief <text>': 'what it should do; - reads it from standard input',
        '--agent <name>': 'which agent',
        ...approveOption,
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
        ...approveOption,
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
  await requireApproval(call, options, { do: 'propose', draft }, `worker start ${repo} ${task}`);
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
  const request = known ? ({ do: 'propose-resume', id } as const) : ({ do: 'propose', draft } as const);
  await requireApproval(call, options, open ? null : request, 'orchestrator');
  const ask = () => (known ? call.ask(resume, { id }) : call.ask(propose, draft));
  const { n } = open ?? (await ask());
  return approveShown(call, n, options, open === undefined);
}

interface ProposeParams {
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
  const event = { type: 'proposed', n, kind: 'start', by, draft, sessionId } as const;
  return {
    state,
    events: [event],
    effects: planAndReply(n, ticket),
  };
}

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
      options: { ...approveOption, ...overLimit },
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
  await requireApproval(call, options, { do: 'propose-resume', id }, `worker resume ${id}`);
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
      effects: planAndReply(same.n, ticket),
    };
  const n = state.log.lastProposal + 1;
  const draft = { ...(role && { role }), repo, task, brief, agent };
  return {
    state,
    events: [{ type: 'proposed', n, kind: 'resume', by: 'person', draft, sessionId }],
    effects: planAndReply(n, ticket),
  };
}

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
    effects: planAndReply(n, ticket),
  };
}

/** Makes a proposal's plan, and answers with the proposal. */
function planAndReply(n: number, ticket: RequestId): readonly Effect[] {
  return [
    { type: 'plan', n },
    { type: 'reply-proposal', n, ticket },
  ];
}
