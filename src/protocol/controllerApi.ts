import type { Backup, Restored } from '../domain/backup.ts';
import type { CardFields, Column } from '../domain/board.ts';
import type { BoardFacts, CardChange, CardChanged } from '../domain/boardFacts.ts';
import type { RepoDetails } from '../domain/branch.ts';
import type { Facts } from '../domain/facts.ts';
import type {
  Brought,
  CleanPreview,
  CleanResult,
  FinishPreview,
  FinishResult,
  UndoResult,
} from '../domain/finish.ts';
import type {
  EntryChange,
  EntryDraft,
  EntryQuery,
  ExportFormat,
  InvoiceFacts,
} from '../domain/invoiceFacts.ts';
import type { FoundMemory, MemoryDraft } from '../domain/memory.ts';
import type {
  NotionProposal,
  NotionStatus,
  NotionWish,
  RebuildOutcome,
  SyncChoice,
  SyncConflict,
  SyncOutcome,
  SyncTable,
} from '../domain/notionFacts.ts';
import type { Result } from '../domain/problem.ts';
import type { Proposal, ProposalDraft } from '../domain/proposal.ts';
import type { RequestAnswer } from '../domain/queue.ts';
import type { FileSides, RepoRadar } from '../domain/radar.ts';
import type { Update } from '../domain/update.ts';
import type { UsageRow } from '../domain/usage.ts';
import type { GoneOn } from '../domain/usageLimit.ts';
import type { Worker } from '../domain/worker.ts';
import type { DaemonStatus } from './hostApi.ts';

/** Requests of clients to the controller. */
export interface ControllerApi {
  facts(params: { refresh?: boolean }): Result<Facts>;
  /** Whether this would be refused at once, for names or states; changes nothing. */
  check(params: CheckedRequest): Result<null>;
  propose(params: ProposalDraft): Result<Proposal>;
  /** Asks for a resume; the answer is a proposal like any other. */
  proposeResume(params: { id: string }): Result<Proposal>;
  /** Replaces a proposal's draft; its plan and digest change with it. */
  edit(params: { n: number; draft: ProposalDraft }): Result<Proposal>;
  /**
   * The one way to a process. `digest` is the plan's that the person saw; another plan is refused. So is one worker
   * more than wanted (`limit_reached`), or one of an agent at its usage limit (`agent_limited`), unless `overLimit` says
   * that the person knows.
   */
  approve(params: {
    n: number;
    digest: string;
    cols?: number;
    rows?: number;
    overLimit?: boolean;
  }): Result<Worker>;
  reject(params: { n: number; why: string }): Result<null>;
  /** What a person says to an agent that waits; `request` as named in the queue. Each is answered once. */
  answer(params: { request: string; answer: RequestAnswer }): Result<null>;
  /** Lays aside what a worker's state or report has to say, until there is something new. */
  setAside(params: { id: string }): Result<null>;
  /** Types a worker's brief into it once more; `not_idle` unless it rests. */
  deliverBrief(params: { id: string }): Result<null>;
  /** Tells workers that stopped at a usage limit to go on, each in its turn; a limit that still holds keeps its worker. */
  goOn(params: { ids: readonly string[] }): Result<GoneOn>;
  /** Ends the process; the worker stays, resumable. */
  stop(params: { id: string }): Result<Worker>;
  previewFinish(params: { id: string }): Result<FinishPreview>;
  /**
   * `tip` and `checks` as previewed: others are refused (`checks_changed`). `confirm`: the task's name, wanted when
   * ignored files would go.
   */
  finish(params: {
    id: string;
    tip: string;
    checks?: readonly string[];
    confirm?: string;
    skipChecks?: boolean;
  }): Result<FinishResult>;
  previewClean(params: { id: string }): Result<CleanPreview>;
  clean(params: { id: string; tip: string; confirm?: string }): Result<CleanResult>;
  /** Takes back a finish or clean that waits in line, or ends the checks before a finish. */
  cancel(params: { id: string }): Result<null>;
  /** Brings back a worker that was finished or cleaned; `keepMerge` leaves its merge where it is. */
  undo(params: { id: string; keepMerge?: boolean }): Result<UndoResult>;
  /** Merges the base branch into the worker's, in its worktree; `tell`: a running worker is told of conflicts. */
  bringBase(params: { id: string; tell?: boolean }): Result<Brought & { readonly told: boolean }>;
  /** Newest first; also of a worker that is no more. */
  snapshots(params: { id: string }): Result<readonly Backup[]>;
  /** A patch: what a snapshot holds that is not committed. */
  diffSnapshot(params: { id: string; ref: string }): Result<string>;
  /** Puts files back as uncommitted changes; `exact` deletes those that the snapshot does not have. */
  restoreSnapshot(params: { id: string; ref: string; exact?: boolean }): Result<Restored>;
  /** What is kept of branches and uncommitted work; of one repository, or of all. */
  backups(params: { repo?: string }): Result<readonly Backup[]>;
  /** What workers used, those that are no more included: one row for each and day. */
  usage(params: Record<string, never>): Result<readonly UsageRow[]>;
  /** All of one repository: branches, worktrees, version, stashes. */
  repoDetails(params: { repo: string }): Result<RepoDetails>;
  /** Looks now which worktrees will not merge, in one repository or in all that have workers. */
  conflicts(params: { repo?: string }): Result<readonly RepoRadar[]>;
  /** What two workers do to a file, as of the last look; `b` is null for the branch that `a` goes to. */
  fileSides(params: { a: string; b: string | null; path: string }): Result<FileSides>;
  /** Types a line into the agent as a bracketed paste and submits it; `looks_like_command` unless meant. */
  send(params: { id: string; text: string; command?: boolean }): Result<null>;
  /** What workers reported, newest first; of one, or of all. */
  updates(params: { id?: string }): Result<readonly Update[]>;
  /** Keeps what other sessions write from a worker's agent, or no longer. */
  muteNotes(params: { id: string; muted: boolean }): Result<null>;
  /** Says no to the orchestrator's wish to have a worker finished. */
  leaveUnfinished(params: { id: string }): Result<null>;
  /** Stores something for all sessions to find. */
  remember(params: MemoryDraft): Result<{ id: string }>;
  /** Best first; all of it, newest first, for an empty query. At most `limit`, 1–100. */
  searchMemory(params: { query: string; kind?: string; limit?: number }): Result<readonly FoundMemory[]>;
  /** The whole board as it is now; `no_board` where there is none, `board_off`. */
  board(params: Record<string, never>): Result<BoardFacts>;
  /** At the end of a column; begins the board where there is none. */
  addCard(params: {
    column: Column;
    fields: Partial<CardFields> & { readonly task: string };
  }): Result<CardChanged>;
  changeCard(params: CardChange): Result<CardChanged>;
  /** Gives an id to every card that has none: people are asked first. */
  giveCardIds(params: Record<string, never>): Result<{ given: number }>;
  /** All entries as they are now; `invoices_off`. */
  invoices(params: Record<string, never>): Result<InvoiceFacts>;
  addEntry(params: EntryDraft): Result<{ id: string }>;
  changeEntry(params: EntryChange): Result<{ id: string }>;
  giveEntryIds(params: Record<string, never>): Result<{ given: number }>;
  /** Brings all sums in the file to what the entries add up to. */
  correctTotals(params: Record<string, never>): Result<{ corrected: readonly number[] }>;
  exportEntries(
    params: EntryQuery & { format: ExportFormat; number?: string },
  ): Result<{ text: string; entries: number }>;
  /** An invoice to print over these entries, in a new file beside them. */
  saveInvoice(params: EntryQuery): Result<{ file: string; entries: number }>;
  /**
   * Lends a token of Notion, and says where it was found: what this client asks about Notion is done with it instead of
   * the one that was kept. It stays in memory.
   */
  lendToken(params: { token: string; source: string }): Result<null>;
  /** What connecting would do; changes nothing. */
  proposeNotion(params: NotionWish): Result<{ integration: string; proposals: readonly NotionProposal[] }>;
  /** Does it; `keep` keeps the token that was lent. */
  connectNotion(
    params: NotionWish & { keep?: boolean },
  ): Result<{ proposals: readonly NotionProposal[]; token: string }>;
  notionStatus(params: Record<string, never>): Result<NotionStatus>;
  /** All that is connected, or these; `notion_unconnected`, `sync_running`, `mass_deletion`. */
  sync(params: {
    tables?: readonly SyncTable[];
    dryRun?: boolean;
    allowMassDelete?: boolean;
  }): Result<SyncOutcome>;
  /**
   * Makes anew what is known of Notion, wherever that is damaged or lost, or for these. Writes to neither side: what
   * differs becomes a conflict. `nothing_to_rebuild`, `notion_unconnected`, `sync_running`.
   */
  rebuildSync(params: { tables?: readonly SyncTable[] }): Result<RebuildOutcome>;
  cancelSync(params: Record<string, never>): Result<{ wasRunning: boolean }>;
  syncConflicts(params: Record<string, never>): Result<readonly SyncConflict[]>;
  /** The next sync does it. */
  resolveSync(params: { id: string; field: string; choice: SyncChoice }): Result<SyncConflict>;
  /** The worker's part of the log, oldest first. */
  log(params: { id: string }): Result<readonly LoggedEvent[]>;
  /** Creates the missing develop branch of a repository from its main branch, checking nothing out. */
  createDevelop(params: { repo: string }): Result<null>;
  /** Ends all processes and then host and controller. */
  stopAll(params: Record<string, never>): Result<null>;
  status(params: Record<string, never>): Result<DaemonStatus>;
  /** Ends the controller; workers live on. */
  shutdown(params: Record<string, never>): Result<null>;
}

/** What a command asks a yes for can be refused before there is anything to say yes to. */
export type CheckedRequest =
  | { readonly do: 'propose'; readonly draft: ProposalDraft }
  | { readonly do: 'propose-resume'; readonly id: string }
  | { readonly do: 'undo'; readonly id: string };

/** Notifications to every client: the whole picture, at most 30 times a second. */
export interface ControllerNotices {
  facts: Facts;
}

export interface LoggedEvent {
  readonly seq: number;
  /** ISO time. */
  readonly at: string;
  readonly type: string;
  readonly [field: string]: unknown;
}
