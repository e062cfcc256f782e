import { expect, it } from 'vitest';
import { parseUpdateBlock } from '../../../src/agents/updateBlock.ts';
import { eventSentence } from '../../../src/features/log.ts';
import { Scene } from '../../controller/scene.ts';

const id = 'backend/auth';
/** Sends a report as a text block of a worker. */
function report(scene: Scene, time: string): Scene {
  const update = parseUpdateBlock(`[WORKER UPDATE]\nTask: Login\nStatus: in progress\nTime: ${time}`);
  if (!update) throw new Error('no report');
  return scene.tell({ type: 'session-asked', ticket: 0, id, request: { do: 'report', update } });
}

/** The statement that waits for the person, and the worker's claimed total. */
function told(scene: Scene): readonly [string | undefined, number | null | undefined] {
  const { workers, workTimes } = scene.state.log;
  return [workers.get(id)?.openTime?.text, workTimes.get(id)?.claimed];
}

it('a time that a person enters is not asked again, overrides claims, and can be withdrawn', () => {
  const scene = report(new Scene().started(), '1 hour');
  expect(told(report(scene, '3 units'))).toEqual(['3 units', 60]);
  scene.ask({ do: 'weighTime', id, minutes: 150, said: '3 units' });
  expect(scene.events).toEqual([{ type: 'time-weighed', id, minutes: 150 }]);
  expect(told(scene)).toEqual([undefined, 150]);
  expect(told(report(scene, '3 units'))).toEqual([undefined, 150]);
  scene.ask({ do: 'weighTime', id, minutes: null });
  expect(told(scene)).toEqual(['3 units', 60]);
  scene.ask({ do: 'weighTime', id, minutes: 45 });
  // Less than the worker's own claim: later totals are compared with the person's answer.
  expect(told(report(scene, '2 hours'))).toEqual([undefined, 120]);
  expect(scene.ask({ do: 'weighTime', id, minutes: null }).refusal).toBe('not_weighed');
});

it('a total that decreased is answered the same way, also by a smaller one', () => {
  const scene = report(report(new Scene().started(), '8 hours'), '6 hours');
  expect(told(scene)).toEqual(['6h 00m in all, after 8h 00m', 480]);
  expect(told(scene.ask({ do: 'weighTime', id, minutes: 360 }))).toEqual([undefined, 360]);
  expect(told(report(scene, '7 hours'))).toEqual([undefined, 420]);
});

it('refuses a time that is not open, an outdated statement, an unknown worker, and senders other than a person', () => {
  const scene = report(new Scene().started(), '3 units');
  const ask = (wish: object, person = true) =>
    scene.ask({ do: 'weighTime', id, minutes: 60, ...wish } as never, person).refusal;
  expect(ask({ said: '2 units' })).toBe('time_changed');
  expect(ask({ id: 'backend/none' })).toBe('no_such_worker');
  expect(ask({}, false)).toBe('approval_forbidden');
  expect(told(scene)).toEqual(['3 units', null]);
  expect([ask({}), ask({})]).toEqual([undefined, 'no_open_time']);
});

it('is described in the log', () => {
  const said = (minutes: number | null) =>
    eventSentence({ type: 'time-weighed', minutes } as { type: string });
  expect([said(90), said(null)]).toEqual([
    'You entered that it has worked 1h 30m in all',
    'You withdrew the time you had entered',
  ]);
});
