import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { guardList, withReference } from '../src/cli/generated.ts';
import { keyTable } from '../src/tui/definitions.ts';
import { initialAppState } from '../src/ui/state.ts';

it('lists the keys that the program has', () => {
  const { settings } = initialAppState({ cols: 80, rows: 24 }, 0);
  expect(readFileSync('README.md', 'utf8')).toContain(keyTable(settings).trim());
});

it('lists the commands that the program has, as does the guard: else run `npm run generate`', () => {
  const readme = readFileSync('README.md', 'utf8');
  expect(withReference(readme)).toBe(readme);
  expect(readFileSync('src/guard/ownCommands.ts', 'utf8')).toBe(guardList());
});
