import type { RebuildOutcome, RowConflict, SyncOutcome, WantedCard } from '../../../core/notion.ts';
import { type Problem, type Result, success } from '../../../lib/result.ts';
import { type Clock, realClock } from '../../../lib/schedule.ts';
import { isFatal, unanswered } from './client.ts';
import {
  type BaseRow,
  type Fields,
  type Intent,
  type LocalChange,
  massDeletionIn,
  mergeFields,
  type Plan,
  type PlanInput,
  planSync,
  type RemoteChange,
  type RemoteRow,
  wantedCards,
  wholeRow,
} from './plan.ts';
import { type ReadOptions, readSides, type Sides } from './reader.ts';
import {
  asideName,
  baseOf,
  keepConflicts,
  keptConflict,
  openBase,
  openIntents,
  openStore,
  readConflicts,
  readOptional,
  type SyncStore,
  storeFiles,
} from './store.ts';
import { unconfirmed, Writer } from './writer.ts';

export interface SyncOptions extends ReadOptions {
  /** `.orch/notion` of the workspace. One sync at a time. */
  readonly folder: string;
  /** Reads and plans without any write: to Notion, the file or the folder. */
  readonly dryRun?: boolean;
  readonly allowMassDelete?: boolean;
  /** The status in Notion that requests a worker. */
  readonly wantedStatus?: string | null;
  /** Receives requesting cards before that is recorded: after a killed sync it receives them again. */
  readonly onWanted?: (cards: readonly WantedCard[]) => void;
  /** Ends the sync after its current step; the next one continues. */
  readonly signal?: AbortSignal;
}

/** Result of a sync of one table. */
export interface SyncReport extends Omit<SyncOutcome, 'conflicts' | 'wanted'> {
  readonly conflicts: readonly RowConflict[];
  /** Cards that were moved to the status that requests a worker. A person decides. */
  readonly wanted: readonly WantedCard[];
  /** The plan, row by row. */
  readonly changes: { readonly local: readonly LocalChange[]; readonly remote: readonly RemoteChange[] };
}

/**
 * Syncs a document and its database in Notion, row by row and field by field. It may be killed at any
 * moment: the journal is written before a page is requested, and the base only after both sides have a
 * value.
 * @returns a problem when nothing was done; later problems are in the report
 */
export async function syncTable(options: SyncOptions): Promise<Result<SyncReport>> {
  const store = openStore(options.folder, options.mapping.dataSourceId);
  if (!store.ok) return store;
  try {
    return await new Sync(options, store.value).run();
  } finally {
    store.value.close();
  }
}

class Sync {
  readonly #options: SyncOptions;
  readonly #store: SyncStore;
  readonly #clock: Clock;
  readonly #problems: Problem[] = [];
  readonly #conflicts: RowConflict[] = [];
  /** Decided conflicts that are not applied yet. */
  readonly #decided: RowConflict[] = [];
  /** Rows that are not in their final state yet. */
  readonly #waiting = new Set<string>();
  readonly #counts = { created: 0, updated: 0, pulled: 0 };

  constructor(options: SyncOptions, store: SyncStore) {
    this.#options = options;
    this.#store = store;
    this.#clock = options.clock ?? realClock;
  }

  async run(): Promise<Result<SyncReport>> {
    const { dryRun, allowMassDelete, wantedStatus = null } = this.#options;
    const sides = await readSides(this.#options, this.#store);
    if (!sides.ok) return sides;
    const input = this.#input(sides.value);
    const refused = allowMassDelete ? null : massDeletionIn(input, this.#shownDeletions());
    if (refused) return { ok: false, problem: refused };
    const plan = planSync(input);
    this.#problems.push(...sides.value.problems, ...plan.unconfirmed.map(unconfirmed));
    this.#conflicts.push(...plan.conflicts);
    const wanted = wantedCards(wantedStatus, input);
    if (dryRun) this.#count(plan);
    else await this.#carryOut(plan, sides.value, wanted);
    const { local, remote } = plan;
    const [problems, conflicts] = [this.#problems, this.#conflicts];
    return success({ ...this.#counts, conflicts, problems, wanted, changes: { local, remote } });
  }

  #input(sides: Sides): PlanInput {
    const { spec } = this.#options;
    const kept = readConflicts(this.#store.files.conflicts);
    return {
      ...{ ...sides, ...spec, fields: sides.codec.fields, now: sides.at },
      intents: this.#store.intents.open,
      chosen: (conflict) => {
        const choice = keptConflict(kept, spec.table, conflict)?.choice;
        if (choice !== undefined) this.#decided.push(conflict);
        return choice;
      },
    };
  }

  /** Returns the rows whose loss is a conflict that was already shown. */
  #shownDeletions(): ReadonlySet<string> {
    const { table } = this.#options.spec;
    const kept = readConflicts(this.#store.files.conflicts);
    return new Set(kept.filter((one) => one.table === table && one.field === wholeRow).map(({ id }) => id));
  }

  async #carryOut(plan: Plan, sides: Sides, wanted: readonly WantedCard[]): Promise<void> {
    const { spec, onWanted } = this.#options;
    if (wanted.length > 0) onWanted?.(wanted);
    const local = new Map(sides.local.map(({ id, fields }) => [id, fields]));
    const updater = new BaseUpdater(this.#store, this.#clock);
    const arriving = plan.local.filter(
      ({ do: kind, id }) => kind === 'add' && !this.#store.base.rows.has(id),
    );
    updater.recordIntents(arriving.flatMap(({ id }) => sides.remote.get(id) ?? []));
    const isApplied = await this.#applyLocal(plan, local);
    updater.updateBase(plan, sides, this.#waiting);
    if (isApplied) await this.#applyRemote(plan, sides, local, updater);
    const isNew = (one: RowConflict) =>
      this.#conflicts.some(({ id, field }) => id === one.id && field === one.field);
    const waiting = this.#decided.filter((one) => this.#waiting.has(one.id) && !isNew(one));
    const { files } = this.#store;
    const conflicts = [...this.#conflicts, ...waiting];
    keepConflicts(files.conflicts, spec.table, conflicts, new Date(this.#clock.now()));
  }

  /** Changes the file first: a base ahead of it would take an old value for an edit. */
  async #applyLocal(plan: Plan, local: Map<string, Fields>): Promise<boolean> {
    if (plan.local.length === 0) return true;
    const at = this.#clock.now();
    for (const change of plan.local)
      if (change.do === 'edit')
        this.#store.remember({ side: 'file', id: change.id, before: change.from, after: change.to, at });
    const refused = await this.#options.local.apply(plan.local);
    const left = refused.ok ? refused.value : plan.local.map(({ id }) => id);
    if (!refused.ok) this.#problems.push(refused.problem);
    for (const id of left) this.#waiting.add(id);
    for (const change of plan.local) {
      if (this.#waiting.has(change.id)) continue;
      this.#counts.pulled += 1;
      if (change.do === 'archive') local.delete(change.id);
      else if (change.do === 'add') local.set(change.id, change.fields);
      else local.set(change.id, { ...local.get(change.id), ...change.to });
    }
    return refused.ok;
  }

  async #applyRemote(
    plan: Plan,
    sides: Sides,
    local: Map<string, Fields>,
    updater: BaseUpdater,
  ): Promise<void> {
    const { notion, mapping, spec, onProgress, signal } = this.#options;
    const taken = new Set([...local.keys(), ...sides.remote.keys(), ...sides.base.keys()]);
    for (const id of this.#store.intents.open.keys()) taken.add(id);
    const writer = new Writer({
      ...{ notion, mapping, codec: sides.codec, store: this.#store, clock: this.#clock },
      ...{ lock: spec.lock, local },
      newId: () => {
        const id = this.#options.local.newId(taken);
        taken.add(id);
        return id;
      },
    });
    let lostInARow = 0;
    for (const [done, change] of plan.remote.entries()) {
      onProgress?.({ stage: 'writing', done, total: plan.remote.length });
      // A decision is applied on both sides or on none: without the file's change, Notion is not changed.
      if ('id' in change && this.#waiting.has(change.id)) continue;
      const written = signal?.aborted ? cancelled : await writer.write(change);
      lostInARow = !written.ok && written.problem.code === unanswered ? lostInARow + 1 : 0;
      this.#note(change, written);
      if (!written.ok && (isFatal(written.problem) || lostInARow === 3)) {
        for (const { id } of plan.remote.slice(done).filter((one) => 'id' in one)) this.#waiting.add(id);
        break;
      }
    }
    this.#conflicts.push(...writer.conflicts);
    this.#problems.push(...writer.problems);
    await this.#addIdentified(writer, updater);
  }

  #note(change: RemoteChange, written: Awaited<ReturnType<Writer['write']>>): void {
    const isDone = written.ok && written.value === 'done';
    if (!isDone && 'id' in change) this.#waiting.add(change.id);
    if (!written.ok && !this.#problems.some(({ message }) => message === written.problem.message))
      this.#problems.push(written.problem);
    if (!isDone) return;
    if (change.do === 'create') this.#counts.created += 1;
    else this.#counts.updated += 1;
  }

  /** Adds pages with a new id to the file; if killed before, the next sync adds them. */
  async #addIdentified({ identified }: Writer, updater: BaseUpdater): Promise<void> {
    const rows = identified.filter(({ id }) => !this.#store.base.rows.has(id));
    if (rows.length === 0) return;
    updater.recordIntents(rows);
    const refused = await this.#options.local.apply(
      rows.map(({ id, fields }) => ({ do: 'add', id, fields })),
    );
    if (!refused.ok) {
      this.#problems.push(refused.problem);
      return;
    }
    const added = rows.filter(({ id }) => !refused.value.includes(id));
    this.#counts.pulled += added.length;
    updater.add(added);
  }

  /** Counts the planned changes of a dry run. */
  #count({ local, remote }: Plan): void {
    const creates = remote.filter((change) => change.do === 'create').length;
    const assigned = remote.filter((change) => change.do === 'assignId').length;
    this.#counts.created = creates;
    this.#counts.updated = remote.length - creates;
    this.#counts.pulled = local.length + assigned;
  }
}

const cancelled = {
  ok: false,
  problem: { code: 'cancelled', message: 'The sync was cancelled.', hint: 'Sync again to go on.' },
} as const;

/** Records common values, after both sides have them. */
class BaseUpdater {
  readonly #store: SyncStore;
  readonly #clock: Clock;

  constructor(store: SyncStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Records rows before they are added to the file: without that, a crash would make them look new. */
  recordIntents(added: readonly RemoteRow[]): void {
    const at = this.#clock.now();
    this.#store.intents.begin(new Map(added.map(({ id, pageId, fields }) => [id, { at, fields, pageId }])));
  }

  /** @param waiting rows that the file did not accept */
  updateBase(plan: Plan, sides: Sides, waiting: ReadonlySet<string>): void {
    const { rows } = this.#store.base;
    let isChanged = false;
    const put = (id: string, row: BaseRow | null) => {
      isChanged = true;
      if (row) rows.set(id, row);
      else rows.delete(id);
    };
    for (const { row, merged } of plan.merged) {
      const old = sides.base.get(row.id);
      // Values that go to Notion too are common only once they are there.
      const pulled = Object.entries(merged.pull).filter(([field]) => !(field in merged.push));
      const taken = waiting.has(row.id) ? {} : Object.fromEntries(pulled);
      // A cell that could not be filled does not count as cleared.
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

  /** Records rows that were created in Notion and are now in the file. */
  add(added: readonly RemoteRow[]): void {
    for (const row of added) this.#store.base.rows.set(row.id, this.#next(undefined, row, row.fields, []));
    if (added.length > 0) this.#store.base.save();
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

/** Result of rebuilding one table. */
export interface RebuildReport extends Omit<RebuildOutcome, 'conflicts'> {
  /** Fields that differ between both sides. */
  readonly conflicts: readonly RowConflict[];
}

function isMissing(file: string): boolean {
  const read = readOptional(file);
  return read.ok && read.value === null;
}

/** Reports whether the sync state of a data source is damaged or missing. */
export function needsRebuild(folder: string, dataSourceId: string): boolean {
  const files = storeFiles(folder, dataSourceId);
  return isMissing(files.base) || !openBase(files.base).ok || !openIntents(files.intents).ok;
}

/**
 * Rebuilds the sync state of a data source after damage or loss. Rows are linked to pages by their ids;
 * equal fields are common, and different ones conflict, even where one side is empty, because it is unknown
 * which was edited. Writes to neither side, and does nothing unless both could be read.
 */
export async function rebuildTable(
  options: ReadOptions & { readonly folder: string },
): Promise<Result<RebuildReport>> {
  const { spec, mapping, folder, clock = realClock } = options;
  const sides = await readSides(options, { base: { rows: new Map() }, intents: { open: new Map() } });
  if (!sides.ok) return sides;
  const { base, conflicts } = compare(sides.value, clock.now());
  const files = storeFiles(folder, mapping.dataSourceId);
  const aside = isMissing(files.base) ? [] : [asideName(files.base)];
  const opened = openIntents(files.intents);
  if (!opened.ok) aside.push(asideName(files.intents));
  const intents = opened.ok ? opened : openIntents(files.intents);
  if (!intents.ok) return intents;
  // A query may not show a recently created page, so these are searched again before they are created.
  intents.value.begin(unpaired(sides.value, intents.value.open, clock.now()));
  baseOf(files.base, base).save();
  intents.value.end([...base.keys()].filter((id) => intents.value.open.has(id)));
  intents.value.close();
  keepConflicts(files.conflicts, spec.table, conflicts, new Date(clock.now()));
  return success({ rows: base.size, conflicts, problems: sides.value.problems, setAside: aside });
}

function compare({ local, remote }: Sides, at: number) {
  const base = new Map<string, BaseRow>();
  const conflicts: RowConflict[] = [];
  for (const { id, fields } of local) {
    const page = remote.get(id);
    if (!page) continue;
    const merged = mergeFields({
      ...{ id, base: {}, isPartial: true, unseen: [], local: fields, remote: page.fields },
      ...{ lock: null, chosen: () => undefined },
    });
    const { pageId, status } = page;
    base.set(id, { pageId, fields: merged.same, status, unseen: merged.unseen, isPartial: true, at });
    conflicts.push(...merged.conflicts);
  }
  return { base, conflicts };
}

/** Returns the rows of the file without a page, except those with a request in the journal. */
function unpaired(
  { local, remote }: Sides,
  open: ReadonlyMap<string, Intent>,
  at: number,
): ReadonlyMap<string, Intent> {
  const alone = local.filter(({ id }) => !remote.has(id) && !open.has(id));
  return new Map(alone.map(({ id }) => [id, { at, fields: {} }]));
}
