import { expect, test } from 'vitest';
import { refusalFor } from '../../src/guard/judge.ts';

const rules = {
  role: 'worker',
  worktree: '/shop/.worktrees/a',
  branch: 'a',
  workspace: '/shop',
  writable: [],
  variables: {},
  allow: [],
} as const;

function refused(tool_input: object) {
  const body = { hook_event_name: 'PreToolUse', tool_name: 'Write', cwd: '/shop', tool_input };
  return refusalFor(body, rules, { locate: (path) => [path], exists: () => false });
}

test('a denial names the refused command, with hidden characters visible', () => {
  const refusal = refused({ file_path: '/etc/\u202edwssap\x1b[2J\u200b\n x' });
  expect(refusal?.what).toBe('Write: /etc/<U+202E>dwssap [2J<U+200B> x');
  expect(refusal?.why).toContain('"/etc/\\u202edwssap\\u001b[2J\\u200b\\n x"');
  expect(JSON.stringify(refusal)).not.toContain('\u202e');
});

test('the refused command is shortened', () => {
  expect([...(refused({ file_path: `/${'x'.repeat(900)}` })?.what ?? '')]).toHaveLength(200);
});
