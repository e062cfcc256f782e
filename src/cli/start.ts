import type { Facts } from '../core/facts.ts';
import { draftId, type Proposal } from '../core/proposal.ts';
import type { Worker } from '../core/worker.ts';
import type { ControllerApi } from '../features/commands.ts';
import type { Problem } from '../lib/result.ts';
import type { Caller, Link } from '../protocol/link.ts';
import { askYes, canAsk, readInput, sayPaged } from './ask.ts';
import { proposalText } from './describe/proposal.ts';
import { workerJson } from './describe/worker.ts';
import { FactsWatch } from './factsWatch.ts';
import { demand, type Output, Refusal, refuse } from './output.ts';
import { withController } from './session.ts';

export interface StartOptions {
  readonly brief?: string;
  readonly agent?: string;
  readonly yes?: boolean;
  /** Also where more workers run than the workspace wants, or the agent has reached its usage limit. */
  readonly overLimit?: boolean;
}

/** `worker start`: proposes and, with the person's yes, approves. */
export async function startWorker(
  out: Output,
  repo: string,
  task: string,
  options: StartOptions,
): Promise<void> {
  const brief = options.brief === '-' ? await readInput() : (options.brief ?? '');
  await withController('.', async (call, link) => {
    const draft = { repo, task, brief, agent: options.agent ?? null };
    if (!hasPerson(out, options)) {
      demand(await call('check', { do: 'propose', draft }));
      refuseUnapproved(`worker start ${repo} ${task}`);
    }
    const proposal = demand(await call('propose', draft));
    await approveShown(out, call, await worked(link, proposal.n), options, true);
  });
}

/** `worker resume`: the same card, the same yes. */
export async function resumeWorker(out: Output, id: string, options: StartOptions): Promise<void> {
  await withController('.', async (call, link) => {
    if (!hasPerson(out, options)) {
      demand(await call('check', { do: 'propose-resume', id }));
      refuseUnapproved(`worker resume ${id}`);
    }
    const proposal = demand(await call('proposeResume', { id }));
    await approveShown(out, call, await worked(link, proposal.n), options, true);
  });
}

/** Nothing starts without a person: a script says so with `--yes`, a person is asked. */
export function hasPerson({ json }: Output, { yes = false }: StartOptions): boolean {
  return yes || canAsk({ json });
}

/** Said once nothing else is wrong: else the next try would be refused for that. */
export function refuseUnapproved(command: string): never {
  refuse(
    'approval_required',
    'Starting a worker needs your approval.',
    `Approve it here: orch-tui ${command} --yes`,
  );
}

export async function approveShown(
  out: Output,
  call: Caller<ControllerApi>,
  proposal: Proposal,
  options: StartOptions,
  withdraw: boolean,
): Promise<void> {
  const reject = async (why: string) => {
    if (withdraw) await call('reject', { n: proposal.n, why });
  };
  if (!proposal.plan) {
    await reject('could not be started');
    throw new Refusal(notStartable(proposal, withdraw));
  }
  await sayPaged(out, proposalText(proposal, Date.now(), process.stdout.columns), !options.yes);
  const { n, plan, limit } = proposal;
  if (!options.yes && !(await askYes(questionOf(proposal)))) {
    await reject('answered no');
    refuse('not_approved', 'Nothing was started.');
  }
  const insists = options.overLimit || (limit && !options.yes) ? { overLimit: true } : {};
  const started = await call('approve', { n, digest: plan.digest, ...insists });
  if (!started.ok && limits.includes(started.problem.code)) return stays(n, started.problem);
  if (!started.ok) await reject('could not be started');
  const worker: Worker = demand(started);
  out.result(workerJson(worker), `Started ${worker.id} in ${worker.worktree}. Watch it: orch-tui`);
}

/** It names the worker, for of a long card only the end is in sight. */
function questionOf({ kind, draft, limit }: Proposal): string {
  const verb = kind === 'start' ? 'Start' : 'Resume';
  return `${verb} ${draftId(draft)}${limit ? ' all the same' : ''}?`;
}

/** Who names the agent with the command can name another there. */
function notStartable({ problem, kind }: Proposal, isNamed: boolean): Problem {
  if (!problem) return { code: 'plan_pending', message: 'No plan came.' };
  if (problem.code !== 'agent_missing' || kind === 'resume' || !isNamed) return problem;
  return { ...problem, hint: `${problem.hint} Or choose another agent: --agent demo` };
}

/** What they keep from starting stays proposed. */
const limits = ['limit_reached', 'agent_limited', 'budget_spent'];

function stays(n: number, { code, message }: Problem): never {
  const insist = code === 'budget_spent' ? '' : ' --over-limit';
  refuse(code, `${message} It stays proposal ${n}.`, `Later: orch-tui approve ${n}${insist}`);
}

/** The proposal once its plan is worked out, or cannot be. */
export async function worked(link: Link, n: number): Promise<Proposal> {
  const find = ({ proposals }: Facts) => proposals.find((proposal) => proposal.n === n);
  const facts = await new FactsWatch(link).until((now) => {
    const found = find(now);
    return found === undefined || found.plan !== null || found.problem !== null;
  });
  return (
    find(demand(facts)) ??
    refuse('no_such_proposal', `There is no open proposal ${n}.`, 'See: orch-tui proposals')
  );
}
