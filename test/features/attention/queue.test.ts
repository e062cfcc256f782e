import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../src/core/facts.ts';
import { type AgentRequest, type Question, queueOf } from '../../../src/core/queue.ts';
import type { Worker } from '../../../src/core/worker.ts';
import { isUnseen } from '../../../src/tui/definitions.ts';
import { selectDialog } from '../../../src/tui/overlays.ts';
import { updateApp } from '../../../src/tui/update.ts';
import { selectedWorker } from '../../../src/ui/select.ts';
import type { AppState } from '../../../src/ui/state.ts';
import { lineText } from '../../../src/ui/text.ts';
import {
  busyFacts,
  dialogOf,
  key,
  minutesAgo,
  now,
  press,
  proposal,
  room,
  type,
  worker,
} from '../../tui/fixtures.ts';

function request(id: string, change: Partial<AgentRequest> = {}): AgentRequest {
  return {
    ...{ id, worker: 'admin/dashboard', kind: 'permission', since: minutesAgo(8), text: `Bash: ${id}` },
    ...{ detail: id, isWhole: true, isCut: false, questions: [] },
    ...change,
  };
}

function asking(...requests: readonly AgentRequest[]): Facts {
  const facts = busyFacts({
    workers: [
      worker('backend/user-auth'),
      worker('admin/dashboard', { state: 'waiting', asks: 'Bash: one' }),
    ],
    proposals: [],
  });
  const { workers, proposals } = facts;
  return { ...facts, queue: queueOf({ workers, proposals, requests, setAside: new Map(), now }) };
}

/** Wide enough for rows to say all of a short command. */
const wide = { cols: 200, rows: 50 };
const opened = (...requests: readonly AgentRequest[]) => press(room(asking(...requests), wide), 'tab').state;
const arrives = (state: AppState, ...requests: readonly AgentRequest[]) =>
  updateApp(state, { type: 'factsArrived', facts: asking(...requests) }).state;
const selected = (state: AppState) => {
  const key = state.cursors.queue;
  return key?.kind === 'request' ? key.request : key?.kind;
};
const cardText = (state: AppState) => selectDialog(state)?.lines.map(lineText).join('\n') ?? '';
const allow = (id: string) => ({ method: 'answer', params: { request: id, answer: { say: 'allow' } } });

describe('y on a row', () => {
  it('allows exactly the selected request, when its row shows all of it', () => {
    const { effects } = press(opened(request('one'), request('two', { since: minutesAgo(1) })), 'down', 'y');
    expect(effects).toMatchObject([allow('two')]);
  });

  it('shows all of it first, when the row shows only a part', () => {
    const write = request('w', { text: 'Write: a.ts', detail: 'a.ts\n\nsecret', isWhole: false });
    const card = press(opened(write), 'y');
    expect(card.effects).toEqual([]);
    expect(cardText(card.state)).toContain('secret');
    expect(press(card.state, 'y').effects).toMatchObject([allow('w')]);
  });

  it('shows all of it first, when the row is too narrow', () => {
    const long = press(opened(request('git status --short')), 'y');
    expect(long.effects).toEqual([]);
    expect(press(long.state, 'y').effects).toMatchObject([allow('git status --short')]);
    const narrow = press(press(room(asking(request('one')), { cols: 80, rows: 24 }), 'tab').state, 'y');
    expect(narrow.effects).toEqual([]);
    expect(dialogOf(narrow.state)).toMatchObject({ kind: 'ask', request: 'one' });
  });

  it('does not allow a request that cannot be shown in full, there or on its card', () => {
    const long = request('l', { isCut: true });
    const refused = press(opened(long), 'y');
    expect(refused.effects).toEqual([]);
    expect(refused.state.notice?.text).toContain('in its pane');
    expect(press(refused.state, 'enter', 'y').effects).toEqual([]);
  });

  it('goes to the next one after the answer, and answers that at once', () => {
    const first = press(opened(request('one'), request('two')), 'y');
    const [effect] = first.effects;
    if (effect?.type !== 'request' || effect.method !== 'answer') throw new Error('nothing was asked');
    const { method, params, tag } = effect;
    const answered = updateApp(first.state, {
      ...{ type: 'answered', method, params, tag },
      result: { ok: true, value: null },
    });
    expect(selected(answered.state)).toBe('two');
    expect(press(answered.state, 'y').effects).toMatchObject([allow('two')]);
  });

  it('is held back once when another request has taken the place of the selected one', () => {
    const slid = arrives(opened(request('one'), request('two')), request('two'));
    expect(selected(slid)).toBe('two');
    const held = press(slid, 'y');
    expect(held.effects).toEqual([]);
    expect(held.state.notice?.text).toContain('Press again');
    expect(press(held.state, 'y').effects).toMatchObject([allow('two')]);
  });

  it('is off in a zoom, where the next request cannot be seen', () => {
    const zoomed = press(opened(request('one'), request('two', { worker: 'backend/user-auth' })), 'z').state;
    const slid = arrives(zoomed, request('two', { worker: 'backend/user-auth' }));
    expect(selectedWorker(slid)?.id).toBe('admin/dashboard');
    expect(press(slid, 'y').effects).toEqual([]);
  });

  it('is held back once when the selected worker waits for something else', () => {
    const wanting = (change: Partial<Worker>) =>
      busyFacts({ workers: [worker('web/a', { state: 'limited', ...change })], proposals: [] });
    const before = press(room(wanting({ limitedUntil: minutesAgo(-60) })), 'tab').state;
    const turned = (change: Partial<Worker>) =>
      updateApp(before, { type: 'factsArrived', facts: wanting(change) }).state;
    const goOn = { method: 'goOn', params: { ids: ['web/a'] } };
    const held = press(turned({ limitedUntil: minutesAgo(1) }), 'y');
    expect(held.effects).toEqual([]);
    expect(held.state.notice?.text).toContain('Press again');
    expect(press(held.state, 'y').effects).toMatchObject([goOn]);
    const finishWish = { by: 'orchestrator', at: minutesAgo(1), why: 'it is done' };
    expect(press(turned({ state: 'idle', finishWish }), 'n').effects).toEqual([]);
    expect(press(turned({ limitedUntil: minutesAgo(-60), said: null }), 'y').state.selectionShifted).toBe(
      false,
    );
  });

  it('stays with its request while others come and go', () => {
    const both = opened(request('one'), request('two', { since: minutesAgo(1) }));
    const later = arrives(both, request('zero', { since: minutesAgo(60) }), request('one'));
    expect(press(later, 'y').effects).toMatchObject([allow('one')]);
  });

  it('opens the card of a proposal, and the preview of a finished task', () => {
    const card = press(room(busyFacts({ workers: [], proposals: [proposal(7, 'web/seo')] })), 'tab', 'y');
    expect(dialogOf(card.state)).toMatchObject({ kind: 'card', n: 7 });
    const update = { worker: 'web/a', at: minutesAgo(1), status: 'done', summary: 'Ready' } as const;
    const rest = { done: [], next: [], blockers: [], minutes: null, percent: 100, readyToMerge: true };
    const done = worker('web/a', { state: 'idle', update: { ...update, ...rest } });
    const preview = press(room(busyFacts({ workers: [done], proposals: [] })), 'tab', 'y');
    expect(preview.effects).toMatchObject([{ method: 'previewFinish', params: { id: 'web/a' } }]);
    const aside = press(room(busyFacts({ workers: [done], proposals: [] })), 'tab', 'n');
    expect(aside.effects).toMatchObject([{ method: 'setAside', params: { id: 'web/a' } }]);
  });
});

describe('n', () => {
  it('denies with the typed reason, which the agent gets', () => {
    const denying = type(press(opened(request('one')), 'n').state, 'use pnpm');
    expect(press(denying.state, 'enter').effects).toMatchObject([
      { method: 'answer', params: { request: 'one', answer: { say: 'deny', why: 'use pnpm' } } },
    ]);
  });

  it('denies without a reason, too', () => {
    const { effects } = press(opened(request('one')), 'n', 'enter');
    expect(effects).toMatchObject([{ params: { answer: { say: 'deny', why: '' } } }]);
  });

  it('is a new worker in the other list', () => {
    expect(dialogOf(press(room(), 'n').state)).toMatchObject({ kind: 'form' });
  });
});

describe('the card', () => {
  it('closes with a notice when the pane answered first', () => {
    const card = press(opened(request('one')), 'enter').state;
    const gone = arrives(card);
    expect(gone.focus).toEqual({ at: 'list' });
    expect(gone.notice?.text).toContain('answered in its pane');
  });

  it('leads to the pane', () => {
    const { focus } = press(opened(request('one')), 'enter', 'enter').state;
    expect(focus).toEqual({ at: 'pane', id: 'admin/dashboard' });
  });

  it('shows one question after the other and sends all answers together', () => {
    const question = (text: string, ...labels: string[]): Question => ({
      text,
      options: labels.map((label) => ({ label, description: `the ${label} one` })),
    });
    const questions = [question('Which colour?', 'red', 'blue'), question('Which size?', 'small', 'large')];
    const card = press(opened(request('q', { kind: 'question', questions })), 'y');
    expect(cardText(card.state)).toContain('2  blue');
    const second = press(card.state, '2');
    expect(second.effects).toEqual([]);
    expect(cardText(second.state)).toMatch(/✓ blue.*Which size/s);
    expect(press(second.state, '3').state.notice?.text).toBe('There is no option 3.');
    expect(press(second.state, '1').effects).toMatchObject([
      { params: { request: 'q', answer: { say: 'choose', options: [1, 0] } } },
    ]);
  });

  it('marks several options, and takes them with enter', () => {
    const options = ['tests', 'docs', 'lint'].map((label) => ({ label, description: '' }));
    const questions: Question[] = [
      { text: 'Which parts?', options, several: true },
      { text: 'Now?', options: options.slice(0, 2) },
    ];
    const card = press(opened(request('q', { kind: 'question', questions })), 'y').state;
    expect(cardText(card)).toMatch(/1 {2}\[ \] tests/);
    const marked = press(card, '3', '1', '2', '2');
    expect(marked.effects).toEqual([]);
    expect(cardText(marked.state)).toMatch(/\[✓\] tests.*\[ \] docs.*\[✓\] lint/s);
    const second = press(marked.state, 'enter').state;
    expect(cardText(second)).toMatch(/✓ tests.*✓ lint.*Now\?/s);
    expect(press(second, '2').effects).toMatchObject([
      { params: { request: 'q', answer: { say: 'choose', options: [[0, 2], 1] } } },
    ]);
    expect(press(card, 'enter').state.focus).toEqual({ at: 'pane', id: 'admin/dashboard' });
  });

  it('takes no marks that have not been drawn', () => {
    const options = ['tests', 'docs'].map((label) => ({ label, description: '' }));
    const questions: Question[] = [{ text: 'Which parts?', options, several: true }];
    const card = press(opened(request('q', { kind: 'question', questions })), 'y').state;
    expect(isUnseen(card, card)).toBe(false);
    const marked = press(card, '1').state;
    expect(isUnseen(marked, card)).toBe(true);
    const ahead = updateApp(marked, { type: 'tokenArrived', token: key('enter'), unseen: true });
    expect(ahead.effects).toEqual([]);
    expect(ahead.state.notice?.text).toContain('press again');
    expect(press(ahead.state, 'enter').effects).toMatchObject([{ method: 'answer' }]);
  });
});
