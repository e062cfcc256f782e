import { createHash } from 'node:crypto';
import { failure, type Result, success } from '../lib/result.ts';
import { readIfThere, replaceFile } from './durable.ts';
import type { BaseRow } from './row.ts';

const version = 1;

interface Stored {
  readonly version: number;
  readonly checksum: string;
  readonly rows: Readonly<Record<string, BaseRow>>;
}

/** What both sides had in common when they last met, by id. */
export interface Base {
  readonly rows: Map<string, BaseRow>;
  /** Puts it on the disk, durably. Call it only after both sides have what it says. */
  save(): void;
}

/**
 * Opens what is known of a data source; a file that is not there knows nothing yet.
 * @returns `notion_base_damaged` for one that cannot be trusted: taken for empty, everything would look new
 */
export function openBase(file: string): Result<Base> {
  const text = readIfThere(file);
  if (!text.ok) return text;
  const rows = text.value === null ? {} : parse(text.value);
  if (rows === null)
    return failure(
      'notion_base_damaged',
      `${file} is damaged, so nobody knows what was synced before; nothing was synced.`,
      'Rebuild it from the ids in Notion with `orch-tui sync --rebuild`: what differs then is asked about.',
    );
  return success(baseOf(file, new Map(Object.entries(rows))));
}

/** One with these rows, whatever the file says; it is not written yet. */
export function baseOf(file: string, rows: Map<string, BaseRow>): Base {
  return { rows, save: () => replaceFile(file, render(Object.fromEntries(rows))) };
}

function parse(text: string): Stored['rows'] | null {
  try {
    const stored = JSON.parse(text) as Partial<Stored> | null;
    if (stored?.version !== version || !stored.rows) return null;
    return stored.checksum === checksumOf(stored.rows) ? stored.rows : null;
  } catch {
    // Not JSON: damaged.
    return null;
  }
}

function render(rows: Stored['rows']): string {
  return `${JSON.stringify({ version, checksum: checksumOf(rows), rows } satisfies Stored)}\n`;
}

function checksumOf(rows: Stored['rows']): string {
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
}
