import type { NotionFacts } from '../../domain/notionFacts.ts';

/** How far a sync is. */
export function runningText({ table, stage, done, total }: NonNullable<NotionFacts['running']>): string {
  return `${stage === 'reading' ? 'Reading' : 'Writing'} ${table}: ${done}${total === null ? '' : ` of ${total}`} …`;
}

/** What a person agrees to before what is known of Notion is made anew. */
export const rebuildQuestion =
  'What was common with Notion is found anew: rows are tied to pages by their ids, what is the same on both sides is common, and all else is asked about. Neither side is written to, and the damaged file is kept.';
