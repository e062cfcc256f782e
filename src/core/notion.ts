import type { Problem } from '../lib/result.ts';
import { type EndedWorker, isLive, type Worker } from './worker.ts';

/** Tables that can be synced. */
export const syncTables = ['board', 'invoices'] as const;
export type SyncTable = (typeof syncTables)[number];

/** Notion's property types that can be read and written. */
export type PropertyType = 'title' | 'rich_text' | 'select' | 'status' | 'date' | 'number' | 'url';

export interface FieldMapping {
  readonly propertyId: string;
  /** Its last known name; only for messages. */
  readonly name: string;
  /** Its last known type; a property that has another type since is not the same one. */
  readonly type: PropertyType;
}

/** Maps properties of a data source to fields. Holds no secret; a person may edit it. */
export interface Mapping {
  readonly databaseId: string;
  readonly dataSourceId: string;
  /** The text property with our ids; null until a person agrees to add it. */
  readonly idProperty: string | null;
  readonly fields: Readonly<Record<string, FieldMapping>>;
  /** Notion's statuses that map to each of our choices; any other is not changed. */
  readonly statusMap: Readonly<Record<string, readonly string[]>>;
  /** The status that is written for each choice. */
  readonly writeStatus: Readonly<Record<string, string>>;
  /** ISO 4217, for amounts without a currency property; default `EUR`. */
  readonly currency?: string;
}

export interface NotionConfig {
  readonly board?: Mapping;
  readonly invoices?: Mapping;
  /** The status in Notion that requests a worker. */
  readonly wantedStatus?: string;
  /** A finished card's page gets a comment. */
  readonly comment?: boolean;
}

/** Reason for a sync: many changed cards or entries, or the end of the last worker since the last sync. */
export type SyncSuggestion = 'cards' | 'entries' | 'end';

/** State of the sync with Notion; only where it is connected. */
export interface NotionFacts {
  readonly tables: readonly SyncTable[];
  /** Rows that differ from the last sync, in total and by table. */
  readonly pending: number;
  readonly waiting: Readonly<Partial<Record<SyncTable, number>>>;
  /** Why a sync is due; absent while it is not. */
  readonly suggestion?: SyncSuggestion;
  readonly conflicts: readonly SyncConflict[];
  /** Null while no sync runs. */
  readonly running: {
    readonly table: SyncTable;
    readonly stage: string;
    readonly done: number;
    readonly total: number | null;
  } | null;
  /** ISO time; null before the first sync since the controller's start. */
  readonly syncedAt: string | null;
}

/** Changed rows from which a sync is suggested. */
const suggestedFrom = { board: 5, invoices: 10 };

/** The workers of the log, running and ended. */
interface Lives {
  readonly workers: ReadonlyMap<string, Worker>;
  readonly ended: readonly EndedWorker[];
}

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
  if ((waiting.board ?? 0) >= suggestedFrom.board) return 'cards';
  if ((waiting.invoices ?? 0) >= suggestedFrom.invoices) return 'entries';
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

/** Text, a count of minutes or cents, or nothing. Normalised, so that equal values compare equal. */
export type FieldValue = string | number | null;

/** A field that changed on both sides, or where it must not. Neither side is written. */
export interface RowConflict {
  readonly id: string;
  readonly field: string;
  readonly base: FieldValue;
  readonly ours: FieldValue;
  readonly theirs: FieldValue;
}

export interface SyncConflict extends RowConflict {
  readonly table: SyncTable;
  /** A person has decided; the next sync applies the decision. */
  readonly isDecided: boolean;
}

/** `mine` is the file's value, `theirs` is Notion's. */
export type SyncChoice = 'mine' | 'theirs' | { readonly edited: FieldValue };

/** A card that was moved in Notion to the status that requests a worker. It starts nothing by itself. */
export interface WantedCard {
  /** Null for a page without an id. */
  readonly id: string | null;
  readonly task: string;
  readonly repo: string | null;
}

/** Result of a sync, or the expected one in a dry run. */
export interface SyncOutcome {
  readonly created: number;
  readonly updated: number;
  readonly pulled: number;
  readonly conflicts: readonly SyncConflict[];
  readonly problems: readonly Problem[];
  /** Texts of cards that were moved to the status that requests a worker. */
  readonly wanted: readonly string[];
  /** Sound rows that no sync covers because they have no id; absent where there are none. */
  readonly withoutId?: readonly SkippedRow[];
}

/** A row of a document that a sync leaves out. */
export interface SkippedRow {
  readonly table: SyncTable;
  readonly task: string;
  /** It has left the file for an invoice, so it gets no id. */
  readonly isBilled?: true;
}

/** Result of rebuilding the sync's base from both sides. */
export interface RebuildOutcome {
  /** Rows that exist on both sides. */
  readonly rows: number;
  readonly conflicts: readonly SyncConflict[];
  readonly problems: readonly Problem[];
  /** Absolute paths of the files that were moved out of the way. */
  readonly setAside: readonly string[];
}

/** Refusals of a sync that a rebuild repairs. */
export const rebuildCodes: readonly string[] = ['notion_base_damaged', 'notion_intents_damaged'];

/** Preview for the user before and after connecting. */
export interface NotionProposal {
  readonly table: SyncTable;
  /** Our fields and the properties that hold them. */
  readonly fields: readonly { readonly field: string; readonly property: string }[];
  /** Additions in Notion, and fields that stay without a property. */
  readonly notes: readonly string[];
}

/**
 * Location of boards and invoices in Notion, or the page below which they are created; and options of the
 * sync.
 */
export interface ConnectRequest {
  readonly board?: string;
  readonly invoices?: string;
  readonly page?: string;
  /** Property names by field, such as `worker` or `board.worker`; an empty name maps none. */
  readonly map?: Readonly<Record<string, string>>;
  readonly wantedStatus?: string;
  readonly comment?: boolean;
}

export interface NotionStatus {
  /** Source of the token and its last four characters; null for none. */
  readonly token: { readonly source: string; readonly lastFour: string } | null;
  /** The integration's name; null where it could not be read. */
  readonly integration: string | null;
  readonly tables: readonly SyncTable[];
  readonly pending: number;
  readonly suggestion?: SyncSuggestion;
  readonly conflicts: number;
  readonly problems: readonly Problem[];
}
