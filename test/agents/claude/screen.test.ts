import { expect, test } from 'vitest';
import { readScreen } from '../../../src/agents/claude/screen.ts';

const rule = '─'.repeat(60);

const permission = `❯ Do it.

● Bash(touch a.txt)
  ⎿  Waiting…

${rule}
 Bash command

   touch a.txt

 Do you want to proceed?
   1. Yes
   2. Yes, and always allow access to repo-task/ from this project
 ❯ 3. No

 Esc to cancel · Tab to amend`;

const choice = `❯ Do it.
${rule}
 ☐ Colour

Which colour?

❯ 1. Red
  2. Blue
${rule}
  4. Chat about this

Enter to select · Esc to cancel`;

const interrupted = `❯ Do it.

● Bash(touch a.txt)
  ⎿  Interrupted · What should Claude do instead?

${rule} repo/task ──
❯ 1. this was typed
  on two lines
${rule}
  ? for shortcuts`;

const server = `
${rule}
  New MCP server found in this project: x

  ❯ 1. Use this MCP server
    2. Continue without using this MCP server`;

test.each([
  ['a permission dialog', permission, 'question'],
  ['a question of the agent', choice, 'question'],
  ['a dialog before the start', server, 'question'],
  ['the trust dialog, wrapped', ' ❯ 1.Yes, I trust\n     this folder\n   2. No, exit', 'question'],
  ['the prompt after Esc', interrupted, 'prompt'],
  ['what a person said, and an answer', '❯ Do it.\n\n● Done.', null],
  ['nothing', '', null],
])('%s is told apart', (_, screen, shown) => {
  expect(readScreen(screen)).toBe(shown);
});
