import { expect, test } from 'vitest';
import { ClickCounter } from '../../src/client/timers.ts';
import type { MouseToken, Token } from '../../src/terminal/input.ts';

function mouse(change: Partial<MouseToken> = {}): MouseToken {
  const held = { ctrl: false, alt: false, shift: false };
  return { kind: 'mouse', action: 'press', button: 'left', x: 4, y: 2, ...held, raw: '', ...change };
}

/** Returns the counts of presses at these times, at (4, 2) or in another column. */
function counts(...presses: readonly (readonly [at: number, x?: number])[]): unknown[] {
  const counter = new ClickCounter();
  return presses.map(([at, x = 4]) => (counter.counted(mouse({ x }), at) as MouseToken).clicks);
}

test.each([
  ['quick ones', [[0], [100], [200], [300], [400]], [1, 2, 3, 1, 2]],
  ['slow ones', [[0], [500], [999]], [1, 1, 2]],
  ['ones in different cells', [[0], [100, 5], [200, 5], [300, 4]], [1, 1, 2, 1]],
] as const)('%s are counted', (_, presses, expected) => {
  expect(counts(...presses)).toEqual(expected);
});

test('releases between presses do not matter, and other tokens stay unchanged', () => {
  const counter = new ClickCounter();
  const others: readonly Token[] = [
    mouse({ action: 'release' }),
    mouse({ action: 'wheel-up', button: 'none' }),
    mouse({ button: 'right' }),
    { kind: 'focus', gained: true },
  ];
  expect(counter.counted(mouse(), 0)).toEqual(mouse({ clicks: 1 }));
  for (const token of others) expect(counter.counted(token, 10)).toBe(token);
  expect(counter.counted(mouse(), 20)).toEqual(mouse({ clicks: 2 }));
});
