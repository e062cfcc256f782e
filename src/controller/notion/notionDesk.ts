import { randomUUID } from 'node:crypto';
import {
  type NotionConfig,
  type NotionFacts,
  type RebuildOutcome,
  type SyncChoice,
  type SyncConflict,
  type SyncOutcome,
  type SyncTable,
  syncTables,
} from '../../core/notion.ts';
import { SerialQueue } from '../../lib/queue.ts';
import { failure, problemOf, type Result, success } from '../../lib/result.ts';
import { Throttle } from '../../lib/schedule.ts';
import { commentOn, pageOf } from '../../notion/comment.ts';
import { readConflicts, resolveConflict } from '../../notion/conflicts.ts';
import { needsRebuild, rebuildTable } from '../../notion/rebuild.ts';
import { storeFiles } from '../../notion/store.ts';
import { syncTable } from '../../notion/sync.ts';
import type { SyncOptions } from '../../notion/syncOptions.ts';
import type { GivenToken } from '../../notion/token.ts';
import { mappingOf } from '../config/notionConfig.ts';
import { connectHint, localTable, type NotionWorld, notionFolder, openFor, specs } from './notionWorld.ts';
import { type Reports, rebuildOutcome, shownConflict, syncOutcome } from './outcome.ts';
import { lookAtNotion } from './pending.ts';

interface TableWish {
  /** All that are connected where none is named. */
  readonly tables?: readonly SyncTable[];
  /** By the client; without it the one that was kept. */
  readonly lent?: GivenToken | undefined;
}

export interface SyncWish extends TableWish {
  readonly dryRun?: boolean;
  readonly allowMassDelete?: boolean;
}

type TableWork<Report> = (table: SyncTable, options: SyncOptions) => Promise<Result<Report>>;

/** Files change in bursts. */
const quietMs = 300;

/** Syncs when a person wants it, one at a time, and knows what waits for that. Nothing here starts anything. */
export class NotionDesk {
  readonly #world: NotionWorld;
  readonly #queue = new SerialQueue();
  #stop: AbortController | null = null;
  readonly #recount = new Throttle(
    () => void this.#queue.add(() => this.#tell()).catch((error) => this.#world.fail(error)),
    quietMs,
    'delayed',
  );
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
    if (!this.#closed) this.#recount.ask();
  }

  /** Counts now; while a sync runs there is nothing to count. */
  async recount(): Promise<void> {
    if (!this.#stop) await this.#queue.add(() => this.#tell());
  }

  /** @returns a problem where a table could not be synced at all */
  async sync(wish: SyncWish): Promise<Result<SyncOutcome>> {
    const isDry = wish.dryRun === true;
    const reports = await this.#each(wish, async (table, options) => {
      const report = await syncTable({
        ...options,
        dryRun: isDry,
        allowMassDelete: wish.allowMassDelete === true,
        wantedStatus: table === 'board' ? (this.#config?.wantedStatus ?? null) : null,
        onWanted: (cards) => {
          for (const card of cards)
            this.#world.tell({ type: 'worker-wanted', card, sessionId: randomUUID() });
        },
      });
      if (report.ok && table === 'board' && !isDry) await this.#world.board.noteSync(new Date());
      return report;
    });
    if (reports.ok && !isDry) await this.#queue.add(() => this.#tell(new Date()));
    return reports.ok ? success(syncOutcome(reports.value)) : reports;
  }

  /** Makes anew what is known of Notion, where that is damaged or for the tables named; writes to neither side. */
  async rebuild(wish: TableWish): Promise<Result<RebuildOutcome>> {
    const tables = wish.tables ?? this.#tables.filter((table) => this.#needsRebuild(table));
    if (tables.length === 0 && this.#tables.length > 0) return nothingToRebuild;
    const reports = await this.#each({ ...wish, tables }, (_, options) => rebuildTable(options));
    return reports.ok ? success(rebuildOutcome(reports.value)) : reports;
  }

  /** Ends the sync under way after what it is doing just now. @returns whether there was one */
  cancel(): boolean {
    this.#stop?.abort();
    return this.#stop !== null;
  }

  /** What changed on both sides, the latest sync's view. */
  get conflicts(): readonly SyncConflict[] {
    return readConflicts(this.#conflictsFile).map(({ choice, ...conflict }) =>
      shownConflict(conflict, choice !== undefined),
    );
  }

  /** Writes down what a person decided; the next sync does it. */
  async resolve(id: string, field: string, choice: SyncChoice): Promise<Result<SyncConflict>> {
    const resolved = resolveConflict(this.#conflictsFile, id, field, choice);
    await this.#queue.add(() => this.#tell());
    return resolved.ok ? success(shownConflict(resolved.value, true)) : resolved;
  }

  /** Tells those who look at a card in Notion what became of it; silent where it was never synced. */
  async comment(card: string, text: string): Promise<void> {
    const { notion, root } = this.#world.state().config;
    const mapping = mappingOf(notion, 'board');
    if (!mapping || notion?.comment !== true) return;
    await this.#queue.add(async () => {
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
    this.#recount.cancel();
    this.#stop?.abort();
    await this.#queue.onIdle();
  }

  #needsRebuild(table: SyncTable): boolean {
    const mapping = mappingOf(this.#config, table);
    const { root } = this.#world.state().config;
    return mapping !== null && needsRebuild(notionFolder(root), mapping.dataSourceId);
  }

  get #config(): NotionConfig | undefined {
    return this.#world.state().config.notion;
  }

  get #tables(): readonly SyncTable[] {
    return syncTables.filter((table) => this.#config?.[table] !== undefined);
  }

  get #conflictsFile(): string {
    return storeFiles(notionFolder(this.#world.state().config.root), '').conflicts;
  }

  /** One table after the other, and nothing else meanwhile. */
  async #each<Report>(wish: TableWish, work: TableWork<Report>): Promise<Result<Reports<Report>>> {
    const known = this.#tables;
    const tables = wish.tables ?? known;
    const missing = tables.find((table) => !known.includes(table));
    if (tables.length === 0 || missing !== undefined) return unconnected(missing);
    if (this.#stop) return failure('sync_running', 'A sync is running.', 'Wait for its end, or cancel it.');
    const stop = new AbortController();
    this.#stop = stop;
    try {
      return await this.#queue.add(async () => {
        // Connected a moment ago, nobody has counted yet, and there would be nothing to tell progress with.
        if (!this.#world.state().notion) await this.#tell();
        return this.#workOn(tables, wish.lent, stop.signal, work);
      });
    } finally {
      this.#stop = null;
      await this.#queue.add(() => this.#tell());
    }
  }

  async #workOn<Report>(
    tables: readonly SyncTable[],
    lent: GivenToken | undefined,
    signal: AbortSignal,
    work: TableWork<Report>,
  ): Promise<Result<Reports<Report>>> {
    const opened = await openFor(this.#world, lent, signal);
    if (!opened.ok) return opened;
    const folder = notionFolder(this.#world.state().config.root);
    const reports: [SyncTable, Report][] = [];
    for (const table of tables) {
      const mapping = mappingOf(this.#config, table);
      const local = localTable(this.#world, table);
      if (!local.ok) return local;
      if (!mapping) continue;
      const report = await work(table, {
        ...{ spec: specs[table], mapping, notion: opened.value, local: local.value, folder, signal },
        onProgress: ({ stage, done, total }) => this.#progress({ table, stage, done, total }),
      });
      if (!report.ok) return report;
      reports.push([table, report.value]);
    }
    return success(reports);
  }

  #progress(running: NotionFacts['running']): void {
    const { notion } = this.#world.state();
    if (notion) this.#world.tell({ type: 'notion-looked', notion: { ...notion, running } });
  }

  async #tell(syncedAt?: Date): Promise<void> {
    const { notion: known } = this.#world.state();
    const notion = await lookAtNotion(this.#world, this.#tables, this.conflicts, syncedAt ?? null);
    if (JSON.stringify(notion) !== JSON.stringify(known)) this.#world.tell({ type: 'notion-looked', notion });
  }

  #notice(code: string, message: string, hint?: string): void {
    this.#world.tell({ type: 'noticed', problem: problemOf(code, message, hint) });
  }
}

function unconnected(table: SyncTable | undefined): Result<never> {
  const what = table === undefined ? 'Nothing is' : table === 'board' ? 'The board is' : 'The invoices are';
  const message = `${what}${table === undefined ? '' : ' not'} connected to Notion.`;
  return failure('notion_unconnected', message, connectHint);
}

const nothingToRebuild = failure(
  'nothing_to_rebuild',
  'What is known of Notion is sound.',
  'To find it anew all the same, say of what: orch-tui sync board --rebuild',
);
