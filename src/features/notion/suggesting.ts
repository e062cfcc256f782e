import type { NotionFacts, SyncSuggestion } from '../../core/notion.ts';
import { isLive } from '../../core/worker.ts';
import type { LogState } from '../log.ts';

/** Numbers of changed rows from which a sync is suggested. */
const cardsWaiting = 5;
const entriesWaiting = 10;

type Lives = Pick<LogState, 'workers' | 'ended'>;

/** Adds the suggestion to sync, where one is due. Starts no sync. */
export function withSuggestion(notion: NotionFacts, log: Lives): NotionFacts {
  const suggestion = suggestionFor(notion, log);
  return suggestion ? { ...notion, suggestion } : notion;
}

function suggestionFor(
  { waiting, pending, running, syncedAt }: NotionFacts,
  log: Lives,
): SyncSuggestion | null {
  if (running) return null;
  if ((waiting.board ?? 0) >= cardsWaiting) return 'cards';
  if ((waiting.invoices ?? 0) >= entriesWaiting) return 'entries';
  const end = endOfSession(log);
  return pending > 0 && end !== null && end > (syncedAt ?? '') ? 'end' : null;
}

/** Returns the end of the last worker as an ISO time; null while one runs, or where there were none. */
function endOfSession({ workers, ended }: Lives): string | null {
  const all = [...workers.values()];
  if (all.some(({ state }) => isLive(state))) return null;
  const ends = [...ended.map(({ at }) => at), ...all.map(({ stateSince }) => stateSince)];
  return ends.toSorted().at(-1) ?? null;
}
