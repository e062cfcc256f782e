import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { resolveBoard } from '../../../config/workspaceConfig.ts';
import {
  type Mapping,
  type NotionConfig,
  type NotionFacts,
  type RebuildOutcome,
  type RowConflict,
  type SyncChoice,
  type SyncConflict,
  type SyncOutcome,
  type SyncTable,
  syncTables,
} from '../../../core/notion.ts';
import { SerialQueue } from '../../../lib/queue.ts';
import { failure, problemOf, type Result, success } from '../../../lib/result.ts';
import { Throttle } from '../../../lib/schedule.ts';
import type { BoardDocuments, DocumentDeps } from '../../board/service/boardService.ts';
import type { InvoiceDocuments } from '../../invoices/service/invoiceService.ts';
import { type Notion, openNotion } from './client.ts';
import { findToken } from './credentials.ts';
import { syncedBoard, syncedInvoices } from './localTables.ts';
import { mappingOf } from './mapping.ts';
import type { LocalTable } from './plan.ts';
import { RowCodec } from './rowCodec.ts';
import { openBase, pageOf, readConflicts, resolveConflict, storeFiles } from './store.ts';
import { needsRebuild, rebuildTable, type SyncOptions, syncTable } from './sync.ts';
import { specs } from './tables.ts';
import { type GivenToken, isToken, NotionToken } from './token.ts';

/** Dependencies of the sync: Notion's environment, and the synced documents. */
export interface NotionDeps extends DocumentDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly board: BoardDocuments;
  readonly invoices: InvoiceDocuments;
}

export const connectHint = 'Connect first: orch-tui notion connect';

/** Finds the token. @param clientToken by a client; without it the stored one */
export async function tokenFor(
  { env }: NotionDeps,
  clientToken: GivenToken | undefined,
): Promise<Result<NotionToken>> {
  if (clientToken)
    return isToken(clientToken.token)
      ? success(new NotionToken(clientToken.token, clientToken.source))
      : failure(
          'notion_token',
          `${clientToken.source} is not a Notion token.`,
          'It begins with ntn_ or secret_.',
        );
  const found = await findToken({ env });
  if (!found.ok) return found;
  return found.value ? success(found.value) : failure('notion_token', 'There is no token.', connectHint);
}

export async function openFor(
  deps: NotionDeps,
  clientToken: GivenToken | undefined,
  signal?: AbortSignal,
): Promise<Result<Notion>> {
  const token = await tokenFor(deps, clientToken);
  if (!token.ok) return token;
  return openNotion({ token: token.value, baseUrl: deps.env.ORCH_NOTION_URL, signal });
}

interface TableRequest {
  /** Default: all connected tables. */
  readonly tables?: readonly SyncTable[];
  /** Token of the client; without it the stored one. */
  readonly clientToken?: GivenToken | undefined;
}

interface SyncRequest extends TableRequest {
  readonly dryRun?: boolean;
  readonly allowMassDelete?: boolean;
}

/** Reports by table. */
type Reports<Report> = readonly (readonly [SyncTable, Report])[];

/** Milliseconds that collect changes, because files change in bursts. */
const quietMs = 300;

/** Syncs on the user's request, one at a time, and counts pending rows. Starts nothing by itself. */
export class NotionConnection {
  readonly #deps: NotionDeps;
  readonly #queue = new SerialQueue();
  #stop: AbortController | null = null;
  readonly #recount = new Throttle(
    () => void this.#queue.add(() => this.#publish()).catch((error) => this.#deps.fail(error)),
    quietMs,
    'delayed',
  );
  #closed = false;
  #clientToken: GivenToken | undefined;

  constructor(deps: NotionDeps) {
    this.#deps = deps;
  }

  /** Stores the client's latest token for requests without a waiting client, such as a comment. */
  lend(token: GivenToken): void {
    this.#clientToken = token;
  }

  /** Requests a recount of pending rows. */
  reconsider(): void {
    if (!this.#closed) this.#recount.ask();
  }

  /** Counts pending rows now; does nothing while a sync runs. */
  async recount(): Promise<void> {
    if (!this.#stop) await this.#queue.add(() => this.#publish());
  }

  /** Syncs. @returns a problem where a table could not be synced at all */
  async sync(request: SyncRequest): Promise<Result<SyncOutcome>> {
    const isDry = request.dryRun === true;
    const reports = await this.#forEachTable(request, async (table, options) => {
      const report = await syncTable({
        ...options,
        dryRun: isDry,
        allowMassDelete: request.allowMassDelete === true,
        wantedStatus: table === 'board' ? (this.#config?.wantedStatus ?? null) : null,
        onWanted: (cards) => {
          for (const card of cards)
            this.#deps.dispatch({ type: 'worker-wanted', card, sessionId: randomUUID() });
        },
      });
      if (!report.ok) return report;
      if (!isDry) {
        const pending = await this.#pendingIds(table, options.mapping, options.local);
        await this.#deps[table].noteSync(new Date(), pending);
      }
      return success({ ...report.value, withoutId: await this.#deps[table].withoutId() });
    });
    if (!reports.ok) return reports;
    if (!isDry) await this.#queue.add(() => this.#publish(new Date()));
    const all = reports.value.map(([, report]) => report);
    const withoutId = all.flatMap((report) => report.withoutId);
    return success({
      created: all.reduce((sum, { created }) => sum + created, 0),
      updated: all.reduce((sum, { updated }) => sum + updated, 0),
      pulled: all.reduce((sum, { pulled }) => sum + pulled, 0),
      ...conflictsAndProblems(reports.value),
      wanted: all.flatMap(({ wanted }) => wanted.map(({ task }) => task)),
      ...(withoutId.length > 0 && { withoutId }),
    });
  }

  /** Rebuilds the sync's base, where that is damaged or for the named tables; writes to neither side. */
  async rebuild(request: TableRequest): Promise<Result<RebuildOutcome>> {
    const tables = request.tables ?? this.#tables.filter((table) => this.#needsRebuild(table));
    if (tables.length === 0 && this.#tables.length > 0) return nothingToRebuild;
    const reports = await this.#forEachTable({ ...request, tables }, (_, options) => rebuildTable(options));
    if (!reports.ok) return reports;
    const all = reports.value.map(([, report]) => report);
    return success({
      rows: all.reduce((sum, { rows }) => sum + rows, 0),
      ...conflictsAndProblems(reports.value),
      setAside: all.flatMap(({ setAside }) => setAside),
    });
  }

  /** Ends the running sync after its current step. @returns whether there was one */
  cancel(): boolean {
    this.#stop?.abort();
    return this.#stop !== null;
  }

  /** Conflicts of the latest sync. */
  get conflicts(): readonly SyncConflict[] {
    return readConflicts(this.#conflictsFile).map(({ table, choice, ...conflict }) =>
      shown(table, conflict, choice !== undefined),
    );
  }

  /** Stores a person's decision; the next sync applies it. */
  async resolve(id: string, field: string, choice: SyncChoice): Promise<Result<SyncConflict>> {
    const resolved = resolveConflict(this.#conflictsFile, id, field, choice);
    await this.#queue.add(() => this.#publish());
    return resolved.ok ? success(shown(resolved.value.table, resolved.value, true)) : resolved;
  }

  /** Adds a comment about a card to its page in Notion; does nothing where it was never synced. */
  async comment(card: string, text: string): Promise<void> {
    const mapping = mappingOf(this.#config, 'board');
    if (!mapping || this.#config?.comment !== true) return;
    await this.#queue.add(async () => {
      const page = pageOf(this.#folder, mapping.dataSourceId, card);
      if (!page.ok || page.value === null) return;
      const opened = await openFor(this.#deps, this.#clientToken);
      const said = opened.ok ? await opened.value.comment(page.value, text) : opened;
      if (said.ok) return;
      const message = `No comment on ${card} in Notion: ${said.problem.message}`;
      this.#deps.dispatch({ type: 'noticed', problem: problemOf(said.problem.code, message) });
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
    return mapping !== null && needsRebuild(this.#folder, mapping.dataSourceId);
  }

  get #config(): NotionConfig | undefined {
    return this.#deps.state().config.notion;
  }

  get #tables(): readonly SyncTable[] {
    return syncTables.filter((table) => this.#config?.[table] !== undefined);
  }

  /** Folder of bases, intents and conflicts; holds no secret. */
  get #folder(): string {
    return join(this.#deps.state().config.root, '.orch', 'notion');
  }

  get #conflictsFile(): string {
    return storeFiles(this.#folder, '').conflicts;
  }

  /** Processes one table after the other, exclusively. */
  async #forEachTable<Report>(
    request: TableRequest,
    work: (table: SyncTable, options: SyncOptions) => Promise<Result<Report>>,
  ): Promise<Result<Reports<Report>>> {
    const known = this.#tables;
    const tables = request.tables ?? known;
    const missing = tables.find((table) => !known.includes(table));
    if (tables.length === 0 || missing !== undefined) return unconnected(missing);
    if (this.#stop) return failure('sync_running', 'A sync is running.', 'Wait for its end, or cancel it.');
    const stop = new AbortController();
    this.#stop = stop;
    try {
      return await this.#queue.add(async () => {
        // Right after connecting nothing has been counted, and progress could not be reported.
        if (!this.#deps.state().notion) await this.#publish();
        const opened = await openFor(this.#deps, request.clientToken, stop.signal);
        if (!opened.ok) return opened;
        const reports: [SyncTable, Report][] = [];
        for (const table of tables) {
          const mapping = mappingOf(this.#config, table);
          const local = this.#localTable(table);
          if (!local.ok) return local;
          if (!mapping) continue;
          const report = await work(table, {
            ...{ spec: specs[table], mapping, notion: opened.value, local: local.value },
            ...{ folder: this.#folder, signal: stop.signal },
            onProgress: (progress) => this.#progress({ table, ...progress }),
          });
          if (!report.ok) return report;
          reports.push([table, report.value]);
        }
        return success(reports);
      });
    } finally {
      this.#stop = null;
      await this.#queue.add(() => this.#publish());
    }
  }

  /** Returns the document of a table; `board_off` or `invoices_off` where it is turned off. */
  #localTable(table: SyncTable): Result<LocalTable> {
    const { root, board, invoices } = this.#deps.state().config;
    if (table === 'invoices')
      return invoices
        ? success(syncedInvoices(this.#deps.invoices, invoices))
        : failure('invoices_off', 'Invoices are off.', 'Add "invoices" to .orch/config.json.');
    const config = board ?? resolveBoard(root, board);
    return config
      ? success(syncedBoard(this.#deps.board, config.prefix))
      : failure('board_off', 'The board is off: "board" is false in .orch/config.json.');
  }

  #progress(running: NotionFacts['running']): void {
    const { notion } = this.#deps.state();
    if (notion) this.#deps.dispatch({ type: 'notion-looked', notion: { ...notion, running } });
  }

  /** Reports the current state. @param syncedAt end of a sync that just ended */
  async #publish(syncedAt?: Date): Promise<void> {
    const { notion: known } = this.#deps.state();
    const notion = await this.#computeFacts(syncedAt?.toISOString() ?? known?.syncedAt ?? null);
    if (JSON.stringify(notion) !== JSON.stringify(known))
      this.#deps.dispatch({ type: 'notion-looked', notion });
  }

  /** Returns the state of the sync while none runs; null where nothing is connected. */
  async #computeFacts(syncedAt: string | null): Promise<NotionFacts | null> {
    const tables = this.#tables;
    const { conflicts } = this;
    if (tables.length === 0) return null;
    const waiting: Partial<Record<SyncTable, number>> = {};
    for (const table of tables) {
      const mapping = mappingOf(this.#config, table);
      const local = this.#localTable(table);
      if (mapping && local.ok) waiting[table] = (await this.#pendingIds(table, mapping, local.value)).size;
    }
    const pending = Object.values(waiting).reduce((sum, count) => sum + count, 0);
    return { tables, pending, waiting, conflicts, running: null, syncedAt };
  }

  /** Returns rows that differ from the sync's base: new, changed and lost ones. */
  async #pendingIds(table: SyncTable, mapping: Mapping, local: LocalTable): Promise<ReadonlySet<string>> {
    const rows = await local.rows();
    const base = openBase(storeFiles(this.#folder, mapping.dataSourceId).base);
    // An unreadable document is reported elsewhere; the next sync reports a damaged base.
    if (!rows.ok || !base.ok) return new Set();
    const codec = new RowCodec(specs[table], mapping, mapping.fields);
    const changed = rows.value.filter((row) => {
      const known = base.value.rows.get(row.id);
      const { fields } = codec.normalise(row);
      const differs = (field: string) =>
        fields[field] !== undefined &&
        known?.fields[field] !== undefined &&
        !(fields[field] === null && known.unseen.includes(field)) &&
        fields[field] !== known.fields[field];
      return !known || codec.fields.some(differs);
    });
    const seen = new Set(rows.value.map(({ id }) => id));
    return new Set([
      ...changed.map(({ id }) => id),
      ...[...base.value.rows.keys()].filter((id) => !seen.has(id)),
    ]);
  }
}

/** Combines conflicts and problems of reports for clients. */
function conflictsAndProblems(
  reports: Reports<Pick<SyncOutcome, 'problems'> & { readonly conflicts: readonly RowConflict[] }>,
): Pick<SyncOutcome, 'conflicts' | 'problems'> {
  return {
    conflicts: reports.flatMap(([table, { conflicts }]) =>
      conflicts.map((conflict) => shown(table, conflict, false)),
    ),
    problems: reports.flatMap(([, { problems }]) => problems),
  };
}

function shown(
  table: SyncTable,
  { id, field, base, ours, theirs }: RowConflict,
  isDecided: boolean,
): SyncConflict {
  return { table, id, field, base, ours, theirs, isDecided };
}

function unconnected(table: SyncTable | undefined): Result<never> {
  const what = table === undefined ? 'Nothing is' : table === 'board' ? 'The board is' : 'The invoices are';
  const message = `${what}${table === undefined ? '' : ' not'} connected to Notion.`;
  return failure('notion_unconnected', message, connectHint);
}

const nothingToRebuild = failure(
  'nothing_to_rebuild',
  'The sync state is not damaged.',
  'To rebuild it anyway, name a table: orch-tui sync board --rebuild',
);
