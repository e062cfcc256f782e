import type { Problem } from '../lib/result.ts';
import type { Role } from './role.ts';
import type { FileCopy, PortBlock, SetupPlan } from './setup.ts';
import { workerId } from './ids.ts';

/** Who wants a worker started. Asking is open to all of them; only a person at a client approves. */
export type Proposer = 'person' | 'orchestrator' | 'board';

/** What to start. */
export interface ProposalDraft {
  /** Absent for a worker; the orchestrator's `repo` is empty. */
  readonly role?: Role;
  readonly repo: string;
  readonly task: string;
  readonly brief: string;
  /** The preset's name; null for the workspace's default. */
  readonly agent: string | null;
}

/** The id of what would be started. */
export function draftId({ repo, task }: ProposalDraft): string {
  return workerId(repo, task);
}

/** A worker that someone wants started, or resumed. Becomes a process only by approval. */
export interface Proposal {
  /** Counts from 1 in each workspace; never reused. */
  readonly n: number;
  readonly kind: 'start' | 'resume';
  readonly by: Proposer;
  /** ISO time. */
  readonly at: string;
  readonly draft: ProposalDraft;
  /** What would be done; null while it is being worked out or when it cannot be. */
  readonly plan: StartPlan | null;
  /** Why it cannot be started as it stands. */
  readonly problem: Problem | null;
  /** What speaks against starting it just now: `limit_reached` or `agent_limited`, where a person may insist, or
   * `budget_spent`. */
  readonly limit?: Problem;
}

/** Exactly what an approval lets happen; the approval names its digest, so nothing else can. */
export interface StartPlan {
  /** Hash over everything below that decides what is run and where. */
  readonly digest: string;
  readonly id: string;
  /** Absent for a worker. */
  readonly role?: Role;
  readonly agent: string;
  /** Empty for the orchestrator, which has none. */
  readonly branch: string;
  /** Null for the orchestrator. */
  readonly base: BaseCommit | null;
  /** Absolute path; the workspace itself for the orchestrator. */
  readonly worktree: string;
  readonly command: readonly string[];
  /** Names, not values, of the variables the process is given. */
  readonly environment: readonly string[];
  readonly sessionId: string;
  /** The brief is no argument: it is typed once the agent knows our tools. */
  readonly delivery?: 'typed';
  /** A resume that has no conversation to go on with. */
  readonly anew?: true;
  /** Ignored files that the worktree gets copies of; absent when there are none. */
  readonly copies?: readonly FileCopy[];
  /** Run in the worker's pane before the agent; absent when there is nothing to do, or it has been done. */
  readonly setup?: SetupPlan;
  readonly ports?: PortBlock;
  /** Things worth knowing before saying yes: offline, stale base, overlaps. */
  readonly warnings: readonly string[];
}

/** The commit a branch starts from. */
export interface BaseCommit {
  /** Such as `develop` or `origin/develop`. */
  readonly branch: string;
  /** Full object name. */
  readonly commit: string;
  readonly subject: string;
  /** ISO time of the commit. */
  readonly committedAt: string;
}
