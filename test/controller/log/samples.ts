import type { DomainEvent } from '../../../src/features/log.ts';

const id = 'backend/auth';
const draft = { repo: 'backend', task: 'auth', brief: 'Add the login.\nThen test it.', agent: 'claude' };
const problem = { code: 'x', message: 'It did not work.' };

/** One happening of every kind there is. */
export const samples: { readonly [T in DomainEvent['type']]: Extract<DomainEvent, { type: T }> } = {
  proposed: { type: 'proposed', n: 1, kind: 'start', by: 'person', draft, sessionId: 's' },
  edited: { type: 'edited', n: 1, draft },
  rejected: { type: 'rejected', n: 1, why: 'Not now.' },
  approved: { type: 'approved', n: 1, digest: 'd', command: ['claude'], byPid: 7 },
  started: {
    ...{ type: 'started', id, repo: 'backend', task: 'auth', branch: 'feature/auth', worktree: '/w' },
    ...{ base: { branch: 'develop', commit: 'a' }, agent: 'claude', brief: 'b', sessionId: 's' },
  },
  resumed: { type: 'resumed', id },
  'start-failed': {
    ...{ type: 'start-failed', id, problem },
    proposal: { n: 1, kind: 'start', by: 'person', draft, sessionId: 's', at: '2026-11-22T12:00:00.000Z' },
  },
  'spawn-failed': { type: 'spawn-failed', id, problem },
  'setup-failed': { type: 'setup-failed', id, failed: { command: ['npm', 'ci'], exitCode: 1 } },
  renamed: { type: 'renamed', id: 'backend/auth', title: 'Log in' },
  'time-weighed': { type: 'time-weighed', id, minutes: 90 },
  'branch-renamed': { type: 'branch-renamed', id, branch: 'feature/login' },
  'session-changed': { type: 'session-changed', id, sessionId: 't' },
  'conversation-lost': { type: 'conversation-lost', id, sessionId: 't' },
  observed: { type: 'observed', id, state: 'waiting', asks: 'Bash: rm' },
  said: { type: 'said', id, text: 'Done – “größer” 🙂' },
  denied: { type: 'denied', id, what: 'Bash', why: 'No.' },
  updated: {
    type: 'updated',
    id,
    update: {
      ...{ status: 'done', task: null, branch: null, summary: 'All of it.', done: [], next: [] },
      ...{ files: [], tests: null, blockers: [], readyToMerge: true, percent: 100, minutes: null },
    },
  } as never,
  'note-sent': { type: 'note-sent', id, n: 1, from: 'web/a', text: 'Hello' },
  'notes-delivered': { type: 'notes-delivered', id, upTo: 1 },
  'notes-muted': { type: 'notes-muted', id, muted: true },
  remembered: { type: 'remembered', id, entry: 1, memory: { kind: 'fact', title: 't', text: 'x' } as never },
  'finish-wished': { type: 'finish-wished', id, by: 'orch/orchestrator', why: 'It is done.' },
  answered: { type: 'answered', id, request: 'r', what: 'Bash', answer: { say: 'allow' }, byPid: 7 },
  'set-aside': { type: 'set-aside', id },
  spent: { type: 'spent', id, day: '2026-11-22', run: 1, total: 0.5 },
  'tokens-counted': { type: 'tokens-counted', id, session: 's', days: {} },
  exited: { type: 'exited', id, exitCode: 0, signal: 0, wanted: true },
  lost: { type: 'lost', id },
  finished: { type: 'finished', id, into: 'develop', merge: 'a', backup: 'refs/orch/x' },
  cleaned: { type: 'cleaned', id, backup: 'refs/orch/x' },
  undone: { type: 'undone', id },
  'radar-turned': {
    type: 'radar-turned',
    repo: 'backend',
    a: id,
    b: null,
    verdict: 'conflict',
    files: ['a'],
  },
  'card-moved': { type: 'card-moved', card: 'B-1', left: { Started: 'x' } },
  'time-entered': { type: 'time-entered', id, entry: null, measured: 0, claimed: null },
  'entry-written': { type: 'entry-written', entry: 'T-1' },
  billed: { type: 'billed', number: 'INV-1', entries: [], left: { date: '2026-11-20' } },
  'backups-expired': { type: 'backups-expired', repo: 'backend', refs: ['refs/orch/x'] },
  'memory-corrected': { type: 'memory-corrected', id, entry: 1, content: 'y' },
  'memory-removed': { type: 'memory-removed', id, entry: 1 },
};
