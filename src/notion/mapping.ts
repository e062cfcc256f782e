import { foldName } from '../documents/markdown.ts';
import { type Problem, problemOf } from '../lib/result.ts';
import type { Schema, SchemaProperty } from './schema.ts';
import { type FieldSpec, idProperty, type PropertyType, type TableSpec } from './tables.ts';

export interface FieldMapping {
  readonly propertyId: string;
  /** As it was called; only for messages. */
  readonly name: string;
  /** As it was; a property of another type since is not the same one. */
  readonly type: PropertyType;
}

/** Which property of a data source is which field of ours. Holds no secret; a person may edit it. */
export interface Mapping {
  readonly databaseId: string;
  readonly dataSourceId: string;
  /** The text property with our ids; null until a person agreed to add it. */
  readonly idProperty: string | null;
  readonly fields: Readonly<Record<string, FieldMapping>>;
  /** The statuses in Notion that stand for each choice of ours; any other is left alone. */
  readonly statusMap: Readonly<Record<string, readonly string[]>>;
  /** The one of them that we write. */
  readonly writeStatus: Readonly<Record<string, string>>;
  /** ISO 4217, for amounts where no property says it; `EUR` when left out. */
  readonly currency?: string;
}

export interface Proposal {
  readonly mapping: Mapping;
  /** What has no property, one line each; nothing is added without consent. */
  readonly notes: readonly string[];
}

/** Which properties most probably hold which field: by type and by what people call them. */
export function proposeMapping(spec: TableSpec, schema: Schema): Proposal {
  const taken = new Set<string>();
  const fields: Record<string, FieldMapping> = {};
  for (const field of spec.fields) {
    const property = findProperty(spec, field, schema, taken);
    if (!property) continue;
    taken.add(property.id);
    fields[field.field] = { propertyId: property.id, name: property.name, type: typeOf(property, field) };
  }
  const choice = schema.properties.find(({ id }) => id === fields[spec.choiceField]?.propertyId);
  const { databaseId, dataSourceId } = schema;
  const statuses = proposeStatuses(spec, choice?.options ?? []);
  return {
    mapping: { databaseId, dataSourceId, idProperty: idPropertyOf(schema), fields, ...statuses },
    notes: notesOn(spec, schema, fields),
  };
}

/** The text property with our ids; null where there is none. */
export function idPropertyOf({ properties }: Schema): string | null {
  return properties.find(({ name, type }) => name === idProperty && type === 'rich_text')?.id ?? null;
}

function findProperty(
  { titleField, choiceField, choices }: TableSpec,
  field: FieldSpec,
  { properties }: Schema,
  taken: ReadonlySet<string>,
): SchemaProperty | undefined {
  const fitting = properties.filter(({ id, type }) => !taken.has(id) && isTypeOf(type, field));
  if (field.field === titleField) return fitting[0];
  for (const name of field.names.map(foldName)) {
    const named = fitting.filter((property) => foldName(property.name) === name);
    if (named[0]) return named[0];
  }
  if (field.field !== choiceField) return undefined;
  const known = new Set(choices.flatMap(({ choice, names }) => [choice, ...names].map(foldName)));
  return fitting.find(({ options }) => options.filter((option) => known.has(foldName(option))).length > 1);
}

function isTypeOf(type: string, { types }: FieldSpec): boolean {
  return types.some((one) => one === type);
}

function typeOf(property: SchemaProperty, { types }: FieldSpec): PropertyType {
  const type = types.find((one) => one === property.type);
  if (type === undefined) throw new TypeError(`${property.type} is no type of a field`);
  return type;
}

/** What a person should know of fields that have no property. */
export function notesOn({ fields }: TableSpec, schema: Schema, mapped: Mapping['fields']): readonly string[] {
  return fields.filter(({ field }) => mapped[field] === undefined).map((field) => missingNote(field, schema));
}

function missingNote({ names, types }: FieldSpec, { properties }: Schema): string {
  const folded = names.map(foldName);
  const other = properties.find(({ name }) => folded.includes(foldName(name)));
  return other
    ? `“${other.name}” holds ${other.type}, which cannot be synced; ${names[0]} wants ${types.join(' or ')}.`
    : `No property for ${names[0]} (${types.join(' or ')}): it stays in the file alone.`;
}

/** Which of a property's options most probably stand for which choice. */
export function proposeStatuses(
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
    const written = fitting[0] ?? choice;
    statusMap[choice] = fitting.length > 0 ? fitting : [choice];
    writeStatus[choice] = written;
  }
  return { statusMap, writeStatus };
}

export interface MappingCheck {
  /** What is still as it was mapped, to be synced. */
  readonly fields: Readonly<Record<string, FieldMapping>>;
  /** One line each: what, where, what to do. That field stops, the others go on. */
  readonly problems: readonly Problem[];
}

/**
 * Compares a mapping with what the data source is now. A renamed property is the same one.
 * @returns null for `fatal`, or what is in the way of any sync: without ids nothing can be told apart
 */
export function checkMapping(
  spec: TableSpec,
  mapping: Mapping,
  schema: Schema,
): MappingCheck & { readonly fatal: Problem | null } {
  const fields: Record<string, FieldMapping> = {};
  const problems: Problem[] = [];
  const now = new Map(schema.properties.map((property) => [property.id, property]));
  for (const [field, mapped] of Object.entries(mapping.fields)) {
    const known = spec.fields.some((one) => one.field === field);
    const problem = known ? propertyProblem(mapped, now.get(mapped.propertyId)) : unknownField(field);
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
