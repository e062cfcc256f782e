import { type Problem, problemOf } from '../lib/result.ts';
import type { BaseRow, RemoteRow } from './row.ts';

export interface Identified {
  readonly remote: ReadonlyMap<string, RemoteRow>;
  /** Pages without an id. */
  readonly born: readonly RemoteRow[];
  /** Pages of known rows that have no id any more. */
  readonly nameless: readonly RemoteRow[];
  readonly problems: readonly Problem[];
}

const soundId = /^[\p{L}\p{N}][\p{L}\p{N}._#/-]{0,63}$/u;

/**
 * Which page is which row. A page that is known stays its row, whatever became of its id. Where several have one id,
 * as a duplicated page does, the known one counts, else the oldest; the others are reported and left alone.
 */
export function identify(rows: readonly RemoteRow[], base: ReadonlyMap<string, BaseRow>): Identified {
  const ids = new Map([...base].map(([id, { pageId }]) => [pageId, id]));
  const remote = new Map<string, RemoteRow>();
  const problems: Problem[] = [];
  const named = rows.map((row) => ({ ...row, id: ids.get(row.pageId) ?? row.id }));
  for (const [id, pages] of Map.groupBy(
    named.filter((row) => soundId.test(row.id)),
    (row) => row.id,
  )) {
    const [first] = pages.toSorted((one, other) => rank(one) - rank(other) || byAge(one, other));
    if (first) remote.set(id, first);
    if (pages.length > 1) problems.push(duplicated(id, pages.length));
  }
  for (const { id } of named) if (id !== '' && !soundId.test(id)) problems.push(malformed(id));
  for (const { id, pageId } of rows) {
    const known = ids.get(pageId);
    if (known !== undefined && id !== '' && id !== known) problems.push(changed(known, id));
  }
  const nameless = rows.flatMap((row) => {
    const known = ids.get(row.pageId);
    return row.id === '' && known !== undefined ? [{ ...row, id: known }] : [];
  });
  return { remote, born: named.filter(({ id }) => id === ''), nameless, problems };

  function rank({ pageId }: RemoteRow): number {
    return ids.has(pageId) ? 0 : 1;
  }
}

function byAge(one: RemoteRow, other: RemoteRow): number {
  return compare(one.createdAt, other.createdAt) || compare(one.pageId, other.pageId);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function duplicated(id: string, count: number): Problem {
  return problemOf(
    'duplicate_orch_id',
    `${count} pages in Notion have the Orch ID ${id}; only one of them is synced.`,
    'Empty the Orch ID of the copies: they become rows of their own.',
  );
}

function malformed(id: string): Problem {
  return problemOf(
    'bad_orch_id',
    `A page in Notion has the Orch ID ${JSON.stringify(id.slice(0, 40))}, which is none.`,
    'Empty it there; the page then gets one.',
  );
}

function changed(known: string, id: string): Problem {
  return problemOf(
    'orch_id_changed',
    `The page of ${known} in Notion says ${JSON.stringify(id.slice(0, 40))} as its Orch ID; it is still synced as ${known}.`,
    `Write ${known} there again.`,
  );
}
