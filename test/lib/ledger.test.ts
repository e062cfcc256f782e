import { expect, test } from 'vitest';
import { PersistentMap } from '../../src/lib/store.ts';

test('holds what a map would hold, whatever was written in whatever order', () => {
  const map = new Map<number, number>();
  let ledger = new PersistentMap<number, number>();
  for (let step = 0; step < 2000; step++) {
    // Few keys often, many keys seldom.
    const key = step % 3 === 0 ? (step * 7919) % 300 : step % 5;
    map.set(key, step);
    ledger = ledger.with(key, step);
    expect(ledger.get(key)).toBe(step);
  }
  const sorted = (entries: Iterable<readonly [number, number]>) => [...entries].sort(([a], [b]) => a - b);
  expect(sorted(ledger)).toEqual(sorted(map));
  expect([ledger.size, [...ledger.keys()].length, [...ledger.values()].length]).toEqual([
    map.size,
    map.size,
    map.size,
  ]);
  expect([ledger.has(299), ledger.has(1000), ledger.get(1000)]).toEqual([map.has(299), false, undefined]);
});

test('leaves the one it came from as it was', () => {
  const before = new PersistentMap<string, number>().with('a', 1);
  const after = before.with('a', 2).with('b', 3);
  expect([...before]).toEqual([['a', 1]]);
  expect([...after]).toEqual([
    ['a', 2],
    ['b', 3],
  ]);
});
