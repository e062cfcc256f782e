import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { resolveConflict, storeFiles } from '../../../src/features/notion/service/store.ts';
import { type RebuildReport, rebuildTable } from '../../../src/features/notion/service/sync.ts';
import { card, makeScene, type Scene } from './scene.ts';

async function rebuild({ spec, mapping, notion, local, folder, clock }: Scene): Promise<RebuildReport> {
  const report = await rebuildTable({ spec, mapping, notion, local, folder, clock });
  if (!report.ok) throw new Error(report.problem.message);
  return report.value;
}

function damage(scene: Scene): string {
  const { base } = storeFiles(scene.folder, scene.source);
  writeFileSync(base, readFileSync(base, 'utf8').replace('One', 'Two'));
  return base;
}

function pageOf(scene: Scene, id: string) {
  const page = scene.service.living(scene.source).find((one) => scene.service.values(one)['Orch ID'] === id);
  if (!page) throw new Error(`no page of ${id}`);
  return page;
}

/** Four rows that were synced and then edited, with a damaged base. */
async function damagedScene(): Promise<{ scene: Scene; base: string }> {
  const scene = await makeScene();
  for (const id of ['ORC-1', 'ORC-2', 'ORC-3', 'ORC-4'])
    scene.local.set(id, card(`One ${id}`, { repo: 'backend', branch: 'feature/one' }));
  await scene.synced();
  scene.clock.pass(120_000);
  scene.local.set('ORC-1', { task: 'Edited here' });
  scene.service.edit(pageOf(scene, 'ORC-2'), { Branch: '' });
  scene.local.set('ORC-3', { branch: null });
  return { scene, base: damage(scene) };
}

it('stops a sync before anything is asked of Notion, and names the command', async () => {
  const { scene, base } = await damagedScene();
  using _ = scene;
  scene.service.requests.length = 0;
  expect(await scene.sync()).toMatchObject({
    ok: false,
    problem: { code: 'notion_base_damaged', hint: expect.stringContaining('orch-tui sync --rebuild') },
  });
  expect(scene.service.requests).toEqual([]);
  expect(existsSync(base)).toBe(true);
});

it('links rows to pages by their ids, takes equal fields as common, and reports the others as conflicts', async () => {
  const { scene, base } = await damagedScene();
  using _ = scene;
  const damaged = readFileSync(base, 'utf8');
  const before = [...scene.local.cards];
  scene.service.requests.length = 0;
  const report = await rebuild(scene);
  expect(report).toMatchObject({ rows: 4, setAside: [`${base}.damaged-1`], problems: [] });
  expect(report.conflicts.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
    { id: 'ORC-1', field: 'task', base: null, ours: 'Edited here', theirs: 'One ORC-1' },
    { id: 'ORC-2', field: 'branch', base: null, ours: 'feature/one', theirs: null },
    { id: 'ORC-3', field: 'branch', base: null, ours: null, theirs: 'feature/one' },
  ]);
  // Neither side was written, and the damaged file is kept.
  expect([...scene.local.cards]).toEqual(before);
  expect(
    scene.service.requests.filter(({ method, path }) => method !== 'GET' && !path.endsWith('query')),
  ).toEqual([]);
  expect(readFileSync(`${base}.damaged-1`, 'utf8')).toBe(damaged);
});

it('keeps conflicts in later syncs, carries other edits, and applies decisions', async () => {
  const { scene } = await damagedScene();
  using _ = scene;
  await rebuild(scene);
  scene.local.set('ORC-4', { task: 'Edited since' });
  scene.service.edit(pageOf(scene, 'ORC-3'), { Repo: 'web' });
  expect(await scene.synced()).toMatchObject({ created: 0, updated: 1, pulled: 1 });
  scene.clock.pass(120_000);
  expect((await scene.synced()).conflicts).toHaveLength(3);
  const { conflicts } = storeFiles(scene.folder, scene.source);
  resolveConflict(conflicts, 'ORC-1', 'task', 'mine');
  resolveConflict(conflicts, 'ORC-2', 'branch', 'theirs');
  resolveConflict(conflicts, 'ORC-3', 'branch', 'mine');
  expect((await scene.synced()).conflicts).toEqual([]);
  expect(scene.local.cards.get('ORC-2')?.branch).toBeNull();
  expect(scene.service.values(pageOf(scene, 'ORC-3'))).toMatchObject({ Branch: '', Repo: 'web' });
  scene.clock.pass(120_000);
  expect(await scene.synced()).toMatchObject({ created: 0, updated: 0, pulled: 0, conflicts: [] });
  // Decided values are common again: an empty cell is an ordinary edit.
  scene.service.edit(pageOf(scene, 'ORC-2'), { Branch: 'feature/two' });
  expect(await scene.synced()).toMatchObject({ pulled: 1, conflicts: [] });
});

it('makes no second page for a row whose page a query does not show yet', async () => {
  using scene = await makeScene();
  scene.local.set('ORC-1', card('One'));
  await scene.synced();
  scene.local.set('ORC-2', card('Made a moment ago'));
  await scene.synced();
  scene.service.lag = 50_000;
  damage(scene);
  expect(await rebuild(scene)).toMatchObject({ rows: 0 });
  expect(await scene.sync()).toMatchObject({
    value: { created: 0, problems: [{ code: 'notion_unconfirmed' }, {}] },
  });
  scene.clock.pass(120_000);
  expect(await scene.synced()).toMatchObject({ created: 0, conflicts: [] });
  expect(scene.service.living(scene.source)).toHaveLength(2);
});

it('creates missing pages and missing rows with the next sync', async () => {
  using scene = await makeScene();
  scene.local.set('ORC-1', card('One'));
  await scene.synced();
  scene.local.set('ORC-2', card('Only here'));
  scene.service.addPage(scene.source, { Task: 'Only there', 'Orch ID': 'ORC-3', Status: 'Review' });
  scene.clock.pass(120_000);
  rmSync(storeFiles(scene.folder, scene.source).base);
  expect(await rebuild(scene)).toMatchObject({ rows: 1, conflicts: [], setAside: [] });
  scene.clock.pass(120_000);
  expect(await scene.synced()).toMatchObject({ created: 1, pulled: 1, conflicts: [] });
  expect(scene.local.cards.get('ORC-3')).toMatchObject({ task: 'Only there', column: 'Review' });
});

it('also repairs a damaged journal of rows on their way', async () => {
  using scene = await makeScene();
  scene.local.set('ORC-1', card('One'));
  await scene.synced();
  const { intents } = storeFiles(scene.folder, scene.source);
  writeFileSync(intents, `no JSON\n${readFileSync(intents, 'utf8')}`);
  expect(await scene.sync()).toMatchObject({
    problem: { code: 'notion_intents_damaged', hint: expect.stringContaining('--rebuild') },
  });
  expect((await rebuild(scene)).setAside).toContain(`${intents}.damaged-1`);
  scene.clock.pass(120_000);
  expect(await scene.synced()).toMatchObject({ created: 0, updated: 0, pulled: 0 });
});

it('leaves everything as it is when Notion cannot be asked', async () => {
  const { scene } = await damagedScene();
  using _ = scene;
  const files = () => readdirSync(scene.folder).toSorted();
  const before = files();
  scene.service.fault = () => ({ kind: 'drop', when: 'before' });
  const { spec, mapping, notion, local, folder, clock } = scene;
  expect(await rebuildTable({ spec, mapping, notion, local, folder, clock })).toMatchObject({
    problem: { code: 'notion_unreachable' },
  });
  expect(files()).toEqual(before);
});

it('reports two pages with one id and ties the row to the older one', async () => {
  const { scene } = await damagedScene();
  using _ = scene;
  scene.service.addPage(scene.source, { Task: 'A copy', 'Orch ID': 'ORC-4', Status: 'To Do' });
  expect((await rebuild(scene)).problems).toMatchObject([{ code: 'duplicate_orch_id' }]);
  scene.local.set('ORC-4', { task: 'Edited' });
  await scene.sync();
  expect(scene.service.living(scene.source).map((page) => scene.service.values(page).Task)).toContain(
    'A copy',
  );
});

it('does not archive the row of a trashed page where an edit of it cannot be excluded', async () => {
  const { scene } = await damagedScene();
  using _ = scene;
  await rebuild(scene);
  scene.service.edit(pageOf(scene, 'ORC-1'), {}, true);
  scene.service.edit(pageOf(scene, 'ORC-4'), {}, true);
  const { conflicts } = await scene.synced({ allowMassDelete: true });
  expect(conflicts).toContainEqual({
    id: 'ORC-1',
    field: 'row',
    base: 'kept',
    ours: 'edited',
    theirs: 'trashed',
  });
  expect([...scene.local.archived.keys()]).toEqual(['ORC-4']);
});
