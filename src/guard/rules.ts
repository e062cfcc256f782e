/** What a session may do with its tools; given to the host with its terminal, so that it holds without a controller. */
export type GuardRules = WorkerRules | OrchestratorRules;

/** Everything that is not named is refused. */
export interface OrchestratorRules {
  readonly role: 'orchestrator';
  /** Tools by name; one that ends in `*` stands for all that begin so. */
  readonly tools: readonly string[];
  /** Absolute path of the folder with the person's approval key. */
  readonly state?: string;
}

/** A worker may do what it likes in its own worktree and on its own branch. Paths are absolute. */
export interface WorkerRules {
  readonly role: 'worker';
  readonly worktree: string;
  readonly branch: string;
  /** Its other folders are refused even where `writable` holds them. */
  readonly workspace: string;
  /** Absolute path of the folder with the person's approval key. */
  readonly state?: string;
  /** Folders beside the worktree that may be written to, such as the one for temporary files. */
  readonly writable: readonly string[];
  /** What `$HOME` and the like stand for in its shell. */
  readonly variables: Readonly<Record<string, string>>;
  /** What the workspace lets workers do all the same. */
  readonly allow: readonly GuardTopic[];
}

/** What a worker is kept from; each can be allowed in the configuration of the workspace. */
export const guardTopics = [
  'outside',
  'stash',
  'switch',
  'branches',
  'push',
  'worktrees',
  'reset',
  'approve',
] as const;

export type GuardTopic = (typeof guardTopics)[number];

/** One use of a tool, as the agent is about to do it. Hostile: names and texts come from a model. */
export interface ToolCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Absolute path of the folder it is done in. */
  readonly cwd: string;
}

/** Why something is refused: said to the model, so it names what to do instead. */
export interface Denial {
  readonly topic: GuardTopic | 'tool';
  readonly reason: string;
}

/**
 * Where a path leads, symbolic links followed: both as the kernel reads `..` behind a link and as programs do that
 * shorten a path first. Null when that cannot be told.
 * @param from absolute path that a relative one begins at
 */
export type Locate = (path: string, from: string) => readonly string[] | null;
