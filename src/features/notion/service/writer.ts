import type { PageObjectResponse } from '@notionhq/client';
import type { FieldValue, Mapping, RowConflict } from '../../../core/notion.ts';
import { type Problem, problemOf, type Result, success } from '../../../lib/result.ts';
import type { Clock } from '../../../lib/schedule.ts';
import { type Notion, unanswered } from './client.ts';
import { type BaseRow, type Fields, isLocked, type Lock, type RemoteChange, type RemoteRow } from './plan.ts';
import type { RowCodec } from './rowCodec.ts';
import type { SyncStore } from './store.ts';

interface WriteOptions {
  readonly notion: Notion;
  readonly codec: RowCodec;
  readonly store: SyncStore;
  readonly clock: Clock;
  readonly mapping: Mapping;
  readonly lock: Lock | null;
  /** The file's current rows, by id. */
  readonly local: ReadonlyMap<string, Fields>;
  readonly newId: () => string;
}

/** Result of one change. `waits`: unknown yet, or left to the next sync. */
type Written = 'done' | 'waits';

type Update = Extract<RemoteChange, { do: 'update' }>;

/** Attempts to read and write a page before it is left to the next sync. */
const maxAttempts = 4;
const repeatable = new Set([unanswered, 'notion_busy']);

/**
 * Applies changes in Notion, one at a time. Each page is read right before it is changed, because nothing
 * else prevents overwriting; what remains is the time of one round trip. The base is saved after each.
 */
export class Writer {
  readonly conflicts: RowConflict[] = [];
  readonly problems: Problem[] = [];
  /** Pages with a new id that are not in the file yet. */
  readonly identified: RemoteRow[] = [];
  readonly #options: WriteOptions;

  constructor(options: WriteOptions) {
    this.#options = options;
  }

  write(change: RemoteChange): Promise<Result<Written>> {
    switch (change.do) {
      case 'create':
        return this.#create(change.id, change.fields);
      case 'update':
        return this.#repeat(() => this.#update(change));
      case 'restoreId':
        return this.#repeat(() => this.#setId(change.pageId, () => change.id));
      case 'assignId':
        return this.#assignId(change.pageId);
      case 'trash':
        return this.#repeat(() => this.#trash(change));
      case 'restore':
        return this.#repeat(() => this.#restore(change.pageId));
    }
  }

  async #create(id: string, fields: Fields): Promise<Result<Written>> {
    const { notion, codec, store, clock, mapping, local } = this.#options;
    if (store.intents.open.has(id)) {
      const known = await this.#findAsked(id);
      if (!known.ok || known.value) return known.ok ? success('waits') : known;
    }
    // A page that is gone does not belong to this row any more; it must not be taken for the new one.
    if (store.base.rows.delete(id)) store.base.save();
    const encoded = codec.encode(id, local.get(id) ?? fields, fields);
    this.problems.push(...encoded.problems);
    const properties = { ...encoded.properties, ...codec.encodeId(id) };
    const created = await notion.create(mapping.dataSourceId, properties, () =>
      store.intents.begin(new Map([[id, { at: clock.now(), fields: encoded.fields }]])),
    );
    if (created.ok) {
      this.#setBase(id, created.value, encoded.fields, codec.statusIn(encoded.fields));
      store.intents.end([id]);
      return success('done');
    }
    const isOpen = created.problem.code === unanswered || created.problem.code === 'cancelled';
    if (!isOpen) store.intents.end([id]);
    return created;
  }

  /** Reports whether a page requested earlier exists after all; it is then linked to the row. */
  async #findAsked(id: string): Promise<Result<boolean>> {
    const { notion, codec, store, mapping } = this.#options;
    const pages = await notion.find(mapping.dataSourceId, mapping.idProperty ?? '', id);
    if (!pages.ok) return pages;
    const [page] = pages.value;
    const intent = store.intents.open.get(id);
    if (!page || !intent) return success(false);
    this.#setBase(id, page.id, intent.fields, codec.statusIn(intent.fields));
    store.intents.end([id]);
    return success(true);
  }

  /** Reads the page again before each attempt, because a lost response may mean an applied change. */
  async #repeat(attempt: () => Promise<Result<Written>>): Promise<Result<Written>> {
    for (let i = 1; ; i++) {
      const written = await attempt();
      if (written.ok || i === maxAttempts || !repeatable.has(written.problem.code)) return written;
    }
  }

  async #update(change: Update): Promise<Result<Written>> {
    const page = await this.#read(change.pageId);
    if (!page.ok) return page;
    return page.value === null ? success('waits') : this.#push(change, page.value);
  }

  async #push(change: Update, page: PageObjectResponse): Promise<Result<Written>> {
    const { notion, codec, store, clock, local } = this.#options;
    const { id } = change;
    const base = store.base.rows.get(id);
    const { row } = codec.decode(page);
    const { push, same, conflicts } = this.#compare(change, row.fields, base);
    const encoded = codec.encode(id, { ...local.get(id), ...push }, push);
    if (Object.keys(encoded.properties).length > 0) {
      const before = pick(row.fields, encoded.fields);
      store.remember({ side: 'notion', id, before, after: encoded.fields, at: clock.now() });
      const updated = await notion.update(page.id, encoded.properties);
      if (!updated.ok) return updated;
    }
    this.problems.push(...encoded.problems);
    this.conflicts.push(...conflicts);
    const status = codec.statusIn(encoded.fields) ?? row.status;
    this.#setBase(id, page.id, { ...base?.fields, ...same, ...encoded.fields }, status);
    return success(conflicts.length > 0 ? 'waits' : 'done');
  }

  /**
   * Splits the fields into those unchanged since the decision, those already applied, and those edited
   * since.
   */
  #compare({ id, over, fields }: Update, now: Fields, base: BaseRow | undefined) {
    const { lock } = this.#options;
    const push: Record<string, FieldValue> = {};
    const same: Record<string, FieldValue> = {};
    const conflicts: RowConflict[] = [];
    const isClosed = lock !== null && isLocked(lock, now) && now[lock.field] !== over[lock.field];
    for (const [field, ours] of Object.entries(fields)) {
      const theirs = now[field];
      // Its type changed, or it was moved to a status that is not synced.
      if (theirs === undefined) continue;
      if (theirs === ours) same[field] = ours;
      else if (theirs === over[field] && !isClosed) push[field] = ours;
      else conflicts.push({ id, field, base: base?.fields[field] ?? null, ours, theirs });
    }
    return { push, same, conflicts };
  }

  #assignId(pageId: string): Promise<Result<Written>> {
    let id: string | undefined;
    const choose = () => {
      id ??= this.#options.newId();
      return id;
    };
    return this.#repeat(() => this.#setId(pageId, choose));
  }

  async #setId(pageId: string, choose: () => string): Promise<Result<Written>> {
    const { notion, codec } = this.#options;
    const page = await this.#read(pageId);
    if (!page.ok) return page;
    if (page.value === null) return success('waits');
    const { row } = codec.decode(page.value);
    const id = choose();
    // Another program has set the id.
    if (row.id !== '' && row.id !== id) return success('waits');
    const named = row.id === id ? success(pageId) : await notion.update(pageId, codec.encodeId(id));
    if (!named.ok) return named;
    this.identified.push({ ...row, id });
    return success('done');
  }

  async #trash({ id, pageId, over }: Extract<RemoteChange, { do: 'trash' }>): Promise<Result<Written>> {
    const { notion, codec, store, clock } = this.#options;
    const page = await this.#read(pageId);
    if (!page.ok) return page;
    if (page.value !== null) {
      const { fields } = codec.decode(page.value).row;
      // Edited since: the decision was about other content.
      if (Object.entries(over).some(([field, value]) => fields[field] !== value)) return success('waits');
      store.remember({ side: 'notion', id, before: fields, after: { row: 'trashed' }, at: clock.now() });
      const done = await notion.trash(pageId, true);
      if (!done.ok) return done;
    }
    if (store.base.rows.delete(id)) store.base.save();
    return success('done');
  }

  async #restore(pageId: string): Promise<Result<Written>> {
    const done = await this.#options.notion.trash(pageId, false);
    return done.ok ? success('done') : done;
  }

  /** Returns null for a page that is in the trash or gone; the next sync reports it. */
  async #read(pageId: string): Promise<Result<PageObjectResponse | null>> {
    const page = await this.#options.notion.page(pageId);
    if (page.ok) return success(page.value.in_trash ? null : page.value);
    return page.problem.code === 'notion_not_shared' ? success(null) : page;
  }

  #setBase(id: string, pageId: string, fields: Fields, status: string | null = null): void {
    const { store, clock } = this.#options;
    const { unseen, isPartial } = store.base.rows.get(id) ?? { unseen: [] };
    const partial = isPartial && { isPartial };
    store.base.rows.set(id, { pageId, fields, status, unseen, ...partial, at: clock.now() });
    store.base.save();
  }
}

function pick(fields: Fields, like: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => field in like));
}

/** Returns the problem of a row whose existence in Notion is unknown. */
export function unconfirmed(id: string): Problem {
  return problemOf(
    'notion_unconfirmed',
    `It is not known yet whether Notion has ${id}; it is not created again before that.`,
    'Sync again in a minute.',
  );
}
