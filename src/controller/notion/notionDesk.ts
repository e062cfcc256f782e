import { randomUUID } from 'node:crypto';
import {
  type NotionFacts,
  type SyncChoice,
  type SyncConflict,
  type SyncOutcome,
  type SyncTable,
  syncTables,
} from '../../domain/notionFacts.ts';
import { failure, problemOf, type Result, success } from '../../domain/problem.ts';
import { commentOn, pageOf } from '../../notion/comment.ts';
import { readConflicts, resolveConflict } from '../../notion/conflicts.ts';
import type { RowConflict } from '../../notion/plan.ts';
import { storeFiles } from '../../notion/store.ts';
import { syncTable } from '../../notion/sync.ts';
import type { SyncReport } from '../../notion/syncOptions.ts';
import type { GivenToken } from '../../notion/token.ts';
import { Turns } from '../documents/turns.ts';
import { mappingOf } from './notionConfig.ts';
import { connectHint, localTable, type NotionWorld, notionFolder, openFor, specs } from './notionWorld.ts';
import { countPending } from './pending.ts';

export interface SyncWish {
  /** All that are connected where none is named. */
  readonly tables?: readonly SyncTable[];
  readonly dryRun?: boolean;
  readonly allowMassDelete?: boolean;
  /** By the client; without it the one that was kept. */
  readonly lent?: GivenToken | undefined;
}

/** Files change in bursts. */
const quietMs = 300;

/** Syncs when a person wants it, one at a time, and knows what waits for that. Nothing here starts anything. */
export class NotionDesk {
  readonly #world: NotionWorld;
  readonly #turns = new Turns();
  #stop: AbortController | null = null;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #lent: GivenToken | undefined;

  constructor(world: NotionWorld) {
    this.#world = world;
  }

  /** For what nobody asks for at that moment, such as a comment: the latest that a client lent. */
  lend(token: GivenToken): void {
    this.#lent = token;
  }

  /** Counts again soon what waits to be synced. */
  reconsider(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#turns.take(() => this.#tell()).catch((error) => this.#world.fail(error));
    }, quietMs);
  }

  /** @returns by table; a problem where a table could not be synced at all */
  async sync(wish: SyncWish): Promise<Result<SyncOutcome>> {
    const known = this.#tables;
    const tables = wish.tables ?? known;
    const missing = tables.find((table) => !known.includes(table));
    if (tables.length === 0 || missing !== undefined)
      return failure(
        'notion_unconnected',
        missing === undefined
          ? 'Nothing is connected to Notion.'
          : `The ${missing} ${missing === 'board' ? 'is' : 'are'} not connected to Notion.`,
        connectHint,
      );
    if (this.#stop) return failure('sync_running', 'A sync is running.', 'Wait for its end, or cancel it.');
    const stop = new AbortController();
    this.#stop = stop;
    try {
      return await this.#turns.take(() => this.#syncAll(tables, wish, stop.signal));
    } finally {
      this.#stop = null;
      await this.#turns.take(() => this.#tell(wish.dryRun === true ? undefined : new Date()));
    }
  }

  /** Ends the sync under way after what it is doing just now. @returns whether there was one */
  cancel(): boolean {
    this.#stop?.abort();
    return this.#stop !== null;
  }

  /** What changed on both sides, the latest sync's view. */
  get conflicts(): readonly SyncConflict[] {
    return readConflicts(this.#conflictsFile).map(({ choice, ...conflict }) =>
      shown(conflict, choice !== undefined),
    );
  }

  /** Writes down what a person decided; the next sync does it. */
  async resolve(id: string, field: string, choice: SyncChoice): Promise<Result<SyncConflict>> {
    const resolved = resolveConflict(this.#conflictsFile, id, field, choice);
    await this.#turns.take(() => this.#tell());
    return resolved.ok ? success(shown(resolved.value, true)) : resolved;
  }

  /** Tells those who look at a card in Notion what became of it; silent where it was never synced. */
  async comment(card: string, text: string): Promise<void> {
    const { notion, root } = this.#world.state().config;
    const mapping = mappingOf(notion, 'board');
    if (!mapping || notion?.comment !== true) return;
    await this.#turns.take(async () => {
      const page = pageOf(notionFolder(root), mapping.dataSourceId, card);
      if (!page.ok || page.value === null) return;
      const opened = await openFor(this.#world, this.#lent);
      const said = opened.ok ? await commentOn(opened.value, page.value, text) : opened;
      if (!said.ok)
        this.#notice(said.problem.code, `No comment on ${card} in Notion: ${said.problem.message}`);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#stop?.abort();
    await this.#turns.done;
  }

  get #tables(): readonly SyncTable[] {
    const { notion } = this.#world.state().config;
    return syncTables.filter((table) => notion?.[table] !== undefined);
  }

  get #conflictsFile(): string {
    return storeFiles(notionFolder(this.#world.state().config.root), '').conflicts;
  }

  async #syncAll(
    tables: readonly SyncTable[],
    wish: SyncWish,
    signal: AbortSignal,
  ): Promise<Result<SyncOutcome>> {
    const opened = await openFor(this.#world, wish.lent, signal);
    if (!opened.ok) return opened;
    const outcomes: SyncOutcome[] = [];
    for (const table of tables) {
      const { notion, root } = this.#world.state().config;
      const mapping = mappingOf(notion, table);
      const local = localTable(this.#world, table);
      if (!local.ok) return local;
      if (!mapping) continue;
      const report = await syncTable({
        ...{ spec: specs[table], mapping, notion: opened.value, local: local.value, signal },
        folder: notionFolder(root),
        dryRun: wish.dryRun === true,
        allowMassDelete: wish.allowMassDelete === true,
        wantedStatus: table === 'board' ? (notion?.wantedStatus ?? null) : null,
        onWanted: (cards) => {
          for (const card of cards)
            this.#world.tell({ type: 'worker-wanted', card, sessionId: randomUUID() });
        },
        onProgress: ({ stage, done, total }) => this.#progress({ table, stage, done, total }),
      });
      if (!report.ok) return report;
      if (table === 'board' && wish.dryRun !== true) await this.#world.board.noteSync(new Date());
      outcomes.push(outcomeOf(table, report.value));
    }
    return success(joined(outcomes));
  }

  #progress(running: NotionFacts['running']): void {
    const { notion } = this.#world.state();
    if (notion) this.#world.tell({ type: 'notion-looked', notion: { ...notion, running } });
  }

  async #tell(syncedAt?: Date): Promise<void> {
    const tables = this.#tables;
    const { config, notion: known } = this.#world.state();
    if (tables.length === 0) {
      if (known) this.#world.tell({ type: 'notion-looked', notion: null });
      return;
    }
    let pending = 0;
    for (const table of tables) {
      const mapping = mappingOf(config.notion, table);
      const local = localTable(this.#world, table);
      if (mapping && local.ok)
        pending += await countPending(notionFolder(config.root), specs[table], mapping, local.value);
    }
    const notion: NotionFacts = {
      ...{ tables, pending, conflicts: this.conflicts, running: null },
      syncedAt: syncedAt?.toISOString() ?? known?.syncedAt ?? null,
    };
    if (JSON.stringify(notion) !== JSON.stringify(known)) this.#world.tell({ type: 'notion-looked', notion });
  }

  #notice(code: string, message: string, hint?: string): void {
    this.#world.tell({ type: 'noticed', problem: problemOf(code, message, hint) });
  }
}

function outcomeOf(table: SyncTable, report: SyncReport): SyncOutcome {
  const { created, updated, pulled, problems, conflicts, wanted } = report;
  return {
    ...{ created, updated, pulled, problems },
    conflicts: conflicts.map((conflict) => shown({ table, ...conflict }, false)),
    wanted: wanted.map(({ task }) => task),
  };
}

function shown(conflict: RowConflict & { readonly table: SyncTable }, isDecided: boolean): SyncConflict {
  const { table, id, field, base, ours, theirs } = conflict;
  return { table, id, field, base, ours, theirs, isDecided };
}

function joined(outcomes: readonly SyncOutcome[]): SyncOutcome {
  const sum = (count: (one: SyncOutcome) => number) => outcomes.reduce((all, one) => all + count(one), 0);
  return {
    created: sum(({ created }) => created),
    updated: sum(({ updated }) => updated),
    pulled: sum(({ pulled }) => pulled),
    conflicts: outcomes.flatMap(({ conflicts }) => conflicts),
    problems: outcomes.flatMap(({ problems }) => problems),
    wanted: outcomes.flatMap(({ wanted }) => wanted),
  };
}
