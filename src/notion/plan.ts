import type { Problem } from '../lib/result.ts';
import { type Choice, type FieldConflict, isLocked, type Lock, type Merged, mergeFields } from './merge.ts';
import type { BaseRow, Fields, LocalChange, RemoteRow, Row } from './row.ts';

/** What became of a page that both sides once had and that a whole reading does not show any more. */
export type Lost = 'trashed' | 'gone' | 'moved';

/** A row that is on its way to the other side: it may have arrived or not. */
export interface Intent {
  readonly fields: Fields;
  /** Milliseconds, just before the page was asked for the last time. */
  readonly at: number;
  /** Of a page that is being brought into the file; none for one that is asked for. */
  readonly pageId?: string;
}

export interface RowConflict extends FieldConflict {
  readonly id: string;
}

/** The field of a conflict over the row itself: deleted on one side. */
export const wholeRow = 'row';

/** A query may not show a page yet that was made this long ago, in milliseconds. */
export const queryLag = 60_000;

export interface PlanInput {
  /** Fields that are mapped and sound. */
  readonly fields: readonly string[];
  readonly titleField: string;
  /** The field that a row must have to be shown at all: column or status. */
  readonly choiceField: string;
  readonly lock: Lock | null;
  readonly local: readonly Row[];
  /** By id. */
  readonly remote: ReadonlyMap<string, RemoteRow>;
  /** Pages that have no id yet. */
  readonly born: readonly RemoteRow[];
  /** Pages of rows that have lost their id. */
  readonly nameless: readonly RemoteRow[];
  readonly lost: ReadonlyMap<string, Lost>;
  readonly base: ReadonlyMap<string, BaseRow>;
  readonly intents: ReadonlyMap<string, Intent>;
  readonly chosen: (conflict: RowConflict) => Choice | undefined;
  /** Milliseconds, when the reading began. */
  readonly now: number;
}

/** Something to be done in Notion. */
export type RemoteChange =
  | { readonly do: 'create'; readonly id: string; readonly fields: Fields }
  /** Only where the page still is `over`. */
  | {
      readonly do: 'update';
      readonly id: string;
      readonly pageId: string;
      readonly over: Fields;
      readonly fields: Fields;
    }
  /** Gives a page its id back that somebody emptied. */
  | { readonly do: 'name'; readonly id: string; readonly pageId: string }
  /** Gives a page born in Notion its id; only then does it appear in the file. */
  | { readonly do: 'stamp'; readonly pageId: string; readonly fields: Fields }
  /** Only where the page still is `over`. */
  | { readonly do: 'trash'; readonly id: string; readonly pageId: string; readonly over: Fields }
  | { readonly do: 'restore'; readonly id: string; readonly pageId: string };

export interface Plan {
  readonly local: readonly LocalChange[];
  readonly remote: readonly RemoteChange[];
  /** Rows that both sides have, with what is to be written down as common. */
  readonly merged: readonly { readonly row: RemoteRow; readonly merged: Merged }[];
  /** Rows that neither side has any more. */
  readonly forgotten: readonly string[];
  readonly conflicts: readonly RowConflict[];
  /** Rows of which nobody knows yet whether Notion has them. */
  readonly unconfirmed: readonly string[];
  readonly problems: readonly Problem[];
}

/** Decides what a sync has to do. A dry run shows this; nothing else decides anything. */
export function planSync(input: PlanInput): Plan {
  const plan = new Planning(input);
  const local = new Map(input.local.map((row) => [row.id, row]));
  const ids = new Set([
    ...local.keys(),
    ...input.remote.keys(),
    ...input.base.keys(),
    ...input.intents.keys(),
  ]);
  for (const id of ids) {
    const base = input.base.get(id);
    if (base) plan.knownRow(id, base, local.get(id)?.fields);
    else plan.newRow(id, local.get(id)?.fields);
  }
  for (const row of input.born) plan.bornRow(row);
  for (const { id, pageId } of input.nameless) plan.remote.push({ do: 'name', id, pageId });
  return plan;
}

class Planning implements Plan {
  readonly local: LocalChange[] = [];
  readonly remote: RemoteChange[] = [];
  readonly merged: { row: RemoteRow; merged: Merged }[] = [];
  readonly forgotten: string[] = [];
  readonly conflicts: RowConflict[] = [];
  readonly unconfirmed: string[] = [];
  readonly problems: Problem[] = [];
  readonly #input: PlanInput;

  constructor(input: PlanInput) {
    this.#input = input;
  }

  /** A row that was the same on both sides once. */
  knownRow(id: string, base: BaseRow, local: Fields | undefined): void {
    const remote = this.#input.remote.get(id);
    if (remote && local) this.#merge(id, base, local, remote);
    else if (remote && this.#input.intents.get(id)?.pageId !== undefined) this.#bring(remote);
    else if (remote) this.#deletedHere(id, base, remote);
    else if (local) this.#deletedThere(id, base, local);
    else this.forgotten.push(id);
  }

  newRow(id: string, local: Fields | undefined): void {
    const { remote, intents, now } = this.#input;
    const row = remote.get(id);
    const intent = intents.get(id);
    if (row && local) this.#merge(id, undefined, local, row);
    else if (row) this.#bring(row);
    // A query that began too early proves nothing: asking again could make a second page.
    else if (intent && now - intent.at < queryLag) this.unconfirmed.push(id);
    else if (local) this.#create(id, local);
    else this.forgotten.push(id);
  }

  bornRow(row: RemoteRow): void {
    if (this.#isShown(row)) this.remote.push({ do: 'stamp', pageId: row.pageId, fields: row.fields });
  }

  #merge(id: string, base: BaseRow | undefined, local: Fields, remote: RemoteRow): void {
    const { chosen, lock } = this.#input;
    const merged = mergeFields({
      base: base?.fields,
      unseen: base?.unseen ?? [],
      isPartial: base?.isPartial ?? false,
      local,
      remote: remote.fields,
      lock,
      chosen: (conflict) => chosen({ id, ...conflict }),
    });
    this.merged.push({ row: remote, merged });
    if (Object.keys(merged.pull).length > 0)
      this.local.push({ do: 'edit', id, from: only(local, merged.pull), to: merged.pull });
    if (Object.keys(merged.push).length > 0)
      this.remote.push({ do: 'update', id, pageId: remote.pageId, over: remote.fields, fields: merged.push });
    this.conflicts.push(...merged.conflicts.map((conflict) => ({ id, ...conflict })));
  }

  #create(id: string, local: Fields): void {
    const mapped = this.#input.fields.filter((field) => local[field] !== undefined);
    this.remote.push({
      do: 'create',
      id,
      fields: Object.fromEntries(mapped.map((field) => [field, local[field] ?? null])),
    });
  }

  #bring(row: RemoteRow): void {
    if (this.#isShown(row)) this.local.push({ do: 'add', id: row.id, fields: row.fields });
  }

  /** Pages without a title are rows somebody has only begun. */
  #isShown({ fields }: RemoteRow): boolean {
    const { titleField, choiceField } = this.#input;
    return (
      fields[titleField] !== null && fields[titleField] !== undefined && fields[choiceField] !== undefined
    );
  }

  #deletedHere(id: string, base: BaseRow, remote: RemoteRow): void {
    const isEdited = differs(base, remote.fields);
    const conflict = rowConflict(id, 'deleted', isEdited ? 'edited' : 'kept');
    const choice = this.#input.chosen(conflict);
    if (choice === 'mine') this.remote.push({ do: 'trash', id, pageId: remote.pageId, over: remote.fields });
    else if (choice === 'theirs') this.#bring(remote);
    else this.conflicts.push(conflict);
  }

  #deletedThere(id: string, base: BaseRow, local: Fields): void {
    const { lock, lost } = this.#input;
    const fate = lost.get(id) ?? 'gone';
    const isEdited = differs(base, local) || isLocked(lock, base.fields) || isLocked(lock, local);
    const conflict = rowConflict(id, isEdited ? 'edited' : 'kept', fate);
    const choice = this.#input.chosen(conflict);
    if (choice === 'theirs' || (fate === 'trashed' && !isEdited))
      this.local.push({ do: 'archive', id, from: local });
    else if (choice !== 'mine') this.conflicts.push(conflict);
    else if (fate === 'trashed') this.remote.push({ do: 'restore', id, pageId: base.pageId });
    else this.#create(id, local);
  }
}

function rowConflict(id: string, ours: string, theirs: string): RowConflict {
  return { id, field: wholeRow, base: 'kept', ours, theirs };
}

/** Whether a field that both have is not the same, or may not be: nobody knows what it was. */
function differs({ fields, isPartial }: BaseRow, now: Fields): boolean {
  return Object.keys(now).some((field) =>
    fields[field] === undefined ? isPartial === true : fields[field] !== now[field],
  );
}

function only(fields: Fields, like: Fields): Fields {
  return Object.fromEntries(Object.keys(like).map((field) => [field, fields[field] ?? null]));
}
