import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { boardTable } from '../../src/features/notion/service/tables.ts';
import { NotionShop } from './notionShop.ts';

let notion: NotionShop;
beforeEach(async () => {
  notion = await NotionShop.open();
});
afterEach(() => notion.close());

/** As a script connects, with the token in its environment. */
async function connect(...args: string[]) {
  const { stdout, code } = await notion.say(
    ['notion', 'connect', '--yes', '--json', ...args],
    notion.tokenEnv,
  );
  return { code, value: JSON.parse(stdout) };
}

async function changeConfig(change: (config: Record<string, unknown>) => object): Promise<void> {
  const file = notion.shop.path('.orch/config.json');
  await notion.shop.configure(change(JSON.parse(await readFile(file, 'utf8'))));
}

function propertyOf(name: string) {
  const found = notion.service.source(notion.source).properties.find((one) => one.name === name);
  if (!found) throw new Error(`no property ${name}`);
  return found;
}

it('says what is wrong with an address or a token when it is to connect, and changes nothing', async () => {
  const { service, source } = notion;
  const codeOf = async (...args: string[]) => (await connect(...args)).value.error?.code;
  expect(await codeOf()).toBe('nothing_given');
  expect(await codeOf('--board', 'my board')).toBe('notion_address');
  expect(await codeOf('--board', '11111111-2222-4333-8444-555555555555')).toBe('notion_not_shared');
  expect(await codeOf('--page', '11111111-2222-4333-8444-555555555555')).toBe('notion_not_shared');
  expect(await codeOf('--board', source, '--map', 'colour=Task')).toBe('notion_field_unknown');
  expect(await codeOf('--board', source, '--map', 'worker=Nobody')).toBe('notion_no_property');
  expect(await codeOf('--board', source, '--map', 'worker=Started')).toBe('notion_property_type');
  const second = service.source(service.addSource([{ name: 'Name', type: 'title' }]));
  second.database = service.source(source).database;
  const several = await connect('--board', second.database);
  expect(several.value.error).toMatchObject({ code: 'notion_choose_source' });
  expect(several.value.error.message).toContain(source);
  expect(several.value.error.message).toContain(second.id);
  const wrong = { ...notion.env, NOTION_TOKEN: 'ntn_another_one_000000000000000000000000' };
  const { stdout } = await notion.say(['notion', 'connect', '--yes', '--json', '--board', source], wrong);
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'notion_unauthorized' });
  // But for the database below a page that is not shared, nothing was asked to be written.
  const writes = service.requests.filter(({ method }) => method !== 'GET');
  expect(writes.map(({ path }) => path)).toEqual(['databases']);
  expect(await readFile(notion.shop.path('.orch/config.json'), 'utf8')).not.toContain('notion');
});

it('makes both databases below a page, and syncs with them', async () => {
  await changeConfig((config) => ({ ...config, invoices: { currency: 'EUR', rate: 8000 } }));
  const page = '11111111-2222-4333-8444-555555555555';
  notion.service.parents.add(page);
  const address = `https://www.notion.so/Plans-${page.replaceAll('-', '')}`;
  const { value } = await connect('--page', address, '--wanted', 'Ready for a worker');
  expect(value.tables.map(({ table }: { table: string }) => table)).toEqual(['board', 'invoices']);
  const made = [...notion.service.sources.values()].slice(1);
  expect(made.map(({ title }) => title)).toEqual(['Sprint board', 'Invoices']);
  expect(made[0]?.properties.find(({ name }) => name === 'Status')?.options).toContain('Ready for a worker');
  await notion.shop.json('invoice', 'add', 'Auth', '--time', '1h 20m', '--repo', 'web');
  const { stdout } = await notion.say(['sync', '--json'], notion.tokenEnv);
  expect(JSON.parse(stdout)).toMatchObject({ created: 3, problems: [], conflicts: [] });
  // Connecting again makes no third one.
  expect((await connect('--page', address)).value.error).toMatchObject({ code: 'already_connected' });
});

it('has another property hold a field when it is told so later, and follows statuses mapped by hand', async () => {
  notion.service
    .source(notion.source)
    .properties.push({ id: 'p%3A90', name: 'Owner', type: 'rich_text', options: [] });
  await notion.connect();
  await notion.run('sync');
  expect((await connect('--map', 'board.worker=Owner')).code).toBe(0);
  await notion.run('board', 'edit', 'ORC-2', '--worker', 'Ann');
  propertyOf('Status').options.push('Doing');
  await changeConfig((config) => {
    const { board } = config.notion as { board: { statusMap: object; writeStatus: object } };
    const statusMap = { ...board.statusMap, 'In Progress': ['Doing', 'In Progress'] };
    return {
      ...config,
      notion: {
        board: { ...board, statusMap, writeStatus: { ...board.writeStatus, 'In Progress': 'Doing' } },
      },
    };
  });
  await notion.run('board', 'move', 'ORC-2', 'In Progress');
  await notion.run('board', 'edit', 'ORC-2', '--worker', 'Ann');
  expect((await notion.run('sync')).value).toMatchObject({ conflicts: [], problems: [] });
  expect(notion.service.values(notion.page('Write a page'))).toMatchObject({
    Status: 'Doing',
    Owner: 'Ann',
    Worker: null,
  });
});

it('names what changed in Notion and two rows with one id, one line each, and syncs what is sound', async () => {
  notion.service.sources.delete(notion.source);
  const source = notion.addSource(boardTable, 'status');
  await connect('--board', source);
  const run = async (...args: string[]) => {
    const { stdout } = await notion.say([...args, '--json'], notion.tokenEnv);
    return JSON.parse(stdout);
  };
  expect(await run('sync')).toMatchObject({ created: 2, problems: [] });
  const { properties } = notion.service.source(source);
  const named = (name: string) => properties.find((one) => one.name === name);
  Object.assign(named('Branch') ?? {}, { name: 'Git branch' });
  Object.assign(named('Repo') ?? {}, { type: 'number' });
  properties.splice(
    properties.findIndex(({ name }) => name === 'Blockers'),
    1,
  );
  Object.assign(named('Status') ?? {}, { options: ['To Do', 'In Progress', 'Done'] });
  const page = notion.service
    .living(source)
    .find((one) => notion.service.values(one).Task === 'Write a page');
  if (!page) throw new Error('no page');
  notion.service.addPage(source, { Task: 'A copy', 'Orch ID': 'ORC-2', Status: 'To Do' });
  const file = notion.shop.path('SPRINT_BOARD.md');
  const text = await readFile(file, 'utf8');
  await writeFile(
    file,
    text.replace(
      /(\| ORC-2 .*\n)/,
      '| ORC-2 | Write our page | High | web |\n| ORC-7 | One | Low | web |\n| ORC-7 | Other | Low | web |\n',
    ),
  );
  const outcome = await run('sync');
  expect(outcome.problems.map(({ code }: { code: string }) => code).toSorted()).toEqual([
    'duplicate_orch_id',
    'notion_option_missing',
    'notion_property_gone',
    'notion_property_retyped',
  ]);
  expect(outcome).toMatchObject({ updated: 1, created: 0, conflicts: [] });
  expect(notion.service.values(page)).toMatchObject({ Task: 'Write our page', Priority: 'High' });
  const cards = await notion.shop.json<{ id: string; problem: string | null }[]>('board');
  expect(cards.filter(({ id }) => id === 'ORC-7').map(({ problem }) => problem)).toEqual([
    expect.stringContaining('ORC-7'),
    expect.stringContaining('ORC-7'),
  ]);
  // Without the right to see it, nothing can be done, and that is said.
  notion.service.sources.delete(source);
  expect(await run('sync')).toMatchObject({ error: { code: 'notion_not_shared' } });
  const status = await run('notion', 'status');
  expect(status.problems).toMatchObject([
    { code: 'notion_not_shared', hint: expect.stringContaining('Connections') },
  ]);
});

it('says with doctor where the token is, four characters of it, and that others can read the file', async () => {
  const doctor = async (env: Record<string, string> = {}) => {
    const { stdout } = await notion.say(['doctor', '--json'], { ...notion.env, ...env });
    expect(stdout).not.toContain('canary');
    const findings = JSON.parse(stdout) as { name: string; verdict: string; text: string }[];
    return findings.filter(({ name }) => name === 'notion').map(({ verdict, text }) => `${verdict}: ${text}`);
  };
  expect(await doctor()).toEqual(['ok: no token (nothing is synced)']);
  await notion.connect();
  const file = join(notion.shop.place.home, '.config/orch-tui/credentials.json');
  expect(await doctor()).toEqual([`ok: token from ${file} (mode 0600), ending in …nary`]);
  await chmod(file, 0o644);
  const unsafe = `warning: ${file} can be read by others; it was not read. Make it a file of yours: chmod 600 ${file}`;
  expect(await doctor()).toEqual([unsafe]);
  expect(await doctor({ NOTION_API_KEY: notion.service.token })).toEqual([
    'ok: token from NOTION_API_KEY, ending in …nary',
    unsafe,
  ]);
  expect(await doctor({ NOTION_TOKEN: 'no token' })).toEqual([
    'warning: What NOTION_TOKEN holds is no token of Notion.',
  ]);
  await rm(file);
  expect(await doctor()).toEqual([
    'warning: connected, but there is no token. Give one: orch-tui notion connect',
  ]);
});
