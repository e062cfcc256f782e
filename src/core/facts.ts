import type { Problem } from '../lib/result.ts';
import type { BoardFacts } from './board.ts';
import type { InvoiceFacts } from './invoices.ts';
import type { LeftProcesses } from './leftProcess.ts';
import type { NotionFacts } from './notion.ts';
import type { Proposal } from './proposal.ts';
import type { QueueItem } from './queue.ts';
import type { RepoRadar } from './radar.ts';
import type { RepoStatus } from './repo.ts';
import type { UsageFacts } from './usage.ts';
import type { EndedWorker, Worker } from './worker.ts';
import type { Ability, TrustFacts } from './workspace.ts';

/** Snapshot of the controller's state that clients get. */
export interface Facts {
  readonly workspace: {
    readonly name: string;
    readonly root: string;
    readonly defaultAgent: string;
    readonly agents: readonly string[];
    /** Most workers that run at the same time; see `Limits`. */
    readonly mostWorkers?: number;
    /** Abilities that agents lack, by the agent's name. */
    readonly lacks?: Readonly<Record<string, readonly Ability[]>>;
  };
  /** Present while something of the workspace is not trusted: see `TrustFacts`. */
  readonly trust?: TrustFacts;
  readonly repos: readonly RepoStatus[];
  /** In order of their first start. */
  readonly workers: readonly Worker[];
  /** Open proposals, oldest first. */
  readonly proposals: readonly Proposal[];
  /** All that waits for the user, oldest first. */
  readonly queue: readonly QueueItem[];
  /** Most recent last, at most 50. */
  readonly ended: readonly EndedWorker[];
  /** Operations on workers, in the order of execution; absent when there is none. */
  readonly operations?: readonly OperationFact[];
  /**
   * Programs that wait for the user to sign an operation on a worker, by worker id; absent when there is
   * none.
   */
  readonly signing?: Readonly<Record<string, string>>;
  /** Overlaps of every compared repository; absent while the radar is off. See `briefly`. */
  readonly radar?: readonly RepoRadar[];
  /** Notes between sessions, most recent last, at most 200; absent when there is none. */
  readonly notes?: readonly Note[];
  /** Ids of workers whose agents get no notes; absent when there are none. */
  readonly muted?: readonly string[];
  /** Ids of workers that work without ever having called our tools; absent when there are none. */
  readonly withoutTools?: readonly string[];
  /** Ids of workers whose brief has not been delivered; absent when all were. */
  readonly undelivered?: readonly string[];
  /** Ids of workers whose usage limit still applies by the controller's clock; absent when there are none. */
  readonly heldByLimit?: readonly string[];
  /** Leftover processes of lost workers; absent when there is none. */
  readonly left?: LeftProcesses;
  /** Memory; absent until it was measured. */
  readonly memory?: ProcessMemory;
  /** Usage by workers; absent while none is known. */
  readonly usage?: UsageFacts;
  /** The sprint board; absent where there is none. See `brieflyBoard`. */
  readonly board?: BoardFacts;
  /** Present where the configuration turns the board off. */
  readonly boardOff?: true;
  /** Absent while they are off. See `brieflyInvoices`. */
  readonly invoices?: InvoiceFacts;
  /** Absent where nothing is connected. */
  readonly notion?: NotionFacts;
  /** One-time notices for every client: a damaged log line set aside, a lost host. Oldest first. */
  readonly notices: readonly Problem[];
}

/** An operation on a worker that runs or is queued. */
export interface OperationFact {
  readonly id: string;
  /** `queued`: workers of the same repository are finished, cleaned or undone before it. */
  readonly kind: 'launching' | 'stopping' | 'queued' | 'checking' | 'finishing' | 'cleaning' | 'undoing';
  /** Operations before it in the queue; 0 unless queued. */
  readonly ahead: number;
}

/**
 * A message from one session to another. The receiver's agent gets it as information, never as an
 * instruction.
 */
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
  /** ISO time of its delivery to the agent; null until then. */
  readonly deliveredAt: string | null;
}

/** Characters of one note. */
export const noteLimit = 2000;

/** Sender of the radar's notes. Ids of workers have a slash. */
export const radarSender = 'radar';

/** A file that two workers both change, as one of them was notified. */
export interface OverlapFile {
  /** Relative to the top folder. */
  readonly path: string;
  /** `overlap`: both change it and it still merges. */
  readonly kind: 'overlap' | 'conflict';
}

/** Notice to a worker about another one that changes the same files. */
export interface OverlapNote {
  readonly id: string;
  readonly other: string;
  readonly files: readonly OverlapFile[];
}

/** Free memory of the machine, and that of workers' processes. Bytes, in steps of ten megabytes. */
export interface ProcessMemory {
  readonly free: number;
  /** Resident memory of a worker's process tree; shared pages count for each process. */
  readonly workers: Readonly<Record<string, number>>;
}

const step = 10_000_000;

/** Rounds to ten megabytes, so that idle values stay the same. */
export function roundMemory(bytes: number): number {
  return Math.round(bytes / step) * step;
}
