import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const { engines, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const oldest: string = engines.node.replace('>=', '');

it('names one version of Node everywhere', () => {
  expect(oldest).toMatch(/^\d+\.\d+$/);
  for (const file of ['README.md', '.ci/run'])
    expect(numbersIn(file, /\bnode(?:\.js)?(?: from)?[ @]v?(\d[\d.]*\d)/gi)).toEqual(
      file === 'README.md' ? [oldest] : [],
    );
  expect(numbersIn('src/programs/orch-tui.ts', /oldestNode = \[(.+)\]/g)).toEqual([
    oldest.replace('.', ', '),
  ]);
  // What is recommended is what a checkout brings.
  expect(numbersIn('src/programs/orch-tui.ts', /Install Node (\d+)/g)).toEqual([
    devDependencies.node.split('.')[0],
  ]);
});

/** The different numbers that a pattern finds in a file. */
function numbersIn(file: string, pattern: RegExp): string[] {
  return [...new Set([...readFileSync(file, 'utf8').matchAll(pattern)].map(([, number]) => number ?? ''))];
}
