import type { WantedCard } from '../core/notion.ts';
import { type Problem, type Result, success } from '../lib/result.ts';
import { type Clock, realClock } from '../lib/schedule.ts';
import { choiceAbout, keepConflicts, readConflicts } from './conflicts.ts';
import { massDeletionIn } from './massDeletion.ts';
import {
  type Plan,
  type PlanInput,
  planSync,
  type RemoteChange,
  type RowConflict,
  wholeRow,
} from './plan.ts';
import { isHopeless, unanswered } from './problems.ts';
import { readSides, type Sides } from './reading.ts';
import type { Fields } from './row.ts';
import { Settling } from './settling.ts';
import { openStore, type Store } from './store.ts';
import type { SyncOptions, SyncReport } from './syncOptions.ts';
import { findWanted } from './wanted.ts';
import { unconfirmed, Writer } from './writing.ts';

/**
 * Brings a document and its database in Notion together, row by row and field by field. It may be killed at any
 * moment: a page is asked for only after that is written down, and both sides have a value before the base says so.
 * @returns a problem when nothing was done at all; whatever happened later is in the report
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
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #problems: Problem[] = [];
  readonly #conflicts: RowConflict[] = [];
  /** Conflicts that a person decided, until that is carried out. */
  readonly #decided: RowConflict[] = [];
  /** Rows that are not yet as they should be. */
  readonly #waiting = new Set<string>();
  readonly #counts = { created: 0, updated: 0, pulled: 0 };

  constructor(options: SyncOptions, store: Store) {
    this.#options = options;
    this.#store = store;
    this.#clock = options.clock ?? realClock;
  }

  async run(): Promise<Result<SyncReport>> {
    const { onProgress, dryRun } = this.#options;
    const progress = (done: number) => onProgress?.({ stage: 'reading', done, total: null });
    const sides = await readSides({ ...this.#options, clock: this.#clock, progress }, this.#store);
    if (!sides.ok) return sides;
    const input = this.#input(sides.value);
    const refused = this.#options.allowMassDelete ? null : massDeletionIn(input, this.#asked());
    if (refused) return { ok: false, problem: refused };
    const plan = planSync(input);
    this.#problems.push(...sides.value.problems, ...plan.problems, ...plan.unconfirmed.map(unconfirmed));
    this.#conflicts.push(...plan.conflicts);
    const wanted = findWanted(this.#options.wantedStatus ?? null, sides.value, this.#options.spec);
    if (dryRun) this.#count(plan);
    else await this.#carryOut(plan, sides.value, wanted);
    return success(this.#report(plan, wanted));
  }

  #input(sides: Sides): PlanInput {
    const { spec } = this.#options;
    const kept = readConflicts(this.#store.files.conflicts);
    return {
      ...sides,
      fields: sides.codec.fields,
      titleField: spec.titleField,
      choiceField: spec.choiceField,
      lock: spec.lock,
      intents: this.#store.intents.open,
      chosen: (conflict) => {
        const choice = choiceAbout(kept, spec.table, conflict);
        if (choice !== undefined) this.#decided.push(conflict);
        return choice;
      },
      now: sides.at,
    };
  }

  /** Rows whose loss is a conflict that the person was told of. */
  #asked(): ReadonlySet<string> {
    const { table } = this.#options.spec;
    const kept = readConflicts(this.#store.files.conflicts);
    return new Set(kept.filter((one) => one.table === table && one.field === wholeRow).map(({ id }) => id));
  }

  async #carryOut(plan: Plan, sides: Sides, wanted: readonly WantedCard[]): Promise<void> {
    const { spec, onWanted } = this.#options;
    if (wanted.length > 0) onWanted?.(wanted);
    const local = new Map(sides.local.map(({ id, fields }) => [id, fields]));
    const settling = new Settling(this.#store, this.#clock);
    const brought = plan.local.filter(({ do: kind, id }) => kind === 'add' && !this.#store.base.rows.has(id));
    settling.announce(brought.flatMap(({ id }) => sides.remote.get(id) ?? []));
    const isApplied = await this.#applyLocal(plan, local);
    settling.settle(plan, sides, this.#waiting);
    if (isApplied) await this.#applyRemote(plan, sides, local, settling);
    const isNew = (one: RowConflict) =>
      this.#conflicts.some(({ id, field }) => id === one.id && field === one.field);
    const waiting = this.#decided.filter((one) => this.#waiting.has(one.id) && !isNew(one));
    keepConflicts(
      this.#store.files.conflicts,
      spec.table,
      [...this.#conflicts, ...waiting],
      new Date(this.#clock.now()),
    );
  }

  /** First the file: a base that is ahead of it would take an old value for an edit. */
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
    settling: Settling,
  ): Promise<void> {
    const { notion, mapping, spec, onProgress, signal } = this.#options;
    const taken = new Set([...local.keys(), ...sides.remote.keys(), ...sides.base.keys()]);
    for (const id of this.#store.intents.open.keys()) taken.add(id);
    const writer = new Writer({
      notion,
      codec: sides.codec,
      store: this.#store,
      clock: this.#clock,
      dataSourceId: mapping.dataSourceId,
      idProperty: mapping.idProperty ?? '',
      lock: spec.lock,
      local,
      newId: () => {
        const id = this.#options.local.newId(taken);
        taken.add(id);
        return id;
      },
    });
    let lostInARow = 0;
    for (const [done, change] of plan.remote.entries()) {
      onProgress?.({ stage: 'writing', done, total: plan.remote.length });
      // Half of a decision is none: where the file was not changed, Notion is not either.
      if ('id' in change && this.#waiting.has(change.id)) continue;
      const written = signal?.aborted ? cancelled : await writer.write(change);
      lostInARow = !written.ok && written.problem.code === unanswered ? lostInARow + 1 : 0;
      this.#note(change, written);
      if (!written.ok && (isHopeless(written.problem) || lostInARow === 3)) {
        for (const { id } of plan.remote.slice(done).filter((one) => 'id' in one)) this.#waiting.add(id);
        break;
      }
    }
    this.#conflicts.push(...writer.conflicts);
    this.#problems.push(...writer.problems);
    await this.#bringStamped(writer, settling);
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

  /** Pages that have an id now appear in the file; killed before that, the next sync brings them. */
  async #bringStamped({ stamped }: Writer, settling: Settling): Promise<void> {
    const born = stamped.filter(({ id }) => !this.#store.base.rows.has(id));
    if (born.length === 0) return;
    settling.announce(born);
    const refused = await this.#options.local.apply(
      born.map(({ id, fields }) => ({ do: 'add', id, fields })),
    );
    if (!refused.ok) {
      this.#problems.push(refused.problem);
      return;
    }
    const added = born.filter(({ id }) => !refused.value.includes(id));
    this.#counts.pulled += added.length;
    settling.add(added);
  }

  /** A dry run counts what would be done. */
  #count({ local, remote }: Plan): void {
    const creates = remote.filter((change) => change.do === 'create').length;
    const stamps = remote.filter((change) => change.do === 'stamp').length;
    this.#counts.created = creates;
    this.#counts.updated = remote.length - creates;
    this.#counts.pulled = local.length + stamps;
  }

  #report({ local, remote }: Plan, wanted: readonly WantedCard[]): SyncReport {
    const conflicts = this.#conflicts.map(({ id, field, base, ours, theirs }) => ({
      id,
      field,
      base,
      ours,
      theirs,
    }));
    return { ...this.#counts, conflicts, problems: this.#problems, wanted, changes: { local, remote } };
  }
}

const cancelled = {
  ok: false,
  problem: { code: 'cancelled', message: 'The sync was cancelled.', hint: 'Sync again to go on.' },
} as const;
