import { expect, test } from 'vitest';
import type { MouseToken, Token } from '../../../src/terminal/input.ts';
import { selectDialog } from '../../../src/tui/overlays.ts';
import { updateApp } from '../../../src/tui/update.ts';
import type { AppState } from '../../../src/ui/state.ts';
import { lineWidth } from '../../../src/ui/text.ts';
import { type Random, randomOf } from '../../support/random.ts';
import { click, dialogOf, key } from '../../tui/fixtures.ts';
import { boardedFacts, boardRoom, card } from './boardFixtures.ts';

const rounds = Number(process.env.ORCH_RANDOM_ROUNDS ?? 15);
const movingKeys = ['<', '>', 'H', 'L'];

/** Prefers actions on a dragged card. */
function someToken(random: Random, state: AppState): Token {
  if (random.below(4) === 0) return key(random.pick([...movingKeys, ...'hjklgGb', 'escape']));
  const actions = dragIn(state)
    ? (['move', 'move', 'move', 'release'] as const)
    : (['press', 'press', 'move', 'release', 'wheel-up', 'wheel-down'] as const);
  const action = random.pick<MouseToken['action']>(actions);
  const button = action === 'move' && random.below(8) === 0 ? 'none' : 'left';
  const at = click(random.below(state.size.cols + 2), random.below(state.size.rows + 2));
  return { ...at, action, button } as MouseToken;
}

function dragIn(state: AppState) {
  const dialog = dialogOf(state);
  return dialog?.kind === 'board' ? dialog.drag : null;
}

/** Reports whether this may move a card: by its keys, or by releasing it over another column. */
function mayMove(state: AppState, token: Token): boolean {
  if (token.kind === 'key') return movingKeys.includes(token.name);
  const drag = dragIn(state);
  const isOver = drag?.isMoving === true && drag.over !== null && drag.over !== drag.card.column;
  return token.kind === 'mouse' && token.action === 'release' && isOver;
}

test('random keys and mouse events move a card only by its keys or by releasing it over another column', () => {
  let [byKey, byMouse] = [0, 0];
  for (let seed = 1; seed <= rounds; seed++) {
    const random = randomOf(seed);
    let state = boardRoom({ cols: 60 + random.below(120), rows: 16 + random.below(30) });
    for (let at = 0; at < 150; at++) {
      if (dialogOf(state)?.kind !== 'board') state = boardRoom(state.size);
      const token = someToken(random, state);
      const before = state;
      const { state: next, effects } = updateApp(state, { type: 'tokenArrived', token });
      state = next;
      for (const effect of effects) {
        expect(effect).toMatchObject({ type: 'request', method: 'changeCard' });
        expect(mayMove(before, token), `seed ${seed}`).toBe(true);
        if (token.kind === 'key') byKey += 1;
        else byMouse += 1;
        // Answers, so that the next request is accepted.
        const problem = { code: 'card_changed', message: 'It was changed.' };
        state = updateApp(state, {
          ...{ type: 'answered', method: 'changeCard', params: {} as never, tag: state.nextTag - 1 },
          result: { ok: false, problem },
        }).state;
      }
      if (random.below(20) === 0) {
        const some = boardedFacts().board?.cards.filter(() => random.isTrue()) ?? [];
        const facts = boardedFacts([...some, card('ORC-77', 'Review', 'New')]);
        state = updateApp(state, { type: 'factsArrived', facts }).state;
      }
      if (at % 10 > 0) continue;
      for (const row of selectDialog(state)?.lines ?? [])
        expect(lineWidth(row)).toBeLessThanOrEqual(state.size.cols - 4);
    }
  }
  expect(Math.min(byKey, byMouse)).toBeGreaterThan(rounds / 3);
});
