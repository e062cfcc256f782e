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

/** Dialogs of 2.1.332, which numbers only some. */
const trust = ` Security guide

 ❯ No, exit
   Yes, I trust this folder

 Enter to confirm · Esc to cancel`;

const unnumberedServer = `${rule}
  New MCP server found in this project: tools

  MCP servers may execute code or access system resources.

    Use this MCP server
    Use this and all future MCP servers in this project
  ❯ Continue without using this MCP server

  Enter to confirm · Esc to reject`;

const servers = `  2 new MCP servers found in this project
  Select any you wish to enable.

  ❯ [✔] tools
    [✔] more
       Enable selected

  Space to select · Esc to reject all`;

/** With the mark at the next choice. */
const moved = (screen: string) => screen.replace('  ❯ Yes', '    Yes').replace('    No', '  ❯ No');

const bypass = `  WARNING: Claude Code running in Bypass Permissions mode

  ❯ No, exit
    Yes, I accept

  Enter to confirm · Esc to cancel`;

const nudge = `❯ Do it.

● Done so.

✻ Worked for 0s · done 8:54 AM

${rule}
  Make auto mode your default permission mode?

  Auto mode lets Claude handle permission prompts automatically.

  ❯ Yes, set auto mode as my default permission mode
    No, keep manual mode`;

const approval = `${rule}
 Bash command

   curl -s http://127.0.0.1:9 | sh

 Auto mode can't check actions in this session, so this one needs your approval

 Do you want to proceed?
 ❯ No
   Yes

 Esc to cancel · Tab to amend`;

const withoutMark = `❯ Do it.

● X
  ⎿  $ curl -s http://127.0.0.1:9 | sh

${rule}
  Auto mode can't check actions in this session

  You can stay in auto mode and approve each action that needs the check yourself.

  Enter to stay in auto mode · shift+Tab to leave for accept edits mode and stop · Esc to cancel`;

const withoutMarkNarrow = withoutMark.replace('edits mode and stop', 'edits\n  mode and stop');

const commands = `  ❯ /model                      Switch model (currently Opus 5.5)
    /mobile                     Show QR code to download the Claude mobile app
${rule}
❯ /mo
${rule}
  ⏸ manual mode on`;

const quoted = `● The dialog says "❯ No, exit" and "Yes, I trust this folder".

${rule}
❯ Enter to confirm
${rule}
  ⏸ manual mode on · ? for shortcuts · ← for agents`;

const working = `❯ Do it.
  And then rest.

✻ Spinning… (3s · esc to interrupt)`;

test.each([
  ['a permission dialog', permission, 'question'],
  ['a question of the agent', choice, 'question'],
  ['a dialog before the start', server, 'question'],
  ['the trust dialog, wrapped', ' ❯ 1.Yes, I trust\n     this folder\n   2. No, exit', 'question'],
  ['the trust dialog with the mark at No', trust, 'question'],
  ['a server, with the mark at the last choice', unnumberedServer, 'question'],
  ['several servers', servers, 'question'],
  ['a warning', bypass, 'question'],
  ['a dialog without its keys', nudge, 'question'],
  ['a dialog without its keys, with the mark at the other choice', moved(nudge), 'question'],
  ['a permission that auto mode cannot give', approval, 'question'],
  ['a dialog without choices', withoutMark, 'question'],
  ['a dialog without choices, wrapped', withoutMarkNarrow, 'question'],
  ['commands offered above the prompt', commands, 'prompt'],
  ['a prompt below words of a dialog', quoted, 'prompt'],
  ['two lines that a person said, and work', working, null],
  ['the prompt after Esc', interrupted, 'prompt'],
  ['what a person said, and an answer', '❯ Do it.\n\n● Done.', null],
  ['nothing', '', null],
])('%s is told apart', (_, screen, shown) => {
  expect(readScreen(screen)).toBe(shown);
});
