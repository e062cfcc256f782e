import { budgetState, workersProblem } from '../domain/limits.ts';
import { type Problem, problemOf } from '../domain/problem.ts';
import { draftId } from '../domain/proposal.ts';
import { isLive } from '../domain/worker.ts';
import type { WorkspaceConfig } from '../domain/workspace.ts';
import type { OpenProposal } from './events.ts';
import type { LogState } from './logState.ts';
import { spentBy, spentOn } from './used.ts';

/** The part of the controller's state that limits look at. */
interface Counted {
  readonly config: WorkspaceConfig;
  readonly log: LogState;
  /** Local day, `2026-11-22`. */
  readonly today: string;
}

/** What speaks against starting a proposal just now, as far as the workspace's limits go; null for nothing. */
export function limitOf(state: Counted, { draft }: Pick<OpenProposal, 'draft'>): Problem | null {
  const { config, log } = state;
  const spent = budgetProblem(state, draftId(draft));
  // The orchestrator works on nothing of its own.
  if (spent || draft.role) return spent;
  const running = [...log.workers.values()].filter((worker) => !worker.role && isLive(worker.state));
  return workersProblem(config.limits ?? {}, running.length);
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
