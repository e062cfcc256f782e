import type { FieldValue, RowConflict, SyncChoice, WantedCard } from '../../../core/notion.ts';
import { type Problem, problemOf, type Result } from '../../../lib/result.ts';

/** Values by field. An absent field has no place on that side, and is not changed. */
export type Fields = Readonly<Record<string, FieldValue>>;

/** One card or time entry, on either side. */
export interface SyncRow {
  /** Such as `ORC-12`; identifies the row on both sides. */
  readonly id: string;
  readonly fields: Fields;
}

/** A row in Notion. */
export interface RemoteRow {
  readonly pageId: string;
  /** Empty for a page created in Notion. */
  readonly id: string;
  readonly fields: Fields;
  /** Name of its status, mapped or not. */
  readonly status: string | null;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** The row's content when both sides were last equal. */
export interface BaseRow {
  readonly pageId: string;
  readonly fields: Fields;
  readonly status: string | null;
  /** Fields without a column in the file: an empty cell is no edit there. */
  readonly unseen: readonly string[];
  /**
   * Rebuilt after the base was lost: `fields` has only values that were equal on both sides then, or became
   * so.
   */
  readonly isPartial?: true;
  /** Its last change, in milliseconds: queries may lag behind that. */
  readonly at: number;
}

/** A change of the user's document. */
export type LocalChange =
  | { readonly do: 'add'; readonly id: string; readonly fields: Fields }
  /** Applies only where the fields still are `from`. */
  | { readonly do: 'edit'; readonly id: string; readonly from: Fields; readonly to: Fields }
  /** Moves it to the archive section; the text stays in the file. */
  | { readonly do: 'archive'; readonly id: string; readonly from: Fields };

/** The document as a table of the sync. */
export interface LocalTable {
  /** Returns every sound row with an id. Fields without a column are absent. */
  rows(): Promise<Result<readonly SyncRow[]>>;
  /**
   * Applies the changes in one write.
   * @returns the ids of rows that were not changed: edited meanwhile, gone, or an `add` whose id is taken
   */
  apply(changes: readonly LocalChange[]): Promise<Result<readonly string[]>>;
  /** Returns an id that no row has, and that is not reused. */
  newId(taken: ReadonlySet<string>): string;
}

/** State of a once common page that a complete reading does not show. */
export type Lost = 'trashed' | 'gone' | 'moved';

/** A row in transit to the other side, where it may have arrived or not. */
export interface Intent {
  readonly fields: Fields;
  /** Milliseconds, just before the last request for the page. */
  readonly at: number;
  /** Page that is being added to the file; absent for a requested page. */
  readonly pageId?: string;
}

/** Field name of a conflict about the row itself: deleted on one side. */
export const wholeRow = 'row';

/** Milliseconds after its creation in which a query may not show a page. */
export const queryLag = 60_000;

export interface PlanInput {
  /** Fields with a valid mapping. */
  readonly fields: readonly string[];
  readonly titleField: string;
  /** The field that a row needs to be shown: column or status. */
  readonly choiceField: string;
  readonly lock: Lock | null;
  readonly local: readonly SyncRow[];
  /** By id. */
  readonly remote: ReadonlyMap<string, RemoteRow>;
  /** Pages without an id. */
  readonly newPages: readonly RemoteRow[];
  /** Pages of rows that have lost their id. */
  readonly pagesWithoutId: readonly RemoteRow[];
  readonly lost: ReadonlyMap<string, Lost>;
  readonly base: ReadonlyMap<string, BaseRow>;
  readonly intents: ReadonlyMap<string, Intent>;
  readonly chosen: (conflict: RowConflict) => SyncChoice | undefined;
  /** Milliseconds, start of the reading. */
  readonly now: number;
}

/** A change in Notion. */
export type RemoteChange =
  | { readonly do: 'create'; readonly id: string; readonly fields: Fields }
  /** Applies only where the page still is `over`. */
  | {
      readonly do: 'update';
      readonly id: string;
      readonly pageId: string;
      readonly over: Fields;
      readonly fields: Fields;
    }
  /** Restores the id of a page that was emptied. */
  | { readonly do: 'restoreId'; readonly id: string; readonly pageId: string }
  /** Assigns an id to a page created in Notion, which then appears in the file. */
  | { readonly do: 'assignId'; readonly pageId: string; readonly fields: Fields }
  /** Applies only where the page still is `over`. */
  | { readonly do: 'trash'; readonly id: string; readonly pageId: string; readonly over: Fields }
  | { readonly do: 'restore'; readonly id: string; readonly pageId: string };

export interface Plan {
  readonly local: readonly LocalChange[];
  readonly remote: readonly RemoteChange[];
  /** Rows on both sides, with the fields to record as common. */
  readonly merged: readonly { readonly row: RemoteRow; readonly merged: Merged }[];
  /** Rows that are gone on both sides. */
  readonly forgotten: readonly string[];
  readonly conflicts: readonly RowConflict[];
  /** Rows whose existence in Notion is unknown. */
  readonly unconfirmed: readonly string[];
}

/** Decides all changes of a sync. A dry run shows them. */
export function planSync(input: PlanInput): Plan {
  const plan = new Planning(input);
  const local = new Map(input.local.map(({ id, fields }) => [id, fields]));
  const { remote, base, intents } = input;
  for (const id of new Set([local, remote, base, intents].flatMap((rows) => [...rows.keys()]))) {
    const known = base.get(id);
    if (known) plan.knownRow(id, known, local.get(id));
    else plan.newRow(id, local.get(id));
  }
  for (const row of input.newPages) plan.newPage(row);
  for (const { id, pageId } of input.pagesWithoutId) plan.remote.push({ do: 'restoreId', id, pageId });
  return plan;
}

class Planning implements Plan {
  readonly local: LocalChange[] = [];
  readonly remote: RemoteChange[] = [];
  readonly merged: { row: RemoteRow; merged: Merged }[] = [];
  readonly forgotten: string[] = [];
  readonly conflicts: RowConflict[] = [];
  readonly unconfirmed: string[] = [];
  readonly #input: PlanInput;

  constructor(input: PlanInput) {
    this.#input = input;
  }

  /** Plans a row that was once equal on both sides. */
  knownRow(id: string, base: BaseRow, local: Fields | undefined): void {
    const remote = this.#input.remote.get(id);
    if (remote && local) this.#merge(id, base, local, remote);
    else if (remote && this.#input.intents.get(id)?.pageId !== undefined) this.#addLocal(remote);
    else if (remote) this.#deletedHere(id, base, remote);
    else if (local) this.#deletedThere(id, base, local);
    else this.forgotten.push(id);
  }

  newRow(id: string, local: Fields | undefined): void {
    const { remote, intents, now } = this.#input;
    const row = remote.get(id);
    const intent = intents.get(id);
    if (row && local) this.#merge(id, undefined, local, row);
    else if (row) this.#addLocal(row);
    // A query that began too early proves nothing: another request could create a second page.
    else if (intent && now - intent.at < queryLag) this.unconfirmed.push(id);
    else if (local) this.#create(id, local);
    else this.forgotten.push(id);
  }

  newPage(row: RemoteRow): void {
    if (this.#isShown(row)) this.remote.push({ do: 'assignId', pageId: row.pageId, fields: row.fields });
  }

  #merge(id: string, base: BaseRow | undefined, local: Fields, remote: RemoteRow): void {
    const { chosen, lock } = this.#input;
    const merged = mergeFields({
      ...{ id, base: base?.fields, unseen: base?.unseen ?? [], isPartial: base?.isPartial ?? false },
      ...{ local, remote: remote.fields, lock, chosen },
    });
    this.merged.push({ row: remote, merged });
    if (Object.keys(merged.pull).length > 0)
      this.local.push({ do: 'edit', id, from: only(local, merged.pull), to: merged.pull });
    if (Object.keys(merged.push).length > 0)
      this.remote.push({ do: 'update', id, pageId: remote.pageId, over: remote.fields, fields: merged.push });
    this.conflicts.push(...merged.conflicts);
  }

  #create(id: string, local: Fields): void {
    const mapped = this.#input.fields.filter((field) => local[field] !== undefined);
    const fields = Object.fromEntries(mapped.map((field) => [field, local[field] ?? null]));
    this.remote.push({ do: 'create', id, fields });
  }

  #addLocal(row: RemoteRow): void {
    if (this.#isShown(row)) this.local.push({ do: 'add', id: row.id, fields: row.fields });
  }

  /** Reports whether a page counts as a row: one without a title was only started. */
  #isShown({ fields }: RemoteRow): boolean {
    const { titleField, choiceField } = this.#input;
    return (fields[titleField] ?? null) !== null && fields[choiceField] !== undefined;
  }

  #deletedHere(id: string, base: BaseRow, remote: RemoteRow): void {
    const isEdited = differs(base, remote.fields);
    const conflict = rowConflict(id, 'deleted', isEdited ? 'edited' : 'kept');
    const choice = this.#input.chosen(conflict);
    if (choice === 'mine') this.remote.push({ do: 'trash', id, pageId: remote.pageId, over: remote.fields });
    else if (choice === 'theirs') this.#addLocal(remote);
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

/** Reports whether a common field differs, or may differ because its base is unknown. */
function differs({ fields, isPartial }: BaseRow, now: Fields): boolean {
  return Object.keys(now).some((field) =>
    fields[field] === undefined ? isPartial === true : fields[field] !== now[field],
  );
}

function only(fields: Fields, like: Fields): Fields {
  return Object.fromEntries(Object.keys(like).map((field) => [field, fields[field] ?? null]));
}

interface MergeInput {
  /** The row's id. */
  readonly id: string;
  /** Undefined for a row that was never equal on both sides. */
  readonly base: Fields | undefined;
  readonly unseen: readonly string[];
  /** A field that the base lacks has an unknown base value: an empty cell may have been cleared. */
  readonly isPartial: boolean;
  readonly local: Fields;
  readonly remote: Fields;
  /** Returns the user's decision about exactly these values; undefined for none. */
  readonly chosen: (conflict: RowConflict) => SyncChoice | undefined;
  readonly lock: Lock | null;
}

/**
 * A row whose `field` is one of `values` is not overwritten; the field itself may move forwards in `order`.
 */
export interface Lock {
  readonly field: string;
  readonly values: readonly string[];
  readonly order: readonly string[];
}

export interface Merged {
  /** Fields to write to Notion. */
  readonly push: Fields;
  /** Fields to write to the file. */
  readonly pull: Fields;
  /** Fields that are equal on both sides, or exist on one side only. */
  readonly same: Fields;
  /** Fields without a column in the file. */
  readonly unseen: readonly string[];
  readonly conflicts: readonly RowConflict[];
}

/**
 * Three-way merge by field: a change on one side is carried to the other, equal changes are none, and
 * different changes conflict. The newer one never wins.
 */
export function mergeFields(input: MergeInput): Merged {
  const push: Record<string, FieldValue> = {};
  const pull: Record<string, FieldValue> = {};
  const same: Record<string, FieldValue> = {};
  const unseen: string[] = [];
  const conflicts: RowConflict[] = [];
  for (const [field, theirs] of Object.entries(input.remote)) {
    const ours = input.local[field];
    if (ours === undefined) {
      same[field] = theirs;
      unseen.push(field);
      continue;
    }
    if (ours === theirs) {
      same[field] = ours;
      continue;
    }
    const base = input.base?.[field] ?? null;
    const conflict = { id: input.id, field, base, ours, theirs };
    const choice = decide(input, conflict) ?? input.chosen(conflict);
    if (choice === undefined) conflicts.push(conflict);
    else if (choice === 'mine') push[field] = ours;
    else if (choice === 'theirs') pull[field] = theirs;
    else {
      if (choice.edited !== theirs) push[field] = choice.edited;
      if (choice.edited !== ours) pull[field] = choice.edited;
    }
  }
  return { push, pull, same, unseen, conflicts };
}

/** Returns the side whose change is carried over; null for a conflict. */
function decide(
  { unseen, isPartial, lock, local, remote, base: baseFields }: MergeInput,
  { field, base, ours, theirs }: RowConflict,
): 'mine' | 'theirs' | null {
  if (isPartial && baseFields?.[field] === undefined) return null;
  // The row is back in a table with this column: its cell was never filled, so it was not cleared.
  const isUnfilled = ours === null && unseen.includes(field);
  const side = ours === base || isUnfilled ? 'theirs' : theirs === base ? 'mine' : null;
  if (side === null || lock === null) return side;
  if (field === lock.field && isForwards(lock, base, side === 'theirs' ? theirs : ours)) return side;
  const target = side === 'theirs' ? local : remote;
  return isLocked(lock, baseFields) || isLocked(lock, target) ? null : side;
}

/** Reports whether a row with these values must not be overwritten. */
export function isLocked(lock: Lock | null, fields: Fields | undefined): boolean {
  const value = lock === null ? null : fields?.[lock.field];
  return typeof value === 'string' && lock?.values.includes(value) === true;
}

function isForwards({ order }: Lock, from: FieldValue, to: FieldValue): boolean {
  return typeof to === 'string' && order.indexOf(to) > order.indexOf(String(from));
}

/** Limits of a deletion: more rows, or a greater share of several, count as an accident. */
const massDeletion = { rows: 5, share: 0.2 };

/** Most names of lost rows in a message. */
const mostNamed = 50;
const longestTitle = 40;

/**
 * Returns why a sync is refused after too many deletions on one side; null otherwise.
 * @param asked ids of rows whose loss was already shown one by one: they do not count
 */
export function massDeletionIn(
  { local, remote, lost, base, titleField }: PlanInput,
  asked: ReadonlySet<string>,
): Problem | null {
  const here = new Set(local.map(({ id }) => id));
  const known = [...base.keys()].filter((id) => !asked.has(id));
  const ofFile = known.filter((id) => !here.has(id) && remote.has(id));
  const ofNotion = known.filter((id) => here.has(id) && lost.has(id));
  const [gone, where] = ofFile.length >= ofNotion.length ? [ofFile, 'the file'] : [ofNotion, 'Notion'];
  const isMass =
    gone.length > massDeletion.rows || (gone.length > 1 && gone.length / base.size > massDeletion.share);
  if (!isMass) return null;
  const names = gone.slice(0, mostNamed).map((id) => nameOf(id, base.get(id)?.fields[titleField]));
  const others = gone.length > mostNamed ? ` and ${gone.length - mostNamed} more` : '';
  return problemOf(
    'mass_deletion',
    `${gone.length} of ${base.size} rows are gone from ${where}; nothing was synced: ${names.join(', ')}${others}.`,
    'Bring them back, or sync with --allow-mass-delete if they were deleted on purpose.',
  );
}

function nameOf(id: string, title: unknown): string {
  const characters = [...String(title ?? '')];
  const isLong = characters.length > longestTitle;
  return `${id} “${characters.slice(0, longestTitle).join('')}${isLong ? '…' : ''}”`;
}

/**
 * Returns the cards that were moved to the status that requests a worker.
 * @param status of Notion, mapped or not; null for none
 */
export function wantedCards(
  status: string | null,
  { remote, newPages, base, titleField }: PlanInput,
): readonly WantedCard[] {
  // In the first sync all rows are new, so none was moved.
  if (status === null || base.size === 0) return [];
  return [...remote.values(), ...newPages]
    .filter((row) => row.status === status && base.get(row.id)?.status !== status)
    .filter(({ fields }) => typeof fields[titleField] === 'string')
    .map(({ id, fields }) => ({
      id: id || null,
      task: String(fields[titleField]),
      repo: String(fields.repo ?? '') || null,
    }));
}
