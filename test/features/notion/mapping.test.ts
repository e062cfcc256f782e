import { expect, it } from 'vitest';
import type { Schema } from '../../../src/features/notion/service/client.ts';
import { checkMapping, proposeMapping } from '../../../src/features/notion/service/mapping.ts';
import { boardTable, invoiceTable } from '../../../src/features/notion/service/tables.ts';

function schemaOf(...properties: [name: string, type: string, options?: string[]][]): Schema {
  return {
    databaseId: 'db',
    dataSourceId: 'ds',
    title: 'Tasks',
    properties: properties.map(([name, type, options = []], at) => ({ id: `p${at}`, name, type, options })),
  };
}

const usual = schemaOf(
  ['Task name', 'title'],
  ['State', 'status', ['Backlog', 'To Do', 'Doing', 'Blocked', 'QA', 'Done']],
  ['Owner', 'rich_text'],
  ['Project', 'select', ['backend']],
  ['Prio', 'select', ['High']],
  ['GitHub Pull Requests', 'relation'],
  ['Start date', 'date'],
  ['Orch ID', 'rich_text'],
);

it('proposes a mapping by types and by common names', () => {
  const { mapping, notes } = proposeMapping(boardTable, usual);
  const names = Object.fromEntries(Object.entries(mapping.fields).map(([field, { name }]) => [field, name]));
  expect(names).toEqual({
    task: 'Task name',
    column: 'State',
    worker: 'Owner',
    repo: 'Project',
    priority: 'Prio',
    started: 'Start date',
  });
  expect(mapping.idProperty).toBe('p7');
  expect(mapping.statusMap).toEqual({
    'To Do': ['To Do', 'Backlog'],
    'In Progress': ['Doing'],
    Review: ['QA'],
    Done: ['Done'],
  });
  expect(mapping.writeStatus).toEqual({
    'To Do': 'To Do',
    'In Progress': 'Doing',
    Review: 'QA',
    Done: 'Done',
  });
  expect(notes.some((note) => note.includes('“GitHub Pull Requests” holds relation'))).toBe(true);
});

it('finds the status by its options when its name says nothing', () => {
  const schema = schemaOf(
    ['Name', 'title'],
    ['Kind', 'select', ['bug']],
    ['Where', 'select', ['todo', 'done']],
  );
  expect(proposeMapping(boardTable, schema).mapping.fields.column?.name).toBe('Where');
});

it('proposes a mapping for invoices', () => {
  const schema = schemaOf(
    ['Task', 'title'],
    ['Status', 'select', ['Draft', 'Billed', 'Paid']],
    ['Hours', 'number'],
    ['Rate', 'number'],
    ['Total', 'number'],
  );
  const { mapping } = proposeMapping(invoiceTable, schema);
  expect(Object.keys(mapping.fields).sort()).toEqual([
    'amountCents',
    'minutes',
    'rateCents',
    'status',
    'task',
  ]);
  expect(mapping.writeStatus).toEqual({ pending: 'Draft', invoiced: 'Billed', paid: 'Paid' });
});

const { mapping } = proposeMapping(boardTable, usual);

type Change = Partial<{ name: string; type: string; options: readonly string[] }>;

/** Returns the page with one property changed, or without it. */
function changed(at: number, change: Change | null): Schema {
  const properties = usual.properties.flatMap((one, index) =>
    index !== at ? [one] : change ? [{ ...one, ...change }] : [],
  );
  return { ...usual, properties };
}

it.each<[string, number, Change | null, string[], number]>([
  ['nothing changed', -1, {}, [], 6],
  ['a renamed property', 2, { name: 'Someone' }, [], 6],
  ['a property that is gone', 2, null, ['notion_property_gone'], 5],
  ['a retyped property', 3, { type: 'people' }, ['notion_property_retyped'], 5],
  ['a computed property', 6, { type: 'formula' }, ['notion_property_retyped'], 5],
  ['a missing option', 1, { options: ['To Do', 'Doing', 'Done'] }, ['notion_option_missing'], 6],
])('checks a mapping against %s', (_, at, change, codes, count) => {
  const check = checkMapping(boardTable, mapping, changed(at, change));
  expect(check.problems.map(({ code }) => code)).toEqual(codes);
  expect(Object.keys(check.fields)).toHaveLength(count);
  expect(check.fatal).toBeNull();
});

it.each([
  ['the ids', 7, 'notion_id_property'],
  ['the title', 0, 'notion_not_mapped'],
  ['the status', 1, 'notion_not_mapped'],
])('syncs nothing without %s', (_, at, code) => {
  expect(checkMapping(boardTable, mapping, changed(at, null)).fatal?.code).toBe(code);
});
