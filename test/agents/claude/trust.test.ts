import { expect, test } from 'vitest';
import { showsTrustQuestion } from '../../../src/agents/claude/screen.ts';

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

/** As 2.1.332 draws it. */
const unnumbered = ` Claude Code'll be able to read, edit, and execute files here.

 Security guide

 ❯ No, exit
   Yes, I trust this folder

 Enter to confirm · Esc to cancel`;

const unnumberedNarrow = ` ❯ No, exit
   Yes, I trust this
   folder

 Enter to confirm · Esc
 to cancel`;

test.each([
  ['unnumbered, with the mark at No', unnumbered, true],
  ['unnumbered and narrow', unnumberedNarrow, true],
  ['unnumbered, with the mark at Yes', unnumbered.replace('❯ No', '  No').replace('  Yes', '❯ Yes'), true],
  ['wide', wide, true],
  ['twenty columns narrow', narrow, true],
  ['about something else', 'Do you want to proceed?\n ❯ 1. Yes\n   2. No', false],
  ['empty', '', false],
])('a screen that is %s', (_, screen, isQuestion) => {
  expect(showsTrustQuestion(screen)).toBe(isQuestion);
});
