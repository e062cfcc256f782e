import type { WantedCard } from '../core/notion.ts';
import type { Sides } from './reading.ts';
import type { Fields, RemoteRow } from './row.ts';
import type { TableSpec } from './tables.ts';

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
      task: textOf(row, titleField),
      repo: textOf(row, 'repo') || null,
    }));
}

function textOf({ fields }: RemoteRow, field: keyof Fields): string {
  return String(fields[field] ?? '');
}
