import { describe, expect, it } from 'vitest';
import { dialogOf, isUnseen } from '../../src/app/definitions.ts';
import { updateApp } from '../../src/app/update.ts';
import type { AppState } from '../../src/room/state.ts';
import { withDialog } from '../../src/room/step.ts';
import { busyFacts, key, press, proposal, room } from './fixtures.ts';

const before = room(busyFacts({ workers: [], proposals: [proposal(7, 'web/seo'), proposal(8, 'web/a')] }));
const card = press(before, 'tab', 'enter').state;
const several = press(before, 'A').state;
const typedAhead = (state: AppState, name: string) =>
  updateApp(state, { type: 'tokenArrived', token: key(name), unseen: true });

describe('a yes that was typed ahead', () => {
  it.each<[string, AppState]>([
    ['card', card],
    ['list of several', several],
  ])('starts nothing from a %s that has just come up, until it is said again', (_, opened) => {
    expect(isUnseen(opened, before)).toBe(true);
    const held = typedAhead(opened, 'y');
    expect(held.effects).toEqual([]);
    expect(held.state.notice?.text).toContain('press again');
    expect(isUnseen(held.state, held.state)).toBe(false);
    expect(press(held.state, 'y').effects[0]).toMatchObject({ method: 'approve' });
  });

  it('does not insist on a limit that has not been read', () => {
    const dialog = dialogOf(card);
    if (dialog?.kind !== 'card') throw new Error('no card');
    const insisting = withDialog(card, { ...dialog, overLimit: true });
    expect(isUnseen(insisting, card)).toBe(true);
  });

  it('is no matter where nothing is decided, and other keys always act', () => {
    expect(isUnseen(before, null)).toBe(false);
    expect(isUnseen(press(before, '?').state, before)).toBe(false);
    expect(dialogOf(typedAhead(card, 'escape').state)).toBeNull();
  });
});
