import { describe, expect, test } from 'vitest';
import { match } from '../../../src/tui/palette.ts';
import { clustersOf } from '../../../src/ui/text.ts';

/** Returns the text with the matched letters in brackets; null without a match. */
function found(query: string, text: string): string | null {
  const { at } = match(query, text) ?? {};
  if (!at) return null;
  return clustersOf(text)
    .map((cluster, index) => (at.includes(index) ? `[${cluster}]` : cluster))
    .join('')
    .replaceAll('][', '');
}

test.each<[string, string, string | null]>([
  ['', 'anything', 'anything'],
  ['', '', ''],
  ['a', '', null],
  ['fin', 'finish', '[fin]ish'],
  ['FIN', 'finish', '[fin]ish'],
  ['fin', 'FINISH', '[FIN]ISH'],
  ['ish', 'finish', 'fin[ish]'],
  ['chk', 'web/checkout', 'web/[ch]ec[k]out'],
  ['bua', 'backend/user-auth', '[b]ackend/[u]ser-[a]uth'],
  ['usau', 'backend/user-auth', 'backend/[us]er-[au]th'],
  ['auth', 'backend/user-auth', 'backend/user-[auth]'],
  ['b/u', 'backend/user-auth', '[b]ackend[/u]ser-auth'],
  ['wrkr', 'worker', '[w]o[rk]e[r]'],
  ['hsinif', 'finish', null],
  ['finishes', 'finish', null],
  ['aa', 'a', null],
  ['cafe', 'Café crème', '[Café] crème'],
  ['é', 'e', '[e]'],
  ['店', '店/日本語', '[店]/日本語'],
  ['日語', '店/日本語', '店/[日]本[語]'],
  ['語', '店/日本語', '店/日本[語]'],
  ['e', 'web', null],
  ['👩‍👩‍👧', 'web/👩‍👩‍👧', 'web/[👩‍👩‍👧]'],
  ['👩', 'web/👩‍👩‍👧', null],
  ['i', 'İstanbul', '[İ]stanbul'],
])('%j in %j is %j', (query, text, expected) => {
  expect(found(query, text)).toBe(expected);
});

test.each<[string, string]>([
  ['ncyud', 'a sentence of many words in which it is found'],
  ['oksm', 'the workers it may concern'],
])('%j is too scattered over %j', (query, text) => {
  expect(found(query, text)).toBeNull();
});

describe.each<[string, readonly string[]]>([
  ['fin', ['finish', 'to finish', 'a file in need', 'redefine']],
  ['new', ['new', 'a new worker', 'not every way', 'renew']],
  ['st', ['stop', 'the stack', 'save this', 'listing']],
  ['log', ['log in', 'a log', 'look on gladly', 'catalog']],
])('for %j', (query, texts) => {
  test.each(texts.slice(1).map((text, at) => [texts[at] ?? '', text]))('%j ranks above %j', (one, other) => {
    expect(match(query, one)?.score).toBeGreaterThan(match(query, other)?.score ?? 0);
  });
});

test('the best match counts, not the first', () => {
  expect(found('bas', 'brand new bash')).toBe('brand new [bas]h');
  expect(found('ab', 'a xb ab')).toBe('a xb [ab]');
});

test('only the first part of a very long text is searched', () => {
  expect(match('a', `${'b'.repeat(10_000)}a`)).toBeNull();
  expect(match('b'.repeat(5_000), 'b'.repeat(10_000))).toBeNull();
});
