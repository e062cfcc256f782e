import { expect, test } from 'vitest';
import type { Problem } from '../../../src/lib/result.ts';
import { nextTick, updateApp } from '../../../src/tui/update.ts';
import type { AppState } from '../../../src/ui/state.ts';
import { withNotice } from '../../../src/ui/step.ts';
import { busyFacts, dialogOf, facts, now, press, repo, room } from '../../tui/fixtures.ts';

const quiet = room(facts({ repos: [repo('web')] }));
const log = { code: 'log_damaged', message: 'Line 7 of the log was set aside.' };
const config = { code: 'config_invalid', message: 'The configuration cannot be read.', hint: 'Mend it.' };

/** Lets time pass as the client does: a tick whenever one is asked for. */
function wait(from: AppState, milliseconds: number): AppState {
  let state = from;
  let time = state.now;
  for (;;) {
    const pause = nextTick(state, time);
    if (pause === null || time + pause > from.now + milliseconds) return state;
    time += pause;
    state = updateApp(state, { type: 'ticked', now: time }).state;
  }
}

test('a notice disappears by itself, a refusal later than news', () => {
  for (const [tone, life] of [
    ['info', 10_000],
    ['problem', 30_000],
  ] as const) {
    const told = withNotice(quiet, 'Told.', tone);
    expect(wait(told, life).notice?.text).toBe('Told.');
    expect(wait(told, life + 1_000).notice).toBeNull();
  }
});

test('no timer runs once the notice has gone', () => {
  expect(nextTick(wait(withNotice(quiet, 'Told.'), 60_000), now + 60_000)).toBeNull();
});

test('several notices at once name the key that shows them all', () => {
  const told = updateApp(room(), {
    type: 'factsArrived',
    facts: busyFacts({ notices: [log, config] }),
  }).state;
  expect(told.notice?.text).toBe('Line 7 of the log was set aside. (2 notices: press !)');
});

test('a repaired configuration is announced once', () => {
  const arrived = (from: AppState, notices: readonly Problem[]) =>
    updateApp(from, { type: 'factsArrived', facts: busyFacts({ notices }) }).state;
  const broken = arrived(room(), [log, config]);
  const again = arrived(broken, [log]);
  expect(again.notice).toMatchObject({ text: '.orch/config.json is valid again and in use.', tone: 'info' });
  expect(arrived({ ...again, notice: null }, [log]).notice).toBeNull();
});

test('a notice too long for its line names the key that shows all of it', () => {
  const message = `${'/a/very/long/folder'.repeat(9)} cannot be read.`;
  const told = updateApp(room(), {
    type: 'factsArrived',
    facts: busyFacts({ notices: [{ code: 'config_invalid', message }] }),
  }).state;
  expect(told.notice?.text).toMatch(/^\/a\/very.*… \(all of it: press !\)$/);
  expect(told.notice?.text.length).toBeLessThan(120);
});

test('! shows the notices, as often as it is pressed', () => {
  expect(press(room(), '!').state.notice?.text).toBe('There are no notices.');
  const told = room(busyFacts({ notices: [log] }));
  const open = press(told, 'j', '!').state;
  expect(dialogOf(open)).toEqual({ kind: 'notices', scroll: 0 });
  expect(dialogOf(press(open, 'escape', '!').state)).toEqual(dialogOf(open));
});
