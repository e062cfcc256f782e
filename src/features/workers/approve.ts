import type { Facts } from '../../core/facts.ts';
import { draftId, type Proposal, type StartPlan } from '../../core/proposal.ts';
import { type Printed, Refusal, refuse, wholeNumber, wholeNumbers, yesOption } from '../../core/verb.ts';
import { isLive, type PortBlock, type Worker } from '../../core/worker.ts';
import { untrustedProblem } from '../../core/workspace.ts';
import { failure, type Problem, problemOf, type Result } from '../../lib/result.ts';
import { defineCommand, type VerbCall } from '../define.ts';
import type { DomainEvent } from '../log.ts';
import type { RequestId, RequestMessage } from '../messages.ts';
import { type ControllerState, type Decision, noSuchProposal, record, reply, withBusy } from '../state.ts';
import { canInsist, limitOf } from '../usage/usageState.ts';
import { overLimitText, proposalText, selectOverLimit, workerJson } from './describe.ts';
import { checkDraft, portsAreTaken, switchEnvironment } from './start.ts';
import type { OpenProposal } from './workerState.ts';

/** Option of verbs that start a worker. */
export const overLimit = {
  '--over-limit': "also beyond the limit of workers or the agent's usage limit",
} as const;

interface Approve {
  readonly n: number;
  readonly digest: string;
  readonly cols?: number;
  readonly rows?: number;
  readonly overLimit?: boolean;
}

/**
 * Starts a process: the only way to one, by a person's yes to the current plan. `digest` is that of the plan that was
 * shown; any other plan is refused. Also refused are a worker beyond the configured number (`limit_reached`) and one
 * whose agent is at its usage limit (`agent_limited`), unless `overLimit` is set. The pane gets `cols` and `rows` where
 * both are given.
 */
export const approve = defineCommand<Worker>()({
  name: 'approve',
  by: 'person',
  what: 'approve anything',
  approves: true,
  params: ({ z, count, text, flag }) =>
    z.strictObject({
      n: count,
      digest: text,
      cols: count.exactOptional(),
      rows: count.exactOptional(),
      overLimit: flag,
    }),
  decide: decideApproval,
  verbs: [
    {
      usage: 'approve [n...]',
      about: 'start what proposals say: those named, or all of them',
      values: { n: { about: 'numbers of proposals', parse: wholeNumbers } },
      options: {
        '--all': 'all that can be started: lists them and asks',
        ...yesOption,
        ...overLimit,
      },
      run: approveProposals,
    },
  ],
});

export interface ApproveOptions {
  readonly yes?: boolean;
  /** Starts it even beyond the workspace's number of workers, or at the agent's usage limit. */
  readonly overLimit?: boolean;
}

/**
 * Starts proposals; naming their numbers is the person's yes. `--all` lists the open proposals first and asks; later
 * ones are not approved.
 */
async function approveProposals(
  call: VerbCall,
  [numbers = []]: readonly [(readonly number[])?],
  { all = false, yes = false, overLimit = false }: ApproveOptions & { readonly all?: boolean },
): Promise<Printed> {
  if (numbers.length > 0 === all) call.refuseUsage('name proposals by their numbers, or say --all');
  await call.lendEnvironment();
  const [first = 0] = numbers;
  if (numbers.length === 1) return approveShown(call, first, { yes: true, overLimit }, false);
  const facts = await call.facts();
  const wanted = all ? facts.proposals.map(({ n }) => n) : [...new Set(numbers)];
  const proposals: Proposal[] = [];
  for (const n of wanted) proposals.push(await waitForPlan(call, n));
  if (proposals.length > 0) await call.printPaged(listText(call, facts, proposals), all && !yes);
  if (all && proposals.some(isPlanned)) await call.requireYes(yes, 'Start them?', refusals);
  // Asked for all at once: the controller takes them in order and spaces the starts.
  return approvedText(await Promise.all(proposals.map((one) => approveOne(call, one, overLimit))));
}

/** Returns a proposal once its plan is ready or has failed. */
async function waitForPlan(call: VerbCall, n: number): Promise<Proposal> {
  const find = ({ proposals }: Facts) => proposals.find((proposal) => proposal.n === n);
  const facts = await call.until((now) => {
    const found = find(now);
    return found === undefined || found.plan !== null || found.problem !== null;
  });
  return (
    find(facts) ?? refuse('no_such_proposal', `There is no open proposal ${n}.`, 'See: orch-tui proposals')
  );
}

/**
 * Shows a proposal, asks unless the yes was given, and starts what it says.
 * @param withdraw rejects the proposal if it is not started
 */
export async function approveShown(
  call: VerbCall,
  n: number,
  options: ApproveOptions,
  withdraw: boolean,
): Promise<Printed> {
  await call.lendEnvironment();
  const proposal = await waitForPlan(call, n);
  const { plan, limit, kind, draft } = proposal;
  const takeBack = async (why: string) => {
    if (withdraw) await call.attempt(reject, { n, why });
  };
  if (!plan) {
    await takeBack('could not be started');
    throw new Refusal(notStartable(proposal, withdraw));
  }
  await call.printPaged(proposalText(proposal, call.now, call.columns), !options.yes);
  // Names the worker, because only the end of a long card is in sight.
  const question = `${kind === 'start' ? 'Start' : 'Resume'} ${draftId(draft)}${limit ? ' all the same' : ''}?`;
  if (!options.yes && !(await call.askYes(question))) {
    await takeBack('answered no');
    refuse('not_approved', 'Nothing was started.');
  }
  const insists = options.overLimit || (limit && !options.yes) ? { overLimit: true } : {};
  const started = await call.attempt(approve, { n, digest: plan.digest, ...insists });
  if (started.ok) {
    const { id, worktree } = started.value;
    return { value: workerJson(started.value), text: `Started ${id} in ${worktree}. Watch it: orch-tui` };
  }
  const { problem } = started;
  if (!limits.includes(problem.code)) {
    await takeBack('could not be started');
    throw new Refusal(problem);
  }
  const insist = problem.code === 'budget_spent' ? '' : ' --over-limit';
  refuse(problem.code, `${problem.message} It stays proposal ${n}.`, `Later: orch-tui approve ${n}${insist}`);
}

/** Codes of refusals after which a proposal stays open. */
const limits = ['limit_reached', 'agent_limited', 'budget_spent'];

const noPlan: Problem = { code: 'plan_pending', message: 'No plan came.' };

/** Returns why there is no plan; where the command named the agent, the hint offers another one. */
function notStartable({ problem, kind }: Proposal, isNamed: boolean): Problem {
  if (!problem) return noPlan;
  if (problem.code !== 'agent_missing' || kind === 'resume' || !isNamed) return problem;
  return { ...problem, hint: `${problem.hint} Or choose another agent: --agent demo` };
}

const refusals = {
  unasked: problemOf(
    'approval_required',
    'Starting workers needs your approval.',
    'Approve all of them here: orch-tui approve --all --yes',
  ),
  no: problemOf('not_approved', 'Nothing was started.'),
};

interface Approved {
  readonly proposal: Proposal;
  readonly outcome: Result<Worker>;
}

async function approveOne(call: VerbCall, proposal: Proposal, overLimit: boolean): Promise<Approved> {
  const { n, plan, problem } = proposal;
  if (!plan || problem) return { proposal, outcome: { ok: false, problem: problem ?? noPlan } };
  const insists = overLimit ? { overLimit } : {};
  return { proposal, outcome: await call.attempt(approve, { n, digest: plan.digest, ...insists }) };
}

function isPlanned({ plan, problem }: Proposal): boolean {
  return plan !== null && problem === null;
}

/** Lists what was started, and what was not with the reason. */
function approvedText(all: readonly Approved[]): Printed {
  const started = all.flatMap(({ outcome }) => (outcome.ok ? [outcome.value] : []));
  const left = all.flatMap(({ proposal: { n, draft }, outcome }) =>
    outcome.ok ? [] : [{ n, worker: draftId(draft), error: outcome.problem }],
  );
  const lines = [
    ...started.map(({ id, worktree }) => `Started ${id} in ${worktree}.`),
    ...left.map(({ n, worker, error }) => `Not started: #${n} ${worker}: ${error.message}`),
  ];
  return {
    value: { started: started.map(workerJson), left },
    text: lines.length === 0 ? 'Nothing is proposed.' : lines.join('\n'),
    hasFailed: left.length > 0,
  };
}

/** Returns the card of each proposal, followed by the limits that all of them together would exceed. */
function listText({ now, columns }: VerbCall, facts: Facts, proposals: readonly Proposal[]): string {
  const cards = proposals.map((proposal) => proposalText(proposal, now, columns));
  const beyond = [...selectOverLimit(facts, proposals)].map(
    (n) => `! #${n}: ${overLimitText(facts.workspace.mostWorkers ?? 0)}`,
  );
  return [cards.join('\n\n'), ...beyond].join('\n');
}

function decideApproval(state: ControllerState, request: Approve, message: RequestMessage): Decision {
  const { ticket, from } = message;
  const open = state.log.proposals.get(request.n);
  if (!open) return reply(state, ticket, noSuchProposal(request.n));
  if (state.trust.configuration !== 'trusted')
    return reply(state, ticket, { ok: false, problem: untrustedProblem(state.config.root, state.trust) });
  if (from.environment !== undefined && from.environment !== state.environment)
    return replanIn(state, from.environment, open.n, ticket);
  const allowed = approvable(state, open, request.digest);
  if (allowed.ok && portsAreTaken(state, open, allowed.value)) return replan(state, open, ticket);
  if (!allowed.ok) return reply(state, ticket, allowed);
  const limit = limitOf(state, open);
  if (limit && !(canInsist(limit) && request.overLimit))
    return reply(state, ticket, { ok: false, problem: limit });
  const plan = allowed.value;
  const approved: DomainEvent = {
    type: 'approved',
    n: open.n,
    digest: plan.digest,
    command: plan.command,
    byPid: from.pid,
  };
  const begun: DomainEvent = open.kind === 'resume' ? resumedFrom(plan) : startedFrom(open, plan);
  return {
    state: { ...state, busy: withBusy(state.busy, plan.id, { kind: 'launching', proposal: open }) },
    events: [approved, begun],
    effects: [{ type: 'launch', id: plan.id, plan, size: sizeOf(request), ticket }],
  };
}

/** Returns the pane's size where the client gave both parts, else a default. */
function sizeOf({ cols, rows }: Approve): { readonly cols: number; readonly rows: number } {
  return cols && rows ? { cols, rows } : { cols: 120, rows: 36 };
}

function approvable(state: ControllerState, open: OpenProposal, digest: string): Result<StartPlan> {
  const plan = state.plans.get(open.n);
  if (!plan)
    return failure('plan_pending', `Proposal ${open.n} is still being worked out.`, 'Try again in a moment.');
  if (!plan.ok) return plan;
  if (plan.value.digest !== digest) return planChanged(open.n);
  const id = draftId(open.draft);
  if (state.busy.has(id)) return failure('busy', `${id} is ${state.busy.get(id)?.kind} at this moment.`);
  if (open.kind === 'start') {
    const names = checkDraft(state, open.draft, open.n);
    if (!names.ok) return names;
    return plan;
  }
  const worker = state.log.workers.get(id);
  const reject = `Reject the proposal: orch-tui reject ${open.n}`;
  if (!worker) return failure('no_such_worker', `${id} is gone; there is nothing to resume.`, reject);
  // It was taken for lost with a host that has been found again.
  if (isLive(worker.state)) return failure('already_running', `${id} is running.`, reject);
  return plan;
}

function startedFrom(open: OpenProposal, plan: StartPlan): DomainEvent {
  const { repo, task, brief } = open.draft;
  const { id, role, branch, worktree, agent, sessionId } = plan;
  const base = { branch: plan.base?.branch ?? '', commit: plan.base?.commit ?? '' };
  const worker = { id, repo, task, branch, worktree, base, agent, brief, sessionId };
  return { type: 'started', ...worker, ...(role && { role }), ...runFields(plan) };
}

function resumedFrom(plan: StartPlan): DomainEvent {
  return { type: 'resumed', id: plan.id, ...runFields(plan) };
}

/** Returns the fields that this start alone gives to the worker. */
function runFields({ ports, delivery }: StartPlan): { ports?: PortBlock; typed?: true } {
  return { ...(ports && { ports }), ...(delivery === 'typed' && { typed: true }) };
}

/** Plans again: the plan that was shown is for another shell's environment than the one that approves. */
function replanIn(state: ControllerState, environment: string, n: number, ticket: RequestId): Decision {
  const again = switchEnvironment(state, environment);
  const message = `Proposal ${n} was planned for the environment of another shell; it is now planned for this one.`;
  const problem = problemOf('plan_changed', message, 'Look at it again, then approve.');
  return { ...again, effects: [...again.effects, ...reply(state, ticket, { ok: false, problem }).effects] };
}

/** Plans again: two plans were made at the same time, or a worker with the same ports came back. */
function replan(state: ControllerState, open: OpenProposal, ticket: RequestId): Decision {
  const answer = reply(state, ticket, planChanged(open.n));
  return { ...answer, effects: [{ type: 'plan', n: open.n }, ...answer.effects] };
}

function planChanged(n: number): Result<never> {
  return failure(
    'plan_changed',
    `Proposal ${n} has changed since it was shown.`,
    'Look at it again, then approve.',
  );
}

/** Rejects a proposal; the proposer sees the reason. */
export const reject = defineCommand<null>()({
  name: 'reject',
  by: 'person',
  what: 'turn proposals down',
  approves: true,
  params: ({ z, count, text }) => z.strictObject({ n: count, why: text }),
  decide: (state, { n, why }, { ticket }) =>
    state.log.proposals.has(n)
      ? record(state, ticket, { type: 'rejected', n, why })
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
