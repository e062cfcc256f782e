import { expect, test } from 'vitest';
import type { Update } from '../../../src/core/worker.ts';
import { selectDialog } from '../../../src/tui/overlays.ts';
import { updateApp } from '../../../src/tui/update.ts';
import { lineText } from '../../../src/ui/text.ts';
import { busyFacts, dialogOf, minutesAgo, press, room, type, worker } from '../../tui/fixtures.ts';

const id = 'web/login';
/** Its worker has another question, which waits above its time. */
const blocked = {
  status: 'blocked' as const,
  ...{ worker: id, at: minutesAgo(3), summary: 'Which colour?', done: [], next: [] },
  ...{ blockers: ['Which colour?'], minutes: null, percent: null, readyToMerge: false },
} satisfies Update;
const saying = (text: string | null) => {
  const openTime = text === null ? null : { at: minutesAgo(2), text };
  return busyFacts({ workers: [worker(id, { state: 'idle', update: blocked, openTime })], proposals: [] });
};
const open = () => press(room(saying('3 units')), 'tab', 'down', 'y').state;

test('y on an open time asks for it, and enter sends it', () => {
  const opened = { kind: 'weigh-time', id, said: '3 units' };
  expect(dialogOf(open())).toMatchObject(opened);
  expect(dialogOf(press(room(saying('3 units')), 'tab', 'down', 'down', 'enter').state)).toMatchObject(
    opened,
  );
  expect(selectDialog(open())?.lines.map(lineText).join('\n')).toContain('It said: 3 units');
  const wrong = press(type(open(), '3 units').state, 'enter');
  expect([wrong.effects, dialogOf(wrong.state)]).toMatchObject([[], { problem: { code: 'bad_time' } }]);
  const sent = press(type(open(), '2h 30m').state, 'enter');
  expect(sent.effects).toMatchObject([
    { method: 'weighTime', params: { id, said: '3 units', minutes: 150 } },
  ]);
  expect(press(sent.state, 'enter').effects).toEqual([]);
  const done = updateApp(sent.state, {
    ...{ type: 'answered', method: 'weighTime', params: { id, minutes: 150 }, tag: sent.state.nextTag - 1 },
    result: { ok: true, value: { id, minutes: 150 } },
  }).state;
  expect([dialogOf(done), done.notice?.text]).toEqual([
    null,
    `${id} has worked 2h 30m in all. Take it back: orch-tui worker time ${id} --undo`,
  ]);
});

test.each([
  ['it is weighed elsewhere', saying(null), `The time of ${id} no longer waits for you.`],
  ['it says something else', saying('4 units'), `${id} has reported another time since.`],
  ['it goes away', busyFacts({ workers: [], proposals: [] }), `${id} is no longer there.`],
])('closes when %s', (_, facts, why) => {
  const after = updateApp(open(), { type: 'factsArrived', facts }).state;
  expect([dialogOf(after), after.notice?.text]).toEqual([null, why]);
});

test('esc leaves it open, and n still dismisses it', () => {
  const left = press(open(), 'escape');
  expect([left.effects, dialogOf(left.state)]).toEqual([[], null]);
  expect(press(left.state, 'n').effects).toMatchObject([{ method: 'setAside', params: { id } }]);
});
