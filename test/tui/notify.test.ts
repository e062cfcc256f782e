import { expect, it } from 'vitest';
import type { Facts } from '../../src/core/facts.ts';
import type { Worker } from '../../src/core/worker.ts';
import { updateApp } from '../../src/tui/update.ts';
import type { AppState } from '../../src/ui/state.ts';
import { busyFacts, facts, minutesAgo, press, proposal, room, worker } from './fixtures.ts';

const workers = (change: Partial<Worker>) =>
  busyFacts({ workers: [worker('web/a'), worker('web/b', change)], proposals: [] });
const told = (state: AppState, next: Facts) =>
  updateApp(state, { type: 'factsArrived', facts: next }).effects.map((effect) =>
    effect.type === 'notify' ? `${effect.worker}: ${effect.text}` : effect.type,
  );
const waits = { state: 'waiting', asks: 'Bash: ls', stateSince: minutesAgo(1) } as const;
const quiet = room(workers({}));

it('tells of what comes to need the person, once', () => {
  expect(told(quiet, workers(waits))).toEqual(['web/b: Bash: ls']);
  expect(told(room(workers(waits)), workers(waits))).toEqual([]);
  expect(told(room(workers(waits)), workers({ ...waits, stateSince: minutesAgo(0) }))).toEqual([
    'web/b: Bash: ls',
  ]);
});

it('tells of failure, and of nothing that goes well by itself', () => {
  const ended = { state: 'exited', exitCode: 3, stateSince: minutesAgo(1) } as const;
  expect(told(quiet, workers(ended))).toEqual(['web/b: ended with exit code 3']);
  expect(told(quiet, workers({ ...ended, wasStopped: true }))).toEqual([]);
  expect(told(quiet, workers({ ...ended, exitCode: 0 }))).toEqual([]);
  expect(told(quiet, workers({ state: 'idle' }))).toEqual([]);
});

it('keeps quiet about the worker that is looked at, not when the window is left', () => {
  const looking = press(quiet, 'down', 'down', 'down', 'down', 'down').state;
  const at = { ...looking, anchor: 'web/b' };
  expect(told(at, workers(waits))).toEqual([]);
  expect(told({ ...at, hasFocus: false }, workers(waits))).toEqual(['web/b: Bash: ls']);
});

it('keeps quiet about workers that the person silenced, until M is pressed again', () => {
  const silenced = { ...quiet, silenced: new Set(['web/b']) };
  expect(told(silenced, workers(waits))).toEqual([]);
  const toggled = press(
    { ...quiet, cursors: { ...quiet.cursors, fleet: { kind: 'worker', id: 'web/b' } } },
    'M',
  );
  expect([...toggled.state.silenced]).toEqual(['web/b']);
  expect([...press(toggled.state, 'M').state.silenced]).toEqual([]);
});

it('tells of proposals that the person did not make', () => {
  const proposed = (by: 'person' | 'orchestrator') => facts({ proposals: [proposal(1, 'web/x', { by })] });
  expect(told(room(facts()), proposed('orchestrator'))).toEqual(['web/x: start?']);
  expect(told(room(facts()), proposed('person'))).toEqual([]);
});

it('says nothing where the person wants no notifications', () => {
  const settings = { ...quiet.settings, notify: false };
  expect(told({ ...quiet, settings }, workers(waits))).toEqual([]);
});
