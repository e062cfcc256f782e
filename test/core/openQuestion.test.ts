import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { showsOpenQuestion } from '../../src/core/openQuestion.ts';

/** Screens of the real programs, as rendered by their terminals. */
const screens = 'test/agents/screens';

function recorded(kind: 'questions' | 'prompts') {
  return readdirSync(join(screens, kind)).map((name) => ({
    name,
    screen: readFileSync(join(screens, kind, name), 'utf8'),
  }));
}

describe('screens of real agents', () => {
  test.each(recorded('questions'))('$name shows a question', ({ screen }) => {
    expect(showsOpenQuestion(screen)).toBe(true);
  });

  test.each(recorded('prompts'))('$name shows none', ({ screen }) => {
    expect(showsOpenQuestion(screen)).toBe(false);
  });

  test.each(recorded('questions'))(
    '$name shows a question also at the end of longer output',
    ({ screen }) => {
      const above = '❯ do it\n\n● Done.\n\n› 1. do this\n  2. do that\n\n';
      expect(showsOpenQuestion(above + screen)).toBe(true);
    },
  );
});

const rule = '─'.repeat(60);
const wide = (sign: string) => sign.repeat(60);

/** Places of the user's text in each program: above the box, and in it. */
const places: Readonly<Record<string, (words: string) => string>> = {
  'above the box of Claude Code': (words) =>
    `❯ ${indented(words)}\n\n● Done.\n\n${rule} a/b ──\n❯ \n${rule}\n  ? for shortcuts`,
  'in the box of Claude Code': (words) =>
    `● Done.\n\n${rule}\n❯ ${indented(words)}\n${rule}\n  ? for shortcuts`,
  'above the box of Codex': (words) =>
    `› ${indented(words)}\n\n\n• Heard it.\n\n› Ask Codex to do anything\n\n  gpt-5 default · /home/me/shop/repo`,
  'above the box of Gemini': (words) =>
    `${wide('▄')}\n > ${indented(words)}\n${wide('▀')}\n✦ Done.\n\n${rule}\n${wide('▄')}\n >   Type your message\n${wide('▀')}\n workspace`,
  'in the box of Gemini': (words) => `✦ Done.\n${wide('▄')}\n > ${indented(words)}\n${wide('▀')}\n workspace`,
  'above the box of OpenCode': (words) =>
    `  ┃  ${indented(words, '  ┃  ')}\n\n     Done.\n\n  ┃\n  ┃\n  ┃  Build · Fake model\n  ╹${wide('▀')}\n   /home/me`,
  'in the box of OpenCode': (words) =>
    `     Done.\n\n  ┃\n  ┃  ${indented(words, '  ┃  ')}\n  ┃\n  ┃  Build · Fake model\n  ╹${wide('▀')}\n   /home/me`,
  'in the box of Qwen': (words) => `${rule}\n> ${indented(words)}\n${rule}\n  ➜ repo`,
};

function indented(words: string, by = '  '): string {
  return words.replaceAll('\n', `\n${by}`);
}

/** Texts that look like menus, hints and questions, in every order of two and three. */
const lines = [
  '1. do this',
  '2. do that',
  '❯ 1. Yes',
  '› 2. No',
  '● 1. Allow once',
  'Enter to confirm · Esc to cancel',
  'Press enter to continue',
  'Would you like to continue?',
  'Allow once   Allow always   Reject',
  '△ Permission required',
  'Overwrite? [y/N]',
  'Password:',
];

describe('text of the user', () => {
  test.each(Object.entries(places))('%s never counts', (_, place) => {
    for (const first of lines)
      for (const second of lines)
        for (const third of ['', '\n\nand so on', `\n${first}`]) {
          const words = `${first}\n${second}${third}`;
          expect({ words, counts: showsOpenQuestion(place(words)) }).toEqual({ words, counts: false });
        }
  });

  test('never counts alone, behind a mark and without a second choice', () => {
    for (const words of ['1. do this', 'do it', '3) third', 'go on\n  and on'])
      for (const mark of ['›', '❯', '>'])
        expect(showsOpenQuestion(`${mark} ${words}\n\n  gpt-5 default · /home`)).toBe(false);
  });

  test('hides no question that comes up below it', () => {
    const menu =
      '\n  Would you like to run it?\n\n› 1. Yes\n  2. No\n\n  Press enter to confirm or esc to cancel';
    for (const place of Object.values(places))
      expect(showsOpenQuestion(place('1. do this\n2. do that') + menu)).toBe(true);
  });
});

describe('text that we typed', () => {
  const draft = readFileSync(join(screens, 'codex-draft.txt'), 'utf8');
  const own = '1. do this\n2. do that\n3. press enter to confirm';

  test('is no question, though it looks like one', () => {
    expect(showsOpenQuestion(draft)).toBe(true);
    expect(showsOpenQuestion(draft, own)).toBe(false);
    expect(showsOpenQuestion(draft.replace('2. do that', '2. do\n  that'), own)).toBe(false);
  });

  test('excuses no menu, and none with the same words in it', () => {
    for (const { screen } of recorded('questions')) expect(showsOpenQuestion(screen, own)).toBe(true);
    const menu = '› 1. Yes\n  2. No\n\n  Press enter to confirm or esc to cancel';
    expect(showsOpenQuestion(menu, '1. Yes\n2. No')).toBe(true);
  });
});

describe('questions of other programs', () => {
  test.each([
    ['with the mark on the last choice', '  1. Yes\n  2. No\n❯ 3. Never'],
    ['with descriptions between choices', '❯ 1. Red\n     warm\n     and bright\n  2. Blue\n     cold'],
    ['with choices that wrap', ' ❯ 1.Yes, I trust\n     this folder\n   2. No, exit'],
    ['with a rule between choices', `❯ 1. Red\n  2. Blue\n${rule}\n  3. Chat\n\nEnter to select`],
    ['with the mark below a rule', `  1. Red\n  2. Blue\n${rule}\n❯ 3. Chat\n\nEnter to select`],
    ['in a frame', '╭──────╮\n│ ● 1. Yes │\n│   2. No  │\n╰──────╯'],
    ['in a frame with a mark at its top', '╭──────╮\n│ ❯ 1. Yes │\n│   2. No  │\n╰──────╯'],
    ['of one choice', '❯ 1. Continue\n\n Press Enter to continue…'],
    ['without numbers', 'Make it the default?\n ❯ No\n   Yes\n\n Enter to confirm · Esc to cancel'],
    [
      'in a narrow terminal',
      ' ❯ No, exit\n   Yes, I trust\n   this folder\n\n Enter to\n confirm ·\n Esc to cancel',
    ],
    ['with brackets', '> [1] Yes\n  [2] No'],
    ['of a list to choose from', '? Pick one (Use arrow keys)\n❯ a\n  b'],
    ['for a yes', 'Overwrite the file? [y/N] '],
    ['for a yes, half answered', 'Proceed (y/n)? y'],
    ['of aider', 'Add file to the chat? (Y)es/(N)o/(D)on’t ask again [Yes]: '],
    ['of ssh', 'Are you sure you want to continue connecting (yes/no/[fingerprint])? '],
    ['of npx', 'Need to install the following packages:\ncowsay@1.6.0\nOk to proceed? (y)'],
    ['for a password', "Password for 'https://me@example.com': "],
    ['for a passphrase', "Enter passphrase for key '/home/me/.ssh/id': "],
  ])('%s', (_, screen) => {
    expect(showsOpenQuestion(screen)).toBe(true);
  });

  test.each([
    ['nothing', ''],
    ['a shell', '$ ls\na b\n$'],
    ['what was answered', 'Overwrite the file? [y/N] y\nDone.\n> '],
    ['an empty box below a menu that is over', '❯ 1. Yes\n  2. No\n\n❯'],
    ['a list behind a bullet, above a box', `● 1. First\n  2. Second\n\n${rule}\n❯ \n${rule}`],
    ['a turn that can be interrupted', '● Working\n  Thinking... (esc to cancel, 3s)\n> '],
  ])('none: %s', (_, screen) => {
    expect(showsOpenQuestion(screen)).toBe(false);
  });
});
