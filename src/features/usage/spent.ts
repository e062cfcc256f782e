import { addUsage, noUsage, type Usage, type UsageRow } from '../../core/usage.ts';
import type { Printed } from '../../core/verb.ts';
import { success } from '../../lib/result.ts';
import { alignColumns, moneyText, tokensText } from '../../ui/format.ts';
import { defineServed, type VerbCall } from '../define.ts';
import { usageRows } from './used.ts';

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
  if (rows.length === 0) return { value, text: 'Nothing is known to have been used.' };
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
