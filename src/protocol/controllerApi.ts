import type { Facts } from '../domain/facts.ts';
import type { CleanPreview, CleanResult, FinishPreview, FinishResult } from '../domain/finish.ts';
import type { Result } from '../domain/problem.ts';
import type { Proposal, ProposalDraft } from '../domain/proposal.ts';
import type { Worker } from '../domain/worker.ts';
import type { DaemonStatus } from './hostApi.ts';

/** Requests of clients to the controller. */
export interface ControllerApi {
  facts(params: { refresh?: boolean }): Result<Facts>;
  propose(params: ProposalDraft): Result<Proposal>;
  /** Asks for a resume; the answer is a proposal like any other. */
  proposeResume(params: { id: string }): Result<Proposal>;
  /** Replaces a proposal's draft; its plan and digest change with it. */
  edit(params: { n: number; draft: ProposalDraft }): Result<Proposal>;
  /** The one way to a process. `digest` is the plan's that the person saw; another plan is refused. */
  approve(params: { n: number; digest: string; cols?: number; rows?: number }): Result<Worker>;
  reject(params: { n: number; why: string }): Result<null>;
  /** Ends the process; the worker stays, resumable. */
  stop(params: { id: string }): Result<Worker>;
  previewFinish(params: { id: string }): Result<FinishPreview>;
  /** `tip` as previewed. `confirm`: the task's name, wanted when ignored files would go. */
  finish(params: { id: string; tip: string; confirm?: string }): Result<FinishResult>;
  previewClean(params: { id: string }): Result<CleanPreview>;
  clean(params: { id: string; tip: string; confirm?: string }): Result<CleanResult>;
  /** Types a line into the agent as a bracketed paste and submits it. */
  send(params: { id: string; text: string }): Result<null>;
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
