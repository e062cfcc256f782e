import type { WantedCard } from '../core/notion.ts';
import type { Problem } from '../lib/result.ts';
import type { Clock } from '../lib/schedule.ts';
import type { Notion } from './client.ts';
import type { Mapping } from './mapping.ts';
import type { RemoteChange, RowConflict } from './plan.ts';
import type { LocalChange, LocalTable } from './row.ts';
import type { TableSpec } from './tables.ts';

export interface SyncOptions {
  readonly spec: TableSpec;
  readonly mapping: Mapping;
  readonly notion: Notion;
  readonly local: LocalTable;
  /** `.orch/notion` of the workspace. One sync at a time. */
  readonly folder: string;
  readonly clock?: Clock;
  /** Reads and plans, and writes nothing: not there, not in the file, not in the folder. */
  readonly dryRun?: boolean;
  readonly allowMassDelete?: boolean;
  /** The status in Notion that asks for a worker. */
  readonly wantedStatus?: string | null;
  /** Told of cards before they are written down as told: a killed sync tells them again. */
  readonly onWanted?: (cards: readonly WantedCard[]) => void;
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Ends the sync after what it is doing just now; the next one goes on. */
  readonly signal?: AbortSignal;
}

interface SyncProgress {
  readonly stage: 'reading' | 'writing';
  readonly done: number;
  /** Unknown while reading. */
  readonly total: number | null;
}

export interface SyncReport {
  /** Pages made in Notion; in a dry run, to be made. */
  readonly created: number;
  /** Pages changed there. */
  readonly updated: number;
  /** Rows changed in the file. */
  readonly pulled: number;
  readonly conflicts: readonly RowConflict[];
  readonly problems: readonly Problem[];
  /** Cards that somebody moved to the status that asks for a worker. A person decides. */
  readonly wanted: readonly WantedCard[];
  /** What was decided, row by row. */
  readonly changes: { readonly local: readonly LocalChange[]; readonly remote: readonly RemoteChange[] };
}
