import type { Day } from '../core/amounts.ts';
import type { BoardFacts } from '../core/board.ts';
import type { ProcessMemory } from '../core/facts.ts';
import type { InvoiceFacts } from '../core/invoices.ts';
import type { LeftProcesses } from '../core/leftProcess.ts';
import type { NotionFacts, WantedCard } from '../core/notion.ts';
import type { Signal } from '../core/observation.ts';
import type { CleanResult, FinishResult, ProposalDraft, StartPlan, UndoResult } from '../core/proposal.ts';
import type { AgentRequest } from '../core/queue.ts';
import type { RepoRadar } from '../core/radar.ts';
import type { RepoStatus } from '../core/repo.ts';
import type { Tokens } from '../core/usage.ts';
import type { FailedSetup } from '../core/worker.ts';
import type { TrustFacts, WorkspaceConfig } from '../core/workspace.ts';
import type { TerminalRecord } from '../ipc/hostApi.ts';
import type { Problem, Result } from '../lib/result.ts';
import type { DomainEvent } from './log.ts';

/** Messages to the controller's update: past-tense facts, the outcomes of effects among them. */
export type Message =
  | RequestMessage
  | SessionMessage
  /** An agent used our tools; `listed`: it has asked for the list of them. */
  | { readonly type: 'tools-met'; readonly id: string; readonly listed: boolean }
  /** The time for an agent's first use of our tools has passed. */
  | { readonly type: 'tools-overdue'; readonly id: string; readonly run: number }
  /** The notes from `contextFor` have been delivered to the agent. */
  | { readonly type: 'notes-delivered'; readonly id: string; readonly upTo: number }
  | {
      readonly type: 'planned';
      readonly n: number;
      readonly draft: ProposalDraft;
      /** The configuration it was made under. */
      readonly config: WorkspaceConfig;
      readonly plan: Result<StartPlan>;
      /** The environment it was made in; absent for the controller's own. */
      readonly environment?: string;
    }
  | { readonly type: 'launched'; readonly id: string; readonly ticket: RequestId }
  | {
      readonly type: 'launch-failed';
      readonly id: string;
      readonly stage: 'worktree' | 'spawn';
      readonly problem: Problem;
      readonly ticket: RequestId;
    }
  | {
      readonly type: 'process-ended';
      readonly id: string;
      readonly result: Result<TerminalRecord>;
      readonly ticket: RequestId;
    }
  | {
      readonly type: 'finish-ended';
      readonly id: string;
      readonly result: Result<FinishResult>;
      readonly ticket: RequestId;
    }
  | {
      readonly type: 'clean-ended';
      readonly id: string;
      readonly result: Result<CleanResult>;
      readonly ticket: RequestId;
    }
  | {
      readonly type: 'undo-ended';
      readonly id: string;
      readonly result: Result<UndoResult>;
      readonly ticket: RequestId;
    }
  | { readonly type: 'checks-begun'; readonly id: string }
  | { readonly type: 'checks-ended'; readonly id: string }
  /** `program` waits for the person to sign a worker's operation; null once it no longer waits. */
  | { readonly type: 'signing'; readonly id: string; readonly program: string | null }
  | { readonly type: 'snapshot-ended'; readonly id: string; readonly result: Result<string | null> }
  | { readonly type: 'backups-expired'; readonly repo: string; readonly refs: readonly string[] }
  | { readonly type: 'host-connected'; readonly terminals: readonly TerminalRecord[] }
  | { readonly type: 'host-lost' }
  | { readonly type: 'terminal-changed'; readonly terminal: TerminalRecord }
  | {
      readonly type: 'signed';
      readonly id: string;
      readonly sign: Signal;
      readonly sessionId: string | null;
      /** Applies only while the worker is in the state that it entered then: an ISO time. */
      readonly ofStateSince?: string;
    }
  /** An agent sent a request; its answer goes to the ticket, null for none. The same id may come again. */
  | {
      readonly type: 'request-received';
      readonly ticket: RequestId;
      readonly request: AgentRequest;
      /** Id of the tool call that it is about. */
      readonly call: string;
      /** False where its agent no longer waits, so that only its pane takes an answer. */
      readonly waits: boolean;
    }
  /** The sender of a request has gone, or waits no longer. */
  | { readonly type: 'request-withdrawn'; readonly request: string }
  | { readonly type: 'setup-failed'; readonly id: string; readonly failed: FailedSetup }
  | { readonly type: 'branch-renamed'; readonly id: string; readonly branch: string }
  /** A resumed agent reported that its conversation does not exist; `sessionId` is for a new one. */
  | { readonly type: 'conversation-missing'; readonly id: string; readonly sessionId: string }
  /** An agent refused to begin a conversation, because it has one already. */
  | { readonly type: 'conversation-found'; readonly id: string }
  /** The guard denied it the use of a tool. */
  | { readonly type: 'denied'; readonly id: string; readonly what: string; readonly why: string }
  /** The cost of an agent's run so far, in US dollars. */
  | { readonly type: 'spent'; readonly id: string; readonly total: number }
  /** Something was written to the transcript of a worker's conversation. */
  | {
      readonly type: 'transcript-grew';
      readonly id: string;
      readonly session: string;
      readonly path: string;
    }
  | {
      readonly type: 'tokens-counted';
      readonly id: string;
      readonly session: string;
      readonly days: Readonly<Record<Day, Tokens>>;
    }
  /** A typed prompt has arrived, or failed with a problem. */
  | {
      readonly type: 'prompt-typed';
      readonly id: string;
      readonly key: RequestId;
      readonly result: Result<null>;
    }
  /** The turn of a worker that is to go on has come. */
  | { readonly type: 'turn-came'; readonly id: string; readonly key: RequestId }
  /** An agent has begun and has not asked for our tools in time. */
  | { readonly type: 'brief-overdue'; readonly id: string; readonly key: RequestId }
  /** The time in milliseconds since 1970: sent regularly, and when a limit should be over. */
  | { readonly type: 'clock-read'; readonly now: number }
  | { readonly type: 'memory-measured'; readonly memory: ProcessMemory }
  /** Processes that remain of workers whose host was killed. */
  | { readonly type: 'left-found'; readonly left: LeftProcesses }
  | { readonly type: 'repos-looked-at'; readonly repos: readonly RepoStatus[] }
  | { readonly type: 'radar-looked'; readonly radar: RepoRadar }
  /** Null where there is no file. */
  | { readonly type: 'board-read'; readonly board: BoardFacts | null }
  | { readonly type: 'invoices-read'; readonly invoices: InvoiceFacts | null }
  /** Null where nothing is connected. */
  | { readonly type: 'notion-looked'; readonly notion: NotionFacts | null }
  /** A card in Notion asks for a worker; the session's id is for that worker. */
  | { readonly type: 'worker-wanted'; readonly card: WantedCard; readonly sessionId: string }
  /** An event that is written into the log unchanged. */
  | {
      readonly type: 'documented';
      readonly happening: Extract<DomainEvent, { type: 'card-moved' | 'entry-written' | 'billed' }>;
    }
  | { readonly type: 'time-entered'; readonly happening: Extract<DomainEvent, { type: 'time-entered' }> }
  | {
      readonly type: 'config-read';
      readonly config: WorkspaceConfig;
      /** Entries of the file without effect; absent where the file was not read. */
      readonly unknown?: readonly Problem[];
    }
  /** Plans are made in this environment from now on. */
  | { readonly type: 'environment-lent'; readonly environment: string }
  | { readonly type: 'trust-read'; readonly trust: TrustFacts }
  /** The configuration that was read is invalid; the last valid one stays. */
  | { readonly type: 'config-refused'; readonly problem: Problem }
  | { readonly type: 'noticed'; readonly problem: Problem };

/** Messages of the given types. */
export type MessageOf<T extends Message['type']> = Extract<Message, { readonly type: T }>;

/** Id of a request that waits for an answer. */
export type RequestId = number;

/**
 * A request of a client that changes something. `person` is false for a process that runs below a worker, whatever
 * it claims to be, and for one that shows neither a terminal nor the key; the latter gets `problem`. The gate before the
 * loop has already refused both.
 */
export interface RequestMessage {
  readonly type: 'requested';
  readonly ticket: RequestId;
  readonly from: {
    readonly person: boolean;
    readonly pid: number;
    readonly problem?: Problem;
    /** The name of the environment that the client lent; absent where it lent none. */
    readonly environment?: string;
  };
  readonly request: NamedRequest;
}

/** A command's name; the parameters of its decision are beside it. */
export interface NamedRequest {
  readonly do: string;
}

/** A request of a session. Its name is not looked up among commands of clients, so it cannot lead to an approval. */
export interface SessionMessage {
  readonly type: 'session-asked';
  readonly ticket: RequestId;
  /** The session whose token was sent. */
  readonly id: string;
  readonly request: NamedRequest & { readonly [param: string]: unknown };
}
