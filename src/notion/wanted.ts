import type { Sides } from './reading.ts';
import type { Fields, RemoteRow } from './row.ts';
import type { TableSpec } from './tables.ts';

/** A card that somebody moved in Notion to the status that asks for a worker. Nothing starts by that. */
export interface WantedCard {
  /** Null for a page that has no id yet. */
  readonly id: string | null;
  readonly pageId: string;
  readonly task: string;
  readonly repo: string | null;
}

/** @param status of Notion, mapped or not; null when no status asks for anything */
export function findWanted(
  status: string | null,
  { remote, born, base }: Pick<Sides, 'remote' | 'born' | 'base'>,
  { titleField }: TableSpec,
): readonly WantedCard[] {
  // The first time nobody moved anything: everything is simply there.
  if (status === null || base.size === 0) return [];
  return [...remote.values(), ...born]
    .filter((row) => row.status === status && base.get(row.id)?.status !== status)
    .filter(({ fields }) => typeof fields[titleField] === 'string')
    .map((row) => ({
      id: row.id || null,
      pageId: row.pageId,
      task: textOf(row, titleField),
      repo: textOf(row, 'repo') || null,
    }));
}

function textOf({ fields }: RemoteRow, field: keyof Fields): string {
  return String(fields[field] ?? '');
}
