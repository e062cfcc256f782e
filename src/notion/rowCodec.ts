import type { PageObjectResponse } from '@notionhq/client';
import { type Problem, problemOf, type Result, success } from '../lib/result.ts';
import type { FieldMapping, Mapping } from './mapping.ts';
import type { Fields, RemoteRow, Row, Value } from './row.ts';
import type { FieldSpec, TableSpec } from './tables.ts';
import {
  centsOf,
  encodeText,
  hoursOf,
  minutesOf,
  normaliseDay,
  normaliseText,
  type PropertyValue,
  showValue,
  unitsOf,
} from './values.ts';

const usualCurrency = 'EUR';

type Property = PageObjectResponse['properties'][string];

export interface Encoded {
  readonly properties: Record<string, PropertyValue>;
  /** What of it the properties hold: all but what `problems` are about. */
  readonly fields: Fields;
  readonly problems: readonly Problem[];
}

/** Rows out of pages, and the properties of pages out of rows: the only place that knows both. */
export class RowCodec {
  readonly #spec: TableSpec;
  readonly #mapping: Mapping;
  readonly #mapped: readonly (readonly [FieldSpec, FieldMapping])[];

  /** @param fields what of the mapping is sound */
  constructor(spec: TableSpec, mapping: Mapping, fields: Readonly<Record<string, FieldMapping>>) {
    this.#spec = spec;
    this.#mapping = mapping;
    this.#mapped = spec.fields.flatMap((one) => {
      const mapped = fields[one.field];
      return mapped ? [[one, mapped] as const] : [];
    });
  }

  get fields(): readonly string[] {
    return this.#mapped.map(([{ field }]) => field);
  }

  /** Values that cannot be read are left out and reported. */
  decode(page: PageObjectResponse): { row: RemoteRow; problems: Problem[] } {
    const properties = new Map(Object.values(page.properties).map((property) => [property.id, property]));
    const id = readText(properties.get(this.#mapping.idProperty ?? '')) ?? '';
    const fields: Record<string, Value> = {};
    const problems: Problem[] = [];
    const currency = this.#currencyOf((mapped) => readText(properties.get(mapped.propertyId)));
    for (const [spec, mapped] of this.#mapped) {
      const property = properties.get(mapped.propertyId);
      // Retyped since the mapping was checked.
      if (property?.type !== mapped.type) continue;
      const value = this.#read(spec, property, currency);
      if (!value.ok) problems.push(unread(id || page.id, mapped, value.problem));
      else if (value.value !== undefined) fields[spec.field] = value.value;
    }
    const choice = this.#mapped.find(([{ field }]) => field === this.#spec.choiceField)?.[1];
    const status = readText(properties.get(choice?.propertyId ?? ''));
    return { row: { pageId: page.id, id, fields, status, createdAt: page.created_time }, problems };
  }

  /** @param row all the row's values, for those that depend on others */
  encode(id: string, row: Fields, changed: Fields): Encoded {
    const properties: Record<string, PropertyValue> = {};
    const fields: Record<string, Value> = {};
    const problems: Problem[] = [];
    const currency = this.#currencyOf((_, field) => row[field]);
    const isForeign =
      !this.#isMapped('currency') && ![currency, undefined, null].includes(text(row.currency));
    for (const [spec, mapped] of this.#mapped) {
      const value = changed[spec.field];
      if (value === undefined) continue;
      const property =
        spec.kind === 'money' && isForeign
          ? foreignCurrency(currency)
          : this.#write(spec, mapped, value, currency);
      if (property.ok) {
        properties[mapped.propertyId] = property.value;
        fields[spec.field] = value;
      } else problems.push(unwritten(id, mapped, value, property.problem));
    }
    return { properties, fields, problems };
  }

  /** The status that a page has once it was given these fields; undefined when they say none. */
  statusIn(fields: Fields): string | undefined {
    const choice = fields[this.#spec.choiceField];
    return typeof choice === 'string' ? this.#statusOf(choice) : undefined;
  }

  /** The property that ties a page to a row. */
  encodeId(id: string): Record<string, PropertyValue> {
    const property = encodeText('rich_text', id);
    return property.ok ? { [this.#mapping.idProperty ?? '']: property.value } : {};
  }

  /** A row of the document, its values as they are compared. */
  normalise({ id, fields }: Row): Row {
    const known = this.#mapped.flatMap(([{ field, kind }]) => {
      const value = fields[field];
      if (value === undefined) return [];
      if (typeof value !== 'string') return [[field, value]];
      return [[field, kind === 'day' ? normaliseDay(value) : normaliseText(value)]];
    });
    // Money is read by the currency, mapped or not.
    const { currency } = fields;
    return { id, fields: { ...(currency === undefined ? {} : { currency }), ...Object.fromEntries(known) } };
  }

  #isMapped(name: string): boolean {
    return this.#mapped.some(([{ field }]) => field === name);
  }

  #currencyOf(find: (mapped: FieldMapping, field: string) => Value | undefined): string {
    const mapped = this.#mapped.find(([{ field }]) => field === 'currency');
    const found = mapped ? find(mapped[1], 'currency') : null;
    return text(found) ?? this.#mapping.currency ?? usualCurrency;
  }

  #read({ kind }: FieldSpec, property: Property, currency: string): Result<Value | undefined> {
    if (property.type === 'number') {
      if (property.number === null) return success(null);
      return kind === 'hours' ? minutesOf(property.number) : centsOf(property.number, currency);
    }
    const value = readText(property);
    if (kind === 'choice') return success(this.#choiceOf(value));
    if (value === null) return success(null);
    return success(kind === 'day' ? normaliseDay(value) : normaliseText(value));
  }

  /** Undefined for a status that stands for none of ours. */
  #choiceOf(status: string | null): string | undefined {
    const { choices } = this.#spec;
    if (status === null) return choices[0]?.choice;
    const { statusMap } = this.#mapping;
    const found = choices.find(({ choice }) => statusMap[choice]?.includes(status));
    return (found ?? choices.find(({ choice }) => this.#statusOf(choice) === status))?.choice;
  }

  #write({ kind }: FieldSpec, { type }: FieldMapping, value: Value, currency: string): Result<PropertyValue> {
    if (typeof value !== 'number') {
      if (type === 'number' && value === null) return success({ number: null });
      return encodeText(type, kind === 'choice' && value !== null ? this.#statusOf(value) : value);
    }
    if (type !== 'number') return encodeText(type, String(value));
    if (kind === 'hours') return success({ number: hoursOf(value) });
    const units = unitsOf(value, currency);
    return units.ok ? success({ number: units.value }) : units;
  }

  #statusOf(choice: string): string {
    return this.#mapping.writeStatus[choice] ?? choice;
  }
}

function readText(property: Property | undefined): string | null {
  switch (property?.type) {
    case 'title':
      return joined(property.title);
    case 'rich_text':
      return joined(property.rich_text);
    case 'select':
      return property.select?.name ?? null;
    case 'status':
      return property.status?.name ?? null;
    case 'date':
      return property.date?.start ?? null;
    case 'url':
      return property.url;
    default:
      return null;
  }
}

function joined(runs: readonly { readonly plain_text: string }[]): string | null {
  return normaliseText(runs.map((run) => run.plain_text).join(''));
}

function text(value: Value | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function foreignCurrency(currency: string): Result<never> {
  const message = `amounts there are in ${currency}, and no property says the currency`;
  return { ok: false, problem: problemOf('bad_value', message) };
}

function unread(id: string, { name }: FieldMapping, { message }: Problem): Problem {
  return problemOf(
    'notion_value_unread',
    `“${name}” of ${id} in Notion cannot be read: ${message}.`,
    'Correct it in Notion; until then it is left alone.',
  );
}

function unwritten(id: string, { name }: FieldMapping, value: Value, { message }: Problem): Problem {
  return problemOf(
    'notion_value_unwritten',
    `“${name}” of ${id} in Notion cannot be ${showValue(value)}: ${message}.`,
    'Correct it in the file; until then it is left alone.',
  );
}
