import { expect, test } from 'vitest';
import { showsTrustQuestion } from '../../../src/agents/claude/trust.ts';

const wide = ` Accessing workspace:

 /home/me/shop/backend

 Claude Code'll be able to read, edit, and execute files here.

 ❯ 1. Yes, I trust this folder
   2. No, exit

 Enter to confirm · Esc to cancel`;

const narrow = ` ❯ 1.Yes, I trust
     this folder
   2. No, exit

 Enter to confirm ·
 Esc to cancel`;

test.each([
  ['wide', wide, true],
  ['twenty columns narrow', narrow, true],
  ['about something else', 'Do you want to proceed?\n ❯ 1. Yes\n   2. No', false],
  ['empty', '', false],
])('a screen that is %s', (_, screen, isQuestion) => {
  expect(showsTrustQuestion(screen)).toBe(isQuestion);
});
