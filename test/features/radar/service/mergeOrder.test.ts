import { expect, test } from 'vitest';
import { suggestOrder } from '../../../../src/features/radar/service/radar.ts';
import { Chance } from './chance.ts';

function conflicts(pairs: Record<string, number>, base: Record<string, number> = {}) {
  return {
    between: (a: string, b: string) => pairs[`${a}${b}`] ?? pairs[`${b}${a}`] ?? 0,
    withBase: (id: string) => base[id] ?? 0,
  };
}

test.each([
  ['nothing conflicts', 'abc', {}, {}, 'abc'],
  ['one conflicts with all others', 'abcd', { ab: 1, ac: 1, ad: 1 }, {}, 'bcda'],
  ['a ring of five', 'abcde', { ab: 1, bc: 1, cd: 1, de: 1, ea: 1 }, {}, 'acdbe'],
  ['those left go by the files they conflict in', 'abc', { ab: 3, ac: 2, bc: 1 }, {}, 'acb'],
  ['what conflicts with the base has to be resolved in any case', 'abc', {}, { a: 2 }, 'bca'],
  ['nobody is there', '', {}, {}, ''],
] as [string, string, Record<string, number>, Record<string, number>, string][])(
  'The order when %s',
  (_, ids, pairs, base, expected) => {
    expect(suggestOrder([...ids], conflicts(pairs, base)).join('')).toBe(expected);
  },
);

test('The first group is as large as possible, up to twenty workers', () => {
  const chance = new Chance(5);
  for (let round = 0; round < 200; round++) {
    const ids = [...'abcdefghijk'].slice(0, 1 + chance.number(11));
    const pairs: Record<string, number> = {};
    for (const a of ids) for (const b of ids) if (a < b && chance.once(3)) pairs[`${a}${b}`] = 1;
    const { between, withBase } = conflicts(pairs);
    const order = suggestOrder(ids, { between, withBase });
    expect([...order].sort()).toEqual(ids);
    const firstClash = order.findIndex((id, n) => order.slice(0, n).some((other) => between(id, other) > 0));
    const free = firstClash < 0 ? ids.length : firstClash;
    expect(free).toBeGreaterThanOrEqual(largestFreeSet(ids, between));
  }
});

function largestFreeSet(ids: readonly string[], between: (a: string, b: string) => number): number {
  let most = 0;
  for (let bits = 0; bits < 2 ** ids.length; bits++) {
    const set = ids.filter((_, n) => bits & (1 << n));
    if (set.length > most && set.every((a) => set.every((b) => between(a, b) === 0))) most = set.length;
  }
  return most;
}

test('More than twenty workers are ordered quickly, without a conflict among the first', () => {
  const ids = Array.from({ length: 60 }, (_, n) => `${n}`);
  const clash = (a: string, b: string) => (Math.abs(Number(a) - Number(b)) === 1 ? 1 : 0);
  const order = suggestOrder(ids, { between: clash, withBase: () => 0 });
  expect(order.slice(0, 30)).toEqual(ids.filter((id) => Number(id) % 2 === 0));
  expect(new Set(order).size).toBe(60);
});
