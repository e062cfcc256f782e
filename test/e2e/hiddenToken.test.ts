import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TestTerminal } from './harness/terminal.ts';
import { NotionShop } from './notionShop.ts';
import { program } from './shop.ts';

let notion: NotionShop;
beforeEach(async () => {
  notion = await NotionShop.open();
});
afterEach(() => notion.close());

/** In a shell, which then says in which state it got its terminal back. */
async function connecting(): Promise<TestTerminal> {
  const script =
    '"$0" notion connect --board "$1"; echo "ended with $?"; stty -a | grep -o " -*echo \\| -*icanon "';
  const terminal = notion.shop.place.terminal(['sh', '-c', script, program, notion.source], {
    env: { ...notion.env, ORCH_LINGER_MS: '3000' },
  });
  await terminal.until('Token of the integration (it is not shown):');
  return terminal;
}

/** The terminal shows what is typed again, line by line, and has never shown the token. */
async function isRestored(terminal: TestTerminal, code: number): Promise<void> {
  await terminal.exited;
  expect(terminal.screen()).toContain(`ended with ${code}`);
  expect(terminal.screen()).toMatch(/ icanon\s+echo\b/);
  expect(terminal.said).not.toMatch(/canary|standin|ntn_/);
}

it('takes a token that is pasted and corrected, and never shows it', async () => {
  const terminal = await connecting();
  terminal.type('wrong');
  terminal.press('backspace', 'backspace', 'backspace', 'backspace', 'backspace', 'left');
  terminal.type(`\x1b[200~${notion.service.token}x\x1b[201~`);
  terminal.press('backspace', 'enter');
  await terminal.until('Connect? [y/N]');
  terminal.type('y');
  terminal.press('enter');
  await terminal.until('Connected.');
  await isRestored(terminal, 0);
});

it('says that a wrong one is refused, without quoting it', async () => {
  const terminal = await connecting();
  terminal.type(`${notion.service.token}-wrong`);
  terminal.press('enter');
  await terminal.until('Notion refused the token.');
  await isRestored(terminal, 1);
});

it('changes nothing on ctrl-c', async () => {
  const terminal = await connecting();
  terminal.type('ntn_canary');
  terminal.press('ctrl-c');
  await terminal.until('Nothing was changed.');
  await isRestored(terminal, 1);
  expect(notion.service.requests).toEqual([]);
});
