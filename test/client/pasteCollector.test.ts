import { expect, test } from 'vitest';
import { PasteCollector } from '../../src/client/pasteCollector.ts';

function collect() {
  const pastes: [string, string][] = [];
  return { pastes, collector: new PasteCollector((id, text) => pastes.push([id, text])) };
}

test('the pieces of a paste become one, an empty one becomes none', () => {
  const { pastes, collector } = collect();
  collector.add({ id: 'a', text: 'one ', last: false });
  collector.add({ id: 'a', text: 'two', last: true });
  collector.add({ id: 'a', text: '', last: true });
  collector.add({ id: 'b', text: 'three', last: true });
  expect(pastes).toEqual([
    ['a', 'one two'],
    ['b', 'three'],
  ]);
});

test('a paste whose end went elsewhere is never pasted into another worker', () => {
  const { pastes, collector } = collect();
  collector.add({ id: 'a', text: 'secret of a', last: false });
  collector.add({ id: 'b', text: 'for b', last: true });
  collector.add({ id: 'a', text: 'later', last: true });
  expect(pastes).toEqual([
    ['b', 'for b'],
    ['a', 'later'],
  ]);
});

test('an endless paste goes on in parts', () => {
  const { pastes, collector } = collect();
  for (let i = 0; i < 9; i++) collector.add({ id: 'a', text: 'x'.repeat(1_000_000), last: false });
  expect(pastes.map(([, text]) => text.length)).toEqual([8_000_000]);
});
