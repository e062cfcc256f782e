import { foldName } from '../documents/markdown.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { type FieldMapping, type Mapping, notesOn, type Proposal, proposeStatuses } from './mapping.ts';
import type { Schema, SchemaProperty } from './schema.ts';
import { type FieldSpec, idProperty, type TableSpec } from './tables.ts';

/** Properties by name for fields, such as `worker` or, of one table, `board.worker`; empty for none. */
export type MapWishes = Readonly<Record<string, string>>;

/** The wishes that are about a table, by field. */
export function wishesFor({ table, fields }: TableSpec, wishes: MapWishes): MapWishes {
  const own = Object.entries(wishes).flatMap(([name, property]) => {
    const field = name.startsWith(`${table}.`) ? name.slice(table.length + 1) : name;
    return fields.some((one) => one.field === field) ? [[field, property]] : [];
  });
  return Object.fromEntries(own);
}

/** `notion_field_unknown` for a wish that is about a field of none of the tables. */
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
  schema: Schema,
  { mapping: proposed }: Pick<Proposal, 'mapping'>,
  wishes: MapWishes,
): Result<Proposal> {
  let mapping = proposed;
  for (const [field, name] of Object.entries(wishes)) {
    const wanted = spec.fields.find((one) => one.field === field);
    if (!wanted) continue;
    const found = name.trim() === '' ? success(null) : findProperty(schema, wanted, name);
    if (!found.ok) return found;
    mapping = withField(spec, mapping, field, found.value);
  }
  const missing = [spec.titleField, spec.choiceField].find((field) => mapping.fields[field] === undefined);
  if (missing !== undefined && Object.keys(wishes).length > 0)
    return failure('notion_not_mapped', `Nothing can be synced without a property for ${missing}.`);
  return success({ mapping, notes: notesOn(spec, schema, mapping.fields) });
}

/** By its name, in whatever case. */
function findProperty(
  { properties }: Schema,
  { field, types }: FieldSpec,
  name: string,
): Result<FieldMapping & Pick<SchemaProperty, 'options'>> {
  const usable = properties.filter((one) => one.name !== idProperty);
  const property =
    usable.find((one) => one.name === name) ?? usable.find((one) => foldName(one.name) === foldName(name));
  if (!property)
    return failure(
      'notion_no_property',
      `There is no property “${name.slice(0, 60)}” in Notion.`,
      `There are: ${usable.map((one) => one.name).join(', ')}.`,
    );
  const type = types.find((one) => one === property.type);
  if (type === undefined)
    return failure(
      'notion_property_type',
      `“${property.name}” holds ${property.type}, which cannot be ${field}.`,
      `It takes ${types.join(' or ')}.`,
    );
  return success({ propertyId: property.id, name: property.name, type, options: property.options });
}

function withField(
  spec: TableSpec,
  mapping: Mapping,
  field: string,
  property: (FieldMapping & Pick<SchemaProperty, 'options'>) | null,
): Mapping {
  const others = Object.entries(mapping.fields).filter(
    ([known, { propertyId }]) => known !== field && propertyId !== property?.propertyId,
  );
  if (!property) return { ...mapping, fields: Object.fromEntries(others) };
  const { options, ...mapped } = property;
  const statuses = field === spec.choiceField ? proposeStatuses(spec, options) : {};
  return { ...mapping, fields: { ...Object.fromEntries(others), [field]: mapped }, ...statuses };
}
