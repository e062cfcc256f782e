import { expect, test } from 'vitest';
import { selectFacts } from '../../../src/features/state.ts';
import { failure, success } from '../../../src/lib/result.ts';
import { Scene } from '../../controller/scene.ts';

const finish = (task: string) => ({ do: 'finish', id: `backend/${task}`, tip: `tip of ${task}` }) as const;

const done = (id: string) =>
  success({ id, into: 'develop', merge: 'm'.repeat(40), backup: `refs/orch/backup/${id}/1` });

function scene(...tasks: string[]): Scene {
  const made = new Scene();
  for (const task of tasks) made.started(task);
  return made;
}

test('finishes of one repository run one at a time, in the order of their requests', () => {
  const all = scene('a', 'b', 'c').ask(finish('a'));
  expect(all.done).toEqual(['finish']);
  expect(all.ask(finish('b')).done).toEqual([]);
  expect(all.ask({ ...finish('c'), do: 'clean' }).done).toEqual([]);
  expect(selectFacts(all.state).operations).toEqual([
    { id: 'backend/a', kind: 'finishing', ahead: 0 },
    { id: 'backend/b', kind: 'queued', ahead: 1 },
    { id: 'backend/c', kind: 'queued', ahead: 2 },
  ]);
  all.tell({ type: 'finish-ended', id: 'backend/a', result: done('backend/a'), ticket: 1 });
  expect(all.effects).toContainEqual(
    expect.objectContaining({ type: 'finish', id: 'backend/b', tip: 'tip of b' }),
  );
  all.tell({ type: 'finish-ended', id: 'backend/b', result: failure('conflicts', 'No.'), ticket: 2 });
  expect(all.effects).toContainEqual(expect.objectContaining({ type: 'clean', id: 'backend/c' }));
  all.tell({
    type: 'clean-ended',
    id: 'backend/c',
    result: success({ id: 'backend/c', backup: 'refs/orch/backup/c/1' }),
    ticket: 3,
  });
  expect(selectFacts(all.state).operations).toBeUndefined();
  expect([...all.state.log.workers.keys()]).toEqual(['backend/b']);
});

test('a queued operation can be cancelled, and both requests are answered', () => {
  const all = scene('a', 'b').ask(finish('a')).ask(finish('b'));
  all.ask({ do: 'cancel', id: 'backend/b' });
  expect(all.effects).toMatchObject([
    { type: 'reply', result: { ok: false, problem: { code: 'cancelled' } } },
    { type: 'reply', result: { ok: true } },
  ]);
  expect(all.state.busy.has('backend/b')).toBe(false);
  expect(all.ask({ do: 'cancel', id: 'backend/a' }).refusal).toBe('nothing_to_cancel');
});

test('checks can be cancelled while they run', () => {
  const all = scene('a').ask(finish('a')).tell({ type: 'checks-begun', id: 'backend/a' });
  expect(selectFacts(all.state).operations).toMatchObject([{ kind: 'checking' }]);
  expect(all.ask({ do: 'cancel', id: 'backend/a' }).done).toEqual(['cancel-checks', 'reply']);
  all.tell({ type: 'checks-ended', id: 'backend/a' });
  expect(all.ask({ do: 'cancel', id: 'backend/a' }).refusal).toBe('nothing_to_cancel');
});

test('an undo restores the worker as it was, with its process ended', () => {
  const all = scene('a').ask(finish('a'));
  const before = all.worker('backend/a');
  all.tell({ type: 'finish-ended', id: 'backend/a', result: done('backend/a'), ticket: 1 });
  expect(all.ask({ do: 'undo', id: 'backend/a', keepMerge: false }).effects).toMatchObject([
    { type: 'undo', id: 'backend/a', keepMerge: false },
  ]);
  const value = {
    id: 'backend/a',
    branch: 'feature/a',
    uncommitted: false,
    takenBackFrom: 'develop',
    mergeStays: null,
  };
  all.tell({ type: 'undo-ended', id: 'backend/a', result: success(value), ticket: 2 });
  expect(all.events).toEqual([{ type: 'undone', id: 'backend/a' }]);
  expect(all.worker('backend/a')).toEqual({
    ...before,
    state: 'exited',
    stateSince: '2026-11-22T12:00:00.000Z',
  });
  expect(all.state.log.ended).toEqual([]);
  expect(all.ask({ do: 'undo', id: 'backend/a', keepMerge: false }).refusal).toBe('not_ended');
});

test('a refused undo changes nothing; an unknown worker cannot be undone', () => {
  const all = scene('a').ask(finish('a'));
  all.tell({ type: 'finish-ended', id: 'backend/a', result: done('backend/a'), ticket: 1 });
  all.ask({ do: 'undo', id: 'backend/a', keepMerge: false });
  expect(all.ask({ do: 'undo', id: 'backend/a', keepMerge: false }).refusal).toBe('busy');
  all.tell({ type: 'undo-ended', id: 'backend/a', result: failure('target_blocked', 'No.'), ticket: 2 });
  expect(all.events).toEqual([]);
  expect(all.state.log.ended).toHaveLength(1);
  expect(all.ask({ do: 'undo', id: 'backend/none', keepMerge: false }).refusal).toBe('no_such_worker');
  expect(all.ask({ do: 'undo', id: 'backend/a', keepMerge: false }, false).refusal).toBe(
    'approval_forbidden',
  );
});

test('uncommitted work is kept when a turn ends, not during one', () => {
  const sign = (kind: 'prompted' | 'turn-ended') =>
    ({
      type: 'signed',
      id: 'backend/a',
      sign: { source: 'hook', report: kind === 'prompted' ? { kind } : { kind, said: null } },
      sessionId: null,
    }) as const;
  const all = scene('a').tell(sign('prompted'));
  expect(all.done).not.toContain('snapshot');
  expect(all.tell(sign('turn-ended')).effects).toContainEqual({
    type: 'snapshot',
    id: 'backend/a',
    why: 'Was working, now idle',
  });
  expect(all.tell(sign('turn-ended')).done).not.toContain('snapshot');
  all.tell({ type: 'snapshot-ended', id: 'backend/a', result: failure('git_refused', 'disk full') });
  expect(all.state.notices).toMatchObject([{ code: 'snapshot_failed' }]);
});
