import type { Day } from '../../core/amounts.ts';
import { draftId, type StartPlan } from '../../core/proposal.ts';
import type { Slice } from '../../core/slice.ts';
import {
  addTokens,
  addUsage,
  holdsLimit,
  noTokens,
  noUsage,
  type Tokens,
  type Usage,
  type UsageFacts,
  type UsageRow,
  usageProblem,
} from '../../core/usage.ts';
import { isLive, type Worker } from '../../core/worker.ts';
import { budgetState, type WorkspaceConfig, workersProblem } from '../../core/workspace.ts';
import { type Problem, problemOf, type Result } from '../../lib/result.ts';
import { mapOf, number, object, type Shape, string } from '../../lib/shape.ts';
import { PersistentMap } from '../../lib/store.ts';
import type { OpenProposal } from '../workers/workerState.ts';

/** An agent reported what its run has cost so far, in US dollars. */
type SpentEvent = {
  readonly type: 'spent';
  readonly id: string;
  readonly day: Day;
  readonly run: number;
  readonly total: number;
};

/** Log events of agents' usage. */
type UsageEvent =
  | SpentEvent
  /** The usage of a conversation so far. */
  | {
      readonly type: 'tokens-counted';
      readonly id: string;
      readonly session: string;
      readonly days: Readonly<Record<Day, Tokens>>;
    };

/** Usage of workers by their ids, removed ones included. */
export interface Used {
  /** The last reported cost of each worker's run. */
  readonly meters: PersistentMap<string, { readonly run: number; readonly total: number }>;
  readonly dollars: PersistentMap<string, ByDay<number>>;
  /** By conversation, because each is counted from its beginning. */
  readonly tokens: PersistentMap<string, Readonly<Record<string, ByDay<Tokens>>>>;
}

type ByDay<T> = Readonly<Record<Day, T>>;

const tokens: Shape<Tokens> = object<Tokens>({
  ...{ input: number, output: number, cacheRead: number, cacheWrite: number },
});

/** The log's state of usage. */
export const usageSlice: Slice<{ readonly used: Used }, UsageEvent> = {
  start: { used: { meters: new PersistentMap(), dollars: new PersistentMap(), tokens: new PersistentMap() } },
  fields: {
    spent: { id: string, day: string, run: number, total: number },
    'tokens-counted': { id: string, session: string, days: mapOf(tokens) },
  },
  on: {
    spent: ({ used }, event) => ({ used: afterSpent(used, event) }),
    'tokens-counted': ({ used }, { id, session, days }) => ({
      used: { ...used, tokens: used.tokens.with(id, { ...used.tokens.get(id), [session]: days }) },
    }),
  },
  repeated: ['spent', 'tokens-counted'],
};

/** Returns the usage after an agent's report of its run's cost. */
export function afterSpent(used: Used, { id, day, run, total }: SpentEvent): Used {
  const before = used.dollars.get(id) ?? {};
  const dollars = { ...before, [day]: (before[day] ?? 0) + spentSince(used, { id, run, total }) };
  return {
    ...used,
    meters: used.meters.with(id, { run, total }),
    dollars: used.dollars.with(id, dollars),
  };
}

/**
 * Returns the dollars spent since the last report. A resumed agent begins at zero or at the conversation's earlier cost,
 * so the first sum of a later run counts as nothing. Within a run the sum grows, or restarts at zero.
 */
function spentSince(
  { meters }: Used,
  { id, run, total }: { id: string; run: number; total: number },
): number {
  const last = meters.get(id);
  if (run !== (last?.run ?? 1)) return 0;
  return last && total >= last.total ? total - last.total : total;
}

/** Returns one row for each worker and day. */
export function usageRows({ dollars, tokens }: Used): readonly UsageRow[] {
  const ids = [...new Set([...dollars.keys(), ...tokens.keys()])].sort();
  return ids.flatMap((worker) => {
    const [repo = '', task = ''] = worker.split('/');
    const sessions = Object.values(tokens.get(worker) ?? {});
    const spent = dollars.get(worker) ?? {};
    const days = new Set([...Object.keys(spent), ...sessions.flatMap((byDay) => Object.keys(byDay))]);
    return [...days].sort().map((day) => ({
      ...{ worker, repo, task, day, dollars: spent[day] ?? 0 },
      ...sessions.reduce((sum, byDay) => addTokens(sum, byDay[day] ?? noTokens), noTokens),
    }));
  });
}

const daysShown = 7;

/** Returns the facts for clients: the last days of all, and the usage of these workers; null without any usage. */
export function selectUsage(
  used: Used,
  today: Day,
  { limits }: WorkspaceConfig,
  workers: ReadonlyMap<string, unknown>,
): UsageFacts | null {
  const rows = usageRows(used);
  if (rows.length === 0) return null;
  const days = sumBy(rows, ({ day }) => day);
  const latest = Object.entries(days)
    .sort(([a], [b]) => a.localeCompare(b))
    .slice(-daysShown);
  return {
    today,
    days: Object.fromEntries(latest),
    workers: sumBy(
      rows.filter(({ worker }) => workers.has(worker)),
      ({ worker }) => worker,
    ),
    ...(limits?.dollars && { budget: limits.dollars }),
  };
}

export function spentOn({ dollars }: Used, day: Day): number {
  return [...dollars.values()].reduce((sum, byDay) => sum + (byDay[day] ?? 0), 0);
}

export function spentBy({ dollars }: Used, worker: string): number {
  return Object.values(dollars.get(worker) ?? {}).reduce((sum, one) => sum + one, 0);
}

function sumBy(rows: readonly UsageRow[], key: (row: UsageRow) => string): Record<string, Usage> {
  const sums: Record<string, Usage> = {};
  for (const row of rows) sums[key(row)] = addUsage(sums[key(row)] ?? noUsage, row);
  return sums;
}

/** The part of the controller's state that limits depend on. */
interface LimitState {
  readonly config: WorkspaceConfig;
  readonly log: { readonly workers: ReadonlyMap<string, Worker>; readonly used: Used };
  /** Local day, `2026-11-22`. */
  readonly today: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly plans: ReadonlyMap<number, Result<StartPlan>>;
}

/** Returns the limit that prevents a proposal's start; null for none. */
export function limitOf(state: LimitState, open: Pick<OpenProposal, 'n' | 'draft'>): Problem | null {
  const { config, log } = state;
  const { draft } = open;
  const held = budgetProblem(state, draftId(draft)) ?? agentProblem(state, open);
  // The orchestrator does not count as a worker.
  if (held || draft.role) return held;
  const running = [...log.workers.values()].filter((worker) => !worker.role && isLive(worker.state));
  return workersProblem(config.limits ?? {}, running.length);
}

/** Returns the ids of workers whose usage limit holds. */
export function selectHeld({ log, now }: Pick<LimitState, 'log' | 'now'>): readonly string[] {
  return [...log.workers.values()].filter((worker) => holdsLimit(worker, now)).map(({ id }) => id);
}

/** Reports whether a person may start a worker in spite of a limit; never of a spent budget. */
export function canInsist({ code }: Problem): boolean {
  return code !== 'budget_spent';
}

/** Returns the limit of a proposal's agent that ends last; null for none. */
function agentProblem(
  { config, log, plans, now }: LimitState,
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

function budgetProblem({ config, log, today }: LimitState, id: string): Problem | null {
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
