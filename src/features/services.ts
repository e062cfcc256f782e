import type { BoardFacts, CardChange, CardChanged, CardFields, Column } from '../core/board.ts';
import type { Variables } from '../core/clientVariables.ts';
import type {
  EntryAdded,
  EntryChange,
  EntryDraft,
  EntryQuery,
  ExportFormat,
  InvoiceFacts,
  MarkOutcome,
  MarkRequest,
} from '../core/invoices.ts';
import type {
  ConnectRequest,
  NotionProposal,
  NotionStatus,
  RebuildOutcome,
  SyncChoice,
  SyncConflict,
  SyncOutcome,
  SyncTable,
} from '../core/notion.ts';
import type { BaseUpdate, CleanPreview, FinishPreview } from '../core/proposal.ts';
import type { Changer, FileSides, RepoRadar } from '../core/radar.ts';
import type {
  Backup,
  CommitHistory,
  CommitQuery,
  CommitText,
  LogQuery,
  RepoDetails,
  Restored,
} from '../core/repo.ts';
import type { Result } from '../lib/result.ts';
import type { FoundMemory } from './memory/memoryState.ts';
import type { NamedRequest, SessionMessage } from './messages.ts';
import type { ControllerState } from './state.ts';

/** An event of the log, as clients get it. */
export interface LoggedEvent {
  readonly seq: number;
  /** ISO time. */
  readonly at: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

type Answer<T> = Result<T> | Promise<Result<T>>;

/** Services for the commands of one client, outside the loop. */
export interface Services {
  readonly state: ControllerState;
  /** Sends a request to the loop and waits for its answer. */
  ask<T>(request: NamedRequest): Promise<Result<T>>;
  /** Returns why a request would be refused at once. */
  dryRun(request: NamedRequest): Result<null>;
  newSessionId(): string;
  /** Runs this client's further requests in this environment; `plans` makes all plans in it, too. */
  lendEnvironment(variables: Variables, plans: boolean): void;
  /** Reads the configuration, which people edit by hand. */
  readConfig(): void;
  measureMemory(): void;
  refreshRepos(): Promise<void>;
  /** Ends all processes, then host and controller. */
  stopAll(): Answer<null>;
  readonly workers: WorkerService;
  readonly repos: RepoService;
  readonly board: BoardService;
  readonly invoices: InvoiceService;
  readonly notion: NotionService;
  searchMemory: MemorySearch;
  changeServerMemory: ChangeServerMemory;
}

/** Services for the commands of one session, outside the loop. None approves, types or ends anything. */
export interface SessionServices {
  readonly state: ControllerState;
  /** Sends a request of this session to the loop and waits for its answer. */
  ask<T>(request: SessionMessage['request']): Promise<Result<T>>;
  newSessionId(): string;
  /** Returns the last lines of a worker's terminal as plain text. */
  screenOf(id: string, scrollback: number): Answer<string>;
  /** Returns a worker's changes since its branch began, uncommitted ones included, as a patch. */
  diffOf(id: string): Answer<string>;
  /** Returns commits of a repository, newest first. */
  historyOf(repo: string, query: LogQuery): Answer<CommitHistory>;
  commitOf(repo: string, query: CommitQuery): Answer<CommitText>;
  conflicts(repo: string | undefined): Answer<readonly RepoRadar[]>;
  /** Returns the other workers that change a file. */
  whoIsChanging(path: string): readonly Changer[];
  readonly board: Omit<BoardService, 'giveIds'>;
  searchMemory: MemorySearch;
}

/** Finds at most `limit` entries, 1–100, of one kind or of all. */
export type MemorySearch = (
  query: string,
  kind: string | undefined,
  limit: number,
) => Promise<readonly FoundMemory[]>;

/** Corrects an entry of another program's memory server, or removes it where the content is null. */
export type ChangeServerMemory = (id: string, content: string | null) => Promise<Result<null>>;

interface WorkerService {
  previewFinish(id: string): Answer<FinishPreview>;
  previewClean(id: string): Answer<CleanPreview>;
  /** @param tell informs a running worker of conflicts */
  bringBase(id: string, tell: boolean): Answer<BaseUpdate & { readonly told: boolean }>;
  snapshots(id: string): Answer<readonly Backup[]>;
  diffSnapshot(id: string, ref: string): Answer<string>;
  restoreSnapshot(id: string, ref: string, exact: boolean): Answer<Restored>;
  /** Types a line into an agent and submits it. */
  send(id: string, text: string, isCommand: boolean): Answer<null>;
  eventsOf(id: string): readonly LoggedEvent[];
}

interface RepoService {
  /** Lists backups of one repository, or of all. */
  backups(repo: string | undefined): Answer<readonly Backup[]>;
  details(repo: string): Answer<RepoDetails>;
  createDevelop(repo: string): Answer<null>;
  /** Compares worktrees now, in one repository or in all that have workers. */
  conflicts(repo: string | undefined): Answer<readonly RepoRadar[]>;
  fileSides(a: string, b: string | null, path: string): Answer<FileSides>;
}

interface BoardService {
  read(): Answer<BoardFacts>;
  add(column: Column, fields: Partial<CardFields> & { readonly task: string }): Answer<CardChanged>;
  change(change: CardChange): Answer<CardChanged>;
  giveIds(): Answer<{ given: number }>;
}

interface InvoiceService {
  read(): Answer<InvoiceFacts>;
  add(draft: EntryDraft): Answer<EntryAdded>;
  change(change: EntryChange): Answer<{ id: string }>;
  /** Marks all of these or none; several that are billed are on one invoice. */
  mark(marked: MarkRequest): Answer<MarkOutcome>;
  giveIds(): Answer<{ given: number }>;
  correctTotals(): Answer<{ corrected: readonly number[] }>;
  export(
    wanted: EntryQuery & { format: ExportFormat; number?: string },
  ): Answer<{ text: string; entries: number }>;
  /** Writes a printable invoice as a new file beside the entries. */
  save(query: EntryQuery): Answer<{ file: string; entries: number }>;
}

/** Requests to Notion, with the token that this client lent, else with the stored one. */
interface NotionService {
  lend(token: { readonly token: string; readonly source: string }): void;
  propose(request: ConnectRequest): Answer<{ integration: string; proposals: readonly NotionProposal[] }>;
  connect(
    request: ConnectRequest & { readonly keep?: boolean },
  ): Answer<{ proposals: readonly NotionProposal[]; token: string }>;
  status(): Answer<NotionStatus>;
  sync(request: SyncRequest): Answer<SyncOutcome>;
  rebuild(tables: readonly SyncTable[] | undefined): Answer<RebuildOutcome>;
  /** Reports whether a sync was running. */
  cancel(): boolean;
  readonly conflicts: readonly SyncConflict[];
  resolve(id: string, field: string, choice: SyncChoice): Answer<SyncConflict>;
}

interface SyncRequest {
  readonly tables?: readonly SyncTable[];
  readonly dryRun?: boolean;
  readonly allowMassDelete?: boolean;
}
