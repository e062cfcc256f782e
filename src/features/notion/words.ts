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
import { alignColumns } from '../../ui/rows.ts';
import { counted } from '../../ui/words.ts';

/** Says how far a sync is. */
export function runningText({ table, stage, done, total }: NonNullable<NotionFacts['running']>): string {
  return `${stage === 'reading' ? 'Reading' : 'Writing'} ${table}: ${done}${total === null ? '' : ` of ${total}`} …`;
}

/** What a person agrees to before what is known of Notion is rebuilt. */
export const rebuildQuestion =
  'What was common with Notion is rebuilt: rows are tied to pages by their ids, what is the same on both sides is common, and all else is asked about. Neither side is written to, and the damaged file is kept.';

/** Says why it is time to sync. */
export function suggestionText(suggestion: SyncSuggestion, pending: number): string {
  const why = { cards: '', entries: '', end: 'No worker runs any more, and ' }[suggestion];
  const rows = `${counted(pending, 'row')} ${pending === 1 ? 'waits' : 'wait'} to be synced with Notion`;
  return `${why}${rows}`;
}

/** What a database would be synced with. */
export function tableProposalText({ table, fields, notes }: NotionProposal): string {
  const rows = fields.map(({ field, property }) => [`  ${field}`, property]);
  return [
    table,
    ...(rows.length === 0 ? [] : [alignColumns(rows)]),
    ...notes.map((note) => `  ! ${note}`),
  ].join('\n');
}

/** Token, databases and what waits. */
export function notionStatusText(status: NotionStatus): string {
  const { token, integration, tables, pending, suggestion, conflicts, problems } = status;
  return [
    token === null ? 'No token.' : `Token from ${token.source}, ending in …${token.lastFour}`,
    ...(integration === null ? [] : [`Notion knows us as ${integration}.`]),
    tables.length === 0 ? 'Nothing is connected: orch-tui notion connect' : `Connected: ${tables.join(', ')}`,
    `${counted(pending, 'row')} to sync, ${counted(conflicts, 'conflict')}`,
    ...(suggestion ? [`${suggestionText(suggestion, pending)}: orch-tui sync`] : []),
    ...problems.map(problemText),
  ].join('\n');
}

/** What a sync did, or would do. */
export function outcomeText(
  { created, updated, pulled, conflicts, problems, wanted, withoutId }: SyncOutcome,
  dry: boolean,
): string {
  const would = dry ? 'would be ' : '';
  return [
    `${counted(created, 'page')} ${would}made, ${updated} ${would}changed, ${counted(pulled, 'row')} ${would}brought here`,
    ...conflicts.map((conflict) => `? ${conflictText(conflict)}`),
    ...problems.map(problemText),
    ...wanted.map((task) => `+ a worker is wanted for: ${task}`),
    ...leftOutTexts(withoutId).map((text) => `! ${text}`),
    ...(dry ? [] : decideHint(conflicts)),
  ].join('\n');
}

/** So many rows without an id are named. */
const namedRows = 5;

/** Says which rows a sync leaves out, for they have no id. */
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

/** What making it again came to. */
export function rebuildText({ rows, conflicts, problems, setAside }: RebuildOutcome): string {
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

/** What changed on both sides. */
export function syncConflictsText(conflicts: readonly SyncConflict[]): string {
  if (conflicts.length === 0) return 'No conflicts.';
  const lines = conflicts.map((one) => `${conflictText(one)}${one.isDecided ? ' (decided: sync)' : ''}`);
  return [...lines, ...decideHint(conflicts)].join('\n');
}

/** What a person may do about conflicts, where there are any. */
function decideHint(conflicts: readonly SyncConflict[]): readonly string[] {
  const isOpen = conflicts.some(({ isDecided }) => !isDecided);
  return isOpen ? ['Decide: orch-tui sync resolve ID FIELD mine|theirs, or --value TEXT'] : [];
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
