import type { Day } from '../core/amounts.ts';
import type { MetFile } from '../core/facts.ts';
import type { TimeEntry } from '../core/invoices.ts';
import type { Proposal, ProposalDraft, Proposer } from '../core/proposal.ts';
import type { RequestAnswer } from '../core/queue.ts';
import type { Verdict } from '../core/radar.ts';
import type { Tokens } from '../core/usage.ts';
import type {
  AskedQuestion,
  FailedSetup,
  PortBlock,
  Role,
  UpdateDraft,
  WorkerState,
} from '../core/worker.ts';
import type { Problem } from '../lib/result.ts';
import type { MemoryDraft } from './memory/memory.ts';
import type { DefinedEvent } from './workers/events.ts';

/** A proposal as the log knows it; its plan is worked out anew after each start of the controller. */
export type OpenProposal = Omit<Proposal, 'plan' | 'problem'> & {
  /** Conversation id the worker will have. */
  readonly sessionId: string;
};

/** What happened, as the log keeps it. Types and fields are never renamed: old logs must be readable for ever. */
export type Happening =
  | {
      readonly type: 'proposed';
      readonly n: number;
      readonly kind: 'start' | 'resume';
      readonly by: Proposer;
      readonly draft: ProposalDraft;
      readonly sessionId: string;
    }
  | { readonly type: 'edited'; readonly n: number; readonly draft: ProposalDraft }
  | { readonly type: 'rejected'; readonly n: number; readonly why: string }
  /** A person said yes to exactly this plan. */
  | {
      readonly type: 'approved';
      readonly n: number;
      readonly digest: string;
      readonly command: readonly string[];
      readonly byPid: number;
    }
  /** Written before worktree and process exist, so that neither can be left unknown. */
  | {
      readonly type: 'started';
      readonly id: string;
      /** Absent for a worker. */
      readonly role?: Role;
      readonly repo: string;
      readonly task: string;
      readonly branch: string;
      readonly worktree: string;
      readonly base: { readonly branch: string; readonly commit: string };
      readonly agent: string;
      readonly brief: string;
      readonly sessionId: string;
      readonly ports?: PortBlock;
      /** Its brief is typed into it, once it is ready for that; absent where it is not. */
      readonly typed?: true;
    }
  | { readonly type: 'resumed'; readonly id: string; readonly ports?: PortBlock; readonly typed?: true }
  /** The worktree could not be made: the worker is as if never started, its proposal open again. */
  | {
      readonly type: 'start-failed';
      readonly id: string;
      readonly problem: Problem;
      readonly proposal: OpenProposal;
    }
  | { readonly type: 'spawn-failed'; readonly id: string; readonly problem: Problem }
  /** A command that prepares the worktree failed; its process ends without an agent. */
  | { readonly type: 'setup-failed'; readonly id: string; readonly failed: FailedSetup }
  | DefinedEvent
  | {
      readonly type: 'observed';
      readonly id: string;
      readonly state: WorkerState;
      readonly asks: string | null;
      /** All that it waits for, `asks` being the last; absent when it waits for nothing, and in older logs. */
      readonly questions?: readonly AskedQuestion[];
      /** In older logs: questions beneath `asks`. */
      readonly askedBefore?: readonly string[];
      /** When its usage limit ends; absent when it is not limited, or does not say. */
      readonly until?: string;
    }
  /** A worker reported of itself. */
  | { readonly type: 'updated'; readonly id: string; readonly update: UpdateDraft }
  /** A session wrote to another, or the radar to it; `id` is the receiver's. */
  | {
      readonly type: 'note-sent';
      readonly id: string;
      readonly n: number;
      readonly from: string;
      readonly text: string;
      /** Of the radar's: whom it meets where; absent from those of sessions. */
      readonly about?: { readonly worker: string; readonly files: readonly MetFile[] };
    }
  /** Its agent was given all notes up to that number. */
  | { readonly type: 'notes-delivered'; readonly id: string; readonly upTo: number }
  /** A person wants notes to this worker kept from its agent, or no longer. */
  | { readonly type: 'notes-muted'; readonly id: string; readonly muted: boolean }
  /** A session stored something for all to find. */
  | {
      readonly type: 'remembered';
      readonly id: string;
      readonly entry: number;
      readonly memory: MemoryDraft;
    }
  /** The orchestrator would have a worker finished, or a person decided about that (`by` is null). */
  | {
      readonly type: 'finish-wished';
      readonly id: string;
      readonly by: string | null;
      readonly why: string;
    }
  /** A person said yes or no to what an agent was held up by. */
  | {
      readonly type: 'answered';
      readonly id: string;
      readonly request: string;
      readonly what: string;
      readonly answer: RequestAnswer;
      readonly byPid: number;
    }
  /** A person laid aside what a worker's state or report had to say. */
  | { readonly type: 'set-aside'; readonly id: string }
  /** An agent said what its run has cost so far, in US dollars. */
  | {
      readonly type: 'spent';
      readonly id: string;
      readonly day: Day;
      readonly run: number;
      readonly total: number;
    }
  /** All that a conversation has used so far. */
  | {
      readonly type: 'tokens-counted';
      readonly id: string;
      readonly session: string;
      readonly days: Readonly<Record<Day, Tokens>>;
    }
  /** `wanted`: a person stopped it; absent otherwise. */
  | {
      readonly type: 'exited';
      readonly id: string;
      readonly exitCode: number;
      readonly signal: number;
      readonly wanted?: boolean;
    }
  /** Its process is gone and nobody saw how. */
  | { readonly type: 'lost'; readonly id: string }
  | {
      readonly type: 'finished';
      readonly id: string;
      readonly into: string;
      readonly merge: string;
      readonly backup: string;
    }
  | { readonly type: 'cleaned'; readonly id: string; readonly backup: string }
  /** A finish or clean was taken back: branch and worktree are there again. */
  | { readonly type: 'undone'; readonly id: string }
  /** Two workers, or one and the branch it goes to (`b` is null), stopped merging or merge again. */
  | {
      readonly type: 'radar-turned';
      readonly repo: string;
      readonly a: string;
      readonly b: string | null;
      readonly verdict: Verdict;
      /** Those that do not merge, at most 100. */
      readonly files: readonly string[];
    }
  /** A card went to a table without columns for these of its values, by field or by the column's name. */
  | { readonly type: 'card-moved'; readonly card: string; readonly left: Readonly<Record<string, string>> }
  /** A finished worker's time was made an entry, or was too short for one; both sides' minutes are kept. */
  | {
      readonly type: 'time-entered';
      readonly id: string;
      readonly entry: TimeEntry | null;
      readonly measured: number;
      readonly claimed: number | null;
    }
  /** That entry stands in the file. */
  | { readonly type: 'entry-written'; readonly entry: string }
  /** What was kept of branches and worktrees, and has been for as long as was promised. */
  | { readonly type: 'backups-expired'; readonly repo: string; readonly refs: readonly string[] };

/** A happening in its place in the log. */
export type LogEvent = Happening & {
  /** Format version of the line. */
  readonly v: 1;
  /** Counts from 1 without gaps. */
  readonly seq: number;
  /** ISO time. */
  readonly at: string;
};

/** Must be on the disk before anything follows from them; an observation can be made again. */
export function isDurable(event: Happening): boolean {
  return !repeated.has(event.type);
}

const repeated: ReadonlySet<Happening['type']> = new Set([
  'observed',
  'said',
  'denied',
  'notes-delivered',
  'spent',
  'tokens-counted',
]);
