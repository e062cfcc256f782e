import { z } from 'zod';
import { type ApiOf, answering, type ParamsOf } from '../core/request.ts';
import type { Backup, Restored } from '../domain/backup.ts';
import { columns } from '../domain/board.ts';
import type { BoardFacts, CardChanged } from '../domain/boardFacts.ts';
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
import { exportFormats, type InvoiceFacts } from '../domain/invoiceFacts.ts';
import type { FoundMemory } from '../domain/memory.ts';
import type {
  NotionProposal,
  NotionStatus,
  RebuildOutcome,
  SyncConflict,
  SyncOutcome,
} from '../domain/notionFacts.ts';
import type { Result } from '../domain/problem.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { FileSides, RepoRadar } from '../domain/radar.ts';
import type { Update } from '../domain/update.ts';
import type { UsageRow } from '../domain/usage.ts';
import type { GoneOn } from '../domain/usageLimit.ts';
import type { Worker } from '../domain/worker.ts';
import type { DaemonStatus } from './hostApi.ts';
import {
  answer,
  cardChange,
  cardValues,
  checked,
  count,
  draft,
  entryChange,
  entryDraft,
  entryQuery,
  flag,
  memory,
  nothing,
  notionWish,
  queried,
  syncChoice,
  tables,
  text,
  wished,
  worker,
} from './requestParams.ts';

export type { CheckedRequest } from './requestParams.ts';

/**
 * Every request of clients to the controller. The interface that clients call, the check of what they send and of who
 * they are, and what is served while the state is not the person's own follow from this table.
 */
export const controllerRequests = {
  facts: answering<Facts>()({
    by: 'anyone',
    onForeignState: true,
    params: z.strictObject({ refresh: flag }),
  }),
  /** Reports whether this would be refused at once, for names or states; changes nothing. */
  check: answering<null>()({
    by: 'person',
    what: 'propose anything',
    approves: true,
    params: checked,
  }),
  propose: answering<Proposal>()({
    by: 'person',
    what: 'propose anything',
    approves: true,
    params: draft,
  }),
  /** Asks for a resume; the answer is a proposal like any other. */
  proposeResume: answering<Proposal>()({
    by: 'person',
    what: 'resume anything',
    approves: true,
    params: worker,
  }),
  /** Replaces a proposal's draft; its plan and digest change with it. */
  edit: answering<Proposal>()({
    by: 'person',
    what: 'change proposals',
    approves: true,
    params: z.strictObject({ n: count, draft }),
  }),
  /**
   * The one way to a process. `digest` is the plan's that the person saw; another plan is refused. So is one worker
   * more than wanted (`limit_reached`), or one of an agent at its usage limit (`agent_limited`), unless `overLimit` says
   * that the person knows. The pane gets `cols` and `rows` where both are given.
   */
  approve: answering<Worker>()({
    by: 'person',
    what: 'approve anything',
    approves: true,
    params: z.strictObject({
      n: count,
      digest: text,
      cols: count.exactOptional(),
      rows: count.exactOptional(),
      overLimit: flag,
    }),
  }),
  reject: answering<null>()({
    by: 'person',
    what: 'turn proposals down',
    approves: true,
    params: z.strictObject({ n: count, why: text }),
  }),
  /** What a person says to an agent that waits; `request` as named in the queue. Each is answered once. */
  answer: answering<null>()({
    by: 'person',
    what: 'answer agents',
    approves: true,
    onForeignState: true,
    params: z.strictObject({ request: text, answer }),
  }),
  /** Lays aside what a worker's state or report has to say, until there is something new. */
  setAside: answering<null>()({
    by: 'person',
    what: 'set anything aside',
    params: worker,
  }),
  /** Types a worker's brief into it once more; `not_idle` unless it rests. */
  deliverBrief: answering<null>()({
    by: 'person',
    what: 'type into workers',
    params: worker,
  }),
  /**
   * Tells workers that stopped at a usage limit to go on, each in its turn; a limit that still holds keeps its worker.
   */
  goOn: answering<GoneOn>()({
    by: 'person',
    what: 'let workers go on',
    params: z.strictObject({ ids: z.array(text).readonly() }),
  }),
  /** Ends the process; the worker stays, resumable. */
  stop: answering<Worker>()({
    by: 'person',
    what: 'stop workers',
    onForeignState: true,
    params: worker,
  }),
  previewFinish: answering<FinishPreview>()({
    by: 'anyone',
    params: worker,
  }),
  /**
   * `tip` and `checks` as previewed: others are refused (`checks_changed`). `confirm`: the task's name, wanted when
   * ignored files would go. `skipChecks` merges without running the configured checks.
   */
  finish: answering<FinishResult>()({
    by: 'person',
    what: 'finish workers',
    params: z.strictObject({
      id: text,
      tip: text,
      checks: z.array(text).readonly().exactOptional(),
      confirm: text.exactOptional(),
      skipChecks: flag,
    }),
  }),
  previewClean: answering<CleanPreview>()({
    by: 'anyone',
    params: worker,
  }),
  clean: answering<CleanResult>()({
    by: 'person',
    what: 'clean workers',
    params: z.strictObject({ id: text, tip: text, confirm: text.exactOptional() }),
  }),
  /** Takes back a finish or clean that waits in line, or ends the checks before a finish. */
  cancel: answering<null>()({
    by: 'person',
    what: 'cancel anything',
    params: worker,
  }),
  /** Brings back a worker that was finished or cleaned; `keepMerge` leaves its merge where it is. */
  undo: answering<UndoResult>()({
    by: 'person',
    what: 'undo anything',
    params: z.strictObject({ id: text, keepMerge: flag }),
  }),
  /** Merges the base branch into the worker's, in its worktree; `tell`: a running worker is told of conflicts. */
  bringBase: answering<Brought & { readonly told: boolean }>()({
    by: 'person',
    what: 'update workers',
    params: z.strictObject({ id: text, tell: flag }),
  }),
  /** Newest first; also of a worker that is no more. */
  snapshots: answering<readonly Backup[]>()({
    by: 'anyone',
    onForeignState: true,
    params: worker,
  }),
  /** A patch: what a snapshot holds that is not committed. */
  diffSnapshot: answering<string>()({
    by: 'anyone',
    onForeignState: true,
    params: z.strictObject({ id: text, ref: text }),
  }),
  /** Puts files back as uncommitted changes; `exact` deletes those that the snapshot does not have. */
  restoreSnapshot: answering<Restored>()({
    by: 'person',
    what: 'restore snapshots',
    params: z.strictObject({ id: text, ref: text, exact: flag }),
  }),
  /** What is kept of branches and uncommitted work; of one repository, or of all. */
  backups: answering<readonly Backup[]>()({
    by: 'anyone',
    onForeignState: true,
    params: z.strictObject({ repo: text.exactOptional() }),
  }),
  /** What workers used, those that are no more included: one row for each and day. */
  usage: answering<readonly UsageRow[]>()({
    by: 'anyone',
    onForeignState: true,
    params: nothing,
  }),
  /** All of one repository: branches, worktrees, version, stashes. */
  repoDetails: answering<RepoDetails>()({
    by: 'anyone',
    onForeignState: true,
    params: z.strictObject({ repo: text }),
  }),
  /** Looks now which worktrees will not merge, in one repository or in all that have workers. */
  conflicts: answering<readonly RepoRadar[]>()({
    by: 'anyone',
    params: z.strictObject({ repo: text.exactOptional() }),
  }),
  /** What two workers do to a file, as of the last look; `b` is null for the branch that `a` goes to. */
  fileSides: answering<FileSides>()({
    by: 'anyone',
    params: z.strictObject({ a: text, b: text.nullable(), path: text }),
  }),
  /** Types a line into the agent as a bracketed paste and submits it; `looks_like_command` unless meant. */
  send: answering<null>()({
    by: 'person',
    what: 'type into workers; its tool is send_message',
    params: z.strictObject({ id: text, text, command: flag }),
  }),
  /** What workers reported, newest first; of one, or of all. */
  updates: answering<readonly Update[]>()({
    by: 'anyone',
    onForeignState: true,
    params: z.strictObject({ id: text.exactOptional() }),
  }),
  /** Keeps what other sessions write from a worker's agent, or no longer. */
  muteNotes: answering<null>()({
    by: 'person',
    what: 'mute workers',
    params: z.strictObject({ id: text, muted: z.boolean() }),
  }),
  /** Says no to the orchestrator's wish to have a worker finished. */
  leaveUnfinished: answering<null>()({
    by: 'person',
    what: 'decide about a finish',
    params: worker,
  }),
  /** Stores something for all sessions to find. */
  remember: answering<{ id: string }>()({
    by: 'person',
    what: 'store here; its tool is memory_store',
    params: memory,
  }),
  /** Best first; all of it, newest first, for an empty query. At most `limit`, 1–100. */
  searchMemory: answering<readonly FoundMemory[]>()({
    by: 'anyone',
    onForeignState: true,
    params: z.strictObject({
      query: text,
      kind: text.exactOptional(),
      limit: z.number().exactOptional(),
    }),
  }),
  /** The whole board as it is now; `no_board` where there is none, `board_off`. */
  board: answering<BoardFacts>()({
    by: 'anyone',
    onForeignState: true,
    params: nothing,
  }),
  /** At the end of a column; begins the board where there is none. */
  addCard: answering<CardChanged>()({
    by: 'person',
    what: 'add cards',
    params: z.strictObject({
      column: z.enum(columns),
      fields: z.intersection(cardValues, z.object({ task: text })),
    }),
  }),
  changeCard: answering<CardChanged>()({
    by: 'person',
    what: 'change cards',
    params: cardChange,
  }),
  /** Gives an id to every card that has none: people are asked first. */
  giveCardIds: answering<{ given: number }>()({
    by: 'person',
    what: 'change the board',
    params: nothing,
  }),
  /** All entries as they are now; `invoices_off`. */
  invoices: answering<InvoiceFacts>()({
    by: 'anyone',
    onForeignState: true,
    params: nothing,
  }),
  addEntry: answering<{ id: string }>()({
    by: 'person',
    what: 'enter time; its tool is report_progress',
    params: entryDraft,
  }),
  changeEntry: answering<{ id: string }>()({
    by: 'person',
    what: 'change the invoices',
    params: entryChange,
  }),
  giveEntryIds: answering<{ given: number }>()({
    by: 'person',
    what: 'change the invoices',
    params: nothing,
  }),
  /** Brings all sums in the file to what the entries add up to. */
  correctTotals: answering<{ corrected: readonly number[] }>()({
    by: 'person',
    what: 'change the invoices',
    params: nothing,
  }),
  exportEntries: answering<{ text: string; entries: number }>()({
    by: 'anyone',
    onForeignState: true,
    params: z.strictObject({ ...queried, format: z.enum(exportFormats), number: text.exactOptional() }),
  }),
  /** An invoice to print over these entries, in a new file beside them. */
  saveInvoice: answering<{ file: string; entries: number }>()({
    by: 'person',
    what: 'write invoices',
    params: entryQuery,
  }),
  /**
   * Lends a token of Notion, and says where it was found: what this client asks about Notion is done with it instead of
   * the one that was kept. It stays in memory.
   */
  lendToken: answering<null>()({
    by: 'person',
    what: 'ask Notion',
    params: z.strictObject({ token: text, source: text }),
  }),
  /** What connecting would do; changes nothing. */
  proposeNotion: answering<{ integration: string; proposals: readonly NotionProposal[] }>()({
    by: 'person',
    what: 'ask Notion',
    params: notionWish,
  }),
  /** Does it; `keep` keeps the token that was lent. */
  connectNotion: answering<{ proposals: readonly NotionProposal[]; token: string }>()({
    by: 'person',
    what: 'connect to Notion',
    params: z.strictObject({ ...wished, keep: flag }),
  }),
  notionStatus: answering<NotionStatus>()({
    by: 'person',
    what: 'ask Notion',
    onForeignState: true,
    params: nothing,
  }),
  /** All that is connected, or these; `notion_unconnected`, `sync_running`, `mass_deletion`. */
  sync: answering<SyncOutcome>()({
    by: 'person',
    what: 'sync',
    params: z.strictObject({ tables, dryRun: flag, allowMassDelete: flag }),
  }),
  /**
   * Builds what is known of Notion again, wherever that is damaged or lost, or for these. Writes to neither side: what
   * differs becomes a conflict. `nothing_to_rebuild`, `notion_unconnected`, `sync_running`.
   */
  rebuildSync: answering<RebuildOutcome>()({
    by: 'person',
    what: 'sync',
    params: z.strictObject({ tables }),
  }),
  cancelSync: answering<{ wasRunning: boolean }>()({
    by: 'person',
    what: 'sync',
    params: nothing,
  }),
  syncConflicts: answering<readonly SyncConflict[]>()({
    by: 'anyone',
    params: nothing,
  }),
  /** The next sync does it. */
  resolveSync: answering<SyncConflict>()({
    by: 'person',
    what: 'decide conflicts',
    params: z.strictObject({ id: text, field: text, choice: syncChoice }),
  }),
  /** The worker's part of the log, oldest first. */
  log: answering<readonly LoggedEvent[]>()({
    by: 'anyone',
    onForeignState: true,
    params: worker,
  }),
  /** Creates the missing develop branch of a repository from its main branch, checking nothing out. */
  createDevelop: answering<null>()({
    by: 'person',
    what: 'create branches',
    params: z.strictObject({ repo: text }),
  }),
  /** Ends all processes and then host and controller. */
  stopAll: answering<null>()({
    by: 'person',
    what: 'stop everything',
    onForeignState: true,
    params: nothing,
  }),
} as const;

type Requests = typeof controllerRequests;
export type RequestName = keyof Requests;
export type RequestParams<K extends RequestName> = ParamsOf<Requests, K>;

/** Requests of clients to the controller. */
export interface ControllerApi extends ApiOf<Requests> {
  /** About the process itself; answered by its program, also to other versions. */
  status(params: Record<string, never>): Result<DaemonStatus>;
  /** Ends the controller; workers live on. */
  shutdown(params: Record<string, never>): Result<null>;
}

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
