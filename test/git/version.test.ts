import { expect, test } from 'vitest';
import {
  type Bump,
  bumpVersion,
  compareVersions,
  parseVersion,
  type Version,
} from '../../src/features/releases/service/status.ts';

function read(text: string): Version {
  const parsed = parseVersion(text);
  if (!parsed.ok) expect.fail(parsed.problem.message);
  return parsed.value;
}

test.each([
  '1.2',
  'v1.2.3',
  '1.2.3.4',
  '01.2.3',
  '1.2.3-',
  '1.2.3-01',
  '1.2.3-a..b',
  '1.2.3+',
  ' 1.2.3',
  '1.2.3\n',
  '',
  '١.2.3',
  `1.2.3-${'a'.repeat(100)}`,
])('%j is no semantic version', (text) => {
  expect(parseVersion(text)).toMatchObject({ ok: false, problem: { code: 'bad_version' } });
});

test.each<[string, Bump, string]>([
  ['1.2.3', 'patch', '1.2.4'],
  ['1.2.3', 'minor', '1.3.0'],
  ['1.2.3', 'major', '2.0.0'],
  ['1.2.3+build.5', 'patch', '1.2.4'],
  ['1.3.0-rc.1', 'patch', '1.3.0'],
  ['1.3.0-rc.1', 'minor', '1.3.0'],
  ['1.3.1-rc.1', 'minor', '1.4.0'],
  ['2.0.0-rc.1', 'major', '2.0.0'],
  ['2.1.0-rc.1', 'major', '3.0.0'],
])('After %s the next %s is %s', (text, by, next) => {
  expect(bumpVersion(read(text), by)).toBe(next);
});

test('Versions are ordered as the specification orders its example', () => {
  const ordered = [
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.9',
    '1.0.10',
    '1.2.0',
    '10.0.0',
  ];
  for (const [at, one] of ordered.entries())
    for (const [other, two] of ordered.entries())
      expect([one, two, Math.sign(compareVersions(read(one), read(two)))]).toEqual([
        one,
        two,
        Math.sign(at - other),
      ]);
});

test('Build metadata makes no version greater', () => {
  expect(compareVersions(read('1.0.0+a'), read('1.0.0+b'))).toBe(0);
});
