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
  count,
  exactly,
  flag,
  listOf,
  nullable,
  number,
  object,
  oneOf,
  optional,
  type Shape,
  text,
  time,
  whole,
} from '../../lib/shape.ts';

// What lines of a log about workers and proposals hold. Only fields that were always written are demanded.

const role: Shape<Role> = oneOf<Role>({ worker: true, orchestrator: true });

export const proposalKind: Shape<Proposal['kind']> = oneOf<Proposal['kind']>({ start: true, resume: true });

export const proposer: Shape<Proposer> = oneOf<Proposer>({ person: true, orchestrator: true, board: true });

export const proposalDraft: Shape<ProposalDraft> = object<ProposalDraft>({
  ...{ role: optional(role), repo: text, task: text, brief: text, agent: nullable(text) },
});

const problem: Shape<Problem> = object<Problem>({ code: text, message: text, hint: optional(text) });

type OpenProposal = Omit<Proposal, 'plan' | 'problem'> & { readonly sessionId: string };

const openProposal: Shape<OpenProposal> = object<OpenProposal>({
  ...{ n: count, kind: proposalKind, by: proposer, at: time, draft: proposalDraft, sessionId: text },
  limit: optional(problem),
});

const ports: Shape<PortBlock> = object<PortBlock>({ first: count, count });

const setup: Shape<FailedSetup> = object<FailedSetup>({ command: listOf(text), exitCode: nullable(whole) });

const state: Shape<WorkerState> = oneOf<WorkerState>({
  ...{ starting: true, 'needs-trust': true, working: true, waiting: true },
  ...{ idle: true, limited: true, exited: true, lost: true },
});

const question: Shape<AskedQuestion> = object<AskedQuestion>({ text, request: optional(text) });

const update: Shape<UpdateDraft> = object<UpdateDraft>({
  status: oneOf<UpdateStatus>({ 'not started': true, working: true, blocked: true, done: true }),
  ...{ summary: text, done: listOf(text), next: listOf(text), blockers: listOf(text) },
  ...{ minutes: nullable(number), percent: nullable(number), readyToMerge: flag },
  ...{ total: optional(number), openTime: optional(text), commits: optional(text), notes: optional(text) },
  ...{ branch: optional(text), timestamp: optional(text) },
});

/** What events about workers hold; their slice has the types. */
export const workerFields = {
  started: {
    ...{ id: text, role: optional(role), repo: text, task: text, branch: text, worktree: text },
    base: object<{ readonly branch: string; readonly commit: string }>({ branch: text, commit: text }),
    ...{ agent: text, brief: text, sessionId: text, ports: optional(ports), typed: optional(exactly(true)) },
  },
  resumed: { id: text, ports: optional(ports), typed: optional(exactly(true)) },
  'start-failed': { id: text, problem, proposal: openProposal },
  'spawn-failed': { id: text, problem },
  'setup-failed': { id: text, failed: setup },
  observed: {
    ...{ id: text, state, asks: nullable(text), until: optional(time) },
    ...{ questions: optional(listOf(question)), askedBefore: optional(listOf(text)) },
  },
  said: { id: text, text },
  denied: { id: text, what: text, why: text },
  'branch-renamed': { id: text, branch: text },
  'session-changed': { id: text, sessionId: text },
  'conversation-lost': { id: text, sessionId: text },
  updated: { id: text, update },
  exited: { id: text, exitCode: whole, signal: whole, wanted: optional(flag) },
  lost: { id: text },
  finished: { id: text, into: text, merge: text, backup: text },
  cleaned: { id: text, backup: text },
  undone: { id: text },
  renamed: { id: text, title: text },
  'time-weighed': { id: text, minutes: nullable(number) },
  'finish-wished': { id: text, by: nullable(text), why: text },
  'backups-expired': { repo: text, refs: listOf(text) },
};
