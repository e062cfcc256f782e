import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { keyTable } from '../src/app/actions.ts';
import { initialState } from '../src/room/state.ts';

it('lists the keys that the program has', () => {
  const { settings } = initialState({ cols: 80, rows: 24 }, 0);
  expect(readFileSync('README.md', 'utf8')).toContain(keyTable(settings).trim());
});
