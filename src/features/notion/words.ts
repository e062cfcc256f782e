import type { NotionFacts, SyncSuggestion } from '../../core/notion.ts';
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
