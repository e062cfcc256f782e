import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TestTerminal } from './harness/terminal.ts';
import { readAll, Shop } from './shop.ts';

const board = `# Sprint 12

## To Do

| ID | Task | Repo |
|----|------|------|
| ORC-1 | Fix the migration | backend |

## In Progress

| ID | Task | Repo |
|----|------|------|
| ORC-2 | Write a page for 日本 | web |
`;

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(() => shop.close());

/** Opens the palette and types what is looked for. */
async function look(room: TestTerminal, letters: string): Promise<void> {
  room.press(':');
  await room.until('Palette');
  room.type(letters);
  await room.until(`: ${letters}`);
}

/** Where a text stands on the screen: its first cell. */
function placeOf(room: TestTerminal, text: string): readonly [x: number, y: number] {
  const rows = room.screen().split('\n');
  const y = rows.findIndex((row) => row.includes(text));
  if (y < 0) throw new Error(`There is no ${text} on the screen:\n${room.screen()}`);
  return [rows[y]?.indexOf(text) ?? 0, y];
}

function isCaretAt({ cursor }: TestTerminal, x: number, y: number): boolean {
  return cursor.visible && cursor.x === x && cursor.y === y;
}

it('leads by a few letters and enter to forms, views, cards and workers, from wherever one is', async () => {
  await writeFile(shop.path('SPRINT_BOARD.md'), board);
  await shop.start('backend', 'user-auth', '');
  await shop.start('web', 'checkout', '');
  const room = shop.room();
  await room.until(/checkout\s+idle/);
  await room.until(': palette');
  await look(room, 'new');
  await room.until('› new');
  room.press('enter');
  await room.until('New worker');
  room.press('escape');
  await room.until(': palette');
  room.press('ctrl-p');
  await room.until('Palette');
  room.type('chk');
  await room.until(/› web\/checkout +worker, idle/);
  room.press('enter');
  await room.until('ctrl-q back');
  // There every key is the worker's.
  room.type(':word');
  await room.until(/❯ :word/);
  room.press('ctrl-q');
  await room.until(': palette');
  await look(room, 'board');
  room.press('enter');
  await room.until('Board · shop');
  await look(room, 'page');
  await room.until(/› ORC-2 +Write a page for 日本/);
  room.press('escape');
  await room.until((screen) => !screen.includes('Palette'));
  await look(room, 'usau');
  room.press('enter');
  await room.until((screen) => /┏ 1 backend\/user-auth/.test(screen) && screen.includes('ctrl-q back'));
});

it('puts the caret where is typed, marks with keys and wheel, and does what is clicked', async () => {
  const room = shop.room({ cols: 80, rows: 24 });
  await room.until('2 repos');
  room.press(':');
  await room.until('› new');
  await room.until(() => isCaretAt(room, 4, 3));
  room.press('ctrl-n');
  await room.until('› open');
  room.press('pagedown', 'pagedown', 'pagedown', 'pagedown');
  await room.until(/↑ \d+/);
  room.press('pageup', 'pageup', 'pageup', 'pageup');
  await room.until('› new');
  room.wheel(20, 10, 1);
  await room.until('› open');
  room.type('help');
  await room.until('› help');
  await room.until(() => isCaretAt(room, 8, 3));
  room.click(...placeOf(room, 'all keys'));
  await room.until('╭ Keys');
  room.press('q');
  await room.until((screen) => !screen.includes('Keys'));
  room.press(':');
  await room.until('Palette');
  room.resize(60, 16);
  await room.until((screen) => screen.split('\n')[14]?.startsWith('╰ ↵ run') ?? false);
  room.resize(40, 10);
  await room.until('needs at least');
  room.resize(80, 24);
  await room.until('› new');
  room.press('escape');
  await room.until(': palette');
});

it('is read without colour, and tells what was found by weight', async () => {
  const room = shop.room({ cols: 80, rows: 24 }, { NO_COLOR: '1' });
  await room.until('2 repos');
  await look(room, 're');
  await room.until(/› refresh/);
  await room.until(/resume +Select a worker first\./);
  expect(room.colouredCells).toBe(0);
  const [x, y] = placeOf(room, 'refresh');
  expect([x, x + 2].map((at) => room.weightAt(at, y))).toEqual([
    { bold: true, dim: false, reversed: true },
    { bold: false, dim: false, reversed: true },
  ]);
  expect([x, x + 2].map((at) => room.weightAt(at, y + 1))).toEqual([
    { bold: true, dim: false, reversed: false },
    { bold: false, dim: true, reversed: false },
  ]);
});

it('shows the card of a proposal, which alone can be approved', async () => {
  const room = shop.room({ cols: 100, rows: 34 });
  await room.until('2 repos');
  await look(room, 'new');
  room.press('enter');
  await room.until('New worker');
  room.type('first');
  room.press('enter');
  room.press('enter');
  await room.until('y start');
  room.press('l');
  await room.until('Needs you (1)');
  await look(room, 'first');
  await room.until(/› backend\/first +proposal/);
  room.type('y');
  await room.until(': firsty');
  room.press('backspace');
  await room.until(/› backend\/first +proposal/);
  room.press('enter');
  await room.until('Start backend/first?');
  expect(await shop.json('worker', 'list')).toEqual([]);
  await room.until('y start');
  await readAll(room);
  room.press('y');
  await room.until('backend/first was started.');
});

it('answers no request: that is said on its row', async () => {
  await shop.start('backend', 'list', 'run: git status\nsay: All looked at.', 'waiting');
  const room = shop.room();
  await room.until('Needs you (1)');
  room.press('tab');
  await room.until('y look');
  await look(room, 'yes');
  room.press('enter');
  await room.until('Only its own key answers, while nothing covers the question.');
  room.press('escape');
  await room.until((screen) => !screen.includes('Palette'));
  expect(await shop.json<{ length: number } & Record<string, unknown>>('queue')).toHaveLength(1);
  room.press('y');
  await room.until('Allow backend/list to use Bash?');
  await room.until('y allow');
  room.press('y');
  await room.until('All looked at.');
});
