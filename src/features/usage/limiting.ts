import { draftId, type StartPlan } from '../../core/proposal.ts';
import { holdsLimit, usageProblem } from '../../core/usage.ts';
import { isLive, type Worker } from '../../core/worker.ts';
import { budgetState, type WorkspaceConfig, workersProblem } from '../../core/workspace.ts';
import { type Problem, problemOf, type Result } from '../../lib/result.ts';
import type { LogState } from '../log.ts';
import type { OpenProposal } from '../workers/workerState.ts';
import { spentBy, spentOn } from './used.ts';

/** The part of the controller's state that limits depend on. */
interface Counted {
  readonly config: WorkspaceConfig;
  readonly log: LogState;
  /** Local day, `2026-11-22`. */
  readonly today: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly plans: ReadonlyMap<number, Result<StartPlan>>;
}

/** Returns the limit that prevents a proposal's start; null for none. */
export function limitOf(state: Counted, open: Pick<OpenProposal, 'n' | 'draft'>): Problem | null {
  const { config, log } = state;
  const { draft } = open;
  const held = budgetProblem(state, draftId(draft)) ?? agentProblem(state, open);
  // The orchestrator does not count as a worker.
  if (held || draft.role) return held;
  const running = [...log.workers.values()].filter((worker) => !worker.role && isLive(worker.state));
  return workersProblem(config.limits ?? {}, running.length);
}

/** Returns the ids of workers whose usage limit holds. */
export function selectHeld({ log, now }: Pick<Counted, 'log' | 'now'>): readonly string[] {
  return [...log.workers.values()].filter((worker) => holdsLimit(worker, now)).map(({ id }) => id);
}

/** Reports whether a person may start a worker in spite of a limit; never of a spent budget. */
export function canInsist({ code }: Problem): boolean {
  return code !== 'budget_spent';
}

/** Returns the limit of a proposal's agent that ends last; null for none. */
function agentProblem(
  { config, log, plans, now }: Counted,
  { n, draft }: Pick<OpenProposal, 'n' | 'draft'>,
): Problem | null {
  const plan = plans.get(n);
  const agent = plan?.ok ? plan.value.agent : (draft.agent ?? config.defaultAgent);
  const limited = [...log.workers.values()].filter((one) => one.agent === agent && holdsLimit(one, now));
  const last = limited.sort((a, b) => endOf(a) - endOf(b)).at(-1);
  return last ? usageProblem(agent, last, now) : null;
}

function endOf({ limitedUntil = null }: Worker): number {
  return limitedUntil === null ? Number.POSITIVE_INFINITY : Date.parse(limitedUntil);
}

function budgetProblem({ config, log, today }: Counted, id: string): Problem | null {
  const { day, worker } = config.limits?.dollars ?? {};
  const sums = [
    { of: 'today', budget: day, spent: spentOn(log.used, today) },
    { of: `by ${id}`, budget: worker, spent: spentBy(log.used, id) },
  ];
  const full = sums.find(({ budget, spent }) => budgetState(spent, budget) === 'spent');
  if (!full) return null;
  const { of, budget = 0, spent } = full;
  return problemOf(
    'budget_spent',
    `$${spent.toFixed(2)} of $${budget.toFixed(2)} are spent ${of}.`,
    'Raise limits.dollars in .orch/config.json.',
  );
}
