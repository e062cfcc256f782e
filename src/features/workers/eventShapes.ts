import type { Proposal, ProposalDraft, Proposer } from '../../core/proposal.ts';
import type {
  AskedQuestion,
  FailedSetup,
  PortBlock,
  Role,
  UpdateDraft,
  UpdateStatus,
  WorkerState,
} from '../../core/worker.ts';
import type { Problem } from '../../lib/result.ts';
import {
  boolean,
  exactly,
  integer,
  listOf,
  natural,
  nullable,
  number,
  object,
  oneOf,
  optional,
  type Shape,
  string,
  time,
} from '../../lib/shape.ts';

// Shapes of log lines about workers and proposals. Only fields that all versions wrote are required.

const role: Shape<Role> = oneOf<Role>({ worker: true, orchestrator: true });

export const proposalKind: Shape<Proposal['kind']> = oneOf<Proposal['kind']>({ start: true, resume: true });

export const proposer: Shape<Proposer> = oneOf<Proposer>({ person: true, orchestrator: true, board: true });

export const proposalDraft: Shape<ProposalDraft> = object<ProposalDraft>({
  ...{ role: optional(role), repo: string, task: string, brief: string, agent: nullable(string) },
});

const problem: Shape<Problem> = object<Problem>({ code: string, message: string, hint: optional(string) });

type OpenProposal = Omit<Proposal, 'plan' | 'problem'> & { readonly sessionId: string };

const openProposal: Shape<OpenProposal> = object<OpenProposal>({
  ...{ n: natural, kind: proposalKind, by: proposer, at: time, draft: proposalDraft, sessionId: string },
  limit: optional(problem),
});

const ports: Shape<PortBlock> = object<PortBlock>({ first: natural, count: natural });

const setup: Shape<FailedSetup> = object<FailedSetup>({
  command: listOf(string),
  exitCode: nullable(integer),
});

const state: Shape<WorkerState> = oneOf<WorkerState>({
  ...{ starting: true, 'needs-trust': true, working: true, waiting: true },
  ...{ idle: true, limited: true, exited: true, lost: true },
});

const question: Shape<AskedQuestion> = object<AskedQuestion>({ text: string, request: optional(string) });

const update: Shape<UpdateDraft> = object<UpdateDraft>({
  status: oneOf<UpdateStatus>({ 'not started': true, working: true, blocked: true, done: true }),
  ...{ summary: string, done: listOf(string), next: listOf(string), blockers: listOf(string) },
  ...{ minutes: nullable(number), percent: nullable(number), readyToMerge: boolean },
  ...{
    total: optional(number),
    openTime: optional(string),
    commits: optional(string),
    notes: optional(string),
  },
  ...{ branch: optional(string), timestamp: optional(string) },
});

/** Fields of events about workers; their slice has the types. */
export const workerFields = {
  started: {
    ...{ id: string, role: optional(role), repo: string, task: string, branch: string, worktree: string },
    base: object<{ readonly branch: string; readonly commit: string }>({ branch: string, commit: string }),
    ...{
      agent: string,
      brief: string,
      sessionId: string,
      ports: optional(ports),
      typed: optional(exactly(true)),
    },
  },
  resumed: { id: string, ports: optional(ports), typed: optional(exactly(true)) },
  'start-failed': { id: string, problem, proposal: openProposal },
  'spawn-failed': { id: string, problem },
  'setup-failed': { id: string, failed: setup },
  observed: {
    ...{ id: string, state, asks: nullable(string), until: optional(time) },
    ...{ questions: optional(listOf(question)), askedBefore: optional(listOf(string)) },
  },
  said: { id: string, text: string },
  denied: { id: string, what: string, why: string },
  'branch-renamed': { id: string, branch: string },
  'session-changed': { id: string, sessionId: string },
  'conversation-lost': { id: string, sessionId: string },
  updated: { id: string, update },
  exited: { id: string, exitCode: integer, signal: integer, wanted: optional(boolean) },
  lost: { id: string },
  finished: { id: string, into: string, merge: string, backup: string },
  cleaned: { id: string, backup: string },
  undone: { id: string },
  renamed: { id: string, title: string },
  'time-weighed': { id: string, minutes: nullable(number) },
  'finish-wished': { id: string, by: nullable(string), why: string },
  'backups-expired': { repo: string, refs: listOf(string) },
};
