import type { Server } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { realClock } from '../../src/notion/clock.ts';
import { boardTable } from '../../src/notion/tables.ts';
import { NotionStandIn } from '../notion/standIn.ts';
import type { TestTerminal } from './harness/terminal.ts';
import { program, Shop } from './shop.ts';

let shop: Shop;
let service: NotionStandIn;
let server: Server;
let url: string;
let source: string;
beforeEach(async () => {
  shop = await Shop.open();
  service = new NotionStandIn(realClock);
  ({ server, url } = await service.listen());
  source = service.addSource(
    boardTable.fields.map(({ field, names, types }) => ({
      name: names[0] ?? field,
      type: types[0] ?? 'rich_text',
      options: field === boardTable.choiceField ? boardTable.choices.map(({ choice }) => choice) : [],
    })),
  );
});
afterEach(async () => {
  await shop.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

/** In a shell, which then says in which state it got its terminal back. */
async function connecting(): Promise<TestTerminal> {
  const script =
    '"$0" notion connect --board "$1"; echo "ended with $?"; stty -a | grep -o " -*echo \\| -*icanon "';
  const terminal = shop.place.terminal(['sh', '-c', script, program, source], {
    env: { ORCH_NOTION_URL: url, ORCH_LINGER_MS: '3000' },
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
  terminal.type(`\x1b[200~${service.token}x\x1b[201~`);
  terminal.press('backspace', 'enter');
  await terminal.until('Connect? [y/N]');
  terminal.type('y');
  terminal.press('enter');
  await terminal.until('Connected.');
  await isRestored(terminal, 0);
});

it('says that a wrong one is refused, without quoting it', async () => {
  const terminal = await connecting();
  terminal.type(`${service.token}-wrong`);
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
  expect(service.requests).toEqual([]);
});
