import { columns } from '../../../core/board.ts';
import type { FieldMapping, Mapping, NotionConfig, SyncTable } from '../../../core/notion.ts';
import { foldName } from '../../../documents/markdown.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../../lib/result.ts';
import type { Notion, Schema, SchemaProperty } from './client.ts';
import { type FieldSpec, idProperty, type TableSpec } from './tables.ts';

/** What is synced with what, and the table in Notion that it is about. */
export interface TableProposal {
  readonly mapping: Mapping;
  /** What has no property, one line each; nothing is added without consent. */
  readonly notes: readonly string[];
  readonly schema: Schema;
}

/** Returns the mapping that a sync goes by. */
export function mappingOf(config: NotionConfig | undefined, table: SyncTable): Mapping | null {
  const mapping = config?.[table] ?? null;
  return mapping && table === 'board' ? withWanted(mapping, config?.wantedStatus) : mapping;
}

/** A card that asks for a worker is still to be done, unless the mapping says otherwise of that status. */
function withWanted(mapping: Mapping, wanted: string | undefined): Mapping {
  const { statusMap } = mapping;
  if (wanted === undefined || Object.values(statusMap).some((names) => names.includes(wanted)))
    return mapping;
  const [toDo] = columns;
  return { ...mapping, statusMap: { ...statusMap, [toDo]: [...(statusMap[toDo] ?? [toDo]), wanted] } };
}

/** Returns which properties most probably hold which field: by type and by what people call them. */
export function proposeMapping(spec: TableSpec, schema: Schema): TableProposal {
  const taken = new Set<string>();
  const fields: Record<string, FieldMapping> = {};
  for (const field of spec.fields) {
    const property = findProperty(spec, field, schema, taken);
    const held = property && heldBy(property, field);
    if (!held) continue;
    taken.add(held.propertyId);
    fields[field.field] = held;
  }
  const choice = schema.properties.find(({ id }) => id === fields[spec.choiceField]?.propertyId);
  const { databaseId, dataSourceId } = schema;
  const statuses = proposeStatuses(spec, choice?.options ?? []);
  return {
    mapping: { databaseId, dataSourceId, idProperty: idPropertyOf(schema), fields, ...statuses },
    notes: notesOn(spec, schema, fields),
    schema,
  };
}

/** Returns the text property with our ids; null where there is none. */
function idPropertyOf({ properties }: Schema): string | null {
  return properties.find(({ name, type }) => name === idProperty && type === 'rich_text')?.id ?? null;
}

function findProperty(
  { titleField, choiceField, choices }: TableSpec,
  field: FieldSpec,
  { properties }: Schema,
  taken: ReadonlySet<string>,
): SchemaProperty | undefined {
  const fitting = properties.filter((one) => !taken.has(one.id) && heldBy(one, field));
  if (field.field === titleField) return fitting[0];
  for (const name of field.names.map(foldName)) {
    const named = fitting.find((property) => foldName(property.name) === name);
    if (named) return named;
  }
  if (field.field !== choiceField) return undefined;
  const known = new Set(choices.flatMap(({ choice, names }) => [choice, ...names].map(foldName)));
  return fitting.find(({ options }) => options.filter((option) => known.has(foldName(option))).length > 1);
}

/** Returns a property as what holds a field; null for one whose type cannot. */
function heldBy({ id, name, type }: SchemaProperty, { types }: FieldSpec): FieldMapping | null {
  const fitting = types.find((one) => one === type);
  return fitting === undefined ? null : { propertyId: id, name, type: fitting };
}

/** Returns what a person should know of fields that have no property. */
function notesOn({ fields }: TableSpec, schema: Schema, mapped: Mapping['fields']): readonly string[] {
  return fields.filter(({ field }) => mapped[field] === undefined).map((field) => missingNote(field, schema));
}

function missingNote({ names, types }: FieldSpec, { properties }: Schema): string {
  const folded = names.map(foldName);
  const other = properties.find(({ name }) => folded.includes(foldName(name)));
  return other
    ? `“${other.name}” holds ${other.type}, which cannot be synced; ${names[0]} wants ${types.join(' or ')}.`
    : `No property for ${names[0]} (${types.join(' or ')}): it stays in the file alone.`;
}

/** Returns which of a property's options most probably stand for which choice. */
function proposeStatuses(
  { choices }: TableSpec,
  options: readonly string[],
): Pick<Mapping, 'statusMap' | 'writeStatus'> {
  const statusMap: Record<string, string[]> = {};
  const writeStatus: Record<string, string> = {};
  for (const { choice, names } of choices) {
    const known = [choice, ...names].map(foldName);
    const fitting = options
      .filter((option) => known.includes(foldName(option)))
      .toSorted((one, other) => known.indexOf(foldName(one)) - known.indexOf(foldName(other)));
    statusMap[choice] = fitting.length > 0 ? fitting : [choice];
    writeStatus[choice] = fitting[0] ?? choice;
  }
  return { statusMap, writeStatus };
}

interface MappingCheck {
  /** What is still as it was mapped, to be synced. */
  readonly fields: Readonly<Record<string, FieldMapping>>;
  /** One line each: what, where, what to do. That field stops, the others go on. */
  readonly problems: readonly Problem[];
  /** What is in the way of any sync, or null: without ids nothing can be told apart. */
  readonly fatal: Problem | null;
}

/** Compares a mapping with what the data source is now. A renamed property is the same one. */
export function checkMapping(spec: TableSpec, mapping: Mapping, schema: Schema): MappingCheck {
  const fields: Record<string, FieldMapping> = {};
  const problems: Problem[] = [];
  const now = new Map(schema.properties.map((property) => [property.id, property]));
  const isField = (name: string) => spec.fields.some(({ field }) => field === name);
  for (const [field, mapped] of Object.entries(mapping.fields)) {
    const problem = isField(field)
      ? propertyProblem(mapped, now.get(mapped.propertyId))
      : unknownField(field);
    if (problem) problems.push(problem);
    else fields[field] = mapped;
  }
  problems.push(...optionProblems(spec, mapping, now.get(fields[spec.choiceField]?.propertyId ?? '')));
  const essential = [spec.titleField, spec.choiceField].every((field) => fields[field] !== undefined);
  const fatal = idProblem(mapping, now) ?? (essential ? null : essentialProblem(spec, problems));
  return { fields, problems, fatal };
}

function propertyProblem(mapped: FieldMapping, now: SchemaProperty | undefined): Problem | null {
  const hint = 'Map it again with `orch-tui notion connect`.';
  if (!now)
    return problemOf('notion_property_gone', `The property “${mapped.name}” is gone from Notion.`, hint);
  if (now.type === mapped.type) return null;
  const change = `“${now.name}” was ${mapped.type} and is ${now.type} now; it is not synced.`;
  return problemOf('notion_property_retyped', change, `Change it back in Notion, or: ${hint}`);
}

function unknownField(field: string): Problem {
  const name = JSON.stringify(field.slice(0, 40));
  return problemOf('notion_field_unknown', `The mapping names ${name}, which is no field.`, 'Remove it.');
}

/** Selects get new options as they are written; statuses never do. */
function optionProblems(
  { choices }: TableSpec,
  { writeStatus }: Mapping,
  property: SchemaProperty | undefined,
): Problem[] {
  if (property?.type !== 'status') return [];
  const missing = choices.filter(({ choice }) => !property.options.includes(writeStatus[choice] ?? choice));
  return missing.map(({ choice }) =>
    problemOf(
      'notion_option_missing',
      `“${property.name}” has no option “${writeStatus[choice] ?? choice}” for ${choice}; rows are not moved there.`,
      'Add it in Notion, or choose another one in writeStatus.',
    ),
  );
}

function idProblem({ idProperty: id }: Mapping, now: ReadonlyMap<string, SchemaProperty>): Problem | null {
  if (id !== null && now.get(id)?.type === 'rich_text') return null;
  const what = id === null ? 'has no' : 'has lost its';
  return problemOf(
    'notion_id_property',
    `The database in Notion ${what} text property “${idProperty}”; nothing was synced.`,
    'Connect again with `orch-tui notion connect`; it asks before it adds one.',
  );
}

function essentialProblem({ titleField, choiceField }: TableSpec, problems: readonly Problem[]): Problem {
  const why = problems[0]?.message ?? '';
  return problemOf(
    'notion_not_mapped',
    `Nothing can be synced without ${titleField} and ${choiceField}. ${why}`.trim(),
    'Map them with `orch-tui notion connect`.',
  );
}

/** Properties by name for fields, such as `worker` or, of one table, `board.worker`; empty for none. */
type MapWishes = Readonly<Record<string, string>>;

/** Returns the wishes that are about a table, by field. */
export function wishesFor({ table, fields }: TableSpec, wishes: MapWishes): MapWishes {
  const own = Object.entries(wishes).flatMap(([name, property]) => {
    const field = name.startsWith(`${table}.`) ? name.slice(table.length + 1) : name;
    return fields.some((one) => one.field === field) ? [[field, property]] : [];
  });
  return Object.fromEntries(own);
}

/** Returns `notion_field_unknown` for a wish that is about a field of none of the tables. */
export function checkWishes(specs: readonly TableSpec[], wishes: MapWishes): Result<null> {
  for (const [name, property] of Object.entries(wishes)) {
    if (specs.some((spec) => Object.keys(wishesFor(spec, { [name]: property })).length > 0)) continue;
    const known = [...new Set(specs.flatMap(({ fields }) => fields.map(({ field }) => field)))];
    const what = `${JSON.stringify(name.slice(0, 60))} is no field of what is connected.`;
    return failure('notion_field_unknown', what, `Known: ${known.join(', ')}.`);
  }
  return success(null);
}

/**
 * Puts what a person wants into a mapping. A property that held another field holds that one no more.
 * @param wishes by field of this table
 * @returns `notion_no_property`, `notion_property_type`, or `notion_not_mapped` for what cannot go without one
 */
export function applyWishes(
  spec: TableSpec,
  { mapping: proposed, schema }: Pick<TableProposal, 'mapping' | 'schema'>,
  wishes: MapWishes,
): Result<TableProposal> {
  let mapping = proposed;
  for (const [field, name] of Object.entries(wishes)) {
    const wanted = spec.fields.find((one) => one.field === field);
    if (!wanted) continue;
    const found = name.trim() === '' ? success(null) : propertyNamed(schema, wanted, name);
    if (!found.ok) return found;
    mapping = withField(spec, mapping, field, found.value);
  }
  const missing = [spec.titleField, spec.choiceField].find((field) => mapping.fields[field] === undefined);
  if (missing !== undefined && Object.keys(wishes).length > 0)
    return failure('notion_not_mapped', `Nothing can be synced without a property for ${missing}.`);
  return success({ mapping, notes: notesOn(spec, schema, mapping.fields), schema });
}

type MappedProperty = FieldMapping & Pick<SchemaProperty, 'options'>;

/** Finds a property by its name, in whatever case. */
function propertyNamed({ properties }: Schema, spec: FieldSpec, name: string): Result<MappedProperty> {
  const usable = properties.filter((one) => one.name !== idProperty);
  const property =
    usable.find((one) => one.name === name) ?? usable.find((one) => foldName(one.name) === foldName(name));
  if (!property)
    return failure(
      'notion_no_property',
      `There is no property “${name.slice(0, 60)}” in Notion.`,
      `There are: ${usable.map((one) => one.name).join(', ')}.`,
    );
  const held = heldBy(property, spec);
  if (!held)
    return failure(
      'notion_property_type',
      `“${property.name}” holds ${property.type}, which cannot be ${spec.field}.`,
      `It takes ${spec.types.join(' or ')}.`,
    );
  return success({ ...held, options: property.options });
}

function withField(
  spec: TableSpec,
  mapping: Mapping,
  field: string,
  property: MappedProperty | null,
): Mapping {
  const others = Object.entries(mapping.fields).filter(
    ([known, { propertyId }]) => known !== field && propertyId !== property?.propertyId,
  );
  if (!property) return { ...mapping, fields: Object.fromEntries(others) };
  const { options, ...mapped } = property;
  const statuses = field === spec.choiceField ? proposeStatuses(spec, options) : {};
  return { ...mapping, fields: { ...Object.fromEntries(others), [field]: mapped }, ...statuses };
}

/** Returns the id in an address that a person pasted from Notion, or the id itself. */
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

/** Returns what would be synced with what, and what a person should know before agreeing. Changes nothing. */
export async function proposeTable(
  notion: Notion,
  spec: TableSpec,
  address: string,
): Promise<Result<TableProposal>> {
  const schema = await findSource(notion, address);
  return schema.ok ? success(proposeMapping(spec, schema.value)) : schema;
}

/** Adds the property for our ids where there is none. Call it only after a person agreed. */
export async function addIdProperty(notion: Notion, proposal: TableProposal): Promise<Result<TableProposal>> {
  const { schema, mapping } = proposal;
  const withId = (id: string | null) => success({ ...proposal, mapping: { ...mapping, idProperty: id } });
  const known = idPropertyOf(schema);
  if (known !== null) return withId(known);
  const added = await notion.addProperties(schema.dataSourceId, { [idProperty]: { rich_text: {} } });
  return added.ok ? withId(idPropertyOf(added.value)) : added;
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
): Promise<Result<TableProposal>> {
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

/** Returns a select for the choice: a status that the API makes has all its options in one group. */
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
