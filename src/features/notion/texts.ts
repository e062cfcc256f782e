import type {
  NotionFacts,
  NotionProposal,
  NotionStatus,
  RebuildOutcome,
  SyncConflict,
  SyncOutcome,
  SyncSuggestion,
} from '../../core/notion.ts';
import type { Problem } from '../../lib/result.ts';
import { alignColumns, counted } from '../../ui/format.ts';

/** Describes the progress of a sync. */
export function runningText({ table, stage, done, total }: NonNullable<NotionFacts['running']>): string {
  return `${stage === 'reading' ? 'Reading' : 'Writing'} ${table}: ${done}${total === null ? '' : ` of ${total}`} …`;
}

/** Confirmation before the sync's base is rebuilt. */
export const rebuildQuestion =
  'This rebuilds the sync state: rows are matched to pages by their ids, and every difference becomes a conflict for you to decide. It writes to neither side, and keeps the damaged file.';

/** Describes why a sync is due. */
export function suggestionText(suggestion: SyncSuggestion, pending: number): string {
  const why = { cards: '', entries: '', end: 'No worker runs any more, and ' }[suggestion];
  const rows = `${counted(pending, 'row')} ${pending === 1 ? 'waits' : 'wait'} to be synced with Notion`;
  return `${why}${rows}`;
}

/** Describes the proposed mapping of a database. */
export function tableProposalText({ table, fields, notes }: NotionProposal): string {
  const rows = fields.map(({ field, property }) => [`  ${field}`, property]);
  return [
    table,
    ...(rows.length === 0 ? [] : [alignColumns(rows)]),
    ...notes.map((note) => `  ! ${note}`),
  ].join('\n');
}

/** Describes token, databases and pending rows. */
export function notionStatusText(status: NotionStatus): string {
  const { token, integration, tables, pending, suggestion, conflicts, problems } = status;
  return [
    token === null ? 'No token.' : `Token from ${token.source}, ending in …${token.lastFour}`,
    ...(integration === null ? [] : [`Integration in Notion: ${integration}.`]),
    tables.length === 0 ? 'Nothing is connected: orch-tui notion connect' : `Connected: ${tables.join(', ')}`,
    `${counted(pending, 'row')} to sync, ${counted(conflicts, 'conflict')}`,
    ...(suggestion ? [`${suggestionText(suggestion, pending)}: orch-tui sync`] : []),
    ...problems.map(problemText),
  ].join('\n');
}

/** Describes the result of a sync, or the expected one. */
export function outcomeText(
  { created, updated, pulled, conflicts, problems, wanted, withoutId }: SyncOutcome,
  dry: boolean,
): string {
  const would = dry ? 'would be ' : '';
  return [
    `${counted(created, 'page')} ${would}created, ${updated} ${would}changed, ${counted(pulled, 'row')} ${would}changed here`,
    ...conflicts.map((conflict) => `? ${conflictText(conflict)}`),
    ...problems.map(problemText),
    ...wanted.map((task) => `+ worker requested for: ${task}`),
    ...leftOutTexts(withoutId).map((text) => `! ${text}`),
    ...(dry ? [] : decideHint(conflicts)),
  ].join('\n');
}

/** Most names of rows without an id in one text. */
const namedRows = 5;

/** Describes the rows that a sync skips because they have no id. */
export function leftOutTexts(rows: SyncOutcome['withoutId'] = []): readonly string[] {
  const groups = Map.groupBy(rows, ({ table, isBilled }) => (isBilled ? 'billed' : table));
  return Array.from(groups, ([group, all]) => {
    const names = all.slice(0, namedRows).map(({ task }) => task.replaceAll('\n', ' '));
    const more = all.length > namedRows ? ` and ${all.length - namedRows} more` : '';
    const count = group === 'board' ? counted(all.length, 'card') : counted(all.length, 'entry', 'entries');
    const which = `${names.join(', ')}${more}`;
    if (group === 'billed') return `${count} without an id on invoices, left out: ${which}.`;
    const command = group === 'board' ? 'board ids' : 'invoice ids';
    return `${count} without an id, left out: ${which}. Give ids: orch-tui ${command}`;
  });
}

/** Describes the result of a rebuild. */
export function rebuildText({ rows, conflicts, problems, setAside }: RebuildOutcome): string {
  const fields = conflicts.length === 0 ? 'the same' : `with ${counted(conflicts.length, 'difference')}`;
  return [
    `${counted(rows, 'row')} on both sides, ${fields}; nothing was written there.`,
    ...setAside.map((file) => `The old file is kept: ${file}`),
    ...conflicts.map((conflict) => `? ${conflictText(conflict)}`),
    ...problems.map(problemText),
    ...decideHint(conflicts),
    'Continue: orch-tui sync',
  ].join('\n');
}

/** Describes the conflicts of a sync. */
export function syncConflictsText(conflicts: readonly SyncConflict[]): string {
  if (conflicts.length === 0) return 'No conflicts.';
  const lines = conflicts.map(
    (one) => `${conflictText(one)}${one.isDecided ? ' (decided: sync to apply)' : ''}`,
  );
  return [...lines, ...decideHint(conflicts)].join('\n');
}

/** Returns the hint how to decide conflicts, where there are any. */
function decideHint(conflicts: readonly SyncConflict[]): readonly string[] {
  const isOpen = conflicts.some(({ isDecided }) => !isDecided);
  return isOpen ? ['Decide: orch-tui sync resolve ID FIELD mine|theirs, or --value TEXT'] : [];
}

function problemText({ message, hint }: Problem): string {
  return `! ${message}${hint === undefined ? '' : ` ${hint}`}`;
}

function conflictText({ id, field, base, ours, theirs }: SyncConflict): string {
  // A conflict about the row itself: kept, edited, or removed.
  if (field === 'row') return `${id} row: ${ours} here, ${theirs} in Notion`;
  if (base === null) return `${id} ${field}: ${value(ours)} here, ${value(theirs)} in Notion`;
  return `${id} ${field}: ${value(base)} became ${value(ours)} here and ${value(theirs)} in Notion`;
}

function value(of: string | number | null): string {
  return of === null ? 'nothing' : JSON.stringify(of);
}
