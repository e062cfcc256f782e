import type { Problem } from '../lib/result.ts';

/** What can be synced. */
export const syncTables = ['board', 'invoices'] as const;
export type SyncTable = (typeof syncTables)[number];

/** Which property in Notion is which field of ours; no secret. */
export interface NotionMapping {
  readonly databaseId: string;
  readonly dataSourceId: string;
  readonly idProperty: string | null;
  readonly fields: Readonly<
    Record<string, { readonly propertyId: string; readonly name: string; readonly type: string }>
  >;
  readonly statusMap: Readonly<Record<string, readonly string[]>>;
  readonly writeStatus: Readonly<Record<string, string>>;
  readonly currency?: string;
}

export interface NotionConfig {
  readonly board?: NotionMapping;
  readonly invoices?: NotionMapping;
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

/** A field that changed on both sides and was written to neither. */
export interface SyncConflict {
  readonly table: SyncTable;
  readonly id: string;
  readonly field: string;
  readonly base: string | number | null;
  readonly ours: string | number | null;
  readonly theirs: string | number | null;
  /** Whether a person has decided; the next sync does it. */
  readonly isDecided: boolean;
}

export type SyncChoice = 'mine' | 'theirs' | { readonly edited: string | number | null };

/** A card that somebody moved in Notion to the status that asks for a worker. Nothing starts by that. */
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
  /** Texts of cards that somebody moved to the status that asks for a worker. */
  readonly wanted: readonly string[];
}

/** What came of making anew what was known of Notion. */
export interface RebuildOutcome {
  /** Rows that both sides have. */
  readonly rows: number;
  readonly conflicts: readonly SyncConflict[];
  readonly problems: readonly Problem[];
  /** Where files are now that were in the way; absolute. */
  readonly setAside: readonly string[];
}

/** Refusals of a sync that a rebuild mends. */
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
