import { expect, test } from 'vitest';
import type { CleanPreview, FinishPreview } from '../../../src/core/proposal.ts';
import { updateApp } from '../../../src/tui/update.ts';
import type { AppState } from '../../../src/ui/state.ts';
import { busyFacts, cleanPreview, dialogOf, finishPreview, press, room, type } from '../../tui/fixtures.ts';

const id = 'backend/user-auth';
const tag = room().nextTag;

function finish(change: Partial<FinishPreview> = {}): AppState {
  const value = { ...finishPreview, ...change };
  const message = {
    type: 'answered',
    method: 'previewFinish',
    params: { id },
    tag,
    result: { ok: true, value },
  } as const;
  return updateApp(press(room(), 'f').state, message).state;
}

function clean(change: Partial<CleanPreview> = {}): AppState {
  const value = { ...cleanPreview, ...change };
  const message = {
    type: 'answered',
    method: 'previewClean',
    params: { id },
    tag,
    result: { ok: true, value },
  } as const;
  return updateApp(press(room(), 'x').state, message).state;
}

test('y finishes what was previewed, down to the commit', () => {
  expect(press(finish(), 'y').effects).toMatchObject([{ method: 'finish', params: { id, tip: 'f00dfeed' } }]);
});

test('nothing can be confirmed before the preview arrives', () => {
  expect(press(press(room(), 'f').state, 'y').effects).toEqual([]);
  expect(press(press(room(), 'x').state, 'y').effects).toEqual([]);
});

test('a blocker prevents the finish', () => {
  const step = press(finish({ blockers: ['3 files are not committed.'] }), 'y');
  expect(step.effects).toEqual([]);
  expect(step.state.notice?.text).toBe('It cannot be finished: 3 files are not committed.');
});

test('ignored files that would be lost require the typed task name', () => {
  const state = finish({ ignored: ['.env'] });
  expect(press(state, 'y', 'enter').effects).toEqual([]);
  expect(press(type(state, 'user-aut').state, 'enter').state.notice?.text).toBe('Type user-auth to confirm.');
  expect(press(type(state, 'user-auth').state, 'enter').effects).toMatchObject([
    { method: 'finish', params: { id, tip: 'f00dfeed', confirm: 'user-auth' } },
  ]);
});

test('removing unmerged work requires the typed name, removing nothing of value a y', () => {
  expect(press(clean(), 'y').effects).toEqual([]);
  expect(press(type(clean(), 'user-auth').state, 'enter').effects).toMatchObject([
    { method: 'clean', params: { id, tip: 'f00dfeed', confirm: 'user-auth' } },
  ]);
  const empty = clean({ unmerged: [], uncommitted: [], ignored: [], wantsTypedName: false });
  expect(press(empty, 'y').effects).toMatchObject([{ method: 'clean', params: { id, tip: 'f00dfeed' } }]);
});

test.each(['n', 'escape', 'q', 'ctrl-c'])('%s changes nothing', (key) => {
  const step = press(finish(), key);
  expect(step.effects).toEqual([]);
  expect(step.state.focus).toEqual({ at: 'list' });
});

test('a refusal by git is shown verbatim, and the preview can be read again', () => {
  const words = 'CONFLICT (content): Merge conflict in src/App.tsx';
  const asked = press(finish(), 'y').state;
  const result = { ok: false, problem: { code: 'git_refused', message: words } } as const;
  const params = { id, tip: 'f00dfeed' };
  const refused = updateApp(asked, {
    type: 'answered',
    method: 'finish',
    params,
    tag: tag + 1,
    result,
  }).state;
  expect(dialogOf(refused)).toMatchObject({ kind: 'finish', problem: { message: words }, pending: null });
  expect(press(refused, 'ctrl-r').effects).toMatchObject([{ method: 'previewFinish', params: { id } }]);
});

test('a finished worker disappears at once, and a notice names its backup', () => {
  const asked = press(finish(), 'y').state;
  const value = { id, into: 'develop', merge: '0123456789abcdef', backup: 'refs/orch/backup/user-auth' };
  const params = { id, tip: 'f00dfeed' };
  const next = updateApp(asked, {
    type: 'answered',
    method: 'finish',
    params,
    tag: tag + 1,
    result: { ok: true, value },
  }).state;
  expect(next.facts?.workers.map((worker) => worker.id)).not.toContain(id);
  expect(next.notice?.text).toBe(`${id} was merged into develop as 0123456; u brings it back.`);
  expect(next.focus).toEqual({ at: 'list' });
});

test('a preview whose worker is gone closes with a notice', () => {
  const end = {
    id,
    how: 'cleaned',
    at: '',
    branch: '',
    backup: 'refs/orch/backup/x',
    merge: null,
    into: null,
  } as const;
  const gone = busyFacts({ workers: busyFacts().workers.slice(1), ended: [end] });
  const next = updateApp(finish(), { type: 'factsArrived', facts: gone }).state;
  expect(next.focus).toEqual({ at: 'list' });
  expect(next.notice?.text).toBe(`${id} was removed; refs/orch/backup/x keeps it.`);
});

test('stopping one worker asks first', () => {
  const asked = press(room(), 's');
  expect(asked.effects).toEqual([]);
  expect(press(asked.state, 'y').effects).toMatchObject([{ method: 'stop', params: { id } }]);
  expect(press(asked.state, 'n').effects).toEqual([]);
});

test('stopping everything asks first, and exits only after it is done', () => {
  const asked = press(press(room(), 'Q').state, 'y');
  expect(asked.effects).toMatchObject([{ method: 'stopAll', params: {} }]);
  const done = {
    type: 'answered',
    method: 'stopAll',
    params: {},
    tag,
    result: { ok: true, value: null },
  } as const;
  expect(updateApp(asked.state, done).effects).toEqual([{ type: 'quit' }]);
  const problem = { code: 'busy', message: 'A merge is under way.' };
  const refused = updateApp(asked.state, { ...done, result: { ok: false, problem } });
  expect(refused.effects).toEqual([]);
  expect(dialogOf(refused.state)).toMatchObject({ kind: 'stop-all', problem });
});

test('keys typed before a preview neither decline nor accept it', () => {
  for (const key of ['f', 'x']) {
    const asked = press(room(), key).state;
    const typed = type(asked, 'yarn-q');
    expect(typed.effects).toEqual([]);
    expect(dialogOf(typed.state)).toEqual(dialogOf(asked));
    expect(typed.state.notice?.text).toBe('Waiting for the controller; esc closes.');
    expect(press(typed.state, 'escape').state.focus).toEqual({ at: 'list' });
  }
});

test('letters do not close a running merge', () => {
  const merging = press(finish(), 'y').state;
  expect(dialogOf(type(merging, 'nq').state)).toEqual(dialogOf(merging));
});

test('remaining processes are not reported in a passing notice', () => {
  const asked = press(finish(), 'y').state;
  const warnings = ['The folder node_modules could not be removed: it is in use.'];
  const value = { id, into: 'develop', merge: '0123456789abcdef', backup: 'refs/orch/backup/x', warnings };
  const result = { ok: true, value } as const;
  const params = { id, tip: 'f00dfeed' };
  const done = updateApp(asked, { type: 'answered', method: 'finish', params, tag: tag + 1, result }).state;
  expect(dialogOf(done)).toMatchObject({
    kind: 'problem',
    title: 'Done, but something was left behind',
    problem: { message: warnings[0] },
  });
  expect(done.facts?.workers.map((worker) => worker.id)).not.toContain(id);
});

test.each([
  ['queued', 'a turn that has not come', [{ method: 'cancel', params: { id } }]],
  ['checking', 'its checks', [{ method: 'cancel', params: { id } }]],
  ['finishing', 'nothing once it merges', []],
] as const)('while it is %s ctrl-x cancels %s', (kind, _what, effects) => {
  const operations = [{ id, kind, ahead: kind === 'queued' ? 1 : 0 }];
  const asked = press(finish(), 'y').state;
  const waiting = updateApp(asked, { type: 'factsArrived', facts: busyFacts({ operations }) }).state;
  const step = press(waiting, 'ctrl-x');
  expect(step.effects).toMatchObject(effects);
  expect(dialogOf(step.state)).toMatchObject({ kind: 'finish', pending: expect.any(Number) });
  const cancelled = updateApp(step.state, {
    ...{ type: 'answered', method: 'finish', params: { id, tip: 'f00dfeed' }, tag: asked.nextTag - 1 },
    result: { ok: false, problem: { code: 'cancelled', message: `The finish of ${id} was cancelled.` } },
  }).state;
  expect(dialogOf(cancelled)).toMatchObject({
    kind: 'finish',
    pending: null,
    problem: { code: 'cancelled' },
  });
});
