import { expect, test } from 'vitest';
import type { Proposal } from '../../../src/core/proposal.ts';
import { updateApp } from '../../../src/tui/update.ts';
import type { AppState } from '../../../src/ui/state.ts';
import type { Answered } from '../../../src/ui/step.ts';
import { after, busyFacts, dialogOf, plan, press, proposal, room, type, worker } from '../../tui/fixtures.ts';

const id = 'backend/rate-limits';
const open = press(room(), 'tab', 'enter').state;

function withProposals(state: AppState, ...proposals: readonly Proposal[]): AppState {
  return updateApp(state, { type: 'factsArrived', facts: busyFacts({ proposals }) }).state;
}

function answer(message: Omit<Answered, 'type'>): Answered {
  return { type: 'answered', ...message } as Answered;
}

test('y approves exactly the digest on the card, with the size of the future pane', () => {
  const { effects } = press(open, 'y');
  expect(effects).toEqual([
    {
      type: 'request',
      method: 'approve',
      params: { n: 7, digest: `digest of ${id}`, cols: 42, rows: 15 },
      tag: open.nextTag,
    },
  ]);
});

test('beside a stack the new worker is the main pane', () => {
  const stacked = press(room(), 'm', 'tab', 'enter', 'y');
  expect(stacked.effects).toMatchObject([{ method: 'approve', params: { cols: 56, rows: 32 } }]);
});

test('y twice sends one request', () => {
  const step = press(open, 'y', 'y');
  expect(step.effects).toHaveLength(1);
  expect(step.state.notice?.text).toBe('Waiting for the controller; esc closes.');
});

test.each([
  ['is still worked out', { plan: null }, 'The plan is still being worked out.'],
  [
    'cannot be carried out',
    { plan: null, problem: { code: 'exists', message: 'The branch exists.' } },
    'It cannot be started: The branch exists.',
  ],
  [
    'has a problem beside its plan',
    { problem: { code: 'exists', message: 'The branch exists.' } },
    'It cannot be started: The branch exists.',
  ],
] as const)('a plan that %s cannot be approved', (_what, change, reason) => {
  const step = press(withProposals(open, proposal(7, id, change)), 'y');
  expect(step.effects).toEqual([]);
  expect(step.state.notice?.text).toBe(reason);
});

test('a worker beyond the limit is started by a second y, after a notice', () => {
  const limit = { code: 'limit_reached', message: '4 workers run already.' };
  const full = withProposals(open, proposal(7, id, { limit }));
  const first = press(full, 'y');
  expect(first.effects).toEqual([]);
  expect(first.state.notice?.text).toBe('4 workers run already. y again starts it.');
  expect(press(first.state, 'y').effects).toMatchObject([{ method: 'approve', params: { overLimit: true } }]);
});

test('y starts nothing when the budget is spent', () => {
  const limit = { code: 'budget_spent', message: '$5.00 of $5.00 are spent today.' };
  const step = press(withProposals(open, proposal(7, id, { limit })), 'y', 'y');
  expect(step.effects).toEqual([]);
  expect(step.state.notice?.text).toBe(limit.message);
});

test('nothing is approved without a connection', () => {
  const lost = { status: 'lost', problem: { code: 'disconnected', message: 'gone' } } as const;
  expect(press({ ...open, connection: lost }, 'y').effects).toEqual([]);
});

test('a plan that changes while it is shown is announced and needs a second y', () => {
  const other = proposal(7, id, { plan: plan(id, { digest: 'another' }) });
  const changed = withProposals(open, other);
  expect(dialogOf(changed)).toMatchObject({ digest: 'another', changed: true });
  const first = press(changed, 'y');
  expect(first.effects).toEqual([]);
  expect(first.state.notice?.text).toContain('The plan changed before you pressed y.');
  expect(press(first.state, 'y').effects).toMatchObject([
    { method: 'approve', params: { digest: 'another' } },
  ]);
});

test('a plan that disappears and returns different counts as changed', () => {
  const blank = withProposals(open, proposal(7, id, { plan: null }));
  expect(press(blank, 'y').effects).toEqual([]);
  const back = withProposals(blank, proposal(7, id, { plan: plan(id, { digest: 'another' }) }));
  expect(dialogOf(back)).toMatchObject({ changed: true });
  expect(dialogOf(withProposals(blank, proposal(7, id)))).toMatchObject({ changed: false });
});

test('the first plan to arrive does not count as a change', () => {
  const unplanned = press(
    room(busyFacts({ proposals: [proposal(7, id, { plan: null })] })),
    'tab',
    'enter',
  ).state;
  expect(dialogOf(withProposals(unplanned, proposal(7, id)))).toMatchObject({ changed: false });
});

test('a started worker is selected and shown before the next facts arrive', () => {
  const asked = press(open, 'y').state;
  const value = worker(id, { state: 'starting' });
  const params = { n: 7, digest: `digest of ${id}` };
  const quiet = { ...asked, facts: { ...busyFacts(), workers: [worker('web/checkout')] } };
  const next = updateApp(
    quiet,
    answer({ method: 'approve', params, tag: open.nextTag, result: { ok: true, value } }),
  ).state;
  expect(next).toMatchObject({ focus: { at: 'list' }, list: 'fleet', anchor: id });
  expect(next.cursors.fleet).toEqual({ kind: 'worker', id });
  expect(next.facts?.proposals).toEqual([]);
  expect(next.notice?.text).toBe(`${id} was started.`);

  const again = { ok: true, value: { ...value, run: 2 } } as const;
  const resumed = updateApp(quiet, answer({ method: 'approve', params, tag: open.nextTag, result: again }));
  expect(resumed.state.notice?.text).toBe(`${id} was resumed.`);
});

test('the keys stay in the queue while more is waiting', () => {
  const two = press(
    room(busyFacts({ proposals: [proposal(7, id), proposal(8, 'web/seo')] })),
    'tab',
    'enter',
  ).state;
  const asked = press(two, 'y').state;
  const params = { n: 7, digest: `digest of ${id}` };
  const result = { ok: true, value: worker(id) } as const;
  const next = updateApp(asked, answer({ method: 'approve', params, tag: two.nextTag, result })).state;
  expect(next.list).toBe('queue');
  expect(next.cursors.queue).toEqual({ kind: 'proposal', n: 8 });
});

test('a refusal stays on the card, and y can be tried again', () => {
  const asked = press(open, 'y').state;
  const problem = { code: 'plan_changed', message: 'The base moved.' };
  const params = { n: 7, digest: `digest of ${id}` };
  const refused = updateApp(
    asked,
    answer({ method: 'approve', params, tag: open.nextTag, result: { ok: false, problem } }),
  ).state;
  expect(dialogOf(refused)).toMatchObject({ kind: 'card', problem, pending: null });
  expect(press(refused, 'y').effects).toHaveLength(1);
});

test('an answer to a closed card opens nothing', () => {
  const closed = press(press(open, 'y').state, 'l').state;
  const params = { n: 7, digest: `digest of ${id}` };
  const result = { ok: false, problem: { code: 'x', message: 'No.' } } as const;
  const next = updateApp(closed, answer({ method: 'approve', params, tag: open.nextTag, result })).state;
  expect(next.focus).toEqual({ at: 'list' });
  expect(next.notice).toEqual({ text: 'No.', tone: 'problem', since: null });
});

test('a card whose proposal is closed closes with a notice', () => {
  const next = withProposals(open);
  expect(next.focus).toEqual({ at: 'list' });
  expect(next.notice?.text).toBe('Proposal 7 is no longer open.');
});

test('a card that waits for its answer stays open after its proposal is closed', () => {
  expect(dialogOf(withProposals(press(open, 'y').state))).toMatchObject({ kind: 'card', n: 7 });
});

test.each(['l', 'escape', 'q', 'ctrl-c'])('%s decides later: the proposal stays', (key) => {
  const step = press(open, key);
  expect(step.effects).toEqual([]);
  expect(step.state.focus).toEqual({ at: 'list' });
  expect(step.state.facts?.proposals).toHaveLength(1);
});

test('rejecting asks for the reason and sends it', () => {
  const typed = type(press(open, 'n').state, 'not now: yes, we have it').state;
  expect(press(typed, 'enter').effects).toMatchObject([
    { method: 'reject', params: { n: 7, why: 'not now: yes, we have it' } },
  ]);
  expect(dialogOf(press(typed, 'escape').state)).toMatchObject({ kind: 'card', n: 7 });
});

test('editing opens the form with the draft and returns with the new plan', () => {
  const form = press(open, 'e').state;
  expect(dialogOf(form)).toMatchObject({
    kind: 'form',
    editing: 7,
    repo: 'backend',
    task: { text: 'rate-limits' },
  });
  const sent = press(type(form, ' Soon.').state, 'enter');
  const draft = { ...proposal(7, id).draft, brief: `${proposal(7, id).draft.brief} Soon.` };
  expect(sent.effects).toMatchObject([{ method: 'edit', params: { n: 7, draft } }]);
  const value = proposal(7, id, { draft, plan: plan(id, { digest: 'edited' }) });
  const next = updateApp(
    sent.state,
    answer({ method: 'edit', params: { n: 7, draft }, tag: form.nextTag, result: { ok: true, value } }),
  ).state;
  expect(dialogOf(next)).toMatchObject({ kind: 'card', digest: 'edited', changed: false });
});

test('a resume cannot be edited', () => {
  const resume = withProposals(open, proposal(7, id, { kind: 'resume' }));
  expect(press(resume, 'e').state.notice?.text).toBe('A resume has nothing to edit.');
});

test('a requested resume shows its card, unless the person has moved on', () => {
  const ended = busyFacts({ workers: [worker('web/a', { state: 'exited', exitCode: 0 })], proposals: [] });
  const asked = press(room(ended), 'r');
  const value = proposal(9, 'web/a', { kind: 'resume', by: 'person' });
  const message = answer({
    method: 'proposeResume',
    params: { id: 'web/a' },
    tag: asked.state.nextTag - 1,
    result: { ok: true, value },
  });
  expect(dialogOf(updateApp(asked.state, message).state)).toMatchObject({ kind: 'card', n: 9 });
  const busy = after(press(asked.state, '?').state, [message]).state;
  expect(dialogOf(busy)?.kind).toBe('help');
  expect(busy.facts?.proposals).toHaveLength(1);
});
