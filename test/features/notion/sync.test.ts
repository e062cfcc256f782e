import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { resolveConflict, storeFiles } from '../../../src/features/notion/service/store.ts';
import { card, entry, invoiceTable, makeScene } from './scene.ts';

it('makes a page for a card, then has nothing to do', async () => {
  using scene = await makeScene();
  scene.local.set('ORC-1', card('Fix the migration', { repo: 'backend', started: '2026-11-20', pr: '#12' }));
  expect(await scene.synced()).toMatchObject({ created: 1, updated: 0, pulled: 0, conflicts: [] });
  const [page, ...others] = scene.service.living(scene.source);
  expect(others).toEqual([]);
  expect(page && scene.service.values(page)).toMatchObject({
    Task: 'Fix the migration',
    Status: 'To Do',
    Repo: 'backend',
    Started: '2026-11-20',
    PR: '#12',
    'Orch ID': 'ORC-1',
  });
  scene.clock.pass(120_000);
  expect(await scene.synced()).toMatchObject({ created: 0, updated: 0, pulled: 0 });
});

it('carries edits both ways, field by field', async () => {
  using scene = await makeScene();
  scene.local.set('ORC-1', card('One'));
  await scene.synced();
  const [page] = scene.service.living(scene.source);
  if (!page) throw new Error('no page');
  scene.local.set('ORC-1', { column: 'In Progress', branch: 'feature/one' });
  scene.service.edit(page, { Priority: 'High', Blockers: 'waits for keys' });
  expect(await scene.synced()).toMatchObject({ created: 0, updated: 1, pulled: 1, conflicts: [] });
  expect(scene.local.cards.get('ORC-1')).toMatchObject({ priority: 'High', blockers: 'waits for keys' });
  expect(scene.service.values(page)).toMatchObject({ Status: 'In Progress', Branch: 'feature/one' });
});

it('writes a field that both sides changed to neither, until a person decides', async () => {
  using scene = await makeScene();
  scene.local.set('ORC-1', card('One'));
  scene.local.set('ORC-2', card('Two'));
  scene.local.set('ORC-3', card('Three'));
  await scene.synced();
  for (const page of scene.service.living(scene.source)) scene.service.edit(page, { Task: 'theirs' });
  for (const id of ['ORC-1', 'ORC-2', 'ORC-3']) scene.local.set(id, { task: 'ours' });
  const { conflicts } = await scene.synced();
  expect(conflicts.find(({ id }) => id === 'ORC-1')).toEqual({
    id: 'ORC-1',
    field: 'task',
    base: 'One',
    ours: 'ours',
    theirs: 'theirs',
  });
  const titles = () => scene.service.living(scene.source).map((page) => scene.service.values(page).Task);
  expect(titles()).toEqual(['theirs', 'theirs', 'theirs']);
  expect(scene.local.cards.get('ORC-1')?.task).toBe('ours');
  const file = storeFiles(scene.folder, scene.source).conflicts;
  expect(resolveConflict(file, 'ORC-1', 'task', 'mine').ok).toBe(true);
  expect(resolveConflict(file, 'ORC-2', 'task', 'theirs').ok).toBe(true);
  expect(resolveConflict(file, 'ORC-3', 'task', { edited: 'both' }).ok).toBe(true);
  expect((await scene.synced()).conflicts).toEqual([]);
  expect([...scene.local.cards.values()].map(({ task }) => task)).toEqual(['ours', 'theirs', 'both']);
  expect(titles().sort()).toEqual(['both', 'ours', 'theirs']);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ version: 1, conflicts: [] });
});

it('does not carry out a decision about values that have changed since', async () => {
  using scene = await makeScene();
  scene.local.set('ORC-1', card('One'));
  await scene.synced();
  const [page] = scene.service.living(scene.source);
  if (!page) throw new Error('no page');
  scene.service.edit(page, { Task: 'theirs' });
  scene.local.set('ORC-1', { task: 'ours' });
  await scene.synced();
  resolveConflict(storeFiles(scene.folder, scene.source).conflicts, 'ORC-1', 'task', 'mine');
  scene.service.edit(page, { Task: 'theirs again' });
  expect((await scene.synced()).conflicts).toMatchObject([{ ours: 'ours', theirs: 'theirs again' }]);
  expect(scene.service.values(page).Task).toBe('theirs again');
});

it('gives a page that was created in Notion an id before it appears in the file', async () => {
  using scene = await makeScene();
  const page = scene.service.addPage(scene.source, { Task: 'From Notion', Status: 'Review' });
  scene.service.addPage(scene.source, { Status: 'Review' });
  expect(await scene.synced()).toMatchObject({ created: 0, pulled: 1 });
  const [[id, fields] = ['', {}]] = scene.local.cards;
  expect(fields).toMatchObject({ task: 'From Notion', column: 'Review' });
  expect(scene.service.values(page)['Orch ID']).toBe(id);
  expect(await scene.synced()).toMatchObject({ created: 0, updated: 0, pulled: 0 });
});

it('syncs 500 unchanged rows with at most seven requests and no write', async () => {
  using scene = await makeScene();
  for (let i = 0; i < 500; i++) scene.local.set(`ORC-${i}`, card(`Card ${i}`, { repo: 'backend' }));
  expect(await scene.synced()).toMatchObject({ created: 500 });
  scene.clock.pass(120_000);
  scene.service.requests.length = 0;
  const files = readdirSync(scene.folder).map((name) => readFileSync(join(scene.folder, name), 'utf8'));
  expect(await scene.synced()).toMatchObject({ created: 0, updated: 0, pulled: 0 });
  expect(scene.service.requests.length).toBeLessThanOrEqual(7);
  expect(scene.service.requests.filter(({ method }) => method === 'PATCH')).toEqual([]);
  expect(scene.service.requests.filter(({ path }) => path === 'pages')).toEqual([]);
  expect(readdirSync(scene.folder).map((name) => readFileSync(join(scene.folder, name), 'utf8'))).toEqual(
    files,
  );
});

it('reads more rows than one query gives', async () => {
  using scene = await makeScene();
  scene.service.queryLimit = 250;
  for (let i = 0; i < 700; i++) {
    scene.service.addPage(scene.source, { Task: `Card ${i}`, 'Orch ID': `ORC-${i}` });
    scene.clock.pass(1000);
  }
  expect(await scene.synced()).toMatchObject({ pulled: 700 });
  expect(scene.local.cards.size).toBe(700);
});

it('writes nothing in a dry run, and reports the planned changes', async () => {
  using scene = await makeScene();
  scene.local.set('ORC-1', card('One'));
  const page = scene.service.addPage(scene.source, { Task: 'From Notion' });
  const report = await scene.synced({ dryRun: true });
  expect(report).toMatchObject({ created: 1, updated: 1, pulled: 1 });
  expect(scene.service.values(page)['Orch ID']).toBeNull();
  expect(readdirSync(scene.folder)).toEqual([]);
  expect([...scene.local.cards.keys()]).toEqual(['ORC-1']);
  expect(scene.service.requests.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)).toEqual([
    `GET ${scene.source}`,
    'POST query',
  ]);
});

it('asks about a card deleted in the file, and puts its page into the trash only then', async () => {
  using scene = await makeScene();
  for (const id of ['ORC-1', 'ORC-2', 'ORC-3']) scene.local.set(id, card(id));
  await scene.synced();
  scene.local.cards.delete('ORC-1');
  expect((await scene.synced()).conflicts).toMatchObject([{ id: 'ORC-1', field: 'row', ours: 'deleted' }]);
  expect(scene.service.living(scene.source)).toHaveLength(3);
  const file = storeFiles(scene.folder, scene.source).conflicts;
  resolveConflict(file, 'ORC-1', 'row', 'theirs');
  await scene.synced();
  expect(scene.local.cards.get('ORC-1')).toMatchObject({ task: 'ORC-1' });
  scene.local.cards.delete('ORC-1');
  await scene.synced();
  resolveConflict(file, 'ORC-1', 'row', 'mine');
  expect((await scene.synced()).conflicts).toEqual([]);
  expect(scene.service.living(scene.source)).toHaveLength(2);
});

it('archives a card whose page was trashed, unless it was edited here', async () => {
  using scene = await makeScene();
  for (let i = 0; i < 12; i++) scene.local.set(`ORC-${i}`, card(`Card ${i}`));
  await scene.synced();
  for (const page of scene.service.living(scene.source))
    if (['ORC-1', 'ORC-2'].includes(String(scene.service.values(page)['Orch ID'])))
      scene.service.edit(page, {}, true);
  scene.local.set('ORC-2', { task: 'edited' });
  expect((await scene.synced()).conflicts).toMatchObject([
    { id: 'ORC-2', ours: 'edited', theirs: 'trashed' },
  ]);
  expect([...scene.local.archived.keys()]).toEqual(['ORC-1']);
  resolveConflict(storeFiles(scene.folder, scene.source).conflicts, 'ORC-2', 'row', 'mine');
  await scene.synced();
  await scene.synced();
  expect(scene.service.living(scene.source).map((page) => scene.service.values(page).Task)).toContain(
    'edited',
  );
});

it.each(['the file', 'Notion'])('refuses a sync when many rows are gone from %s', async (side) => {
  using scene = await makeScene();
  for (let i = 0; i < 10; i++) scene.local.set(`ORC-${i}`, card(`Card ${i}`));
  await scene.synced();
  if (side === 'the file') for (let i = 0; i < 6; i++) scene.local.cards.delete(`ORC-${i}`);
  else for (const page of scene.service.living(scene.source).slice(0, 6)) scene.service.edit(page, {}, true);
  const before = scene.local.cards.size;
  const refused = await scene.sync();
  expect(refused).toMatchObject({ ok: false, problem: { code: 'mass_deletion' } });
  const { message, hint } = refused.ok ? {} : refused.problem;
  expect(message).toMatch(
    new RegExp(
      `^6 of 10 rows are gone from ${side}; nothing was synced: ORC-\\d “Card \\d”(, ORC-\\d “Card \\d”){5}\\.$`,
    ),
  );
  expect(hint).toContain('--allow-mass-delete');
  expect(scene.local.cards.size).toBe(before);
  const report = await scene.synced({ allowMassDelete: true });
  if (side === 'the file') expect(report.conflicts).toHaveLength(6);
  else expect(scene.local.archived.size).toBe(6);
});

it('does not refuse again for rows whose loss was asked about, one by one', async () => {
  using scene = await makeScene();
  for (let i = 0; i < 10; i++) scene.local.set(`ORC-${i}`, card(`Card ${i}`));
  await scene.synced();
  for (let i = 0; i < 6; i++) scene.local.cards.delete(`ORC-${i}`);
  await scene.synced({ allowMassDelete: true });
  const file = storeFiles(scene.folder, scene.source).conflicts;
  for (let i = 0; i < 5; i++) resolveConflict(file, `ORC-${i}`, 'row', 'mine');
  expect(await scene.synced()).toMatchObject({ updated: 5, conflicts: [{ id: 'ORC-5' }] });
  expect(scene.service.living(scene.source)).toHaveLength(5);
  scene.local.cards.delete('ORC-6');
  scene.local.cards.delete('ORC-7');
  expect(await scene.sync()).toMatchObject({ problem: { code: 'mass_deletion' } });
});

it('names no more than fifty rows of those that are gone', async () => {
  using scene = await makeScene();
  for (let i = 0; i < 60; i++)
    scene.local.set(`ORC-${i}`, card(`Card ${i} ${'with a long title '.repeat(9)}`));
  await scene.synced();
  scene.local.cards.clear();
  const refused = await scene.sync();
  expect(refused.ok ? '' : refused.problem.message).toMatch(
    /ORC-0 “Card 0 with.{20,40}…”, .* and 10 more\.$/,
  );
});

it('does not overwrite an invoiced entry, on either side; its status may become paid', async () => {
  using scene = await makeScene(invoiceTable);
  scene.local.set('T-1', entry('Auth', { status: 'invoiced' }));
  scene.local.set('T-2', entry('Routes', { status: 'invoiced' }));
  await scene.synced();
  const pages = new Map(
    scene.service.living(scene.source).map((page) => [scene.service.values(page)['Orch ID'], page]),
  );
  const [one, two] = [pages.get('T-1'), pages.get('T-2')];
  if (!one || !two) throw new Error('no pages');
  expect(scene.service.values(one)).toMatchObject({ Hours: 1.2, Rate: 80, Amount: 96, Currency: 'EUR' });
  scene.service.edit(one, { Amount: 50, Status: 'paid' });
  scene.local.set('T-2', { minutes: 10 });
  const { conflicts } = await scene.synced();
  expect(conflicts).toMatchObject([
    { id: 'T-1', field: 'amountCents', base: 9600, ours: 9600, theirs: 5000 },
    { id: 'T-2', field: 'minutes', base: 72, ours: 10, theirs: 72 },
  ]);
  expect(scene.local.cards.get('T-1')).toMatchObject({ status: 'paid', amountCents: 9600 });
  expect(scene.service.values(two).Hours).toBe(1.2);
});

it('reports a conflict for a change that would unlock an invoice', async () => {
  using scene = await makeScene(invoiceTable);
  scene.local.set('T-1', entry('Auth', { status: 'paid' }));
  await scene.synced();
  scene.local.set('T-1', { status: 'pending' });
  expect((await scene.synced()).conflicts).toMatchObject([
    { field: 'status', ours: 'pending', theirs: 'paid' },
  ]);
});

it('reports copies with the same id and syncs the page it knows', async () => {
  using scene = await makeScene();
  scene.local.set('ORC-1', card('One'));
  await scene.synced();
  scene.service.addPage(scene.source, { Task: 'One', Status: 'To Do', 'Orch ID': 'ORC-1' });
  scene.local.set('ORC-1', { task: 'Uno' });
  const report = await scene.sync();
  expect(report).toMatchObject({
    ok: true,
    value: { problems: [{ code: 'duplicate_orch_id' }], updated: 1 },
  });
  expect(scene.service.living(scene.source).map((page) => scene.service.values(page).Task)).toEqual([
    'Uno',
    'One',
  ]);
});

it('restores the cleared id of a page', async () => {
  using scene = await makeScene();
  scene.local.set('ORC-1', card('One'));
  await scene.synced();
  const [page] = scene.service.living(scene.source);
  if (!page) throw new Error('no page');
  scene.service.edit(page, { 'Orch ID': '' });
  await scene.synced();
  expect(scene.service.values(page)['Orch ID']).toBe('ORC-1');
  expect([...scene.local.cards.keys()]).toEqual(['ORC-1']);
});

it('leaves a status alone that is mapped to nothing, and tells which cards want a worker', async () => {
  using scene = await makeScene();
  scene.local.set('ORC-1', card('One', { repo: 'backend' }));
  await scene.synced({ wantedStatus: 'Ready for agent' });
  const [page] = scene.service.living(scene.source);
  if (!page) throw new Error('no page');
  scene.service.edit(page, { Status: 'Ready for agent' });
  scene.local.set('ORC-1', { column: 'Review' });
  const first = await scene.sync({ wantedStatus: 'Ready for agent' });
  expect(first).toMatchObject({
    value: {
      wanted: [{ id: 'ORC-1', task: 'One', repo: 'backend' }],
      problems: [{ code: 'notion_status_unmapped' }],
      updated: 0,
    },
  });
  expect(await scene.sync({ wantedStatus: 'Ready for agent' })).toMatchObject({ value: { wanted: [] } });
  expect(scene.service.values(page).Status).toBe('Ready for agent');
});

it('stops one field whose property was retyped or is gone, and goes on with the others', async () => {
  using scene = await makeScene();
  scene.local.set('ORC-1', card('One', { repo: 'backend', blockers: 'keys' }));
  await scene.synced();
  const { properties } = scene.service.source(scene.source);
  const repo = properties.find(({ name }) => name === 'Repo');
  if (repo) repo.type = 'number';
  properties.splice(
    properties.findIndex(({ name }) => name === 'Blockers'),
    1,
  );
  scene.local.set('ORC-1', { repo: 'admin', blockers: null, branch: 'feature/one' });
  const report = await scene.sync();
  expect(report).toMatchObject({
    value: {
      updated: 1,
      problems: [{ code: 'notion_property_retyped' }, { code: 'notion_property_gone' }],
    },
  });
  expect(scene.local.cards.get('ORC-1')).toMatchObject({ repo: 'admin', branch: 'feature/one' });
});

it('fills a cell that the file had no column for, and takes its emptiness for no edit', async () => {
  using scene = await makeScene();
  const { branch: _, ...withoutBranch } = card('One');
  scene.local.cards.set('ORC-1', withoutBranch);
  await scene.synced();
  const [page] = scene.service.living(scene.source);
  if (!page) throw new Error('no page');
  scene.service.edit(page, { Branch: 'feature/one' });
  await scene.synced();
  scene.local.set('ORC-1', { branch: null });
  expect(await scene.synced()).toMatchObject({ updated: 0, pulled: 1 });
  expect(scene.local.cards.get('ORC-1')?.branch).toBe('feature/one');
});

it('leaves a consistent state when it is cancelled', async () => {
  using scene = await makeScene();
  for (let i = 0; i < 20; i++) scene.local.set(`ORC-${i}`, card(`Card ${i}`));
  const stop = new AbortController();
  const report = await scene.sync({
    signal: stop.signal,
    onProgress: ({ stage, done }) => stage === 'writing' && done === 7 && stop.abort(),
  });
  expect(report).toMatchObject({ value: { created: 7, problems: [{ code: 'cancelled' }] } });
  expect(await scene.synced()).toMatchObject({ created: 13 });
});

it('reads a row by itself that was written within the last minute, for queries lag', async () => {
  using scene = await makeScene();
  scene.local.set('ORC-1', card('One'));
  await scene.synced();
  scene.clock.pass(120_000);
  scene.local.set('ORC-1', { task: 'Two' });
  expect(await scene.synced()).toMatchObject({ updated: 1 });
  scene.service.lag = 50_000;
  expect(await scene.synced()).toMatchObject({ updated: 0, pulled: 0 });
  expect(scene.local.cards.get('ORC-1')?.task).toBe('Two');
});

it('asks for a page again only when a minute has shown that it is not there', async () => {
  using scene = await makeScene();
  scene.local.set('ORC-1', card('One'));
  scene.service.lag = 40_000;
  scene.service.fault = ({ method, path }) =>
    method === 'POST' && path === 'pages' ? { kind: 'timeout', when: 'after' } : null;
  expect(await scene.sync()).toMatchObject({
    value: { created: 0, problems: [{ code: 'notion_unanswered' }] },
  });
  scene.service.fault = () => null;
  scene.service.lag = 60_000;
  expect(await scene.sync()).toMatchObject({ value: { problems: [{ code: 'notion_unconfirmed' }] } });
  const [page] = scene.service.living(scene.source);
  if (!page) throw new Error('no page');
  scene.service.edit(page, { Task: 'edited there meanwhile' });
  scene.clock.pass(120_000);
  expect(await scene.synced()).toMatchObject({ created: 0, pulled: 1 });
  expect(scene.local.cards.get('ORC-1')?.task).toBe('edited there meanwhile');
  expect(scene.service.living(scene.source)).toHaveLength(1);
});
