import { addUsage, noUsage, type Usage, type UsageRow } from '../core/usage.ts';
import { moneyText, tokensText } from '../ui/words.ts';
import { columns } from './describe/rows.ts';
import { demand, type Output } from './output.ts';
import { withController } from './session.ts';

/** `usage`: what workers used, by day, repository and worker; with `--json` one row for each worker and day. */
export async function showUsage(out: Output, repo: string | undefined): Promise<void> {
  await withController('.', async (call) => {
    const rows = demand(await call('usage', {})).filter((row) => repo === undefined || row.repo === repo);
    const total = sum(rows);
    const value = { rows, total };
    if (rows.length === 0) return out.result(value, 'Nothing is known to have been used.');
    const text = [
      ...table('day', rows, ({ day }) => day),
      ...table('repository', rows, (row) => row.repo),
      ...table('worker', rows, ({ worker }) => worker),
      ['', '', '', '', ''],
      cells('total', total),
    ];
    out.result(value, columns([['', 'cost', 'input', 'output', 'from cache'], ...text]));
  });
}

/** A heading and one row for each name. */
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
