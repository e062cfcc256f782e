import type { BoardFacts, CardChange, CardChanged, CardFields, Column } from '../../core/board.ts';
import type { RepoRadar } from '../../core/radar.ts';
import type { FoundMemory } from '../../features/memory/memory.ts';
import type { SessionRequest } from '../../features/messages.ts';
import type { ControllerState } from '../../features/state.ts';
import type { CommitText, CommitWish, History, LogWish } from '../../git/history.ts';
import type { Result } from '../../lib/result.ts';
import type { Changer } from '../edge/radarWatch.ts';

/** What tools are answered from. Nothing in it approves, types or ends anything. */
export interface Desk {
  readonly state: ControllerState;
  /** Puts a wish of the session with that id to the loop. */
  hear<T>(id: string, request: SessionRequest): Promise<Result<T>>;
  /** The last lines of a worker's terminal as plain text. */
  screenOf(id: string, scrollback: number): Promise<Result<string>>;
  /** A worker's changes since its branch began, uncommitted ones included, as a patch. */
  diffOf(id: string): Promise<Result<string>>;
  /** Commits of a repository, newest first. */
  historyOf(repo: string, wish: LogWish): Promise<Result<History>>;
  commitOf(repo: string, wish: CommitWish): Promise<Result<CommitText>>;
  /** The sprint board, changed as people change it. */
  readonly board: {
    read(): Promise<Result<BoardFacts>>;
    add(
      column: Column,
      fields: Partial<CardFields> & { readonly task: string },
    ): Promise<Result<CardChanged>>;
    change(change: CardChange): Promise<Result<CardChanged>>;
  };
  conflicts(repo: string | undefined): Promise<Result<readonly RepoRadar[]>>;
  whoIsChanging(id: string, path: string): readonly Changer[];
  searchMemory(query: string, filter: MemoryFilter): Promise<readonly FoundMemory[]>;
}

export interface MemoryFilter {
  readonly kind?: string | undefined;
  /** At most so many, 1–100. */
  readonly limit: number;
}
