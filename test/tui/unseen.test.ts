import { describe, expect, it } from 'vitest';
import { isUnseen } from '../../src/tui/definitions.ts';
import { updateApp } from '../../src/tui/update.ts';
import type { AppState } from '../../src/ui/state.ts';
import { withDialog } from '../../src/ui/step.ts';
import { conflictRoom, documentRoom, refusedSync } from '../features/invoices/documentFixtures.ts';
import { radarRoom } from '../features/radar/radarFixtures.ts';
import { busyFacts, dialogOf, key, press, proposal, room, worker } from './fixtures.ts';

const before = room(busyFacts({ workers: [], proposals: [proposal(7, 'web/seo'), proposal(8, 'web/a')] }));
const card = press(before, 'tab', 'enter').state;
const several = press(before, 'A').state;
const typedAhead = (state: AppState, name: string) =>
  updateApp(state, { type: 'tokenArrived', token: key(name), unseen: true });

describe('a yes that was typed ahead', () => {
  it.each<[string, AppState]>([
    ['card', card],
    ['list of several', several],
  ])('starts nothing from a %s that was not drawn yet, until it is pressed again', (_, opened) => {
    expect(isUnseen(opened, before)).toBe(true);
    const held = typedAhead(opened, 'y');
    expect(held.effects).toEqual([]);
    expect(held.state.notice?.text).toContain('press again');
    expect(isUnseen(held.state, held.state)).toBe(false);
    expect(press(held.state, 'y').effects[0]).toMatchObject({ method: 'approve' });
  });

  it('does not override a limit that was not drawn yet', () => {
    const dialog = dialogOf(card);
    if (dialog?.kind !== 'card') throw new Error('no card');
    const insisting = withDialog(card, { ...dialog, overLimit: true });
    expect(isUnseen(insisting, card)).toBe(true);
  });

  it('does not answer the question of a sync that was not drawn yet', () => {
    const size = { cols: 120, rows: 36 };
    const running = press(documentRoom(size), 'b', 's').state;
    const refused = refusedSync(size, 'mass_deletion');
    expect(isUnseen(refused, running)).toBe(true);
    const held = typedAhead(refused, 'y');
    expect([held.effects, held.state.notice?.text]).toEqual([
      [],
      'This has just appeared. Read it, then press again.',
    ]);
    expect(press(held.state, 'y').effects).toMatchObject([{ params: { allowMassDelete: true } }]);
  });

  it.each(['m', 't'])('decides by %s no conflict that has just replaced another', (choice) => {
    const first = conflictRoom({ cols: 120, rows: 36 });
    expect(isUnseen(first, press(first, 'escape').state)).toBe(true);
    const next = press(first, 'j').state;
    expect(isUnseen(next, first)).toBe(true);
    expect(typedAhead(next, choice).effects).toEqual([]);
    expect(typedAhead(next, 'k').state.focus).toEqual(first.focus);
    expect(press(next, choice).effects).toMatchObject([{ method: 'resolveSync', params: { id: 'T-3' } }]);
  });

  it('sends no suggested message that was not drawn yet', () => {
    const matrix = radarRoom({ cols: 120, rows: 36 });
    const writing = press(matrix, 'm').state;
    expect(isUnseen(writing, matrix)).toBe(true);
    expect(typedAhead(writing, 'enter').effects).toEqual([]);
    expect(isUnseen(press(writing, 'tab').state, writing)).toBe(true);
    expect(press(writing, 'enter').effects).toMatchObject([{ method: 'send' }]);
  });

  it('stops no other worker than the one in the question', () => {
    const [first, second] = [press(room(), 's').state, press(room(), 'n', 'escape', 'j', 's').state];
    expect(dialogOf(second)).not.toEqual(dialogOf(first));
    expect(isUnseen(second, first)).toBe(true);
    expect(typedAhead(second, 'y').effects).toEqual([]);
  });

  it('starts no others than the listed ones', () => {
    const more = [proposal(7, 'web/seo'), proposal(8, 'web/a'), proposal(9, 'web/b')];
    const other = press(room(busyFacts({ workers: [], proposals: more })), 'A').state;
    expect(isUnseen(other, several)).toBe(true);
  });

  it('continues no others than the listed ones', () => {
    const limited = { state: 'limited', limitedUntil: null } as const;
    const listing = (...ids: string[]) =>
      press(room(busyFacts({ workers: ids.map((id) => worker(id, limited)), proposals: [] })), 'C').state;
    expect(dialogOf(listing('web/a'))?.kind).toBe('go-on');
    expect(isUnseen(listing('web/a', 'web/b'), listing('web/a'))).toBe(true);
    expect(isUnseen(listing('web/a'), listing('web/a'))).toBe(false);
  });

  it('is harmless where nothing is decided, and other keys always work', () => {
    expect(isUnseen(before, null)).toBe(false);
    expect(isUnseen(press(before, '?').state, before)).toBe(false);
    expect(dialogOf(typedAhead(card, 'escape').state)).toBeNull();
  });
});
