import type { Problem } from '../lib/result.ts';
import type { BoardFacts } from './board.ts';
import type { InvoiceFacts } from './invoices.ts';
import type { Left } from './leftProcess.ts';
import type { NotionFacts } from './notion.ts';
import type { Proposal } from './proposal.ts';
import type { QueueItem } from './queue.ts';
import type { RepoRadar } from './radar.ts';
import type { RepoStatus } from './repo.ts';
import type { UsageFacts } from './usage.ts';
import type { EndedWorker, Worker } from './worker.ts';
import type { Ability, TrustFacts } from './workspace.ts';

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
  /** Programs that wait for the person to sign what is done to workers, by their ids; absent when none does. */
  readonly signing?: Readonly<Record<string, string>>;
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
  /** What runs on of lost workers; absent when nothing does. */
  readonly left?: Left;
  /** Memory; absent until it was looked at. */
  readonly memory?: ProcessMemory;
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

/** What one session wrote to another. The receiver's agent is given it as information, never as an instruction. */
export interface Note {
  /** Counts from 1 in each workspace. */
  readonly n: number;
  /** Ids of workers; `from` may be the radar. */
  readonly from: string;
  readonly to: string;
  /** ISO time. */
  readonly at: string;
  /** Several lines, at most `noteLimit` characters. */
  readonly text: string;
  /** ISO time at which the agent was given it; null until then. */
  readonly deliveredAt: string | null;
}

/** Characters of one note. */
export const noteLimit = 2000;

/** Whom notes of the radar are from; ids of workers have a slash. */
export const radarSender = 'radar';

/** A file that two workers both change, as one of them was told. */
export interface MetFile {
  /** Relative to the top folder. */
  readonly path: string;
  /** Whether it merges all the same. */
  readonly kind: 'overlap' | 'conflict';
}

/** What a worker was told of its meeting another. */
export interface OverlapNote {
  readonly id: string;
  readonly other: string;
  readonly files: readonly MetFile[];
}

/** What the machine has left, and what workers' processes take of it. Bytes, in steps of ten megabytes. */
export interface ProcessMemory {
  readonly free: number;
  /** Resident memory of a worker's process and all below it; what they share is counted for each. */
  readonly workers: Readonly<Record<string, number>>;
}

const step = 10_000_000;

/** Coarse enough to stay the same while nothing happens. */
export function rounded(bytes: number): number {
  return Math.round(bytes / step) * step;
}
