import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mapping } from '../../../src/core/notion.ts';
import { type Notion, openNotion } from '../../../src/features/notion/service/client.ts';
import { proposeMapping } from '../../../src/features/notion/service/mapping.ts';
import type { Fields, LocalChange, LocalTable, SyncRow } from '../../../src/features/notion/service/plan.ts';
import { type SyncOptions, type SyncReport, syncTable } from '../../../src/features/notion/service/sync.ts';
import {
  boardTable,
  idProperty,
  invoiceTable,
  type TableSpec,
} from '../../../src/features/notion/service/tables.ts';
import { NotionToken } from '../../../src/features/notion/service/token.ts';
import { type Result, success } from '../../../src/lib/result.ts';
import { NotionStandIn } from './standIn.ts';
import { VirtualClock } from './virtualClock.ts';

/** A document in memory, which refuses changes of edited rows. */
export class MemoryTable implements LocalTable {
  readonly cards = new Map<string, Fields>();
  readonly archived = new Map<string, Fields>();
  #next = 1000;

  async rows(): Promise<Result<readonly SyncRow[]>> {
    return success([...this.cards].map(([id, fields]) => ({ id, fields })));
  }

  async apply(changes: readonly LocalChange[]): Promise<Result<readonly string[]>> {
    return success(changes.flatMap((change) => (this.#applyOne(change) ? [] : [change.id])));
  }

  newId(taken: ReadonlySet<string>): string {
    for (;;) {
      const id = `ORC-${this.#next++}`;
      if (!taken.has(id) && !this.cards.has(id)) return id;
    }
  }

  set(id: string, fields: Fields): void {
    this.cards.set(id, { ...this.cards.get(id), ...fields });
  }

  #applyOne(change: LocalChange): boolean {
    const now = this.cards.get(change.id);
    if (change.do === 'add') {
      if (now) return false;
      this.cards.set(change.id, change.fields);
      return true;
    }
    if (!now || Object.entries(change.from).some(([field, value]) => (now[field] ?? null) !== value))
      return false;
    if (change.do === 'archive') {
      this.archived.set(change.id, now);
      this.cards.delete(change.id);
    } else this.cards.set(change.id, { ...now, ...change.to });
    return true;
  }
}

export interface Scene extends Disposable {
  readonly clock: VirtualClock;
  readonly service: NotionStandIn;
  readonly source: string;
  readonly local: MemoryTable;
  readonly folder: string;
  readonly notion: Notion;
  readonly spec: TableSpec;
  mapping: Mapping;
  sync(options?: Partial<SyncOptions>): Promise<Result<SyncReport>>;
  /** Syncs, and expects neither pending changes nor problems. */
  synced(options?: Partial<SyncOptions>): Promise<SyncReport>;
}

const typeOf: Record<string, string> = { progress: 'rich_text' };

/** A board, or invoices, with their database, both empty, with every field mapped. */
export async function makeScene(spec: TableSpec = boardTable, choiceType = 'select'): Promise<Scene> {
  const clock = new VirtualClock();
  const service = new NotionStandIn(clock);
  const properties = spec.fields.map(({ field, names, types }) => ({
    name: names[0] ?? field,
    type: field === spec.choiceField ? choiceType : (typeOf[field] ?? types[0] ?? 'rich_text'),
    options: field === spec.choiceField ? spec.choices.map(({ choice }) => choice) : [],
  }));
  const source = service.addSource([...properties, { name: idProperty, type: 'rich_text' }]);
  const token = new NotionToken(service.token, 'a test');
  const opened = await openNotion({ token, fetch: service.fetch, clock });
  if (!opened.ok) throw new Error(opened.problem.message);
  const notion = opened.value;
  const schema = await notion.schema(source);
  if (!schema.ok) throw new Error(schema.problem.message);
  service.requests.length = 0;
  const folder = mkdtempSync(join(tmpdir(), 'orch-notion-'));
  const local = new MemoryTable();
  const scene: Scene = {
    clock,
    service,
    source,
    local,
    folder,
    notion,
    spec,
    mapping: proposeMapping(spec, schema.value).mapping,
    sync: (options) => syncTable({ spec, mapping: scene.mapping, notion, local, folder, clock, ...options }),
    async synced(options) {
      const report = await scene.sync(options);
      if (!report.ok) throw new Error(`${report.problem.code}: ${report.problem.message}`);
      if (report.value.problems.length > 0) throw new Error(JSON.stringify(report.value.problems));
      return report.value;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
  return scene;
}

export function card(task: string, more: Fields = {}): Fields {
  const empty = { repo: null, branch: null, worker: null, priority: null, pr: null };
  const later = { started: null, completed: null, blockers: null, progress: null };
  return { task, column: 'To Do', ...empty, ...later, ...more };
}

export function entry(task: string, more: Fields = {}): Fields {
  return {
    task,
    worker: 'backend/auth',
    repo: 'backend',
    date: '2026-11-20',
    minutes: 72,
    rateCents: 8000,
    amountCents: 9600,
    currency: 'EUR',
    status: 'pending',
    source: 'measured',
    ...more,
  };
}

export { boardTable, invoiceTable };
