import { expect, it } from 'vitest';
import type { Schema } from '../../../src/features/notion/service/client.ts';
import {
  applyOverrides,
  checkOverrides,
  overridesFor,
  proposeMapping,
} from '../../../src/features/notion/service/mapping.ts';
import { boardTable, invoiceTable } from '../../../src/features/notion/service/tables.ts';

const schema: Schema = {
  databaseId: 'db',
  dataSourceId: 'ds',
  title: 'Tasks',
  properties: [
    { id: 'title', name: 'Name', type: 'title', options: [] },
    { id: 'p1', name: 'Status', type: 'status', options: ['Backlog', 'Doing', 'Done'] },
    { id: 'p2', name: 'Stage', type: 'select', options: ['Open', 'WIP', 'QA', 'Shipped'] },
    { id: 'p3', name: 'Owner', type: 'rich_text', options: [] },
    { id: 'p4', name: 'Reviewer', type: 'rich_text', options: [] },
    { id: 'p5', name: 'Team', type: 'people', options: [] },
    { id: 'p6', name: 'Orch ID', type: 'rich_text', options: [] },
  ],
};
const narrow = { ...schema, properties: schema.properties.filter(({ id }) => id !== 'p2') };
const proposal = { ...proposeMapping(boardTable, narrow), schema };

function applied(wishes: Record<string, string>) {
  const done = applyOverrides(boardTable, proposal, wishes);
  if (!done.ok) return done.problem.code;
  return Object.fromEntries(
    Object.entries(done.value.mapping.fields).map(([field, { name }]) => [field, name]),
  );
}

it.each<[string, Record<string, string>, Record<string, string> | string]>([
  ['nothing', {}, { task: 'Name', column: 'Status', worker: 'Owner' }],
  ['another property', { worker: 'Reviewer' }, { task: 'Name', column: 'Status', worker: 'Reviewer' }],
  [
    'its name in other letters',
    { worker: 'REVIEWER' },
    { task: 'Name', column: 'Status', worker: 'Reviewer' },
  ],
  [
    'one more field',
    { blockers: 'Reviewer' },
    { task: 'Name', column: 'Status', worker: 'Owner', blockers: 'Reviewer' },
  ],
  [
    'a property that held another field',
    { blockers: 'Owner' },
    { task: 'Name', column: 'Status', blockers: 'Owner' },
  ],
  ['no property', { worker: '' }, { task: 'Name', column: 'Status' }],
  ['one that is not there', { worker: 'Nobody' }, 'notion_no_property'],
  ['one of another type', { worker: 'Team' }, 'notion_property_type'],
  ['the property of our ids', { worker: 'Orch ID' }, 'notion_no_property'],
  ['no title', { task: '' }, 'notion_not_mapped'],
  ['no status', { column: '' }, 'notion_not_mapped'],
])('maps as a person wants: %s', (_, wishes, fields) => {
  expect(applied(wishes)).toEqual(fields);
});

it('takes the statuses of another property as well', () => {
  const done = applyOverrides(boardTable, proposal, { column: 'Stage' });
  expect(done.ok && done.value.mapping.writeStatus).toEqual({
    ...{ 'To Do': 'Open', 'In Progress': 'WIP' },
    ...{ Review: 'QA', Done: 'Shipped' },
  });
});

it('says no more of a field that it has no property once it has one', () => {
  const about = (notes: readonly string[]) => notes.filter((note) => note.includes('Blockers'));
  expect(about(proposal.notes)).toHaveLength(1);
  const done = applyOverrides(boardTable, proposal, { blockers: 'Reviewer' });
  expect(done.ok && about(done.value.notes)).toEqual([]);
});

it('assigns each override to its table, and finds those of none', () => {
  const wishes = { worker: 'Owner', 'board.repo': 'Project', 'invoices.rateCents': 'Rate' };
  expect(overridesFor(boardTable, wishes)).toEqual({ worker: 'Owner', repo: 'Project' });
  expect(overridesFor(invoiceTable, wishes)).toEqual({ worker: 'Owner', rateCents: 'Rate' });
  expect(checkOverrides([boardTable, invoiceTable], wishes).ok).toBe(true);
  expect(checkOverrides([boardTable], wishes)).toMatchObject({ problem: { code: 'notion_field_unknown' } });
  expect(checkOverrides([boardTable], { toString: 'Owner' })).toMatchObject({
    problem: { code: 'notion_field_unknown' },
  });
});
