import { describe, expect, it } from 'vitest';
import type { DomainEvent, LogEvent } from '../../../src/features/log.ts';
import { applyEvent, emptyLogState } from '../../../src/features/log.ts';

const draft = { repo: 'backend', task: 'auth', brief: 'do it', agent: null };
const id = 'backend/auth';
const proposed: DomainEvent = { type: 'proposed', n: 1, kind: 'start', by: 'person', draft, sessionId: 's' };
const approved: DomainEvent = { type: 'approved', n: 1, digest: 'd', command: ['claude'], byPid: 42 };
const started: DomainEvent = {
  ...{ type: 'started', id, repo: 'backend', task: 'auth', branch: 'feature/auth', worktree: '/w/auth' },
  ...{ base: { branch: 'develop', commit: 'a' }, agent: 'claude', brief: 'do it', sessionId: 's' },
} as const;
const lost: DomainEvent = { type: 'lost', id };
const proposedResume: DomainEvent = { ...proposed, n: 2, kind: 'resume' };

/** What a controller remembers that was killed behind these. */
function remembered(...events: DomainEvent[]) {
  const logged = events.map(
    (event, at): LogEvent => ({ v: 1, seq: at + 1, at: '2026-11-22T12:00:00.000Z', ...event }),
  );
  const { proposals, workers } = logged.reduce(applyEvent, emptyLogState);
  return {
    open: [...proposals.keys()],
    workers: [...workers.values()].map(({ state, run }) => [state, run]),
  };
}

describe('a log cut off', () => {
  it('between approval and start still has the proposal', () => {
    expect(remembered(proposed, approved)).toEqual({ open: [1], workers: [] });
    expect(remembered(proposed, approved, started)).toEqual({ open: [], workers: [['starting', 1]] });
  });

  it('between approval and resume still has the wish to resume', () => {
    const before = [proposed, approved, started, lost, proposedResume, { ...approved, n: 2 }] as const;
    expect(remembered(...before)).toEqual({ open: [2], workers: [['lost', 1]] });
    expect(remembered(...before, { type: 'resumed', id })).toEqual({ open: [], workers: [['starting', 2]] });
  });
});

it('a start takes away no other proposal', () => {
  const other = { ...proposed, n: 2, draft: { ...draft, repo: 'web' } };
  expect(remembered(proposed, other, approved, started).open).toEqual([2]);
});
