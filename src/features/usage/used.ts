import type { Day } from '../../core/amounts.ts';
import type { Slice } from '../../core/slice.ts';
import {
  addTokens,
  addUsage,
  noTokens,
  noUsage,
  type Tokens,
  type Usage,
  type UsageFacts,
  type UsageRow,
} from '../../core/usage.ts';
import type { WorkspaceConfig } from '../../core/workspace.ts';
import { mapOf, number, object, type Shape, string } from '../../lib/shape.ts';
import { PersistentMap } from '../../lib/store.ts';

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
  for (const { dollars, input, output, cacheRead, cacheWrite, ...row } of rows) {
    const name = key({ ...row, dollars, input, output, cacheRead, cacheWrite });
    sums[name] = addUsage(sums[name] ?? noUsage, { dollars, input, output, cacheRead, cacheWrite });
  }
  return sums;
}
