import { failure, problemOf, type Result } from '../../domain/problem.ts';
import { draftId, type StartPlan } from '../../domain/proposal.ts';
import { overlapsAny, type PortBlock } from '../../domain/setup.ts';
import { untrustedProblem } from '../../domain/trust.ts';
import { isLive } from '../../domain/worker.ts';
import type { Happening, OpenProposal } from '../events.ts';
import type { ChangeRequest, RequestMessage, Ticket, Told } from '../messages.ts';
import { addNotice, type ControllerState, type Decision, type Operation, reply } from '../state.ts';
import { canInsist, limitOf } from '../usage/limiting.ts';
import { checkDraft, noSuchProposal } from './checks.ts';

type Approve = Extract<ChangeRequest, { do: 'approve' }>;

/** The one place where a proposal becomes a start: a person's yes to the plan that still holds. */
export function approve(state: ControllerState, message: RequestMessage, request: Approve): Decision {
  const { ticket, from } = message;
  const open = state.log.proposals.get(request.n);
  if (!open) return reply(state, ticket, noSuchProposal(request.n));
  if (state.trust.configuration !== 'trusted')
    return reply(state, ticket, { ok: false, problem: untrustedProblem(state.config.root, state.trust) });
  const allowed = approvable(state, open, request.digest);
  if (allowed.ok && portsAreTaken(state, open, allowed.value)) return replan(state, open, ticket);
  if (!allowed.ok) return reply(state, ticket, allowed);
  const limit = limitOf(state, open);
  if (limit && !(canInsist(limit) && request.overLimit))
    return reply(state, ticket, { ok: false, problem: limit });
  const plan = allowed.value;
  const approved: Happening = {
    type: 'approved',
    n: open.n,
    digest: plan.digest,
    command: plan.command,
    byPid: from.pid,
  };
  const begun: Happening = open.kind === 'resume' ? resumedFrom(plan) : startedFrom(open, plan);
  return {
    state: { ...state, busy: withBusy(state.busy, plan.id, { kind: 'launching', proposal: open }) },
    happenings: [approved, begun],
    effects: [{ type: 'launch', id: plan.id, plan, size: sizeOf(request), ticket }],
  };
}

/** The pane's size where the client said both of it, else a usual one. */
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
  // It was believed to be lost with a host that has been found again.
  if (isLive(worker.state)) return failure('already_running', `${id} is running.`, reject);
  return plan;
}

function startedFrom(open: OpenProposal, plan: StartPlan): Happening {
  const { repo, task, brief } = open.draft;
  const { id, role, branch, worktree, agent, sessionId } = plan;
  const base = { branch: plan.base?.branch ?? '', commit: plan.base?.commit ?? '' };
  const worker = { id, repo, task, branch, worktree, base, agent, brief, sessionId };
  return { type: 'started', ...worker, ...(role && { role }), ...givenBy(plan) };
}

function resumedFrom(plan: StartPlan): Happening {
  return { type: 'resumed', id: plan.id, ...givenBy(plan) };
}

/** What this one start gives to the worker. */
function givenBy({ ports, delivery }: StartPlan): { ports?: PortBlock; typed?: true } {
  return { ...(ports && { ports }), ...(delivery === 'typed' && { typed: true }) };
}

/** Ports of all workers, those that could be resumed among them, and of what is worked out to be started. */
export function takenPorts({ log, plans }: ControllerState, but: OpenProposal): PortBlock[] {
  const workers = [...log.workers.values()].filter(({ id }) => id !== draftId(but.draft));
  // A plan that was approved or rejected says nothing any more.
  const isOther = (n: number) => n !== but.n && log.proposals.has(n);
  const others = [...plans].flatMap(([n, plan]) => (isOther(n) && plan.ok ? [plan.value] : []));
  return [...workers, ...others].flatMap(({ ports }) => ports ?? []);
}

function portsAreTaken(state: ControllerState, open: OpenProposal, { ports }: StartPlan): boolean {
  return ports !== undefined && overlapsAny(ports, takenPorts(state, open));
}

/** Two plans were worked out side by side, or a worker with the same ports came back. */
function replan(state: ControllerState, open: OpenProposal, ticket: Ticket): Decision {
  const answer = reply(state, ticket, planChanged(open.n));
  return { ...answer, effects: [{ type: 'plan', n: open.n }, ...answer.effects] };
}

function planChanged(n: number): Result<never> {
  return failure(
    'plan_changed',
    `Proposal ${n} is not what was shown any more.`,
    'Look at it again, then approve.',
  );
}

/** A plan is kept only if it still belongs to the proposal, and the configuration, as they stand. */
export function planned(state: ControllerState, message: Told<'planned'>): Decision {
  const open = state.log.proposals.get(message.n);
  if (!open || open.draft !== message.draft || state.config !== message.config)
    return { state, happenings: [], effects: [] };
  if (message.plan.ok && portsAreTaken(state, open, message.plan.value))
    return { state, happenings: [], effects: [{ type: 'plan', n: open.n }] };
  return {
    state: { ...state, plans: new Map(state.plans).set(message.n, message.plan) },
    happenings: [],
    effects: [],
  };
}

export function launched(state: ControllerState, message: Told<'launched'>): Decision {
  return {
    state: { ...state, busy: withoutBusy(state.busy, message.id) },
    happenings: [],
    effects: [{ type: 'reply-worker', ticket: message.ticket, id: message.id }, { type: 'look-at-repos' }],
  };
}

/** Said once to people, too: what they know it by has changed. */
export function branchRenamed(state: ControllerState, { id, branch }: Told<'branch-renamed'>): Decision {
  const worker = state.log.workers.get(id);
  if (!worker || worker.branch === branch || state.busy.has(id))
    return { state, happenings: [], effects: [] };
  const message = `The branch of ${id} is called ${branch} now, no longer ${worker.branch}.`;
  return {
    state: addNotice(state, problemOf('branch_renamed', message)),
    happenings: [{ type: 'branch-renamed', id, branch }],
    effects: [],
  };
}

/** What the worker's process says of itself just before it ends. */
export function setupFailed(state: ControllerState, { id, failed }: Told<'setup-failed'>): Decision {
  const happenings = state.log.workers.has(id) ? [{ type: 'setup-failed', id, failed } as const] : [];
  return { state, happenings, effects: [] };
}

export function launchFailed(state: ControllerState, message: Told<'launch-failed'>): Decision {
  const { id, problem, ticket } = message;
  const operation = state.busy.get(id);
  const calm = { ...state, busy: withoutBusy(state.busy, id) };
  const answer = { type: 'reply', ticket, result: { ok: false, problem } } as const;
  if (message.stage === 'spawn' || operation?.kind !== 'launching' || operation.proposal.kind === 'resume')
    return { state: calm, happenings: [{ type: 'spawn-failed', id, problem }], effects: [answer] };
  const { proposal } = operation;
  return {
    state: calm,
    happenings: [{ type: 'start-failed', id, problem, proposal }],
    effects: [answer, { type: 'plan', n: proposal.n }],
  };
}

export function withBusy(
  busy: ControllerState['busy'],
  id: string,
  operation: Operation,
): ControllerState['busy'] {
  return new Map(busy).set(id, operation);
}

export function withoutBusy(busy: ControllerState['busy'], id: string): ControllerState['busy'] {
  const rest = new Map(busy);
  rest.delete(id);
  return rest;
}
