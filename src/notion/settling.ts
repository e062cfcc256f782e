import type { Clock } from '../lib/schedule.ts';
import type { Plan } from './plan.ts';
import type { Sides } from './reading.ts';
import type { BaseRow, Fields, RemoteRow } from './row.ts';
import type { Store } from './store.ts';

/** Writes down what both sides have in common, after both have it. */
export class Settling {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Writes down which rows are about to be put into the file: without that, a crash would make them look new. */
  announce(born: readonly RemoteRow[]): void {
    const at = this.#clock.now();
    this.#store.intents.begin(new Map(born.map(({ id, pageId, fields }) => [id, { at, fields, pageId }])));
  }

  /** @param waiting rows that the file did not take */
  settle(plan: Plan, sides: Sides, waiting: ReadonlySet<string>): void {
    const { rows } = this.#store.base;
    let isChanged = false;
    const put = (id: string, row: BaseRow | null) => {
      isChanged = true;
      if (row) rows.set(id, row);
      else rows.delete(id);
    };
    for (const { row, merged } of plan.merged) {
      const old = sides.base.get(row.id);
      // What goes to Notion as well is common only once it is there.
      const pulled = Object.entries(merged.pull).filter(([field]) => !(field in merged.push));
      const taken = waiting.has(row.id) ? {} : Object.fromEntries(pulled);
      // A cell that could not be filled stays one that nobody emptied.
      const unfilled = waiting.has(row.id) ? (old?.unseen ?? []) : [];
      const unseen = [...new Set([...merged.unseen, ...unfilled])];
      const next = this.#next(old, row, { ...old?.fields, ...merged.same, ...taken }, unseen);
      if (next !== rows.get(row.id)) put(row.id, next);
    }
    for (const change of plan.local) {
      if (waiting.has(change.id)) continue;
      const row = sides.remote.get(change.id);
      if (change.do === 'add' && row) put(row.id, this.#next(undefined, row, row.fields, []));
      if (change.do === 'archive') put(change.id, null);
    }
    for (const id of plan.forgotten) put(id, null);
    if (isChanged) this.#store.base.save();
    this.#store.intents.end(plan.forgotten);
    this.#endArrived();
  }

  /** Rows that were born in Notion and are in the file now. */
  add(born: readonly RemoteRow[]): void {
    for (const row of born) this.#store.base.rows.set(row.id, this.#next(undefined, row, row.fields, []));
    if (born.length > 0) this.#store.base.save();
    this.#endArrived();
  }

  #endArrived(): void {
    const { base, intents } = this.#store;
    intents.end([...intents.open.keys()].filter((id) => base.rows.has(id)));
  }

  #next(old: BaseRow | undefined, row: RemoteRow, fields: Fields, unseen: readonly string[]): BaseRow {
    const { pageId, status } = row;
    const isSame = old !== undefined && JSON.stringify(sorted(old.fields)) === JSON.stringify(sorted(fields));
    const isPartial = old?.isPartial && Object.keys(row.fields).some((field) => fields[field] === undefined);
    const at = isSame ? old.at : this.#clock.now();
    const next = { pageId, fields, status, unseen, ...(isPartial && { isPartial }), at };
    const isUnchanged =
      isSame && old.pageId === pageId && old.status === status && String(old.unseen) === String(unseen);
    return isUnchanged ? old : next;
  }
}

function sorted(fields: Fields): [string, unknown][] {
  return Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1));
}
