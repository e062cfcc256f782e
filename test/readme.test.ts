import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** What is written like a path of the sources, in code quotes, in the documents for those who change the program. */
const quoted = ['src/README.md', 'CONTRIBUTING.md', 'AGENTS.md', 'docs/decisions.md'].flatMap((document) =>
  [...readFileSync(document, 'utf8').matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:tsx?|mjs|sh|json|md))`/g)].map(
    ([, path = '']) => ({ document, path }),
  ),
);

it('documents name files that there are', () => {
  const isThere = ({ path }: { path: string }) => existsSync(path) || existsSync(join('src', path));
  expect(quoted.length).toBeGreaterThan(40);
  expect(quoted.filter((one) => !one.path.startsWith('.orch/') && !isThere(one))).toEqual([]);
});

it('the journeys of the map name files that there are', () => {
  const map = readFileSync('src/README.md', 'utf8');
  const journeys = map.split('\n').filter((line) => /^- \*\*.*→/.test(line));
  expect(journeys).toHaveLength(4);
  const steps = journeys.flatMap((line) =>
    [...line.matchAll(/\b[a-z]+(?:\/[\w.]+)*\/(?:\{[^}]+\}|\w+(?:, \w+)*)/g)].flatMap(([step]) => {
      const folder = step.slice(0, step.lastIndexOf('/'));
      return step
        .slice(folder.length + 1)
        .split(/[{}, ]+/)
        .filter((name) => name !== '')
        .map((name) => `${folder}/${name}`);
    }),
  );
  const isThere = (step: string) =>
    ['', '.ts', '.tsx'].some((ending) => existsSync(join('src', `${step}${ending}`)));
  expect(steps.length).toBeGreaterThan(25);
  expect(steps.filter((step) => !isThere(step))).toEqual([]);
});
