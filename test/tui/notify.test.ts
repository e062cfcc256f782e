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

it('notifies once of each new need', () => {
  expect(told(quiet, workers(waits))).toEqual(['web/b: Bash: ls']);
  expect(told(room(workers(waits)), workers(waits))).toEqual([]);
  expect(told(room(workers(waits)), workers({ ...waits, stateSince: minutesAgo(0) }))).toEqual([
    'web/b: Bash: ls',
  ]);
});

it('notifies of failures, but not of successes that need nothing', () => {
  const ended = { state: 'exited', exitCode: 3, stateSince: minutesAgo(1) } as const;
  expect(told(quiet, workers(ended))).toEqual(['web/b: ended with exit code 3']);
  expect(told(quiet, workers({ ...ended, wasStopped: true }))).toEqual([]);
  expect(told(quiet, workers({ ...ended, exitCode: 0 }))).toEqual([]);
  expect(told(quiet, workers({ state: 'idle' }))).toEqual([]);
});

it('does not notify of the worker in view, unless the window lost the focus', () => {
  const looking = press(quiet, 'down', 'down', 'down', 'down', 'down').state;
  const at = { ...looking, anchor: 'web/b' };
  expect(told(at, workers(waits))).toEqual([]);
  expect(told({ ...at, hasFocus: false }, workers(waits))).toEqual(['web/b: Bash: ls']);
});

it('does not notify of silenced workers until M is pressed again', () => {
  const silenced = { ...quiet, silenced: new Set(['web/b']) };
  expect(told(silenced, workers(waits))).toEqual([]);
  const toggled = press(
    { ...quiet, cursors: { ...quiet.cursors, fleet: { kind: 'worker', id: 'web/b' } } },
    'M',
  );
  expect([...toggled.state.silenced]).toEqual(['web/b']);
  expect([...press(toggled.state, 'M').state.silenced]).toEqual([]);
});

it('notifies of proposals by others than the person', () => {
  const proposed = (by: 'person' | 'orchestrator') => facts({ proposals: [proposal(1, 'web/x', { by })] });
  expect(told(room(facts()), proposed('orchestrator'))).toEqual(['web/x: start?']);
  expect(told(room(facts()), proposed('person'))).toEqual([]);
});

it('does not notify if the settings say so', () => {
  const settings = { ...quiet.settings, notify: false };
  expect(told({ ...quiet, settings }, workers(waits))).toEqual([]);
});
