import { dayOf } from '../../core/amounts.ts';
import { addUsage, holdsLimit, noUsage, type Usage, type UsageRow } from '../../core/usage.ts';
import type { Printed } from '../../core/verb.ts';
import { type BudgetState, budgetState } from '../../core/workspace.ts';
import { problemOf, success } from '../../lib/result.ts';
import { alignColumns, moneyText, tokensText } from '../../ui/format.ts';
import { defineServed, type VerbCall } from '../define.ts';
import type { DomainEvent } from '../log.ts';
import type { MessageOf } from '../messages.ts';
import {
  addNotice,
  type Consequence,
  type ControllerState,
  type Decision,
  type Moment,
  noConsequence,
  onlyState,
} from '../state.ts';
import { afterSpent, spentBy, spentOn, type Used, usageRows } from './usageState.ts';

/** Returns one row of usage for each worker and day, removed workers included. */
export const usage = defineServed<readonly UsageRow[]>()({
  name: 'usage',
  by: 'anyone',
  onForeignState: true,
  params: ({ nothing }) => nothing,
  handle: ({ state }) => success(usageRows(state.log.used)),
  verbs: [
    {
      usage: 'usage [repo]',
      about: 'what workers used: money and tokens, by day and worker',
      what: 'look at what was used',
      run: showUsage,
    },
  ],
});

/** Shows usage by day, repository and worker; as JSON one row for each worker and day. */
async function showUsage(call: VerbCall, [repo]: readonly string[]): Promise<Printed> {
  const rows = (await call.ask(usage, {})).filter((row) => repo === undefined || row.repo === repo);
  const total = sum(rows);
  const value = { rows, total };
  if (rows.length === 0) return { value, text: 'No usage is known yet.' };
  const text = alignColumns([
    ['', 'cost', 'input', 'output', 'from cache'],
    ...table('day', rows, ({ day }) => day),
    ...table('repository', rows, (row) => row.repo),
    ...table('worker', rows, ({ worker }) => worker),
    ['', '', '', '', ''],
    cells('total', total),
  ]);
  return { value, text };
}

/** Returns a heading and one row for each name. */
function table(
  heading: string,
  rows: readonly UsageRow[],
  name: (row: UsageRow) => string,
): readonly (readonly string[])[] {
  const names = [...new Set(rows.map(name))].sort();
  return [
    ['', '', '', '', ''],
    [`by ${heading}`, '', '', '', ''],
    ...names.map((one) => cells(`  ${one}`, sum(rows.filter((row) => name(row) === one)))),
  ];
}

function cells(name: string, { dollars, input, output, cacheRead, cacheWrite }: Usage): readonly string[] {
  return [
    name,
    moneyText(dollars),
    tokensText(input + cacheWrite),
    tokensText(output),
    tokensText(cacheRead),
  ];
}

function sum(rows: readonly UsageRow[]): Usage {
  return rows.reduce<Usage>(addUsage, noUsage);
}

/** Takes in what an agent's run has cost so far; ignored if unchanged. */
export function spent(state: ControllerState, { id, total }: MessageOf<'spent'>): Decision {
  const { used, workers } = state.log;
  const run = workers.get(id)?.run;
  const last = used.meters.get(id);
  if (run === undefined || (last?.run === run && last.total === total)) return onlyState(state);
  const event = { type: 'spent', id, day: state.today, run, total } as const;
  const after = afterSpent(used, event);
  return { state: withWarnings(state, id, after), events: [event], effects: [] };
}

export function tokensCounted(state: ControllerState, message: MessageOf<'tokens-counted'>): Decision {
  const { id, session, days } = message;
  const known = state.log.used.tokens.get(id)?.[session];
  const isNews = state.log.workers.has(id) && JSON.stringify(known) !== JSON.stringify(days);
  return { state, events: isNews ? [message] : [], effects: [] };
}

/** Adds a notice when a sum first comes near its budget, and when it first reaches it. */
function withWarnings(state: ControllerState, id: string, after: Used): ControllerState {
  const { today, config, log } = state;
  const { day, worker } = config.limits?.dollars ?? {};
  const sums = [
    { of: 'today', budget: day, before: spentOn(log.used, today), now: spentOn(after, today) },
    { of: `by ${id}`, budget: worker, before: spentBy(log.used, id), now: spentBy(after, id) },
  ];
  return sums.reduce((next, { of, budget, before, now }) => {
    const turned = budgetState(now, budget);
    if (budget === undefined || turned === 'fine' || turned === budgetState(before, budget)) return next;
    return addNotice(next, budgetNotice(turned, of, now, budget));
  }, state);
}

function budgetNotice(turned: BudgetState, of: string, now: number, budget: number) {
  const said = `$${now.toFixed(2)} of $${budget.toFixed(2)} are spent ${of}`;
  return turned === 'spent'
    ? problemOf(
        'budget_spent',
        `${said}: no more workers start.`,
        'Raise limits.dollars in .orch/config.json.',
      )
    : problemOf('budget_nearly_spent', `${said}.`);
}

// Agents' usage limits and the clock by which they end.

/** Updates what depends on the time: the day, and which limits hold. Clocks may jump in both directions. */
export function clockRead(state: ControllerState, now: number): ControllerState {
  const today = dayOf(new Date(now));
  const hasTurned = [...state.log.workers.values()].some(
    (worker) => holdsLimit(worker, now) !== holdsLimit(worker, state.now),
  );
  return hasTurned || today !== state.today || now < state.now ? { ...state, today, now } : state;
}

/** Schedules a look at the clock for the end of a limit. */
export function awaitLimitEnd(_: Moment, { until }: Extract<DomainEvent, { type: 'observed' }>): Consequence {
  return until === undefined ? noConsequence : { effects: [{ type: 'await-limit-end', until }] };
}
