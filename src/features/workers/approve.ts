import { draftId, type StartPlan } from '../../core/proposal.ts';
import { asksNothing, wholeNumbers } from '../../core/values.ts';
import { isLive, type PortBlock, type Worker } from '../../core/worker.ts';
import { untrustedProblem } from '../../core/workspace.ts';
import { failure, type Result } from '../../lib/result.ts';
import { defineCommand } from '../define.ts';
import type { Happening } from '../log.ts';
import type { RequestMessage, Ticket } from '../messages.ts';
import { type ControllerState, type Decision, reply } from '../state.ts';
import { canInsist, limitOf } from '../usage/limiting.ts';
import { checkDraft, noSuchProposal } from './checks.ts';
import { overLimit } from './propose.ts';
import { portsAreTaken, withBusy } from './starting.ts';
import type { OpenProposal } from './workerState.ts';

interface Approve {
  readonly n: number;
  readonly digest: string;
  readonly cols?: number;
  readonly rows?: number;
  readonly overLimit?: boolean;
}

/**
 * The one way to a process: a person's yes to the plan that still holds. `digest` is the plan's that the person saw;
 * another plan is refused. So is one worker more than wanted (`limit_reached`), or one of an agent at its usage limit
 * (`agent_limited`), unless `overLimit` says that the person knows. The pane gets `cols` and `rows` where both are given.
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
        ...asksNothing,
        ...overLimit,
      },
    },
  ],
});

function decideApproval(state: ControllerState, request: Approve, message: RequestMessage): Decision {
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
