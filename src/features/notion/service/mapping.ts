import { columns } from '../../../core/board.ts';
import type { FieldMapping, Mapping, NotionConfig, SyncTable } from '../../../core/notion.ts';
import { foldName } from '../../../documents/markdown.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../../lib/result.ts';
import type { Notion, Schema, SchemaProperty } from './client.ts';
import { type FieldSpec, idProperty, type TableSpec } from './tables.ts';

/** A proposed mapping, and its table in Notion. */
export interface TableProposal {
  readonly mapping: Mapping;
  /** Fields without a property, one line each; properties are only added after consent. */
  readonly notes: readonly string[];
  readonly schema: Schema;
}

/** Returns the mapping that a sync uses. */
export function mappingOf(config: NotionConfig | undefined, table: SyncTable): Mapping | null {
  const mapping = config?.[table] ?? null;
  return mapping && table === 'board' ? withWantedStatus(mapping, config?.wantedStatus) : mapping;
}

/** Adds the status that requests a worker to the first column, unless the mapping assigns it. */
function withWantedStatus(mapping: Mapping, wanted: string | undefined): Mapping {
  const { statusMap } = mapping;
  if (wanted === undefined || Object.values(statusMap).some((names) => names.includes(wanted)))
    return mapping;
  const [toDo] = columns;
  return { ...mapping, statusMap: { ...statusMap, [toDo]: [...(statusMap[toDo] ?? [toDo]), wanted] } };
}

/** Returns the most probable mapping of fields to properties, by type and by common names. */
export function proposeMapping(spec: TableSpec, schema: Schema): TableProposal {
  const taken = new Set<string>();
  const fields: Record<string, FieldMapping> = {};
  for (const field of spec.fields) {
    const property = findProperty(spec, field, schema, taken);
    const held = property && mappingBy(property, field);
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

/** Returns the id of the text property with our ids; null where there is none. */
function idPropertyOf({ properties }: Schema): string | null {
  return properties.find(({ name, type }) => name === idProperty && type === 'rich_text')?.id ?? null;
}

function findProperty(
  { titleField, choiceField, choices }: TableSpec,
  field: FieldSpec,
  { properties }: Schema,
  taken: ReadonlySet<string>,
): SchemaProperty | undefined {
  const fitting = properties.filter((one) => !taken.has(one.id) && mappingBy(one, field));
  if (field.field === titleField) return fitting[0];
  for (const name of field.names.map(foldName)) {
    const named = fitting.find((property) => foldName(property.name) === name);
    if (named) return named;
  }
  if (field.field !== choiceField) return undefined;
  const known = new Set(choices.flatMap(({ choice, names }) => [choice, ...names].map(foldName)));
  return fitting.find(({ options }) => options.filter((option) => known.has(foldName(option))).length > 1);
}

/** Returns a property as the mapping of a field; null for an unsuitable type. */
function mappingBy({ id, name, type }: SchemaProperty, { types }: FieldSpec): FieldMapping | null {
  const fitting = types.find((one) => one === type);
  return fitting === undefined ? null : { propertyId: id, name, type: fitting };
}

/** Returns notes about fields without a property. */
function notesOn({ fields }: TableSpec, schema: Schema, mapped: Mapping['fields']): readonly string[] {
  return fields.filter(({ field }) => mapped[field] === undefined).map((field) => missingNote(field, schema));
}

function missingNote({ names, types }: FieldSpec, { properties }: Schema): string {
  const folded = names.map(foldName);
  const other = properties.find(({ name }) => folded.includes(foldName(name)));
  return other
    ? `“${other.name}” holds ${other.type}, which cannot be synced; ${names[0]} needs ${types.join(' or ')}.`
    : `No property for ${names[0]} (${types.join(' or ')}): it stays only in the file.`;
}

/** Returns the most probable assignment of a property's options to choices. */
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
  /** Fields whose mapping is still valid, which are synced. */
  readonly fields: Readonly<Record<string, FieldMapping>>;
  /** One line each: fault, place, fix. That field is skipped, the others are synced. */
  readonly problems: readonly Problem[];
  /** A problem that prevents any sync, or null: without ids rows cannot be matched. */
  readonly fatal: Problem | null;
}

/** Compares a mapping with the current data source. A renamed property is the same one. */
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

/** Reports missing options. Writing adds options to selects, but never to statuses. */
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

/** Property names by field, such as `worker` or, for one table, `board.worker`; an empty name maps none. */
type MapOverrides = Readonly<Record<string, string>>;

/** Returns the entries that concern a table, by field. */
export function overridesFor({ table, fields }: TableSpec, overrides: MapOverrides): MapOverrides {
  const own = Object.entries(overrides).flatMap(([name, property]) => {
    const field = name.startsWith(`${table}.`) ? name.slice(table.length + 1) : name;
    return fields.some((one) => one.field === field) ? [[field, property]] : [];
  });
  return Object.fromEntries(own);
}

/** Returns `notion_field_unknown` for an entry whose field none of the tables has. */
export function checkOverrides(specs: readonly TableSpec[], overrides: MapOverrides): Result<null> {
  for (const [name, property] of Object.entries(overrides)) {
    if (specs.some((spec) => Object.keys(overridesFor(spec, { [name]: property })).length > 0)) continue;
    const known = [...new Set(specs.flatMap(({ fields }) => fields.map(({ field }) => field)))];
    const what = `${JSON.stringify(name.slice(0, 60))} is not a field of the connected tables.`;
    return failure('notion_field_unknown', what, `Known: ${known.join(', ')}.`);
  }
  return success(null);
}

/**
 * Applies the user's choices to a mapping. A property is removed from its previous field.
 * @param overrides by field of this table
 * @returns `notion_no_property`, `notion_property_type`, or `notion_not_mapped` for a required field without
 * one
 */
export function applyOverrides(
  spec: TableSpec,
  { mapping: proposed, schema }: Pick<TableProposal, 'mapping' | 'schema'>,
  overrides: MapOverrides,
): Result<TableProposal> {
  let mapping = proposed;
  for (const [field, name] of Object.entries(overrides)) {
    const wanted = spec.fields.find((one) => one.field === field);
    if (!wanted) continue;
    const found = name.trim() === '' ? success(null) : propertyNamed(schema, wanted, name);
    if (!found.ok) return found;
    mapping = withField(spec, mapping, field, found.value);
  }
  const missing = [spec.titleField, spec.choiceField].find((field) => mapping.fields[field] === undefined);
  if (missing !== undefined && Object.keys(overrides).length > 0)
    return failure('notion_not_mapped', `Nothing can be synced without a property for ${missing}.`);
  return success({ mapping, notes: notesOn(spec, schema, mapping.fields), schema });
}

type MappedProperty = FieldMapping & Pick<SchemaProperty, 'options'>;

/** Finds a property by its name, ignoring case. */
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
  const held = mappingBy(property, spec);
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

/** Returns the id in an address pasted from Notion, or the id itself. */
async function idIn(text: string): Promise<Result<string>> {
  const { extractNotionId } = await import('./library.ts');
  const id = extractNotionId(text);
  return id === null
    ? failure(
        'notion_address',
        'That is not the address of a page or database in Notion.',
        'Copy it in Notion.',
      )
    : success(id);
}

/**
 * Finds the table of an address, which names a database or one of its data sources.
 * @returns `notion_choose_source`, listing them, for a database with several
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

/** Returns the proposed mapping and notes for the user. Changes nothing. */
export async function proposeTable(
  notion: Notion,
  spec: TableSpec,
  address: string,
): Promise<Result<TableProposal>> {
  const schema = await findSource(notion, address);
  return schema.ok ? success(proposeMapping(spec, schema.value)) : schema;
}

/** Adds the property for our ids where there is none. Requires the user's consent. */
export async function addIdProperty(notion: Notion, proposal: TableProposal): Promise<Result<TableProposal>> {
  const { schema, mapping } = proposal;
  const withId = (id: string | null) => success({ ...proposal, mapping: { ...mapping, idProperty: id } });
  const known = idPropertyOf(schema);
  if (known !== null) return withId(known);
  const added = await notion.addProperties(schema.dataSourceId, { [idProperty]: { rich_text: {} } });
  return added.ok ? withId(idPropertyOf(added.value)) : added;
}

/**
 * Creates a database below a page, with a property for every field. Requires the user's consent; a second
 * call creates another one.
 * @param wanted an additional status
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

/**
 * Returns a new property. The choice is a select, because a status created by the API has all options in one
 * group.
 */
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
