import type { Problem } from '../lib/result.ts';
import type { BoardFacts } from './boardFacts.ts';
import type { Footprint } from './footprint.ts';
import type { InvoiceFacts } from './invoices.ts';
import type { Note } from './note.ts';
import type { NotionFacts } from './notion.ts';
import type { Proposal } from './proposal.ts';
import type { QueueItem } from './queue.ts';
import type { RepoRadar } from './radar.ts';
import type { RepoStatus } from './repoFacts.ts';
import type { TrustFacts } from './trust.ts';
import type { UsageFacts } from './usageFacts.ts';
import type { EndedWorker, Worker } from './worker.ts';
import type { Ability } from './workspace.ts';

/** All that a client knows: the controller's answer to "how do things stand". */
export interface Facts {
  readonly workspace: {
    readonly name: string;
    readonly root: string;
    readonly defaultAgent: string;
    readonly agents: readonly string[];
    /** As many workers as are wanted at the same time; see `Limits`. */
    readonly mostWorkers?: number;
    /** What some of them cannot do, by name. */
    readonly lacks?: Readonly<Record<string, readonly Ability[]>>;
  };
  /** Present while something of the workspace is not trusted: see `TrustFacts`. */
  readonly trust?: TrustFacts;
  readonly repos: readonly RepoStatus[];
  /** In order of their first start. */
  readonly workers: readonly Worker[];
  /** Open proposals, oldest first. */
  readonly proposals: readonly Proposal[];
  /** All that waits for the person, oldest first. */
  readonly queue: readonly QueueItem[];
  /** Most recent last, at most 50. */
  readonly ended: readonly EndedWorker[];
  /** What is being done to workers, in order of their turns; absent when nothing is. */
  readonly operations?: readonly OperationFact[];
  /** Which work will not merge, of every repository that was looked at; absent while the radar is off. See `briefly`. */
  readonly radar?: readonly RepoRadar[];
  /** What sessions wrote to each other, most recent last, at most 200; absent when nothing was. */
  readonly notes?: readonly Note[];
  /** Ids of workers whose agents are given no notes; absent when there are none. */
  readonly muted?: readonly string[];
  /** Ids of workers that work without ever having asked for our tools; absent when there are none. */
  readonly withoutTools?: readonly string[];
  /** Ids of workers that have not got their brief; absent when all have. */
  readonly undelivered?: readonly string[];
  /** Ids of workers whose usage limit still holds by the controller's clock; absent when there are none. */
  readonly heldByLimit?: readonly string[];
  /** Memory; absent until it was looked at. */
  readonly memory?: Footprint;
  /** What workers used; absent while nothing is known of that. */
  readonly usage?: UsageFacts;
  /** The sprint board; absent where there is none. See `brieflyBoard`. */
  readonly board?: BoardFacts;
  /** Present where the configuration turns the board off. */
  readonly boardOff?: true;
  /** Absent while they are off. See `brieflyInvoices`. */
  readonly invoices?: InvoiceFacts;
  /** Absent where nothing is connected. */
  readonly notion?: NotionFacts;
  /** Things said once to whoever looks: a damaged log line set aside, a lost host. Oldest first. */
  readonly notices: readonly Problem[];
}

/** Something that is being done to a worker, or waits until it can be. */
export interface OperationFact {
  readonly id: string;
  /** `queued`: others of its repository are finished, cleaned or undone before it. */
  readonly kind: 'launching' | 'stopping' | 'queued' | 'checking' | 'finishing' | 'cleaning' | 'undoing';
  /** How many are before it; 0 unless queued. */
  readonly ahead: number;
}
