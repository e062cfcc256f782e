/** Refuses invalid properties of a page, by the documentation of version 2026-03-11. */

export interface StandInProperty {
  id: string;
  name: string;
  type: string;
  options: string[];
}

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function invalid(message: string): never {
  throw new Refusal(400, 'validation_error', message);
}

type Json = Record<string, unknown>;

export function asObject(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    invalid(`${what} should be an object`);
  return value as Json;
}

export function onlyKeys(value: Json, keys: readonly string[], what: string): void {
  for (const key of Object.keys(value))
    if (!keys.includes(key)) invalid(`${what}.${key} should be not present`);
}

/** Returns the stored form of a sent value; writing creates a select's options. */
export function acceptValue(property: StandInProperty, sent: unknown): unknown {
  const value = asObject(sent, property.name);
  onlyKeys(value, [property.type, 'type'], property.name);
  if (!(property.type in value)) invalid(`${property.name} is expected to be ${property.type}.`);
  const inner = value[property.type];
  switch (property.type) {
    case 'title':
    case 'rich_text':
      return acceptRuns(inner, property.name);
    case 'select':
    case 'status':
      return acceptOption(property, inner);
    case 'number':
      if (inner !== null && typeof inner !== 'number') invalid(`${property.name} should be a number or null`);
      return inner;
    case 'date':
      return acceptDate(inner, property.name);
    case 'url':
      if (inner !== null && (typeof inner !== 'string' || inner === '' || inner.length > 2000))
        invalid(`${property.name}.url should be a populated string or null`);
      return inner;
    default:
      return invalid(`${property.name} cannot be written: it is ${property.type}.`);
  }
}

export function acceptRuns(value: unknown, what: string): string {
  if (!Array.isArray(value)) invalid(`${what} should be an array`);
  if (value.length > 100) invalid(`${what}.length should be ≤ 100`);
  const texts = value.map((run) => {
    const { content } = asObject(asObject(run, what).text, `${what}.text`);
    if (typeof content !== 'string' || content.length > 2000)
      invalid(`${what}.content.length should be ≤ 2000`);
    return content;
  });
  return texts.join('');
}

function acceptOption(property: StandInProperty, value: unknown): string | null {
  if (value === null) return null;
  const { name } = asObject(value, property.name);
  if (typeof name !== 'string' || name === '' || name.includes(',') || name.length > 100)
    invalid(`${property.name}: an option has 1 to 100 characters and no commas`);
  if (!property.options.includes(name)) {
    if (property.type === 'status') invalid(`Status option "${name}" does not exist`);
    property.options.push(name);
  }
  return name;
}

function acceptDate(value: unknown, what: string): string | null {
  if (value === null) return null;
  const { start } = asObject(value, what);
  if (typeof start !== 'string' || Number.isNaN(Date.parse(start)))
    invalid(`${what}.date.start should be ISO 8601`);
  return start;
}

/** Returns a value as Notion answers it. */
export function showValue({ id, type }: StandInProperty, value: unknown): Json {
  const runs = (text: unknown) =>
    text === '' || text === null || text === undefined
      ? []
      : [{ type: 'text', text: { content: text, link: null }, plain_text: text, href: null }];
  switch (type) {
    case 'title':
    case 'rich_text':
      return { id, type, [type]: runs(value) };
    case 'select':
    case 'status':
      return { id, type, [type]: value ? { id: `o-${String(value)}`, name: value, color: 'default' } : null };
    case 'date':
      return { id, type, date: value ? { start: value, end: null, time_zone: null } : null };
    case 'people':
      return { id, type, people: [] };
    default:
      return { id, type, [type]: value ?? null };
  }
}

/** Returns a property as in a schema. */
export function showProperty({ id, name, type, options }: StandInProperty): Json {
  const shown = options.map((option) => ({
    id: `o-${option}`,
    name: option,
    color: 'default',
    description: null,
  }));
  const config =
    type === 'select' ? { options: shown } : type === 'status' ? { options: shown, groups: [] } : {};
  return { id, name, type, description: null, [type]: config };
}
