import { expect, test } from 'vitest';
import type { Facts } from '../../../src/core/facts.ts';
import { updateApp } from '../../../src/tui/update.ts';
import type { AppState } from '../../../src/ui/state.ts';
import { busyFacts, dialogOf, facts, plan, press, proposal, repo, room } from '../../tui/fixtures.ts';

const without = repo('web', { branch: 'main', base: 'main', hasDevelop: false });

function shop(change: Partial<Facts> = {}): Facts {
  return facts({ repos: [without, repo('backend')], ...change });
}

function answered(state: AppState): AppState {
  return updateApp(state, {
    type: 'answered',
    method: 'createDevelop',
    params: { repo: 'web' },
    tag: state.nextTag - 1,
    result: { ok: true, value: null },
  }).state;
}

test('D on a repository without develop asks, and y creates it', () => {
  const asked = press(room(shop()), 'D');
  expect(asked.effects).toEqual([]);
  expect(dialogOf(asked.state)).toMatchObject({ kind: 'create-develop', repo: 'web', back: null });
  const sent = press(asked.state, 'y');
  expect(sent.effects).toMatchObject([{ method: 'createDevelop', params: { repo: 'web' } }]);
  const done = answered(sent.state);
  expect(done.focus).toEqual({ at: 'list' });
  expect(done.notice?.text).toBe('web has a develop branch now; nothing was checked out.');
});

test.each([
  ['there is one', shop(), ['j', 'D'], 'backend has a develop branch.'],
  [
    'the repository cannot be read',
    facts({ repos: [{ ...without, problem: 'No commits yet.' }] }),
    ['D'],
    'web: No commits yet.',
  ],
  ['nothing is there', facts(), ['D'], 'Select a repository first.'],
])('where %s D says so', (_name, given, keys, text) => {
  const step = press(room(given), ...keys);
  expect(step.state.notice?.text).toBe(text);
  expect(dialogOf(step.state)).toBeNull();
});

const fromMain = proposal(3, 'web/cart', { plan: plan('web/cart', { digest: 'from main' }) });
const card = press(room(shop({ proposals: [fromMain] })), 'tab', 'enter').state;

test('from a card it returns to the card, whose new plan needs no second yes', () => {
  const sent = press(card, 'D', 'y').state;
  const planning = shop({ proposals: [{ ...fromMain, plan: null }] });
  const back = answered(updateApp(sent, { type: 'factsArrived', facts: planning }).state);
  expect(dialogOf(back)).toMatchObject({ kind: 'card', n: 3, digest: null });
  const fromDevelop = { ...fromMain, plan: plan('web/cart', { digest: 'from develop' }) };
  const planned = updateApp(back, { type: 'factsArrived', facts: shop({ proposals: [fromDevelop] }) }).state;
  expect(press(planned, 'y').effects).toMatchObject([
    { method: 'approve', params: { n: 3, digest: 'from develop' } },
  ]);
});

test('no goes back to the card, too', () => {
  expect(dialogOf(press(card, 'D', 'n').state)).toEqual(dialogOf(card));
});

test('a resume is not begun anew from another branch', () => {
  const resume = room(
    busyFacts({ repos: [without], proposals: [proposal(4, 'web/cart', { kind: 'resume' })] }),
  );
  expect(press(resume, 'tab', 'enter', 'D').state.notice?.text).toBe(
    'A resume goes on at the tip of its branch.',
  );
});
