import { expect, test } from 'vitest';
import type { FinishPreview, UndoResult } from '../../src/core/proposal.ts';
import type { EndedWorker } from '../../src/core/worker.ts';
import { updateApp } from '../../src/tui/update.ts';
import { selectedWorker } from '../../src/ui/select.ts';
import type { AppState } from '../../src/ui/state.ts';
import { busyFacts, dialogOf, finishPreview, press, room, worker } from './fixtures.ts';

const id = 'backend/user-auth';
const ended: EndedWorker = {
  id: 'web/menu',
  how: 'finished',
  at: '2026-03-01T10:00:00.000Z',
  branch: 'feature/menu',
  backup: 'refs/orch/backup/menu/20260301T100000.000Z',
  merge: 'a'.repeat(40),
  into: 'develop',
};

function afterEnd(): AppState {
  return updateApp(room(), { type: 'factsArrived', facts: { ...busyFacts(), ended: [ended] } }).state;
}

function undone(change: Partial<UndoResult>): AppState {
  return answered(press(press(afterEnd(), 'u').state, 'y').state, change);
}

function answered(state: AppState, change: Partial<UndoResult>): AppState {
  const value = {
    id: ended.id,
    branch: ended.branch,
    uncommitted: false,
    takenBackFrom: null,
    mergeStays: null,
  };
  const tag = state.nextTag - 1;
  const result = { ok: true, value: { ...value, ...change } } as const;
  return updateApp(state, { type: 'answered', method: 'undo', params: { id: ended.id }, tag, result }).state;
}

test('u asks whether to undo the last end, and y undoes it', () => {
  expect(press(room(), 'u').state.notice?.text).toBe('Nothing was finished or cleaned yet.');
  const asking = press(afterEnd(), 'u');
  expect(dialogOf(asking.state)).toMatchObject({ kind: 'undo', id: 'web/menu' });
  expect(asking.effects).toEqual([]);
  expect(press(asking.state, 'y').effects).toMatchObject([{ method: 'undo', params: { id: 'web/menu' } }]);
  expect(press(asking.state, 'n').state.focus).toEqual({ at: 'list' });
});

test('a restored worker is selected, so that r resumes it, but not while a pane has the keys', () => {
  const back = { ...busyFacts(), workers: [...busyFacts().workers, worker('web/menu', { state: 'exited' })] };
  const arrive = (state: AppState) => updateApp(state, { type: 'factsArrived', facts: back }).state;
  const next = press(arrive(undone({ takenBackFrom: 'develop' })), 'r');
  expect(next.effects).toMatchObject([{ method: 'proposeResume', params: { id: 'web/menu' } }]);

  const asked = press(press(afterEnd(), 'u').state, 'y').state;
  const typing = press({ ...asked, focus: { at: 'list' } }, 'enter').state;
  expect(typing.focus).toEqual({ at: 'pane', id });
  expect(selectedWorker(arrive(answered(typing, {})))?.id).toBe(id);
});

test('an undo shows what happened to the merge; one that stays gets a dialog with its revert', () => {
  expect(undone({ takenBackFrom: 'develop' }).notice?.text).toBe(
    'web/menu is back, its merge taken back from develop; r resumes it.',
  );
  const mergeStays = { why: 'develop has gone on since.', revert: 'git revert -m 1 abc' };
  expect(dialogOf(undone({ mergeStays }))).toMatchObject({
    kind: 'problem',
    problem: { message: 'Its merge stays: develop has gone on since.\nTo revert it: git revert -m 1 abc' },
  });
});

function finish(change: Partial<FinishPreview>): AppState {
  const asked = press(room(), 'f');
  const tag = asked.state.nextTag - 1;
  const result = { ok: true, value: { ...finishPreview, ...change } } as const;
  return updateApp(asked.state, { type: 'answered', method: 'previewFinish', params: { id }, tag, result })
    .state;
}

test('the base can be merged in only if conflicts block a finish', () => {
  expect(press(finish({}), 'b').state.notice?.text).toBe('There are no conflicts to resolve.');
  const state = finish({ conflicts: ['a.ts'], blockers: ['It conflicts with develop: a.ts.'] });
  expect(press(state, 'b').effects).toMatchObject([{ method: 'bringBase', params: { id, tell: false } }]);
  const told = press(state, 't');
  expect(told.effects).toMatchObject([{ method: 'bringBase', params: { id, tell: true } }]);
  const value = { id, base: 'develop', commit: null, conflicts: ['a.ts'], told: true };
  const after = updateApp(told.state, {
    type: 'answered',
    method: 'bringBase',
    params: { id, tell: true },
    tag: told.state.nextTag - 1,
    result: { ok: true, value },
  }).state;
  expect(after.focus).toEqual({ at: 'list' });
  expect(after.notice?.text).toBe(
    `There are conflicts in 1 file of ${id}. The worker was asked to resolve them.`,
  );
});
