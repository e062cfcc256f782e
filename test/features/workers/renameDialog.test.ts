import { expect, test } from 'vitest';
import type { Result } from '../../../src/lib/result.ts';
import { selectColumn } from '../../../src/tui/column.ts';
import { selectOffers } from '../../../src/tui/definitions.ts';
import { selectDialog } from '../../../src/tui/overlays.ts';
import { updateApp } from '../../../src/tui/update.ts';
import type { AppState } from '../../../src/ui/state.ts';
import { lineText } from '../../../src/ui/text.ts';
import { busyFacts, dialogOf, facts, press, repo, room, type, worker } from '../../tui/fixtures.ts';

const id = 'backend/user-auth';
const busy = room(busyFacts());

/** The controller's answer to the title that was sent. */
function answered(state: AppState, title: string, result: Result<{ id: string; title: string }>): AppState {
  const tag = state.nextTag - 1;
  return updateApp(state, { type: 'answered', method: 'rename', params: { id, title }, tag, result }).state;
}

test('e renames a worker, beginning with its current title', () => {
  const open = press(busy, 'e').state;
  expect(dialogOf(open)).toMatchObject({ kind: 'rename', id, title: { text: 'user-auth' } });
  const typed = type(press(open, 'ctrl-u').state, ' log in ').state;
  expect(selectDialog(typed)?.lines.map(lineText).join('\n')).toContain('log in');
  const sent = press(typed, 'enter');
  expect(sent.effects).toMatchObject([{ method: 'rename', params: { id, title: 'log in' } }]);
  expect(press(sent.state, 'enter').effects).toEqual([]);
  const done = answered(sent.state, 'log in', { ok: true, value: { id, title: 'log in' } });
  expect([dialogOf(done), done.notice?.text]).toEqual([null, `${id} is shown as log in.`]);
});

test('the new title is in the list, and the next rename begins with it', () => {
  const named = room(busyFacts({ workers: [worker(id, { title: 'log in' })] }));
  expect(selectColumn(named)?.fleet.lines.map(lineText).join('\n')).toContain('log in');
  expect(dialogOf(press(named, 'e').state)).toMatchObject({ title: { text: 'log in' } });
});

test('an empty title restores the task, and an unchanged one sends nothing', () => {
  const empty = press(busy, 'e', 'ctrl-u', 'enter');
  expect(empty.effects).toMatchObject([{ method: 'rename', params: { id, title: '' } }]);
  const same = press(busy, 'e', 'enter');
  expect([same.effects, dialogOf(same.state)]).toEqual([[], null]);
});

test('a refusal keeps the typed text, and esc changes nothing', () => {
  const sent = press(type(press(busy, 'e').state, '!').state, 'enter').state;
  const problem = { code: 'no_such_worker', message: 'There is no such worker.' };
  const refused = answered(sent, 'user-auth!', { ok: false, problem });
  expect(dialogOf(refused)).toMatchObject({ title: { text: 'user-auth!' }, problem, pending: null });
  const left = press(refused, 'escape');
  expect([left.effects, dialogOf(left.state)]).toEqual([[], null]);
});

test('without a selected worker, or once it is gone, a notice says so', () => {
  const none = press(room(facts({ repos: [repo('web')] })), 'e');
  expect([none.effects, none.state.notice?.text]).toEqual([[], 'Select a worker first.']);
  const gone = updateApp(press(busy, 'e').state, {
    type: 'factsArrived',
    facts: busyFacts({ workers: [] }),
  }).state;
  expect([dialogOf(gone), gone.notice?.text]).toEqual([null, `${id} is no longer there.`]);
});

test('the palette offers it', () => {
  const offers = selectOffers(type(press(busy, ':').state, 'rename').state);
  expect(offers[0]?.item).toMatchObject({ name: 'rename', key: 'e', off: null });
});
