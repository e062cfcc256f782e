import type { PageObjectResponse } from '@notionhq/client';
import { currencyDigits } from '../../../core/amounts.ts';
import type { FieldMapping, FieldValue, Mapping, PropertyType } from '../../../core/notion.ts';
import { isPlaceholder } from '../../../documents/markdown.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../../lib/result.ts';
import { storedText } from '../../../lib/sanitize.ts';
import type { Fields, RemoteRow, SyncRow } from './plan.ts';
import type { FieldSpec, TableSpec } from './tables.ts';

const usualCurrency = 'EUR';

type Property = PageObjectResponse['properties'][string];

interface Encoded {
  readonly properties: Record<string, PropertyValue>;
  /** The encoded fields, without those in `problems`. */
  readonly fields: Fields;
  readonly problems: readonly Problem[];
}

/** Converts between rows and Notion's pages; the only place that knows both. */
export class RowCodec {
  readonly #spec: TableSpec;
  readonly #mapping: Mapping;
  readonly #mapped: readonly (readonly [FieldSpec, FieldMapping])[];

  /** @param fields the valid part of the mapping */
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

  /** Reads a page. Unreadable values are omitted and reported. */
  decode(page: PageObjectResponse): { row: RemoteRow; problems: Problem[] } {
    const properties = new Map(Object.values(page.properties).map((property) => [property.id, property]));
    const id = readText(properties.get(this.#mapping.idProperty ?? '')) ?? '';
    const fields: Record<string, FieldValue> = {};
    const problems: Problem[] = [];
    const currency = this.#currencyOf((mapped) => readText(properties.get(mapped.propertyId)));
    for (const [spec, mapped] of this.#mapped) {
      const property = properties.get(mapped.propertyId);
      // Its type changed since the mapping was checked.
      if (property?.type !== mapped.type) continue;
      const value = this.#read(spec, property, currency);
      if (!value.ok) problems.push(unread(id || page.id, mapped, value.problem));
      else if (value.value !== undefined) fields[spec.field] = value.value;
    }
    const choice = this.#mapped.find(([{ field }]) => field === this.#spec.choiceField)?.[1];
    const status = readText(properties.get(choice?.propertyId ?? ''));
    return { row: { pageId: page.id, id, fields, status, createdAt: page.created_time }, problems };
  }

  /** @param row all values of the row, for fields that depend on others */
  encode(id: string, row: Fields, changed: Fields): Encoded {
    const properties: Record<string, PropertyValue> = {};
    const fields: Record<string, FieldValue> = {};
    const problems: Problem[] = [];
    const currency = this.#currencyOf((_, field) => row[field]);
    const isForeign =
      !this.#isMapped('currency') && ![currency, undefined, null].includes(text(row.currency));
    for (const [spec, mapped] of this.#mapped) {
      const value = changed[spec.field];
      if (value === undefined) continue;
      const property =
        spec.kind === 'money' && isForeign
          ? refuse(`amounts there are in ${currency}, and no property says the currency`)
          : this.#write(spec, mapped, value, currency);
      if (property.ok) {
        properties[mapped.propertyId] = property.value;
        fields[spec.field] = value;
      } else problems.push(unwritten(id, mapped, value, property.problem));
    }
    return { properties, fields, problems };
  }

  /** Returns a page's status after these fields are written; undefined when they contain none. */
  statusIn(fields: Fields): string | undefined {
    const choice = fields[this.#spec.choiceField];
    return typeof choice === 'string' ? this.#statusOf(choice) : undefined;
  }

  /** Encodes the property that links a page to a row. */
  encodeId(id: string): Record<string, PropertyValue> {
    const property = encodeText('rich_text', id);
    return property.ok ? { [this.#mapping.idProperty ?? '']: property.value } : {};
  }

  /** Normalises a document's row for comparison. */
  normalise({ id, fields }: SyncRow): SyncRow {
    const known = this.#mapped.flatMap(([{ field, kind }]) => {
      const value = fields[field];
      if (value === undefined) return [];
      return [[field, typeof value === 'string' ? normalise(kind, value) : value]];
    });
    // Amounts depend on the currency, mapped or not.
    const { currency } = fields;
    return { id, fields: { ...(currency === undefined ? {} : { currency }), ...Object.fromEntries(known) } };
  }

  #isMapped(name: string): boolean {
    return this.#mapped.some(([{ field }]) => field === name);
  }

  #currencyOf(find: (mapped: FieldMapping, field: string) => FieldValue | undefined): string {
    const mapped = this.#mapped.find(([{ field }]) => field === 'currency');
    const found = mapped ? find(mapped[1], 'currency') : null;
    return text(found) ?? this.#mapping.currency ?? usualCurrency;
  }

  #read({ kind }: FieldSpec, property: Property, currency: string): Result<FieldValue | undefined> {
    if (property.type === 'number') {
      if (property.number === null) return success(null);
      return kind === 'hours' ? minutesOf(property.number) : centsOf(property.number, currency);
    }
    const value = readText(property);
    if (kind === 'choice') return success(this.#choiceOf(value));
    return success(value === null ? null : normalise(kind, value));
  }

  /** Returns undefined for an unmapped status. */
  #choiceOf(status: string | null): string | undefined {
    const { choices } = this.#spec;
    if (status === null) return choices[0]?.choice;
    const { statusMap } = this.#mapping;
    const found = choices.find(({ choice }) => statusMap[choice]?.includes(status));
    return (found ?? choices.find(({ choice }) => this.#statusOf(choice) === status))?.choice;
  }

  #write(
    { kind }: FieldSpec,
    { type }: FieldMapping,
    value: FieldValue,
    currency: string,
  ): Result<PropertyValue> {
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

function text(value: FieldValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function unread(id: string, { name }: FieldMapping, { message }: Problem): Problem {
  return problemOf(
    'notion_value_unread',
    `“${name}” of ${id} in Notion cannot be read: ${message}.`,
    'Correct it in Notion; until then it is left alone.',
  );
}

function unwritten(id: string, { name }: FieldMapping, value: FieldValue, { message }: Problem): Problem {
  return problemOf(
    'notion_value_unwritten',
    `“${name}” of ${id} in Notion cannot be ${showValue(value)}: ${message}.`,
    'Correct it in the file; until then it is left alone.',
  );
}

/** Notion's limits: characters of one run, and runs of a property. */
const runLimit = { length: 2000, runs: 100 };
/** Notion's limit of a select option's name. */
const optionLength = 100;
const urlLength = 2000;

/** Value of a property in a write. */
export type PropertyValue =
  | { title: TextRun[] }
  | { rich_text: TextRun[] }
  | { select: { name: string } | null }
  | { status: { name: string } | null }
  | { date: { start: string } | null }
  | { number: number | null }
  | { url: string | null };

interface TextRun {
  type: 'text';
  text: { content: string };
}

/**
 * Normalises text for comparison: composed, without control characters, explicit directions and double
 * spaces, null where it is empty. Other invisible characters stay, because they are the user's content and
 * are synced.
 */
export function normaliseText(text: string): string | null {
  const clean = storedText(text.replace(/[^\S\r\n]+/g, ' '))
    .normalize('NFC')
    .replace(/ +/g, ' ')
    .replace(/ *\n */g, '\n')
    .trim();
  return isPlaceholder(clean) ? null : clean;
}

function normalise(kind: FieldSpec['kind'], text: string): string | null {
  return kind === 'day' ? normaliseDay(text) : normaliseText(text);
}

/** Returns the day of a date with or without a time; other text unchanged. */
export function normaliseDay(text: string): string | null {
  const clean = normaliseText(text);
  return /^\d{4}-\d{2}-\d{2}T/.test(clean ?? '') ? (clean?.slice(0, 10) ?? null) : clean;
}

/** Encodes text for a property; `bad_value` where its type cannot hold the text. */
export function encodeText(type: PropertyType, value: string | null): Result<PropertyValue> {
  switch (type) {
    case 'title':
    case 'rich_text': {
      const runs = textRuns(value ?? '');
      if (runs.length > runLimit.runs) return refuse('it is too long');
      return success(type === 'title' ? { title: runs } : { rich_text: runs });
    }
    case 'select':
    case 'status': {
      if (value !== null && (/,/.test(value) || value.length > optionLength))
        return refuse(`an option has no commas and at most ${optionLength} characters`);
      const option = value === null ? null : { name: value };
      return success(type === 'select' ? { select: option } : { status: option });
    }
    case 'url': {
      if (value !== null && (!URL.canParse(value) || value.length > urlLength))
        return refuse('it is not an address');
      return success({ url: value });
    }
    case 'date':
      return encodeDay(value);
    case 'number':
      return refuse('it is not a number');
  }
}

function encodeDay(value: string | null): Result<PropertyValue> {
  if (value === null) return success({ date: null });
  const time = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
  const isDay = !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
  return isDay ? success({ date: { start: value } }) : refuse('it is not a day such as 2026-11-22');
}

/** Converts minutes to hours, with four decimals. */
export function hoursOf(minutes: number): number {
  return Math.round((minutes / 60) * 10_000) / 10_000;
}

/** Converts hours to whole minutes, rounded to the nearest. Negative ones are refused. */
export function minutesOf(hours: number): Result<number> {
  const minutes = Math.round(hours * 60);
  return minutes >= 0 && Number.isSafeInteger(minutes) ? success(minutes) : refuse('it is not a time');
}

/** Converts cents to units of a currency. */
export function unitsOf(cents: number, currency: string): Result<number> {
  const digits = currencyDigits(currency);
  return digits.ok ? success(cents / 10 ** digits.value) : digits;
}

/** Converts units to cents; refuses values that would have to be rounded. */
export function centsOf(units: number, currency: string): Result<number> {
  const digits = currencyDigits(currency);
  if (!digits.ok) return digits;
  const scale = 10 ** digits.value;
  const cents = Math.round(units * scale);
  if (!Number.isSafeInteger(cents) || cents < 0) return refuse('it is not an amount');
  // Above ten thousand million the product is less exact than the number itself.
  const isExact = cents / scale === units || Math.abs(units * scale - cents) <= 1e-6;
  return isExact ? success(cents) : refuse(`it has more than ${digits.value} decimals`);
}

/** Splits text into runs of at most 2000 characters, never inside a character. */
function textRuns(text: string): TextRun[] {
  const runs: TextRun[] = [];
  let at = 0;
  while (at < text.length) {
    let end = Math.min(at + runLimit.length, text.length);
    if (end < text.length && /[\ud800-\udbff]/.test(text[end - 1] ?? '')) end -= 1;
    runs.push({ type: 'text', text: { content: text.slice(at, end) } });
    at = end;
  }
  return runs;
}

function refuse(why: string): Result<never> {
  return failure('bad_value', why);
}

/** Formats a value for a message. */
function showValue(value: FieldValue | undefined): string {
  if (value === null || value === undefined) return 'nothing';
  return typeof value === 'number' ? String(value) : JSON.stringify(value.slice(0, 60));
}
