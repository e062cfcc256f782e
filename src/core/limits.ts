import { type Problem, problemOf } from '../lib/result.ts';

/** What a workspace allows itself, from `limits` of its configuration. */
export interface Limits {
  /** Lines kept above a worker's screen, 0–100,000: while somebody watches it, and otherwise. */
  readonly scrollback?: { readonly visible: number; readonly hidden: number };
  /** Processes of workers at the same time, 1–100; above it a person has to insist. */
  readonly workers?: number;
  /** Milliseconds from one start of a process to the next, 0–60,000. */
  readonly staggerMs?: number;
  /** US dollars that may be spent; without a number there is no end. */
  readonly dollars?: { readonly day?: number; readonly worker?: number };
  readonly stopping?: Partial<StoppingTimes>;
}

/** How long each step of stopping a worker may take, in milliseconds, 0–600,000; 0 leaves the step out. */
export interface StoppingTimes {
  /** Until it rests after it was interrupted. */
  readonly idleMs: number;
  /** Until its process has ended after it was told to quit. */
  readonly quitMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly termMs: number;
}

export const usualStopping: StoppingTimes = { idleMs: 3000, quitMs: 3000, termMs: 3000 };

/** Each takes a few hundred megabytes, and its person's attention. */
export const usualWorkers = 4;

/** Several agents that start at once start slowly, and write the same settings. */
export const usualStaggerMs = 2000;

/** Whether one more process may run beside those that do; a person may insist. */
export function workersProblem({ workers = usualWorkers }: Limits, running: number): Problem | null {
  if (running < workers) return null;
  const run = running === 1 ? '1 worker runs' : `${running} workers run`;
  return problemOf(
    'limit_reached',
    `${run} already; this workspace wants at most ${workers} at the same time.`,
    'Stop one, raise limits.workers in .orch/config.json, or insist.',
  );
}

/** Of what may be spent in a day, or by one worker, so much is worth a warning. */
const nearly = 0.8;

export type BudgetState = 'fine' | 'nearly' | 'spent';

/** How a sum stands beside its budget; without one it is always fine. */
export function budgetState(spent: number, budget: number | undefined): BudgetState {
  if (budget === undefined || spent < budget * nearly) return 'fine';
  return spent < budget ? 'nearly' : 'spent';
}
