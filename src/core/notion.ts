import type { Problem } from '../lib/result.ts';

/** What can be synced. */
export const syncTables = ['board', 'invoices'] as const;
export type SyncTable = (typeof syncTables)[number];

/** Types of Notion's properties that we can read and write. */
export type PropertyType = 'title' | 'rich_text' | 'select' | 'status' | 'date' | 'number' | 'url';

export interface FieldMapping {
  readonly propertyId: string;
  /** As it was called; only for messages. */
  readonly name: string;
  /** As it was; a property of another type since is not the same one. */
  readonly type: PropertyType;
}

/** Which property of a data source is which field of ours. Holds no secret; a person may edit it. */
export interface Mapping {
  readonly databaseId: string;
  readonly dataSourceId: string;
  /** The text property with our ids; null until a person agreed to add it. */
  readonly idProperty: string | null;
  readonly fields: Readonly<Record<string, FieldMapping>>;
  /** The statuses in Notion that stand for each choice of ours; any other is left alone. */
  readonly statusMap: Readonly<Record<string, readonly string[]>>;
  /** The one of them that we write. */
  readonly writeStatus: Readonly<Record<string, string>>;
  /** ISO 4217, for amounts where no property says it; `EUR` when left out. */
  readonly currency?: string;
}

export interface NotionConfig {
  readonly board?: Mapping;
  readonly invoices?: Mapping;
  /** The status in Notion that asks for a worker. */
  readonly wantedStatus?: string;
  /** Whether a finished card's page gets a comment. */
  readonly comment?: boolean;
}

/** Many cards or entries have changed, or the last worker has ended since the last sync. */
export type SyncSuggestion = 'cards' | 'entries' | 'end';

/** How things stand with Notion; only where it is connected. */
export interface NotionFacts {
  readonly tables: readonly SyncTable[];
  /** Rows that differ from what was last synced, in all and by table. */
  readonly pending: number;
  readonly waiting: Readonly<Partial<Record<SyncTable, number>>>;
  /** Why it is time to sync; absent while it is not. */
  readonly suggestion?: SyncSuggestion;
  readonly conflicts: readonly SyncConflict[];
  /** Null while nothing is synced. */
  readonly running: {
    readonly table: SyncTable;
    readonly stage: string;
    readonly done: number;
    readonly total: number | null;
  } | null;
  /** ISO time; null before the first time since the controller began. */
  readonly syncedAt: string | null;
}

/** Text, a count of minutes or cents, or nothing. Normalised, so that equal values are the same. */
export type FieldValue = string | number | null;

/** A field that changed on both sides, or where it must not. Written to neither. */
export interface RowConflict {
  readonly id: string;
  readonly field: string;
  readonly base: FieldValue;
  readonly ours: FieldValue;
  readonly theirs: FieldValue;
}

export interface SyncConflict extends RowConflict {
  readonly table: SyncTable;
  /** Whether a person has decided; the next sync does it. */
  readonly isDecided: boolean;
}

/** `mine` is the file's value, `theirs` is Notion's. */
export type SyncChoice = 'mine' | 'theirs' | { readonly edited: FieldValue };

/** A card that was moved in Notion to the status that asks for a worker. Nothing starts by that. */
export interface WantedCard {
  /** Null for a page that has no id yet. */
  readonly id: string | null;
  readonly task: string;
  readonly repo: string | null;
}

/** What a sync came to; in a dry run, what it would come to. */
export interface SyncOutcome {
  readonly created: number;
  readonly updated: number;
  readonly pulled: number;
  readonly conflicts: readonly SyncConflict[];
  readonly problems: readonly Problem[];
  /** Texts of cards that were moved to the status that asks for a worker. */
  readonly wanted: readonly string[];
  /** Sound rows that no sync knows, for they have no id; absent where there are none. */
  readonly withoutId?: readonly UnknownRow[];
}

/** A row of a document that a sync leaves out. */
export interface UnknownRow {
  readonly table: SyncTable;
  readonly task: string;
  /** It has left the file for an invoice, so it gets no id any more. */
  readonly isBilled?: true;
}

/** What came of rebuilding what was known of Notion. */
export interface RebuildOutcome {
  /** Rows that both sides have. */
  readonly rows: number;
  readonly conflicts: readonly SyncConflict[];
  readonly problems: readonly Problem[];
  /** Where files are now that were in the way; absolute. */
  readonly setAside: readonly string[];
}

/** Refusals of a sync that a rebuild repairs. */
export const rebuildCodes: readonly string[] = ['notion_base_damaged', 'notion_intents_damaged'];

/** What a person is shown before they connect, and after. */
export interface NotionProposal {
  readonly table: SyncTable;
  /** Our fields and the properties that hold them. */
  readonly fields: readonly { readonly field: string; readonly property: string }[];
  /** What would be added in Notion, and what stays without a property. */
  readonly notes: readonly string[];
}

/** Where boards and invoices are in Notion, or below which page they are to be made; and how they are to be synced. */
export interface NotionWish {
  readonly board?: string;
  readonly invoices?: string;
  readonly page?: string;
  /** Properties by name for fields, such as `worker` or `board.worker`; empty for none. */
  readonly map?: Readonly<Record<string, string>>;
  readonly wantedStatus?: string;
  readonly comment?: boolean;
}

export interface NotionStatus {
  /** Where the token is and its last four characters; null for none. */
  readonly token: { readonly source: string; readonly lastFour: string } | null;
  /** The integration's name; null where it could not be asked. */
  readonly integration: string | null;
  readonly tables: readonly SyncTable[];
  readonly pending: number;
  readonly suggestion?: SyncSuggestion;
  readonly conflicts: number;
  readonly problems: readonly Problem[];
}
