import { expect, test } from 'vitest';
import { type FormDialog, formProblems } from '../../../src/features/workers/formDialog.ts';
import { selectCaret } from '../../../src/tui/overlays.ts';
import { updateApp } from '../../../src/tui/update.ts';
import type { AppState } from '../../../src/ui/state.ts';
import {
  busyFacts,
  dialogOf,
  facts,
  paste,
  press,
  proposal,
  repo,
  room,
  type,
  worker,
} from '../../tui/fixtures.ts';

const open = press(room(), 'n').state;

function formOf(state: AppState): FormDialog {
  const dialog = dialogOf(state);
  if (dialog?.kind !== 'form') throw new Error(`${dialog?.kind} is open`);
  return dialog;
}

/** The form with a task typed and the caret in the brief. */
function inBrief(task: string): AppState {
  return press(type(open, task).state, 'enter').state;
}

test('the form begins at the task, in the selected repository', () => {
  expect(formOf(open)).toMatchObject({ repo: 'backend', agent: null, field: 'task', editing: null });
  expect(formOf(press(room(), 'G', 'n').state).repo).toBe('web');
});

test('task, brief and Enter propose, and the proposal shows its card', () => {
  const sent = press(type(inBrief('fix-x'), 'Do it well').state, 'enter');
  const draft = { repo: 'backend', task: 'fix-x', brief: 'Do it well', agent: null };
  expect(sent.effects).toMatchObject([{ method: 'propose', params: draft }]);
  const value = proposal(8, 'backend/fix-x', { by: 'person', draft, plan: null });
  const tag = open.nextTag;
  const next = updateApp(sent.state, {
    type: 'answered',
    method: 'propose',
    params: draft,
    tag,
    result: { ok: true, value },
  }).state;
  expect(dialogOf(next)).toMatchObject({ kind: 'card', n: 8, digest: null });
});

test('a refusal by the controller is shown in the form, and typed text is kept', () => {
  const written = type(inBrief('fix-x'), 'Do it').state;
  const sent = press(written, 'enter');
  const problem = { code: 'branch_exists', message: 'feature/fix-x exists.', hint: 'Choose another name.' };
  const next = updateApp(sent.state, {
    type: 'answered',
    method: 'propose',
    params: { repo: 'backend', task: 'fix-x', brief: 'Do it', agent: null },
    tag: open.nextTag,
    result: { ok: false, problem },
  }).state;
  expect(formOf(next)).toEqual({ ...formOf(written), problem });
  expect(formProblems(next, formOf(next))).toEqual(['feature/fix-x exists.\nChoose another name.']);
});

test('a sent form takes no letters and is not sent twice', () => {
  const sent = press(inBrief('fix-x'), 'enter').state;
  const more = press(type(sent, 'more').state, 'enter');
  expect(more.effects).toEqual([]);
  expect(formOf(more.state).brief.text).toBe('');
});

test.each([
  ['fix_', 'letters, digits'],
  ['con', 'the name is reserved'],
  ['user-auth', 'backend already has a worker for user-auth.'],
  ['USER-AUTH', 'backend already has a worker for USER-AUTH.'],
  ['rate-limits', 'Proposal 7 already asks for backend/rate-limits.'],
])('%s is refused while it is typed', (task, reason) => {
  const state = type(open, task).state;
  expect(formProblems(state, formOf(state))[0]).toContain(reason);
  const sent = press(state, 'enter', 'enter');
  expect([sent.effects, sent.state.notice]).toEqual([[], null]);
  expect(formOf(sent.state)).toMatchObject({ field: 'task', task: { text: task } });
});

test('a refusal that the facts show too is shown once', () => {
  const problem = { code: 'worker_exists', message: 'There is a worker backend/user-auth already.' };
  const state = type(open, 'user-auth').state;
  expect(formProblems(state, { ...formOf(state), problem })).toEqual([
    'backend already has a worker for user-auth.',
  ]);
});

test('a task without a name is not sent', () => {
  expect(press(open, 'enter', 'enter').state.notice?.text).toBe(
    'The task needs a name, such as fix-migration.',
  );
});

test('a repository where nothing can start shows the reason', () => {
  const state = press(room(facts({ repos: [repo('web', { problem: 'It has no commits.' })] })), 'n').state;
  expect(formProblems(state, formOf(state))).toEqual(['It has no commits.']);
});

test('tab cycles through the fields; arrows choose repository and agent', () => {
  const fields = ['tab', 'tab', 'tab', 'tab'].map(
    (_, at, keys) => formOf(press(open, ...keys.slice(0, at)).state).field,
  );
  expect(fields).toEqual(['task', 'brief', 'repo', 'agent']);
  const atRepo = press(open, 'up', 'up').state;
  expect(formOf(press(atRepo, 'right').state).repo).toBe('admin');
  expect(formOf(press(atRepo, 'left').state).repo).toBe('web');
  const atAgent = press(open, 'shift-tab').state;
  expect(formOf(press(atAgent, 'right').state).agent).toBe('demo');
  expect(formOf(press(atAgent, 'right', 'right').state).agent).toBeNull();
});

test.each(['ctrl-j', 'alt-enter', 'shift-enter'])('%s breaks a line of the brief', (key) => {
  const state = type(press(type(inBrief('a'), 'one').state, key).state, 'two').state;
  expect(formOf(state).brief.text).toBe('one\ntwo');
});

test('a paste into the brief keeps its lines and submits nothing', () => {
  const step = updateApp(inBrief('a'), { type: 'tokenArrived', token: paste('one\r\ntwo\r') });
  expect(step.effects).toEqual([]);
  expect(formOf(step.state).brief.text).toBe('one\ntwo\n');
});

test('letters that are keys elsewhere are letters here', () => {
  expect(formOf(type(inBrief('a'), 'quit? yes, jk ZQ').state).brief.text).toBe('quit? yes, jk ZQ');
});

test('the caret is where the next letter appears', () => {
  const state = type(inBrief('a'), '日本').state;
  const before = selectCaret(inBrief('a'));
  expect(before && selectCaret(state)).toEqual({ x: (before?.x ?? 0) + 4, y: before?.y });
});

test('escape closes the form, or goes back to the card it came from', () => {
  expect(press(open, 'escape').state.focus).toEqual({ at: 'list' });
  expect(dialogOf(press(room(), 'tab', 'enter', 'e', 'escape').state)).toMatchObject({ kind: 'card', n: 7 });
});

test('when the edited proposal is closed, the typed text becomes a new one', () => {
  const editing = press(room(), 'tab', 'enter', 'e').state;
  const next = updateApp(editing, { type: 'factsArrived', facts: busyFacts({ proposals: [] }) }).state;
  expect(formOf(next)).toEqual({ ...formOf(editing), editing: null });
  expect(next.notice?.text).toContain('Proposal 7 is no longer open.');
});

test('a worker of the same name in another repository is allowed', () => {
  const given = busyFacts({ workers: [worker('web/fix-x')] });
  const state = type(press(room(given), 'g', 'n').state, 'fix-x').state;
  expect(formProblems(state, formOf(state))).toEqual([]);
});
