import type { Fields, Value } from '../../notion/row.ts';
import { normaliseDay, normaliseText } from '../../notion/values.ts';

/** Whether a document still says what a sync has read: what it read is normalised, the document is not. */
export function stillSays(fields: Fields, from: Fields): boolean {
  return Object.entries(from).every(([field, value]) => isSame(fields[field] ?? null, value));
}

function isSame(written: Value, read: Value): boolean {
  if (written === read || typeof written !== 'string') return written === read;
  return normaliseText(written) === read || normaliseDay(written) === read;
}

/** A text out of a value that Notion gave; null where it says nothing. */
export function textIn(fields: Fields, field: string): string | null {
  const value = fields[field];
  return value === undefined || value === null ? null : String(value);
}
