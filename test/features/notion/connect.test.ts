import { expect, it } from 'vitest';
import {
  addIdProperty,
  createTable,
  findSource,
  proposeTable,
} from '../../../src/features/notion/service/mapping.ts';
import { pageOf } from '../../../src/features/notion/service/store.ts';
import { boardTable, card, invoiceTable, makeScene } from './scene.ts';

it.each([boardTable, invoiceTable])('makes a database for the $table that has everything', async (spec) => {
  using scene = await makeScene();
  const page = '11111111-2222-4333-8444-555555555555';
  scene.service.parents.add(page);
  const address = `https://www.notion.so/team/Plans-${page.replaceAll('-', '')}?v=99999999999999999999999999999999`;
  const made = await createTable(scene.notion, spec, address);
  if (!made.ok) throw new Error(made.problem.message);
  expect(made.value.notes).toEqual([]);
  const { mapping } = made.value;
  expect(Object.keys(mapping.fields)).toEqual(spec.fields.map(({ field }) => field));
  expect(mapping.idProperty).not.toBeNull();
  const options = scene.service
    .source(mapping.dataSourceId)
    .properties.find(({ id }) => id === mapping.fields[spec.choiceField]?.propertyId)?.options;
  expect(options).toEqual(spec.choices.map(({ choice }) => choice));
});

it('says so when the page is not shared', async () => {
  using scene = await makeScene();
  const made = await createTable(scene.notion, boardTable, '11111111-2222-4333-8444-555555555555');
  expect(made).toMatchObject({ ok: false, problem: { code: 'notion_not_shared' } });
  expect(await findSource(scene.notion, 'my board')).toMatchObject({ problem: { code: 'notion_address' } });
});

it('finds a table by its database or by itself, and asks which where there are several', async () => {
  using scene = await makeScene();
  const { database, id } = scene.service.source(scene.source);
  expect(await findSource(scene.notion, database)).toMatchObject({ value: { dataSourceId: id } });
  expect(await findSource(scene.notion, id)).toMatchObject({ value: { dataSourceId: id } });
  const second = scene.service.source(scene.service.addSource([{ name: 'Name', type: 'title' }]));
  second.database = database;
  expect(await findSource(scene.notion, database)).toMatchObject({
    problem: { code: 'notion_choose_source', message: expect.stringContaining(second.id) },
  });
});

it('gives a database that it makes the status that asks for a worker', async () => {
  using scene = await makeScene();
  const page = '11111111-2222-4333-8444-555555555555';
  scene.service.parents.add(page);
  const made = await createTable(scene.notion, boardTable, page, 'Ready for a worker');
  if (!made.ok) throw new Error(made.problem.message);
  const { properties } = scene.service.source(made.value.mapping.dataSourceId);
  expect(properties.find(({ name }) => name === 'Status')?.options).toEqual([
    ...boardTable.choices.map(({ choice }) => choice),
    'Ready for a worker',
  ]);
});

it('adds the property for ids only when it is asked to, and once', async () => {
  using scene = await makeScene();
  const source = scene.service.addSource([
    { name: 'Name', type: 'title' },
    { name: 'Status', type: 'status', options: ['To Do', 'Done'] },
  ]);
  const proposed = await proposeTable(scene.notion, boardTable, source);
  if (!proposed.ok) throw new Error(proposed.problem.message);
  expect(proposed.value.mapping.idProperty).toBeNull();
  expect(scene.service.requests.every(({ method }) => method === 'GET')).toBe(true);
  const added = await addIdProperty(scene.notion, proposed.value);
  expect(added.ok && added.value.mapping.idProperty).not.toBeNull();
  const { properties } = scene.service.source(source);
  expect(properties.map(({ name }) => name)).toEqual(['Name', 'Status', 'Orch ID']);
});

it('comments on a card’s page, once, even when the answer is lost', async () => {
  using scene = await makeScene();
  scene.local.set('ORC-1', card('One'));
  await scene.synced();
  const page = pageOf(scene.folder, scene.source, 'ORC-1');
  if (!page.ok || page.value === null) throw new Error('no page');
  let isFirst = true;
  scene.service.fault = ({ path }) => {
    const isLost = path === 'comments' && isFirst;
    isFirst &&= !isLost;
    return isLost ? { kind: 'drop', when: 'after' } : null;
  };
  expect(await scene.notion.comment(page.value, 'Merged into develop.')).toEqual({
    ok: true,
    value: undefined,
  });
  expect(scene.service.page(page.value).comments).toEqual(['Merged into develop.']);
  expect(pageOf(scene.folder, scene.source, 'ORC-9')).toEqual({ ok: true, value: null });
});
