import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { GuardRules } from '../../src/core/worker.ts';
import { judge } from '../../src/guard/judge.ts';
import { existsBelow, locate } from '../../src/host/inbox.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'orch-guard-key-')));
afterAll(() => rmSync(root, { recursive: true }));
const home = join(root, 'home');
const own = join(root, 'shop', '.worktrees', 'backend-door');
const state = join(home, '.local', 'state', 'orch-tui');
for (const folder of [state, join(own, 'src'), join(home, 'notes')]) mkdirSync(folder, { recursive: true });
writeFileSync(join(state, 'approval-key'), 'x');
symlinkSync(state, join(own, 'innocent'));
symlinkSync(join(state, 'approval-key'), join(own, 'notes.txt'));

const rules: GuardRules = {
  role: 'worker',
  worktree: own,
  branch: 'feature/door',
  workspace: join(root, 'shop'),
  state,
  writable: [],
  variables: { HOME: home },
  allow: ['outside', 'approve', 'push'],
};

const denied = (tool: string, input: object, cwd = own, by: GuardRules = rules) =>
  judge({ tool, input: { ...input }, cwd }, by, { locate, exists: existsBelow })?.reason.includes(
    'approval key',
  ) ?? false;
const bash = (command: string, cwd?: string) => denied('Bash', { command }, cwd);

describe('a command that leads to the key is refused', () => {
  test.each([
    'cat ~/.local/state/orch-tui/approval-key',
    `cat ${state}/approval-key`,
    'cat "$HOME/.local/state/orch-tui/approval-key"',
    'cat ~/.local/state/orch-tui/*',
    'cat ~/.local/state/*/appr*',
    'cat ~/.local/state/orch-tui/approval?key',
    'cat ~/.local/state/orch-tui/{approval-key,x}',
    "cat ~/.local/state/orch-tui/'approval'-key",
    'cat ~/.local/st\\ate/orch-tui/approval\\-key',
    'K=$(< ~/.local/state/orch-tui/approval-key) orch-tui approve 2',
    'ORCH_APPROVAL_KEY="$(cat x)" orch-tui approve 2',
    'export ORCH_APPROVAL_KEY=abc',
    `cat "$\{XDG_STATE_HOME:-$HOME/.local/state}/orch-tui/"a*`,
    'cat $XDG_STATE_HOME/orch-tui/a*',
    'cat innocent/a*',
    'cat notes.txt',
    'cp notes.txt /tmp/x',
    'ls innocent',
    'cd ~/.local/state && cat */*',
    'D=~/.local; cat $D/state/orch*/a*',
    'grep -r . ~/.local/state',
    'grep -rn "" ~',
    'rg --hidden . ~/.local',
    'tar -cf x.tar ~/.local',
    'cp -r ~/.local/state /tmp/x',
    'sh -c "cat ~/.local/state/orch-tui/approval-key"',
    `python3 -c 'print(open("${state}/approval-key").read())'`,
    `find ${home} -name 'approval-key'`,
    'base64 < ~/.local/state/orch-tui/approval-key',
    'orch-tui status; cat ~/.local/state/orch-tui/approval-key | xxd',
  ])('%s', (command) => expect(bash(command)).toBe(true));

  test('relative to where it runs', () => {
    expect(bash('cat orch-tui/a*', join(home, '.local/state'))).toBe(true);
    expect(bash('cat ../state/orch-tui/x', join(home, '.local/state'))).toBe(true);
  });
});

test.each([
  ['Read', { file_path: join(state, 'approval-key') }],
  ['Read', { file_path: join(own, 'notes.txt') }],
  ['Read', { file_path: join(own, 'innocent/approval-key') }],
  ['Grep', { pattern: '.', path: state }],
  ['Grep', { pattern: '.', path: join(home, '.local') }],
  ['Grep', { pattern: '.', path: home, glob: '**/approval*' }],
  ['Glob', { pattern: `${state}/*` }],
  ['Glob', { pattern: '**/approval-key', path: home }],
  ['Glob', { pattern: '*/appr*', path: join(home, '.local/state') }],
  ['LS', { path: state }],
  ['Write', { file_path: join(state, 'approval-key'), content: 'mine' }],
  ['Edit', { file_path: join(own, 'notes.txt'), old_string: 'a', new_string: 'b' }],
  ['mcp__files__read', { path: join(state, 'approval-key') }],
])('%s %o is refused', (tool, input) => {
  expect(denied(tool, input)).toBe(true);
  expect(denied(tool, input, own, { role: 'orchestrator', tools: ['*'], state })).toBe(true);
});

test.each([
  ['Bash', { command: 'grep -rn approvalKey src' }],
  ['Bash', { command: 'rg ORCH_APPROVAL_KEY src' }],
  ['Bash', { command: 'cat ~/notes/*' }],
  ['Bash', { command: 'ls ~ && find ~ -name tsconfig.json' }],
  ['Bash', { command: 'git commit -m "Ask for the approval key"' }],
  ['Bash', { command: 'orch-tui report "waits for approval" --percent 80' }],
  ['Bash', { command: 'for f in src/*.ts; do cat "$f"; done' }],
  ['Read', { file_path: join(own, 'src/approvalKey.ts') }],
  ['Grep', { pattern: 'approval-key', path: join(own, 'src') }],
  ['Grep', { pattern: 'approval-key' }],
  ['Glob', { pattern: '**/*.ts' }],
  ['Write', { file_path: join(own, 'README.md'), content: 'the approval-key is yours' }],
  ['mcp__orch__report_progress', { summary: 'documented approval-key' }],
])('%s %o is not the key’s matter', (tool, input) => expect(denied(tool, input)).toBe(false));
