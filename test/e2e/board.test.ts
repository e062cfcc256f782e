import { chmod, readFile, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestTerminal } from './harness/terminal.ts';
import { program, readAll, Shop } from './shop.ts';

const board = `# Sprint 12

## To Do

| ID | Task | Priority | Repo |
|----|------|----------|------|
| ORC-1 | Fix the migration | High | backend |
| ORC-2 | Write a page 🎉 | Low | web |

## In Progress

| ID | Task | Repo | Branch | Worker | Started | Blockers | Progress |
|----|------|------|--------|--------|---------|----------|----------|
| ORC-3 | Draw the dashboard | web |  | Ann | 2026-11-20 | the design | 60% |

## Review

| ID | Task | Repo | Branch | Worker |
|----|------|------|--------|--------|

## Done

| ID | Task | Repo | Branch | Worker | Completed |
|----|------|------|--------|--------|-----------|
| ORC-9 | damaged | web |
`;

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
  await writeFile(shop.path('SPRINT_BOARD.md'), board);
});
afterEach(() => shop.close());

const boardText = () => readFile(shop.path('SPRINT_BOARD.md'), 'utf8');

async function untilText(what: string, sight: (text: string) => boolean): Promise<void> {
  await shop.until(what, async () => sight(await boardText()));
}

/** The control room with the board open. */
async function openBoard(size = { cols: 120, rows: 36 }): Promise<TestTerminal> {
  const room = shop.room(size);
  await room.until('2 repos');
  room.press('b');
  await room.until('ORC-1');
  return room;
}

/** Where a text stands on the screen: its first cell. */
function placeOf(room: TestTerminal, text: string): readonly [x: number, y: number] {
  const rows = room.screen().split('\n');
  const y = rows.findIndex((row) => row.includes(text));
  if (y < 0) throw new Error(`There is no ${text} on the screen:\n${room.screen()}`);
  return [rows[y]?.indexOf(text) ?? 0, y];
}

/** Texts of a column below its head, as one. */
function columnText(screen: string, column: string): string {
  const rows = screen.split('\n');
  const head = rows.findIndex((row) => row.includes('To Do') && row.includes('Done'));
  if (head < 0) return '';
  const from = rows[head]?.indexOf(column) ?? 0;
  const below = rows.slice(head + 2);
  const end = below.findIndex((row) => /^│ ─{20}/.test(row));
  return below
    .slice(0, end)
    .map((row) => row.slice(from, from + 27))
    .join('\n');
}

describe('the board on the screen', () => {
  it('is read, gone through, moved and written with the keys', async () => {
    const room = await openBoard();
    await room.until('! Line 25: 3 cells, the header has 6.');
    expect(columnText(room.screen(), 'In Progress')).toMatch(
      /ORC-3 web +✗ 60%\n.*Draw the dashboard.*\n.*Ann/,
    );
    room.press('h');
    await room.until(/▸ ORC-1 ▲ backend/);
    room.press('>');
    await room.until((screen) => columnText(screen, 'In Progress').includes('▸ ORC-1'));
    await untilText('the card was moved', (text) => /\| ORC-1 .*\n\n## Review/.test(text));
    room.press('e');
    await room.until('Edit the card');
    room.type(' for | good');
    room.press('enter');
    await room.until((screen) => /▸ ORC-1.*\n.*for \|/.test(columnText(screen, 'In Progress')));
    await untilText('the text was written', (text) => text.includes('| Fix the migration for \\| good |'));
    room.press('l', 'a');
    await room.until('New card in Review');
    room.type('Look at it');
    room.press('enter');
    await room.until((screen) => columnText(screen, 'Review').includes('▸ ORC-10'));
    await untilText('the card was added', (text) => /\| ORC-10 +\| Look at it /.test(text));
    expect(await boardText()).toContain('| ORC-9 | damaged | web |\n');
    expect(await boardText()).toContain('| ORC-2 | Write a page 🎉 | Low | web |\n');
    room.press('q');
    await room.until('Repos');
  });

  it('takes a card into the column over which the mouse lets it go, and nothing after esc', async () => {
    const room = await openBoard();
    const from = placeOf(room, 'ORC-1');
    const [review] = placeOf(room, 'Review');
    room.carry(from, [review - 20, 15], [review + 3, 15]);
    const held = await room.until('Drop ORC-1 to move it from To Do to Review.');
    expect(held).toContain('━━━━━━━━');
    room.press('escape');
    await room.until((screen) => !screen.includes('Drop ORC-1'));
    room.letGo([review + 3, 15]);
    room.carry(from, [review + 3, 15]);
    await room.until('Drop ORC-1 to move it');
    room.letGo([review + 3, 15]);
    await room.until((screen) => columnText(screen, 'Review').includes('▸ ORC-1'));
    expect(await boardText()).toMatch(/\| ORC-1 .*\n\n## Done/);
    // What the column has no place for comes back with the next one that has.
    room.drag(placeOf(room, 'ORC-1'), placeOf(room, 'To Do'));
    await room.until((screen) => columnText(screen, 'To Do').includes('▸ ORC-1 ▲'));
    expect((await boardText()).split('\n').sort()).toEqual(board.split('\n').sort());
  });

  it('leaves a card that was changed in the file while the mouse held it', async () => {
    const room = await openBoard();
    const [review] = placeOf(room, 'Review');
    room.carry(placeOf(room, 'ORC-1'), [review, 15]);
    await room.until('Drop ORC-1 to move it');
    const edited = board.replace('Fix the migration', 'Fix two migrations');
    await writeFile(shop.path('SPRINT_BOARD.md'), edited);
    room.letGo([review, 15]);
    await room.until('ORC-1 was changed meanwhile: on line 7 it has another text now.');
    await room.until((screen) => columnText(screen, 'To Do').includes('Fix two migrations'));
    expect(await boardText()).toBe(edited);
  });

  it('shows what is written by hand and by editors that replace the file, a link to it included', async () => {
    await rename(shop.path('SPRINT_BOARD.md'), shop.path('backend/plan.md'));
    await symlink('backend/plan.md', shop.path('SPRINT_BOARD.md'));
    const room = await openBoard();
    await writeFile(shop.path('SPRINT_BOARD.md'), board.replace('Write a page', 'Write two pages'));
    await room.until('Write two pages');
    await writeFile(shop.path('backend/plan.md~'), board.replace('Write a page', 'Write three pages'));
    await rename(shop.path('backend/plan.md~'), shop.path('backend/plan.md'));
    await room.until('Write three pages');
    await writeFile(shop.path('backend/plan.md'), `<<<<<<< HEAD\n${board}`);
    await room.until('Line 1: git left two versions beside each other here.');
    room.press('h', '>');
    await room.until('Resolve the conflict in the file first.');
    await writeFile(shop.path('backend/plan.md'), board);
    await chmod(shop.path('backend/plan.md'), 0o444);
    room.press('j', 'k');
    await room.until('! Line 25: 3 cells');
    room.press('>');
    await room.until('plan.md is read-only.');
    expect(await boardText()).toBe(board);
  });

  it('has all columns at 80 columns, and names the one that 60 have no room for', async () => {
    const room = await openBoard({ cols: 80, rows: 24 });
    await room.until(/To Do 2 +In Progress 1 +Review 0 +Done 1/);
    room.resize(60, 20);
    await room.until(/Done 1 ›/);
    room.click(...placeOf(room, 'Done 1 ›'));
    await room.until(/‹ To Do 2/);
    expect(room.screen()).toContain('! 3 cells, the header has 6.');
  });
});

describe("a card's worker", () => {
  it('is proposed with n, and takes the card with it through its life', async () => {
    const script = [
      'echo fixed > fix.txt; git add .; git commit -qm fix; echo ready',
      'read go; "$0" report Waiting --percent 40 --blocker "the key of the service"',
      'read go; "$0" report Fixed --status done --percent 100; cat',
    ].join('\n');
    const config = JSON.parse(await readFile(shop.path('.orch/config.json'), 'utf8'));
    const teller = { command: ['sh', '-c', script, program], speaks: 'none' };
    const agents = { ...config.agents, teller };
    await shop.configure({ agents, defaultAgent: 'teller' });
    const room = await openBoard();
    room.press('h');
    await room.until(/▸ ORC-1/);
    room.press('n');
    const form = await room.until('New worker');
    expect(form).toMatch(/fix-the-migration/);
    expect(form).toMatch(/Fix the migration/);
    for (let step = 0; step < 4; step++) room.press('enter');
    await room.until('Start backend/fix-the-migration?');
    await room.until('y start');
    await readAll(room);
    room.press('y');
    await untilText('the card is in progress', (text) =>
      /\| ORC-1 \|[^\n]*feature\/fix-the-migration[^\n]*backend\/fix-the-migration[^\n]*\d{4}-\d\d-\d\d[^\n]*\n\n## Review/.test(
        text,
      ),
    );
    await room.until('was started');
    room.press('b');
    await room.until((screen) => columnText(screen, 'In Progress').includes('backend/fix-the-mi'));
    await shop.json('worker', 'send', 'backend/fix-the-migration', 'go');
    await room.until((screen) => /ORC-1 +✗ 40%/.test(columnText(screen, 'In Progress')));
    await untilText('it is blocked', (text) => text.includes('| the key of the service |'));
    await shop.json('worker', 'send', 'backend/fix-the-migration', 'go');
    await room.until((screen) => columnText(screen, 'Review').includes('ORC-1'));
    await shop.json('worker', 'finish', 'backend/fix-the-migration', '--yes');
    await room.until((screen) => columnText(screen, 'Done').includes('ORC-1'));
    expect(await boardText()).toMatch(
      /\| ORC-1 +\| Fix the migration +\| backend +\| feature\/fix-the-migration +\| backend\/fix-the-migration +\| \d{4}-\d\d-\d\d +\|/,
    );
  });
});

it('is begun in the room where there is none, with its first card', async () => {
  await unlink(shop.path('SPRINT_BOARD.md'));
  const room = shop.room();
  await room.until('2 repos');
  room.press('b');
  await room.until('Create a sprint board?');
  room.press('y');
  await room.until('New card in To Do');
  room.type('Rate limits');
  room.press('enter');
  await room.until('ORC-1');
  await untilText('the card is in the file', (text) => /\| ORC-1 \|.*Rate limits/.test(text));
  room.press('b');
  room.press('q');
  await room.exited;
});
