import type { PageObjectResponse } from '@notionhq/client';
import type { Mapping } from '../../../core/notion.ts';
import { type Problem, problemOf, type Result, success } from '../../../lib/result.ts';
import { type Clock, realClock } from '../../../lib/schedule.ts';
import type { Notion } from './client.ts';
import { checkMapping } from './mapping.ts';
import {
  type BaseRow,
  type LocalTable,
  type Lost,
  type PlanInput,
  queryLag,
  type RemoteRow,
} from './plan.ts';
import { RowCodec } from './rowCodec.ts';
import type { SyncStore } from './store.ts';
import type { TableSpec } from './tables.ts';

export interface ReadOptions {
  readonly spec: TableSpec;
  readonly mapping: Mapping;
  readonly notion: Notion;
  readonly local: LocalTable;
  readonly clock?: Clock;
  readonly onProgress?: (progress: SyncProgress) => void;
}

interface SyncProgress {
  readonly stage: 'reading' | 'writing';
  readonly done: number;
  /** Null while reading. */
  readonly total: number | null;
}

/** Both sides, and the links between them. */
export interface Sides extends Pick<PlanInput, 'local' | 'remote' | 'newPages' | 'pagesWithoutId' | 'lost'> {
  readonly codec: RowCodec;
  /** The previous base, and rows in transit that have arrived in Notion. */
  readonly base: ReadonlyMap<string, BaseRow>;
  /** Milliseconds, start of the reading. */
  readonly at: number;
  readonly problems: readonly Problem[];
}

/** Known links between rows and pages. */
interface Known {
  readonly base: Pick<SyncStore['base'], 'rows'>;
  readonly intents: Pick<SyncStore['intents'], 'open'>;
}

/** Reads everything and changes nothing. The file is read last, because it may be edited at any moment. */
export async function readSides(options: ReadOptions, store: Known): Promise<Result<Sides>> {
  const { spec, mapping, notion, clock = realClock, onProgress } = options;
  const schema = await notion.schema(mapping.dataSourceId);
  if (!schema.ok) return schema;
  const check = checkMapping(spec, mapping, schema.value);
  if (check.fatal) return { ok: false, problem: check.fatal };
  const codec = new RowCodec(spec, mapping, check.fields);
  const reader = new RemoteReader(notion, codec, mapping.dataSourceId);
  const at = clock.now();
  const pages = await notion.rows(mapping.dataSourceId, (done) =>
    onProgress?.({ stage: 'reading', done, total: null }),
  );
  if (!pages.ok) return pages;
  const known = knownPages(store);
  const rows = await reader.refresh(pages.value, known, at);
  if (!rows.ok) return rows;
  const lost = await reader.missing(rows.value, known);
  if (!lost.ok) return lost;
  const identified = identify([...rows.value, ...lost.value.found], known);
  const base = adopt(identified.remote, known, store, spec);
  const local = await options.local.rows();
  if (!local.ok) return local;
  return success({
    ...identified,
    codec,
    base,
    at,
    lost: lost.value.lost,
    local: local.value.map((row) => codec.normalise(row)),
    problems: [...check.problems, ...identified.problems, ...reader.problems, ...unmapped(rows.value, spec)],
  });
}

/** Reads single pages where a query may be incomplete or stale. */
class RemoteReader {
  readonly problems: Problem[] = [];
  readonly #notion: Notion;
  readonly #codec: RowCodec;
  readonly #dataSourceId: string;

  constructor(notion: Notion, codec: RowCodec, dataSourceId: string) {
    this.#notion = notion;
    this.#codec = codec;
    this.#dataSourceId = dataSourceId;
  }

  /** Reads recently written rows individually where a query shows other values, because queries may lag. */
  async refresh(
    pages: readonly PageObjectResponse[],
    base: ReadonlyMap<string, BaseRow>,
    at: number,
  ): Promise<Result<RemoteRow[]>> {
    const known = new Map([...base.values()].map((row) => [row.pageId, row]));
    const rows: RemoteRow[] = [];
    for (const page of pages) {
      const { row, problems } = this.#codec.decode(page);
      const before = known.get(row.pageId);
      const isRecent = before !== undefined && at - before.at < queryLag;
      if (!isRecent || !differs(before, row)) {
        rows.push(row);
        this.problems.push(...problems);
        continue;
      }
      const now = await this.#read(page.id);
      if (!now.ok) return now;
      if (typeof now.value !== 'string') rows.push(now.value);
    }
    return success(rows);
  }

  /** Returns the state of known pages that a query does not show. */
  async missing(
    rows: readonly RemoteRow[],
    base: ReadonlyMap<string, BaseRow>,
  ): Promise<Result<{ found: RemoteRow[]; lost: Map<string, Lost> }>> {
    const shown = new Set(rows.map(({ pageId }) => pageId));
    const found: RemoteRow[] = [];
    const lost = new Map<string, Lost>();
    for (const [id, { pageId }] of base) {
      if (shown.has(pageId)) continue;
      const now = await this.#read(pageId);
      if (!now.ok) return now;
      if (typeof now.value === 'string') lost.set(id, now.value);
      else found.push(now.value);
    }
    return success({ found, lost });
  }

  async #read(pageId: string): Promise<Result<RemoteRow | Lost>> {
    const page = await this.#notion.page(pageId);
    if (!page.ok) return page.problem.code === 'notion_not_shared' ? success('gone') : page;
    if (page.value.in_trash) return success('trashed');
    const { parent } = page.value;
    if (parent.type !== 'data_source_id' || parent.data_source_id !== this.#dataSourceId)
      return success('moved');
    const { row, problems } = this.#codec.decode(page.value);
    this.problems.push(...problems);
    return success(row);
  }
}

function differs(base: BaseRow, row: RemoteRow): boolean {
  return Object.entries(row.fields).some(([field, value]) => (base.fields[field] ?? null) !== value);
}

/** Returns every page linked to a row, including those in transit into the file. */
function knownPages({ base, intents }: Known): ReadonlyMap<string, BaseRow> {
  const known = new Map(base.rows);
  for (const [id, { pageId, fields, at }] of intents.open)
    if (pageId !== undefined && !known.has(id))
      known.set(id, { pageId, fields, status: null, unseen: [], at });
  return known;
}

/**
 * Adopts requested pages without an answer that exist. The common values of a row in transit are those that
 * were sent: either side may have been edited since.
 */
function adopt(
  remote: ReadonlyMap<string, RemoteRow>,
  known: ReadonlyMap<string, BaseRow>,
  store: Known,
  { choiceField }: TableSpec,
): ReadonlyMap<string, BaseRow> {
  const base = new Map(known);
  for (const [id, { fields, at }] of store.intents.open) {
    const row = remote.get(id);
    if (store.base.rows.has(id) || !row) continue;
    const status = row.fields[choiceField] === fields[choiceField] ? row.status : null;
    base.set(id, { pageId: row.pageId, fields, status, unseen: [], at });
  }
  return base;
}

function unmapped(rows: readonly RemoteRow[], { choiceField }: TableSpec): Problem[] {
  const statuses = Map.groupBy(
    rows.filter(({ fields, status }) => fields[choiceField] === undefined && status !== null),
    ({ status }) => status ?? '',
  );
  return [...statuses].map(([status, { length }]) =>
    problemOf(
      'notion_status_unmapped',
      `${length} ${length === 1 ? 'row has' : 'rows have'} the status “${status}” in Notion, which is not mapped; left as it is.`,
      'Add it to statusMap.',
    ),
  );
}

const soundId = /^[\p{L}\p{N}][\p{L}\p{N}._#/-]{0,63}$/u;

/**
 * Links pages to rows. A known page stays linked to its row, whatever its id is now. Where several have one
 * id, as after a page was duplicated, the known one counts, else the oldest; the others are reported and not
 * changed.
 */
function identify(rows: readonly RemoteRow[], base: ReadonlyMap<string, BaseRow>) {
  const ids = new Map([...base].map(([id, { pageId }]) => [pageId, id]));
  const remote = new Map<string, RemoteRow>();
  const problems: Problem[] = [];
  const named = rows.map((row) => ({ ...row, id: ids.get(row.pageId) ?? row.id }));
  const rank = ({ pageId }: RemoteRow) => (ids.has(pageId) ? 0 : 1);
  const sound = named.filter(({ id }) => soundId.test(id));
  for (const [id, pages] of Map.groupBy(sound, (row) => row.id)) {
    const [first] = pages.toSorted((one, other) => rank(one) - rank(other) || byAge(one, other));
    if (first) remote.set(id, first);
    if (pages.length > 1) problems.push(duplicated(id, pages.length));
  }
  for (const { id } of named) if (id !== '' && !soundId.test(id)) problems.push(malformed(id));
  for (const { id, pageId } of rows) {
    const known = ids.get(pageId);
    if (known !== undefined && id !== '' && id !== known) problems.push(changed(known, id));
  }
  const pagesWithoutId = rows.flatMap((row) => {
    const known = ids.get(row.pageId);
    return row.id === '' && known !== undefined ? [{ ...row, id: known }] : [];
  });
  return { remote, newPages: named.filter(({ id }) => id === ''), pagesWithoutId, problems };
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
    `A page in Notion has the Orch ID ${JSON.stringify(id.slice(0, 40))}, which is not valid.`,
    'Empty it there; the page then gets one.',
  );
}

function changed(known: string, id: string): Problem {
  return problemOf(
    'orch_id_changed',
    `The page of ${known} in Notion has ${JSON.stringify(id.slice(0, 40))} as its Orch ID; it is still synced as ${known}.`,
    `Write ${known} there again.`,
  );
}
