import { expect, it } from 'vitest';
import { type Committed, Store } from '../../src/lib/store.ts';

/** A store of numbers: a message is added, and what is even is halved and told again. */
function adding({ refuses = 0 } = {}) {
  const seen: string[] = [];
  type Sum = { readonly sum: number };
  const store: Store<Sum, number, number, string, { state: Sum; effects: number[] }> = new Store({
    state: { sum: 0 },
    update: ({ sum }: Sum, n: number) => ({
      state: { sum: sum + n },
      effects: n % 2 === 0 ? [n / 2, 99] : [],
    }),
    commit: (step, n): Committed<Sum, number, string> => {
      seen.push(`record ${n}`);
      return n === refuses
        ? { state: store.state, effects: [], events: [], isRefused: true }
        : { ...step, events: [`added ${n}`] };
    },
    run: (effect) => {
      seen.push(`run ${effect}`);
      if (effect !== 99) store.dispatch(effect);
    },
    settled: (n, before) => seen.push(`settled ${n}: ${before.sum} → ${store.state.sum}`),
    observer: {
      took: ({ message, committed, wanted }) =>
        seen.push(`saw ${message} ${committed.events.join() || 'refused'} ${wanted.length}`),
      changed: (before, after) => seen.push(`changed ${before.sum} → ${after.sum}`),
    },
  });
  return { store, seen };
}

it('records before it runs effects, and takes what they tell once it is through with them', () => {
  const { store, seen } = adding();
  store.dispatch(2);
  expect(seen).toEqual([
    ...['record 2', 'saw 2 added 2 2', 'run 1', 'run 99', 'settled 2: 0 → 2'],
    ...['record 1', 'saw 1 added 1 0', 'settled 1: 2 → 3'],
  ]);
});

it('changes nothing and runs nothing for what was refused', () => {
  const { store, seen } = adding({ refuses: 4 });
  store.dispatch(4);
  expect(seen).toEqual(['record 4', 'saw 4 refused 2', 'settled 4: 0 → 0']);
});

it('takes in what no message tells, and nothing once it is closed', () => {
  const { store, seen } = adding();
  store.change({ sum: 7 });
  store.close();
  store.dispatch(1);
  expect({ seen, sum: store.state.sum }).toEqual({ seen: ['changed 0 → 7'], sum: 7 });
});

it('goes on after a fault in an update', () => {
  const { store } = adding();
  const broken = new Store<object, string, never, never, { state: object; effects: never[] }>({
    state: {},
    update: (state, message) => {
      if (message === 'bad') throw new Error('a bug');
      return { state: { ...state, [message]: true }, effects: [] };
    },
    commit: (step) => ({ ...step, events: [] }),
    run: () => {},
    settled: () => {},
  });
  expect(() => broken.dispatch('bad')).toThrow('a bug');
  broken.dispatch('good');
  expect(broken.state).toEqual({ good: true });
  expect(store.state.sum).toBe(0);
});
