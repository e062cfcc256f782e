import { failure, type Result, success } from '../lib/result.ts';
import type { Notion } from './client.ts';
import { idPropertyOf, type Proposal, proposeMapping } from './mapping.ts';
import type { Schema } from './schema.ts';
import { type FieldSpec, idProperty, type TableSpec } from './tables.ts';

/** The id in an address that a person pasted from Notion, or the id itself. */
async function idIn(text: string): Promise<Result<string>> {
  const { extractNotionId } = await import('./library.ts');
  const id = extractNotionId(text);
  return id === null
    ? failure('notion_address', 'That is no address of a page or database in Notion.', 'Copy it in Notion.')
    : success(id);
}

/**
 * Finds the table behind an address: of a database, or of one of its data sources.
 * @returns `notion_choose_source`, naming them, for a database with several
 */
export async function findSource(notion: Notion, address: string): Promise<Result<Schema>> {
  const id = await idIn(address);
  if (!id.ok) return id;
  const sources = await notion.sources(id.value);
  if (!sources.ok) return sources.problem.code === 'notion_not_shared' ? notion.schema(id.value) : sources;
  const [first, ...others] = sources.value;
  if (!first) return failure('notion_no_source', 'That database has no table.', 'Add one in Notion.');
  if (others.length === 0) return notion.schema(first.id);
  const list = sources.value.map(({ name, id: source }) => `${name} (${source})`).join(', ');
  return failure('notion_choose_source', `That database has several tables: ${list}.`, 'Give the id of one.');
}

/** A proposal, and the table that it is about. */
export interface SourceProposal extends Proposal {
  readonly schema: Schema;
}

/** What would be synced with what, and what a person should know before agreeing. Changes nothing. */
export async function proposeTable(
  notion: Notion,
  spec: TableSpec,
  address: string,
): Promise<Result<SourceProposal>> {
  const schema = await findSource(notion, address);
  if (!schema.ok) return schema;
  return success({ ...proposeMapping(spec, schema.value), schema: schema.value });
}

/** Adds the property for our ids where there is none. Call it only after a person agreed. */
export async function addIdProperty(
  notion: Notion,
  { schema, mapping, notes }: SourceProposal,
): Promise<Result<Proposal>> {
  const known = idPropertyOf(schema);
  if (known !== null) return success({ mapping: { ...mapping, idProperty: known }, notes });
  const added = await notion.addProperties(schema.dataSourceId, { [idProperty]: { rich_text: {} } });
  if (!added.ok) return added;
  return success({ mapping: { ...mapping, idProperty: idPropertyOf(added.value) }, notes });
}

/**
 * Makes a database below a page, with a property for every field. Call it only after a person agreed; asked twice, it
 * makes two.
 * @param wanted a status that it has besides
 */
export async function createTable(
  notion: Notion,
  spec: TableSpec,
  page: string,
  wanted?: string,
): Promise<Result<Proposal>> {
  const pageId = await idIn(page);
  if (!pageId.ok) return pageId;
  const named = spec.fields.map((field) => [field.names[0] ?? field.field, newProperty(spec, field, wanted)]);
  const made = await notion.createDatabase({
    parent: { type: 'page_id', page_id: pageId.value },
    title: [{ type: 'text', text: { content: spec.title } }],
    initial_data_source: { properties: { ...Object.fromEntries(named), [idProperty]: { rich_text: {} } } },
  });
  if (!made.ok) return made;
  const [source] = made.value.sources;
  if (source === undefined) return failure('notion_no_source', 'Notion made a database without a table.');
  const schema = await notion.schema(source);
  return schema.ok ? success(proposeMapping(spec, schema.value)) : schema;
}

/** A select for the choice: a status that the API makes has all its options in one group. */
function newProperty(
  { choices, choiceField }: TableSpec,
  { field, types }: FieldSpec,
  wanted: string | undefined,
): object {
  if (field !== choiceField) return { [types[0] ?? 'rich_text']: {} };
  const options = choices.map(({ choice }, at) => ({ name: choice, color: colors[at] ?? 'default' }));
  return {
    select: { options: wanted === undefined ? options : [...options, { name: wanted, color: 'red' }] },
  };
}

const colors = ['gray', 'blue', 'yellow', 'green'] as const;
