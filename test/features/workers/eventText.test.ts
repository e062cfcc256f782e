import { expect, test } from 'vitest';
import type { DomainEvent, LogEvent } from '../../../src/features/log.ts';
import { eventText } from '../../../src/features/workers/show.ts';
import { timeText } from '../../../src/ui/format.ts';

const id = 'web/seo';
const commit = '1a2b3c4d5e6f7081';

function told(happening: DomainEvent): string {
  return eventText({ ...happening, v: 1, seq: 1, at: '2026-11-22T10:00:00.000Z' }, id);
}

const draft = { repo: 'web', task: 'seo', brief: 'Do it.', agent: null };
const proposed = { type: 'proposed', n: 3, kind: 'start', draft, sessionId: 's' } as const;
const started: DomainEvent = {
  ...{ type: 'started', id, repo: 'web', task: 'seo', branch: 'feature/seo', worktree: '/w' },
  ...{ agent: 'claude', base: { branch: 'develop', commit }, brief: 'Do it.', sessionId: 's' },
};
const command = ['claude', '--append-system-prompt', 'A very long text.'];
const failed = { command: ['npm', 'ci'], exitCode: 1 };
const update = {
  ...{ status: 'working' as const, summary: 'Half done', done: [], next: [], blockers: [] },
  ...{ minutes: null, percent: 60, readyToMerge: false },
};
const tokens = { input: 1200, output: 300, cacheRead: 9, cacheWrite: 9 };
const turned = { type: 'radar-turned', repo: 'web', a: 'web/one', b: id, files: ['a.txt', 'b.txt'] } as const;
const kept = 'refs/orch/backup/seo';

test.each<[DomainEvent, string]>([
  [{ ...proposed, by: 'person' }, 'You proposed to start it (proposal 3).'],
  [
    { ...proposed, kind: 'resume', by: 'orchestrator' },
    'The orchestrator proposed to resume it (proposal 3).',
  ],
  [{ type: 'edited', n: 3, draft }, 'Proposal 3 was edited.'],
  [{ type: 'rejected', n: 3, why: 'answered no' }, 'Proposal 3 was rejected: answered no.'],
  [{ type: 'rejected', n: 3, why: '' }, 'Proposal 3 was rejected.'],
  [{ type: 'approved', n: 3, digest: 'd', command, byPid: 7 }, 'Proposal 3 was approved.'],
  [started, 'It was started with claude on feature/seo, from develop 1a2b3c4d5e.'],
  [{ ...started, role: 'orchestrator', branch: '' }, 'It was started with claude.'],
  [{ type: 'resumed', id }, 'It was resumed.'],
  [
    {
      type: 'start-failed',
      id,
      problem: { code: 'x', message: 'No room.' },
      proposal: { ...proposed, by: 'board', at: '' },
    },
    'It could not be started: No room.',
  ],
  [
    { type: 'spawn-failed', id, problem: { code: 'x', message: 'No shell' } },
    'Its process could not be started: No shell.',
  ],
  [{ type: 'setup-failed', id, failed }, 'Its setup failed: npm ci ended with 1.'],
  [
    { type: 'setup-failed', id, failed: { ...failed, exitCode: null } },
    'Its setup failed: npm ci took too long.',
  ],
  [{ type: 'branch-renamed', id, branch: 'feature/map' }, 'Its branch was renamed to feature/map.'],
  [{ type: 'session-changed', id, sessionId: 's2' }, 'It began the conversation s2.'],
  [
    { type: 'conversation-lost', id, sessionId: 's2' },
    'Nothing is left of its conversation; the next one is s2.',
  ],
  [{ type: 'observed', id, state: 'working', asks: null }, 'It works.'],
  [{ type: 'observed', id, state: 'idle', asks: null }, 'It is idle.'],
  [{ type: 'observed', id, state: 'waiting', asks: null }, 'It waits for you.'],
  [{ type: 'observed', id, state: 'waiting', asks: 'May I?' }, 'It asks: May I?'],
  [
    { type: 'observed', id, state: 'waiting', asks: 'May I?', askedBefore: ['And this?'] },
    'It asks (and 1 question before): May I?',
  ],
  [
    {
      ...{ type: 'observed', id, state: 'waiting', asks: 'May I?' },
      questions: [{ text: 'And this?', request: 'a1' }, { text: 'May I?' }],
    },
    'It asks (and 1 question before): May I?',
  ],
  [
    { type: 'observed', id, state: 'needs-trust', asks: null },
    'It wants to know whether its folder is trusted.',
  ],
  [{ type: 'observed', id, state: 'limited', asks: null }, 'It has reached its usage limit.'],
  [{ type: 'said', id, text: 'Ready!' }, 'It said: Ready!'],
  [
    { type: 'denied', id, what: 'Bash: git push', why: 'Workers do not push.' },
    'It was kept from Bash: git push: Workers do not push.',
  ],
  [{ type: 'updated', id, update }, 'It reported (working, 60%): Half done.'],
  [
    {
      type: 'updated',
      id,
      update: { ...update, status: 'blocked', percent: null, summary: '', blockers: ['no key', 'no host'] },
    },
    'It reported (blocked: no key; no host).',
  ],
  [
    { type: 'updated', id, update: { ...update, status: 'done', readyToMerge: true } },
    'It reported (done, 60%, ready to merge): Half done.',
  ],
  [
    { type: 'note-sent', id, n: 1, from: 'web/one', text: 'I renamed it' },
    'web/one wrote to it: I renamed it.',
  ],
  [
    {
      type: 'note-sent',
      id,
      n: 1,
      from: 'radar',
      text: 'Both change a.txt.',
      about: { worker: 'web/one', files: [] },
    },
    'The radar wrote to it: Both change a.txt.',
  ],
  [{ type: 'time-weighed', id, minutes: 90 }, 'You entered that it has worked 1h 30m in all.'],
  [{ type: 'time-weighed', id, minutes: null }, 'You withdrew the time you had entered.'],
  [{ type: 'notes-delivered', id, upTo: 1 }, 'It was given what was written to it.'],
  [{ type: 'notes-muted', id, muted: true }, 'It is given no messages of others any more.'],
  [{ type: 'notes-muted', id, muted: false }, 'It is given messages of others again.'],
  [
    {
      type: 'remembered',
      id,
      entry: 1,
      memory: { kind: 'decision', content: 'Use tabs', tags: [], metadata: {} },
    },
    'It stored for all (decision): Use tabs.',
  ],
  [
    { type: 'finish-wished', id, by: 'orchestrator', why: 'all green' },
    'The orchestrator suggested finishing it: all green.',
  ],
  [{ type: 'finish-wished', id, by: null, why: '' }, 'You left it unfinished.'],
  [
    { type: 'answered', id, request: 'r', what: 'Bash: npm ci', answer: { say: 'allow' }, byPid: 7 },
    'You allowed: Bash: npm ci.',
  ],
  [
    { type: 'answered', id, request: 'r', what: 'Bash: rm', answer: { say: 'deny', why: 'no' }, byPid: 7 },
    'You denied (no): Bash: rm.',
  ],
  [
    {
      type: 'answered',
      id,
      request: 'r',
      what: 'Which?',
      answer: { say: 'choose', options: [1, [0, 2]] },
      byPid: 7,
    },
    'You chose 2, 1 and 3: Which?',
  ],
  [{ type: 'set-aside', id }, 'You dismissed its news.'],
  [{ type: 'spent', id, day: '2026-11-22', run: 1, total: 0.42 }, 'Its run 1 has cost $0.42 so far.'],
  [
    { type: 'tokens-counted', id, session: 's', days: { '2026-11-21': tokens, '2026-11-22': tokens } },
    'Its conversation has taken 2k tokens in and 600 out so far.',
  ],
  [{ type: 'exited', id, exitCode: 3, signal: 0 }, 'Its process ended with 3.'],
  [{ type: 'exited', id, exitCode: 0, signal: 9 }, 'Its process was ended by signal 9.'],
  [{ type: 'exited', id, exitCode: 0, signal: 15, wanted: true }, 'It was stopped.'],
  [{ type: 'lost', id }, 'Its process is gone; how it ended is unknown.'],
  [
    { type: 'finished', id, into: 'develop', merge: commit, backup: kept },
    'It was merged into develop as 1a2b3c4d5e; its last commit is kept at refs/orch/backup/seo.',
  ],
  [
    { type: 'cleaned', id, backup: kept },
    'It was removed without a merge; its last commit is kept at refs/orch/backup/seo.',
  ],
  [{ type: 'undone', id }, 'It was brought back, with its branch and worktree.'],
  [{ ...turned, verdict: 'conflict' }, 'It does not merge with web/one: a.txt, b.txt.'],
  [
    { ...turned, a: id, b: null, verdict: 'conflict' },
    'It does not merge into the branch it goes to: a.txt, b.txt.',
  ],
  [{ ...turned, files: [], verdict: 'overlap' }, 'It merges with web/one again.'],
  [
    { type: 'time-entered', id, entry: null, measured: 0, claimed: null },
    'Its time was too short to be entered.',
  ],
  [{ type: 'entry-written', entry: 'T-1' }, 'entry-written.'],
])('%j is told as %j', (happening, sentence) => {
  expect(told(happening)).toBe(sentence);
});

test('a text of several lines and with escape sequences becomes one plain line', () => {
  const text = told({ type: 'said', id, text: 'One\u001b[2J\ntwo\u202e three' });
  expect(text).toBe('It said: One [2J two<U+202E> three.');
});

test('an event of a later version is shown by its type', () => {
  expect(eventText({ type: 'teleported', id } as unknown as LogEvent, id)).toBe('teleported.');
});

test('a time is shown to the second in local time, and any other text unchanged', () => {
  const date = new Date(2026, 10, 22, 9, 5, 7);
  expect(timeText(date.toISOString())).toBe('2026-11-22 09:05:07');
  expect(timeText('soon')).toBe('soon');
});
