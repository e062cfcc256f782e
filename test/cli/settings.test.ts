import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSettings, settingsFile, withColor } from '../../src/cli/settings.ts';
import { usualSettings } from '../../src/cli/userSettings.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-'));
  file = settingsFile({ HOME: folder });
  mkdirSync(dirname(file), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  [{ HOME: '/home/ada' }, '/home/ada/.config/orch-tui/settings.json'],
  [{ HOME: '/home/ada', XDG_CONFIG_HOME: '' }, '/home/ada/.config/orch-tui/settings.json'],
  [{ HOME: '/home/ada', XDG_CONFIG_HOME: 'relative' }, '/home/ada/.config/orch-tui/settings.json'],
  [{ HOME: '/home/ada', XDG_CONFIG_HOME: '/etc/ada' }, '/etc/ada/orch-tui/settings.json'],
])('with %j they lie in %s', (env, path) => {
  expect(settingsFile(env)).toBe(path);
});

test('without a file all is as usual, and none is made', async () => {
  expect(await readSettings(file)).toEqual({ settings: usualSettings, problems: [] });
  expect(readdirSync(dirname(file))).toEqual([]);
});

test('what is set counts, and the file stays as it is', async () => {
  const wishes = {
    leaveKey: 'f12',
    mouse: false,
    bell: false,
    layout: 'stack',
    order: 'needs-you-first',
    color: false,
  };
  for (const part of [wishes, { layout: 9 }, { leaveKey: 'ctrl-alt-]' }, {}]) {
    const text = `${JSON.stringify(part)}   \n`;
    writeFileSync(file, text);
    expect(await readSettings(file)).toEqual({ settings: { ...usualSettings, ...part }, problems: [] });
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(readdirSync(dirname(file))).toEqual(['settings.json']);
  }
});

test.each([
  ['leaveKey', 'q'],
  ['leaveKey', 'space'],
  ['leaveKey', 'shift-a'],
  ['leaveKey', 'ctrl-nothing'],
  ['leaveKey', 7],
  ['mouse', 'yes'],
  ['bell', 1],
  ['color', null],
  ['layout', 3],
  ['layout', '4'],
  ['order', 'random'],
])('%s %j is told of, and the rest counts all the same', async (key, value) => {
  const other = key === 'bell' ? { mouse: false } : { bell: false };
  writeFileSync(file, JSON.stringify({ ...other, [key]: value }));
  const { settings, problems } = await readSettings(file);
  expect(settings).toEqual({ ...usualSettings, ...other });
  expect(problems).toEqual([expect.stringMatching(`^${file}: ${key} must be .*; .* is used\\.$`)]);
});

test.each(['{"bell": tru', '', '[]', '"text"', 'null', '{"__proto__": {"bell": false}}'])(
  'a file of %j is a line and no more',
  async (text) => {
    writeFileSync(file, text);
    const { settings, problems } = await readSettings(file);
    expect(settings).toEqual(usualSettings);
    expect(problems).toEqual([expect.stringMatching(`^${file}: `)]);
    expect(readFileSync(file, 'utf8')).toBe(text);
  },
);

test('a key that is none is told of', async () => {
  writeFileSync(file, '{"colour": true}');
  expect((await readSettings(file)).problems).toEqual([
    `${file}: there is no setting "colour"; did you mean "color"?`,
  ]);
});

test('no colour by the settings is no colour by NO_COLOR; wishing for colour gives way to it', () => {
  const env = { TERM: 'xterm' };
  expect(withColor(env, { ...usualSettings, color: false })).toEqual({ TERM: 'xterm', NO_COLOR: '1' });
  expect(withColor({ NO_COLOR: '1' }, usualSettings)).toEqual({ NO_COLOR: '1' });
});
