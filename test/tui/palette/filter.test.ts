import { describe, expect, it, test } from 'vitest';
import { offersOf, type PaletteItem } from '../../../src/tui/palette.ts';
import { noEffects } from '../../../src/ui/step.ts';

/** Parses an item written as `name: text`, with the reason of a disabled one behind `!`. */
function item(written: string): PaletteItem {
  const [, name = '', text = '', off = null] = /^(.+?): ([^!]*?)(?: !(.*))?$/.exec(written) ?? [];
  return { id: written, name, text, key: null, off, run: noEffects };
}

const items = [
  'new: propose a new worker',
  'finish: preview, then merge and tidy up',
  'stop: end the process !It is not running.',
  'stop all: stop all workers and leave',
  'resume: go on where it stopped !It is running.',
  'refresh: look at all repositories again',
  'backend/user-auth: worker, working',
  'web/checkout: worker, idle',
  'ORC-3: Draw the dashboard, new and wide',
].map(item);

const names = (query: string) => offersOf(items, query).map(({ item: { name } }) => name);

describe('the typed text', () => {
  test.each<[string, readonly string[]]>([
    ['fin', ['finish']],
    ['chk', ['web/checkout']],
    ['usau', ['backend/user-auth']],
    ['USER', ['backend/user-auth']],
    ['orc3', ['ORC-3']],
    ['dash', ['ORC-3']],
    // A match in the name ranks above one in the text.
    ['new', ['new', 'ORC-3']],
    // Words may be in any order, each in name or text.
    ['work idle', ['web/checkout']],
    ['idle check', ['web/checkout']],
    ['  idle   ', ['web/checkout']],
    ['worker nothing', []],
    ['zzz', []],
  ])('%j finds %j', (query, expected) => {
    expect(names(query)).toEqual(expected);
  });

  it('finds everything in order while it is empty', () => {
    expect(offersOf(items, ' ').map((offer) => offer.item)).toEqual(
      items.toSorted((one, other) => Number(one.off !== null) - Number(other.off !== null)),
    );
  });
});

describe('a disabled item', () => {
  it('comes after all enabled ones', () => {
    expect(names('the')).toEqual(['finish', 'ORC-3', 'stop']);
  });

  it('keeps its place if the text starts its name, so that enter runs no other item', () => {
    expect(names('stop')).toEqual(['stop', 'stop all', 'resume']);
    expect(names('res')[0]).toBe('resume');
    expect(names('r')[0]).toBe('refresh');
  });
});

it('returns the matched letters of name and text', () => {
  const [offer] = offersOf([item('web/日本: worker, idle')], '本 idle');
  expect([...(offer?.inName ?? [])]).toEqual([5]);
  expect([...(offer?.inText ?? [])]).toEqual([8, 9, 10, 11]);
});

it('searches for only the first part of a long paste', () => {
  const query = `${'n '.repeat(50)}${'zzz '.repeat(20_000)}`;
  expect(names(query)).toContain('new');
});
