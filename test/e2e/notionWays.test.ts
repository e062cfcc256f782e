import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NotionShop } from './notionShop.ts';
import { readAll } from './shop.ts';

let notion: NotionShop;
beforeEach(async () => {
  notion = await NotionShop.open();
});
afterEach(() => notion.close());

async function damage(): Promise<string> {
  const { base } = notion;
  await writeFile(base, (await readFile(base, 'utf8')).replace('Write a page', 'Write a book'));
  return base;
}

it('rebuilds what was damaged, at the command line, asking first and writing to neither side', async () => {
  await notion.connect();
  await notion.run('sync');
  const base = await damage();
  notion.service.edit(notion.page('Write a page'), { Priority: 'High' });
  const refused = await notion.run('sync');
  expect(refused).toMatchObject({ code: 1, value: { error: { code: 'notion_base_damaged' } } });
  expect(JSON.stringify(refused.value)).toContain('orch-tui sync --rebuild');
  expect((await notion.run('sync', '--rebuild')).value.error).toMatchObject({
    code: 'confirmation_required',
  });

  const file = await readFile(notion.shop.path('SPRINT_BOARD.md'), 'utf8');
  const writes = () => notion.service.requests.filter(({ method }) => method === 'PATCH').length;
  const before = writes();
  expect(await notion.run('sync', '--rebuild', '--yes')).toMatchObject({
    code: 0,
    value: {
      rows: 2,
      conflicts: [{ id: 'ORC-2', field: 'priority', base: null, ours: 'Low', theirs: 'High' }],
      setAside: [`${base}.damaged-1`],
    },
  });
  expect([await readFile(notion.shop.path('SPRINT_BOARD.md'), 'utf8'), writes()]).toEqual([file, before]);
  await notion.run('sync', 'resolve', 'ORC-2', 'priority', 'theirs');
  expect((await notion.run('sync')).value).toMatchObject({ created: 0, pulled: 1, conflicts: [] });
  expect((await notion.run('sync', '--rebuild', '--yes')).value.error).toMatchObject({
    code: 'nothing_to_rebuild',
  });
  expect((await notion.run('sync', 'board', '--rebuild', '--yes')).value).toMatchObject({
    rows: 2,
    conflicts: [],
  });
});

it('rebuilds what was damaged from the room', async () => {
  await notion.connect();
  await notion.run('sync');
  const base = await damage();
  const room = notion.room();
  await room.until('No workers yet.');
  room.press('b');
  await room.until('Fix the migration');
  room.press('s');
  await room.until('is damaged');
  expect(await room.until('Press y to confirm')).toContain('It writes to neither side');
  room.press('y');
  await room.until('2 rows on both sides; nothing was written there');
  expect(existsSync(`${base}.damaged-1`)).toBe(true);
  room.press('escape');
  await room.until('q quit');
  room.press('b');
  await room.until('Fix the migration');
  room.press('s');
  await room.until('Both sides are the same.');
});

it('lets a mass deletion pass once, at the command line, and asks about each row', async () => {
  await notion.addCards(6);
  await notion.connect();
  expect((await notion.run('sync')).value).toMatchObject({ created: 8 });
  await notion.dropCards((id) => id.length > 5);
  const refused = await notion.run('sync');
  expect(refused).toMatchObject({ code: 1, value: { error: { code: 'mass_deletion' } } });
  const told = JSON.stringify(refused.value);
  for (let i = 0; i < 6; i++) expect(told).toContain(`ORC-${10 + i} “Card ${i}”`);
  expect(told).toContain('--allow-mass-delete');
  const allowed = await notion.run('sync', '--allow-mass-delete', 'board');
  expect(allowed.value.conflicts).toHaveLength(6);
  expect(notion.service.living(notion.source)).toHaveLength(8);
  // What was asked about does not stop a sync again.
  await notion.run('sync', 'resolve', 'ORC-10', 'row', 'mine');
  await notion.run('sync', 'resolve', 'ORC-11', 'row', 'theirs');
  const next = await notion.run('sync');
  expect(next.value).toMatchObject({ updated: 1, pulled: 1 });
  expect(next.value.conflicts).toHaveLength(4);
  expect(notion.service.living(notion.source)).toHaveLength(7);
});

it('lets a mass deletion pass once from the room, which lists the rows', async () => {
  await notion.addCards(6);
  await notion.connect();
  await notion.run('sync');
  await notion.dropCards((id) => id.length > 5);
  const room = notion.room({ cols: 80, rows: 24 });
  await room.until('No workers yet.');
  room.press('b');
  await room.until('Fix the migration');
  room.press('s');
  await room.until('6 of 8 rows are gone from the file');
  const screen = await room.until('Press y to confirm');
  for (let i = 0; i < 6; i++) expect(screen).toContain(`ORC-${10 + i}`);
  room.press('y');
  await room.until('6 fields changed on both sides');
  room.press('c');
  await room.until('1 of 6');
  room.press('m');
  await room.until('1 of 5');
  expect(notion.service.living(notion.source)).toHaveLength(8);
});

it('shows how far a long sync is, is cancelled with esc, and goes on later', async () => {
  await notion.connect();
  const room = notion.room();
  await room.until(/notion ↑2 *\n/);
  await notion.addCards(12);
  await room.until('notion ↑14 sync?');
  await room.until('14 rows wait to be synced with Notion: b, then s.');
  room.press('b');
  await room.until('Fix the migration');
  room.press('s');
  await room.until(/Writing board: [1-9]\d* of 14/);
  room.press('escape');
  await room.until('The sync was cancelled.');
  const made = notion.service.living(notion.source).length;
  expect(made).toBeLessThan(14);
  expect((await notion.run('sync')).value).toMatchObject({ created: 14 - made, problems: [] });
  await room.until((screen) => !screen.includes('notion ↑'));
});

it('shows how far a sync is at the command line, too, and is cancelled there with ctrl-c', async () => {
  await notion.addCards(28);
  await notion.connect();
  const terminal = notion.shop.inTerminal(['sync'], { cols: 100, rows: 20 }, notion.env);
  await terminal.until(/Writing board: [1-9]\d* of 30/);
  terminal.press('ctrl-c');
  await terminal.until('The sync was cancelled.');
  expect((await terminal.exited).exitCode).toBe(0);
  expect(terminal.screen()).not.toContain('Writing board');
  const made = notion.service.living(notion.source).length;
  expect(made).toBeLessThan(30);
  expect((await notion.run('sync')).value).toMatchObject({ created: 30 - made, problems: [] });
});

it('makes a proposal of a card that is moved in Notion to where it asks for a worker, once per move', async () => {
  await notion.connect('--wanted', 'Ready for a worker');
  await notion.run('sync');
  const page = notion.page('Fix the migration');
  const move = async (Status: string) => {
    notion.service.edit(page, { Status });
    return (await notion.run('sync')).value;
  };
  const queue = async () =>
    (await notion.shop.json<{ text: string; proposal: number }[]>('queue')).map(({ text }) => text);
  expect(await move('Ready for a worker')).toMatchObject({ wanted: ['Fix the migration'], problems: [] });
  expect(await queue()).toEqual(['start? (from the board)']);
  expect(await notion.shop.json('proposals')).toMatchObject([
    { by: 'board', draft: { repo: 'backend', task: 'fix-the-migration', brief: 'Fix the migration' } },
  ]);
  expect(await notion.shop.json('worker', 'list')).toEqual([]);
  await notion.shop.json('reject', '1');
  expect((await notion.run('sync')).value).toMatchObject({ wanted: [] });
  expect(await queue()).toEqual([]);
  await move('To Do');
  await move('Ready for a worker');
  expect(await queue()).toEqual(['start? (from the board)']);

  const room = notion.room();
  await room.until('backend/fix-the-mi… board?');
  room.press('tab', 'enter');
  expect(await room.until('Start backend/fix-the-migration?')).toMatch(/proposal 2 by the board/);
  await readAll(room);
  room.press('y');
  await room.until('backend/fix-the-migration was started.');
  await notion.shop.until('its card is in progress', async () => {
    const cards = await notion.shop.json<{ id: string; column: string }[]>('board');
    return cards.find(({ id }) => id === 'ORC-1')?.column === 'In Progress';
  });
  await notion.run('sync');
  expect(notion.service.values(page)).toMatchObject({
    Status: 'In Progress',
    Worker: 'backend/fix-the-migration',
  });
});

it('says what is missing of a wanted card, once, and proposes nothing', async () => {
  await notion.connect('--wanted', 'Ready for a worker');
  await notion.run('sync');
  // What was said is said as long as the controller lives.
  const room = notion.room();
  await room.until('No workers yet.');
  notion.service.edit(notion.page('Write a page'), { Status: 'Ready for a worker', Repo: 'nowhere' });
  await notion.run('sync');
  await notion.run('sync');
  expect(await notion.shop.json('proposals')).toEqual([]);
  room.press('!');
  const screen = await room.until('"nowhere" here.');
  expect(screen).toContain('none is proposed: There is no repository');
  expect(screen.match(/asks for a worker/g)).toHaveLength(1);
});
