import type { RebuildOutcome, SyncChoice, SyncConflict, SyncOutcome, SyncTable } from '../core/notion.ts';
import type { ControllerApi, ControllerNotices } from '../features/commands.ts';
import { rebuildQuestion, runningText } from '../features/notion/words.ts';
import type { Problem } from '../lib/result.ts';
import type { GivenToken } from '../notion/token.ts';
import type { Link } from '../protocol/link.ts';
import { counted } from '../ui/words.ts';
import { demandYes } from './ask.ts';
import { lendToken } from './lendToken.ts';
import { demand, type Output, refuse } from './output.ts';
import { withController } from './session.ts';

/** Commands that bring board and invoices together with Notion. */

interface SyncWish {
  readonly dryRun?: boolean;
  readonly allowMassDelete?: boolean;
  readonly rebuild?: boolean;
  readonly yes?: boolean;
}

/** `sync`: exits 1 when a table could not be synced at all; single rows that could not are named. */
export async function runSync(
  out: Output,
  own: GivenToken | null,
  table: SyncTable | undefined,
  wish: SyncWish,
): Promise<void> {
  const { dryRun = false, allowMassDelete = false } = wish;
  const tables = table ? { tables: [table] } : {};
  await withController('.', async (call, link) => {
    if (wish.rebuild) {
      if (!wish.yes) out.say(rebuildQuestion);
      await demandYes(out, wish.yes, 'Rebuild it?');
    }
    await lendToken(call, own);
    const stopShowing = showProgress(out, link);
    const cancel = () => void call('cancelSync', {});
    process.once('SIGINT', cancel);
    try {
      if (wish.rebuild) {
        const outcome = demand(await call('rebuildSync', tables));
        stopShowing();
        out.result(outcome, rebuildText(outcome));
      } else {
        const outcome = demand(await call('sync', { dryRun, allowMassDelete, ...tables }));
        stopShowing();
        out.result({ ...outcome, dryRun }, outcomeText(outcome, dryRun));
      }
    } finally {
      stopShowing();
      process.off('SIGINT', cancel);
    }
  });
}

/** Shows how far a sync is, in one line that goes away again. @returns what ends that */
function showProgress({ json }: Output, link: Link): () => void {
  const { stderr } = process;
  if (json || !stderr.isTTY) return () => {};
  let isShowing = true;
  link.onNotice<ControllerNotices, 'facts'>('facts', ({ notion }) => {
    if (isShowing && notion?.running) stderr.write(`\r\x1b[K${runningText(notion.running)}`);
  });
  // Facts are told once the first who wants them has asked.
  void link.caller<ControllerApi>()('facts', {});
  return () => {
    if (isShowing) stderr.write('\r\x1b[K');
    isShowing = false;
  };
}

function rebuildText({ rows, conflicts, problems, setAside }: RebuildOutcome): string {
  const fields = conflicts.length === 0 ? 'the same' : `with ${counted(conflicts.length, 'difference')}`;
  return [
    `${counted(rows, 'row')} on both sides, ${fields}; nothing was written there.`,
    ...setAside.map((file) => `What was in the way is kept: ${file}`),
    ...conflicts.map((conflict) => `? ${conflictText(conflict)}`),
    ...problems.map(problemText),
    ...decideHint(conflicts),
    'Go on: orch-tui sync',
  ].join('\n');
}

/** What a person may do about conflicts, where there are any. */
function decideHint(conflicts: readonly SyncConflict[]): readonly string[] {
  const isOpen = conflicts.some(({ isDecided }) => !isDecided);
  return isOpen ? ['Decide: orch-tui sync resolve ID FIELD mine|theirs, or --value TEXT'] : [];
}

function outcomeText(
  { created, updated, pulled, conflicts, problems, wanted }: SyncOutcome,
  dry: boolean,
): string {
  const would = dry ? 'would be ' : '';
  return [
    `${counted(created, 'page')} ${would}made, ${updated} ${would}changed, ${counted(pulled, 'row')} ${would}brought here`,
    ...conflicts.map((conflict) => `? ${conflictText(conflict)}`),
    ...problems.map(problemText),
    ...wanted.map((task) => `+ a worker is wanted for: ${task}`),
    ...(dry ? [] : decideHint(conflicts)),
  ].join('\n');
}

function problemText({ message, hint }: Problem): string {
  return `! ${message}${hint === undefined ? '' : ` ${hint}`}`;
}

function conflictText({ id, field, base, ours, theirs }: SyncConflict): string {
  // Over the row itself: kept, edited, or gone in some way.
  if (field === 'row') return `${id} row: ${ours} here, ${theirs} in Notion`;
  if (base === null) return `${id} ${field}: ${value(ours)} here, ${value(theirs)} in Notion`;
  return `${id} ${field}: ${value(base)} became ${value(ours)} here and ${value(theirs)} in Notion`;
}

function value(of: string | number | null): string {
  return of === null ? 'nothing' : JSON.stringify(of);
}

export async function showConflicts(out: Output): Promise<void> {
  await withController('.', async (call) => {
    const conflicts = demand(await call('syncConflicts', {}));
    const lines = conflicts.map((one) => `${conflictText(one)}${one.isDecided ? ' (decided: sync)' : ''}`);
    out.result(
      conflicts,
      lines.length === 0 ? 'No conflicts.' : [...lines, ...decideHint(conflicts)].join('\n'),
    );
  });
}

export async function resolveConflict(
  out: Output,
  id: string,
  field: string,
  said: 'mine' | 'theirs' | { readonly value: string },
): Promise<void> {
  await withController('.', async (call) => {
    const known = demand(await call('syncConflicts', {})).find((one) => one.id === id && one.field === field);
    const choice = typeof said === 'string' ? said : editedOf(said.value, known);
    const resolved = demand(await call('resolveSync', { id, field, choice }));
    out.result(resolved, `${id} ${field} is decided; the next sync does it.`);
  });
}

/** Numbers, such as minutes and cents, are whole ones; an empty value is none. */
function editedOf(text: string, known: SyncConflict | undefined): SyncChoice {
  const isNumber = typeof known?.ours === 'number' || typeof known?.theirs === 'number';
  if (isNumber && !/^\d{1,12}$/.test(text)) refuse('bad_choice', 'A whole number is wanted.');
  return { edited: text === '' ? null : isNumber ? Number(text) : text };
}
