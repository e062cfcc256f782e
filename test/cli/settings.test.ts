import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultSettings, readSettings, settingsFile, withColor } from '../../src/cli/settings.ts';

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
])('with %j the file is %s', (env, path) => {
  expect(settingsFile(env)).toBe(path);
});

test('without a file the defaults hold, and no file is created', () => {
  expect(readSettings(file)).toEqual({ settings: defaultSettings, problems: [] });
  expect(readdirSync(dirname(file))).toEqual([]);
});

test('valid settings hold, and the file stays unchanged', () => {
  const valid = {
    leaveKey: 'f12',
    mouse: false,
    bell: false,
    layout: 'stack',
    order: 'needs-you-first',
    color: false,
  };
  for (const part of [valid, { layout: 9 }, { leaveKey: 'ctrl-alt-]' }, {}]) {
    const text = `${JSON.stringify(part)}   \n`;
    writeFileSync(file, text);
    expect(readSettings(file)).toEqual({ settings: { ...defaultSettings, ...part }, problems: [] });
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
])('%s %j is a problem, and the other settings hold', (key, value) => {
  const other = key === 'bell' ? { mouse: false } : { bell: false };
  writeFileSync(file, JSON.stringify({ ...other, [key]: value }));
  const { settings, problems } = readSettings(file);
  expect(settings).toEqual({ ...defaultSettings, ...other });
  expect(problems).toEqual([expect.stringMatching(`^${file}: ${key} must be .*; .* is used\\.$`)]);
});

test.each(['{"bell": tru', '', '[]', '"text"', 'null', '{"__proto__": {"bell": false}}'])(
  'a file of %j is one problem',
  (text) => {
    writeFileSync(file, text);
    const { settings, problems } = readSettings(file);
    expect(settings).toEqual(defaultSettings);
    expect(problems).toEqual([expect.stringMatching(`^${file}: `)]);
    expect(readFileSync(file, 'utf8')).toBe(text);
  },
);

test('an unknown setting is a problem', () => {
  writeFileSync(file, '{"colour": true}');
  expect(readSettings(file).problems).toEqual([
    `${file}: there is no setting "colour"; did you mean "color"?`,
  ]);
});

test('color: false does what NO_COLOR does; color: true gives way to NO_COLOR', () => {
  const env = { TERM: 'xterm' };
  expect(withColor(env, { ...defaultSettings, color: false })).toEqual({ TERM: 'xterm', NO_COLOR: '1' });
  expect(withColor({ NO_COLOR: '1' }, defaultSettings)).toEqual({ NO_COLOR: '1' });
});
