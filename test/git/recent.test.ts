import { expect, test } from 'vitest';
import { LruCache } from '../../src/features/radar/service/changes.ts';

test('The most recently used values stay, others are dropped beyond the size', () => {
  const recent = new LruCache<number>(2);
  recent.set('a', 1);
  recent.set('b', 2);
  expect(recent.get('a')).toBe(1);
  recent.set('c', 3);
  expect(['a', 'b', 'c'].map((key) => recent.get(key))).toEqual([1, undefined, 3]);
});
