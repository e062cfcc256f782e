import { counted } from '../app/text/words.ts';
import type { SyncChoice, SyncConflict, SyncOutcome, SyncTable } from '../domain/notionFacts.ts';
import type { GivenToken } from '../notion/token.ts';
import { lendToken } from './lendToken.ts';
import { demand, type Output, refuse } from './output.ts';
import { refuseInsideWorker, withController } from './session.ts';

/** Commands that bring board and invoices together with Notion. */

/** `sync`: exits 1 when a table could not be synced at all; single rows that could not are named. */
export async function runSync(
  out: Output,
  own: GivenToken | null,
  table: SyncTable | undefined,
  {
    dryRun = false,
    allowMassDelete = false,
  }: { readonly dryRun?: boolean; readonly allowMassDelete?: boolean },
): Promise<void> {
  refuseInsideWorker('sync');
  await withController('.', async (call) => {
    await lendToken(call, own);
    const wish = { dryRun, allowMassDelete, ...(table && { tables: [table] }) };
    const cancel = () => void call('cancelSync', {});
    process.once('SIGINT', cancel);
    try {
      const outcome = demand(await call('sync', wish));
      out.result({ ...outcome, dryRun }, outcomeText(outcome, dryRun));
    } finally {
      process.off('SIGINT', cancel);
    }
  });
}

function outcomeText(
  { created, updated, pulled, conflicts, problems, wanted }: SyncOutcome,
  dry: boolean,
): string {
  const would = dry ? 'would be ' : '';
  return [
    `${counted(created, 'page')} ${would}made, ${updated} ${would}changed, ${counted(pulled, 'row')} ${would}brought here`,
    ...conflicts.map((conflict) => `? ${conflictText(conflict)}`),
    ...problems.map(({ message, hint }) => `! ${message}${hint === undefined ? '' : ` ${hint}`}`),
    ...wanted.map((task) => `+ a worker is wanted for: ${task}`),
  ].join('\n');
}

function conflictText({ id, field, base, ours, theirs }: SyncConflict): string {
  return `${id} ${field}: ${value(base)} became ${value(ours)} here and ${value(theirs)} in Notion`;
}

function value(of: string | number | null): string {
  return of === null ? 'nothing' : JSON.stringify(of);
}

export async function showConflicts(out: Output): Promise<void> {
  await withController('.', async (call) => {
    const conflicts = demand(await call('syncConflicts', {}));
    const lines = conflicts.map((one) => `${conflictText(one)}${one.isDecided ? ' (decided: sync)' : ''}`);
    const hint = conflicts.some(({ isDecided }) => !isDecided)
      ? ['Decide: orch-tui sync resolve ID FIELD mine|theirs, or --value TEXT']
      : [];
    out.result(conflicts, lines.length === 0 ? 'No conflicts.' : [...lines, ...hint].join('\n'));
  });
}

export async function resolveConflict(
  out: Output,
  id: string,
  field: string,
  side: string | undefined,
  { value: text }: { readonly value?: string },
): Promise<void> {
  refuseInsideWorker('decide conflicts');
  await withController('.', async (call) => {
    const known = demand(await call('syncConflicts', {})).find((one) => one.id === id && one.field === field);
    const choice = choiceOf(side, text, known);
    const resolved = demand(await call('resolveSync', { id, field, choice }));
    out.result(resolved, `${id} ${field} is decided; the next sync does it.`);
  });
}

/** Numbers, such as minutes and cents, are whole ones. */
function choiceOf(
  side: string | undefined,
  text: string | undefined,
  known: SyncConflict | undefined,
): SyncChoice {
  if (text === undefined && (side === 'mine' || side === 'theirs')) return side;
  if (text === undefined || side !== undefined) refuse('usage', 'Say mine, theirs, or --value TEXT.');
  const isNumber = typeof known?.ours === 'number' || typeof known?.theirs === 'number';
  if (isNumber && !/^\d{1,12}$/.test(text)) refuse('bad_choice', 'A whole number is wanted.');
  return { edited: text === '' ? null : isNumber ? Number(text) : text };
}
