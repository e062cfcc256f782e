import { expect, test } from 'vitest';
import { commandLine } from '../../src/agents/launch.ts';

const start = {
  preset: { command: ['claude'], speaks: 'claude' as const },
  sessionId: '11111111-1111-4111-8111-111111111111',
  resume: false,
  brief: 'Mend it.\n--resume nothing',
  name: 'backend/fix',
  settingsFile: '/w/settings.json',
};
const id = start.sessionId;
const own = ['-n', 'backend/fix', '--settings', '/w/settings.json'];
const common = [...own, '--permission-mode', 'default'];

test.each([
  [
    'a first start gives the id and, after --, the brief',
    start,
    ['claude', '--session-id', id, ...common, '--', start.brief],
  ],
  ['an empty brief is left out', { ...start, brief: '' }, ['claude', '--session-id', id, ...common]],
  [
    'a resume gives all flags again and no brief',
    { ...start, resume: true },
    ['claude', '--resume', id, ...common],
  ],
  [
    'own arguments come before ours',
    {
      ...start,
      brief: '',
      preset: { command: ['npx', 'claude', '--model', 'opus'], speaks: 'claude' as const },
    },
    ['npx', 'claude', '--model', 'opus', '--session-id', id, ...common],
  ],
  [
    'other agents get the brief in its place, also inside an argument',
    {
      ...start,
      brief: 'a $& b',
      preset: {
        command: ['mine', '-p', '{brief}', '--task={brief}', '{brief}{brief}'],
        speaks: 'none' as const,
      },
    },
    ['mine', '-p', 'a $& b', '--task=a $& b', 'a $& ba $& b'],
  ],
  [
    'or in the arguments that are for it, whatever it begins with',
    {
      ...start,
      brief: '--yolo $& go',
      preset: { command: ['mine'], prompt: ['--say={brief}'], speaks: 'none' as const },
    },
    ['mine', '--say=--yolo $& go'],
  ],
  [
    'which are left out without a brief',
    {
      ...start,
      brief: '',
      preset: { command: ['mine'], prompt: ['--', '{brief}'], speaks: 'none' as const },
    },
    ['mine'],
  ],
  [
    'and go on in their own way',
    { ...start, resume: true, preset: { command: ['mine'], resume: ['--last'], speaks: 'none' as const } },
    ['mine', '--last'],
  ],
  [
    'by the id that was found, with flags that the program knows',
    {
      ...start,
      ...{ resume: true, sessionId: 'ses_$&', flags: ['--alone'] },
      preset: { command: ['mine'], resume: ['--session={session}'], speaks: 'none' as const },
    },
    ['mine', '--alone', '--session=ses_$&'],
  ],
  [
    'which are not given twice',
    {
      ...start,
      flags: ['--alone'],
      preset: { command: ['mine', '--alone'], prompt: ['{brief}'], speaks: 'none' as const },
    },
    ['mine', '--alone', start.brief],
  ],
])('%s', (_, given, expected) => {
  expect(commandLine(given)).toEqual(expected);
});

test.each([
  [['--permission-mode', 'acceptEdits']],
  [['--permission-mode=plan']],
  [['--model', 'opus', '--dangerously-skip-permissions']],
])('a mode that a person configured wins at a start and at a resume: %j', (flags) => {
  const preset = { command: ['claude', ...flags], speaks: 'claude' as const };
  for (const resume of [false, true]) {
    const id = [resume ? '--resume' : '--session-id', start.sessionId];
    const line = commandLine({ ...start, preset, resume, brief: '' });
    expect(line).toEqual(['claude', ...flags, ...id, ...own]);
  }
});

test.each([[['--permission-mode', 'bypassPermissions']], [['--dangerously-skip-permissions']], [[]]])(
  'the orchestrator asks, whatever a person configured: %j',
  (flags) => {
    const preset = { command: ['claude', ...flags], speaks: 'claude' as const };
    const line = commandLine({ ...start, preset, role: 'orchestrator' });
    const at = line.lastIndexOf('--permission-mode');
    expect(line.slice(at, at + 2)).toEqual(['--permission-mode', 'default']);
    expect(line.slice(1 + flags.length).filter((word) => word === '--permission-mode')).toHaveLength(1);
  },
);

test.each([
  ['2.1.197 (Claude Code)', false],
  ['2.1.331 (Claude Code)', false],
  ['2.1.332 (Claude Code)', true],
  ['2.2.0 (Claude Code)', true],
  ['3.0.1 (Claude Code)', true],
  ['claude 9.9.9', false],
  [null, false],
  [undefined, false],
])(
  'version %j is given the flag that sends a changed role text to a resumed session: %s',
  (version, isGiven) => {
    const line = commandLine({ ...start, resume: true, ...(version !== undefined && { version }) });
    expect(line.join(' ').includes('--system-prompt-snapshot off')).toBe(isGiven);
  },
);
