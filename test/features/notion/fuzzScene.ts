import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { type Fields, type LocalChange, wholeRow } from '../../../src/features/notion/service/plan.ts';
import { readConflicts, resolveConflict, storeFiles } from '../../../src/features/notion/service/store.ts';
import { rebuildTable, type SyncReport } from '../../../src/features/notion/service/sync.ts';
import { randomFrom } from '../../support/random.ts';
import { Oracle } from './oracle.ts';
import { card, makeScene, type Scene } from './scene.ts';
import { type Fault, type StandInPage, type StandInRequest, now as stateOf } from './standIn.ts';

/** Simulates a killed process from the inside: it returns no error either. */
const crash = { crash: true };

const names: Record<string, string> = {
  task: 'Task',
  column: 'Status',
  repo: 'Repo',
  branch: 'Branch',
  priority: 'Priority',
  blockers: 'Blockers',
};
/** `repo` names the origin of a row and is never edited: two rows with one origin are a duplicate. */
const edited = ['task', 'column', 'branch', 'priority', 'blockers'];
const columns = ['To Do', 'In Progress', 'Review', 'Done'];

/** People on both sides, a failing service, a dying process, and an oracle. */
export class FuzzScene {
  readonly oracle = new Oracle();
  readonly counts = { faults: 0, crashes: 0, conflicts: 0, writes: 0, rebuilds: 0 };
  readonly #scene: Scene;
  readonly #random: () => number;
  #serial = 0;
  #calm = false;
  #isLost = false;

  static async make(seed: number): Promise<FuzzScene> {
    return new FuzzScene(await makeScene(), seed);
  }

  private constructor(scene: Scene, seed: number) {
    this.#scene = scene;
    this.#random = randomFrom(seed);
    this.#watchService();
    this.#watchFile();
  }

  dispose(): void {
    this.#scene[Symbol.dispose]();
  }

  /** Makes some edits, then a sync that may fail anywhere. */
  async round(): Promise<void> {
    const { clock, service } = this.#scene;
    this.#calm = false;
    service.lag = this.#below(50_000);
    for (let i = this.#below(9); i > 0; i--) this.#personActs();
    if (this.#chance(0.5)) this.#decide();
    try {
      if (this.#chance(0.03)) this.#loseBase();
      await this.#rebuildIfLost();
      const report = await this.#scene.sync({
        allowMassDelete: true,
        onProgress: () => {
          if (this.#chance(0.01)) this.#crash();
        },
      });
      if (report.ok) this.counts.conflicts += report.value.conflicts.length;
      else if (report.problem.code === 'notion_base_damaged' && !this.#isLost)
        throw new Error(report.problem.message);
    } catch (error) {
      if (error !== crash) throw error;
      this.counts.crashes += 1;
    }
    clock.pass(this.#chance(0.5) ? this.#below(20_000) : this.#below(300_000));
  }

  /** Damages or removes the base, and the conflicts. */
  #loseBase(): void {
    const { base } = storeFiles(this.#scene.folder, this.#scene.source);
    if (!existsSync(base)) return;
    if (this.#chance(0.5)) rmSync(base);
    else writeFileSync(base, '{');
    this.#isLost = true;
  }

  async #rebuildIfLost(): Promise<void> {
    if (!this.#isLost) return;
    const { spec, mapping, notion, local, folder, clock } = this.#scene;
    const report = await rebuildTable({
      ...{ spec, mapping, notion, local, folder, clock },
      onProgress: () => {
        if (this.#chance(0.05)) this.#crash();
      },
    });
    if (!report.ok) return;
    this.counts.rebuilds += 1;
    this.#isLost = false;
  }

  /** Syncs without faults until nothing is left to do. @returns remaining faults */
  async settle(): Promise<string[]> {
    this.#calm = true;
    await this.#rebuildIfLost();
    let last: SyncReport | null = null;
    for (let i = 0; i < 4; i++) {
      this.#scene.clock.pass(120_000);
      const report = await this.#scene.sync({ allowMassDelete: true });
      if (!report.ok) return [report.problem.message];
      last = report.value;
    }
    const { created, updated, pulled } = last ?? { created: -1, updated: -1, pulled: -1 };
    const wrong = created + updated + pulled === 0 ? [] : [`not at rest: ${created} ${updated} ${pulled}`];
    return [...wrong, ...this.#duplicates(), ...this.#differences(last), ...this.oracle.violations];
  }

  #duplicates(): string[] {
    const { service, source } = this.#scene;
    // A lost base does not know trashed pages, so their rows get new ones.
    const pages = this.counts.rebuilds > 0 ? service.living(source) : [...service.pages.values()];
    const births = pages.map((page) => String(this.#scene.service.values(page).Repo));
    // A page trashed before its first sync has none.
    const ids = pages.flatMap((page) => this.#scene.service.values(page)['Orch ID'] ?? []).map(String);
    const rows = [...this.#scene.local.cards.values()].map(({ repo }) => String(repo));
    const twice = (values: string[]) => values.filter((value, at) => values.indexOf(value) !== at);
    return [...twice(births), ...twice(ids), ...twice(rows)].map((value) => `twice: ${value}`);
  }

  #differences(report: SyncReport | null): string[] {
    const { service, source, local } = this.#scene;
    const known = new Set(report?.conflicts.map(({ id, field }) => `${id} ${field}`));
    const pages = new Map(
      service.living(source).map((page) => [String(service.values(page)['Orch ID']), page]),
    );
    const wrong: string[] = [];
    for (const id of new Set([...pages.keys(), ...local.cards.keys()])) {
      const page = pages.get(id);
      const row = local.cards.get(id);
      if (known.has(`${id} row`)) continue;
      if (!page || !row) wrong.push(`${id} is only ${page ? 'in Notion' : 'in the file'}`);
      else
        for (const [field, value] of Object.entries(this.#fieldsOf(page)))
          if (value !== (row[field] ?? null) && !known.has(`${id} ${field}`))
            wrong.push(`${id} ${field}: ${row[field]} here, ${value} in Notion`);
    }
    return wrong;
  }

  #fieldsOf(page: StandInPage): Fields {
    const values = this.#scene.service.values(page);
    return Object.fromEntries(
      Object.entries(names).map(([field, name]) => [field, (values[name] || null) as string | null]),
    );
  }

  #personActs(): void {
    const { local, service, source } = this.#scene;
    const rows = [...local.cards.keys()];
    const pages = service.living(source);
    const dice = this.#random();
    if (dice < 0.15 || rows.length < 3) {
      this.#serial += 1;
      local.set(`ORC-${this.#serial}`, card(`card ${this.#serial}`, { repo: `here ${this.#serial}` }));
    } else if (dice < 0.22) {
      this.#serial += 1;
      const values = {
        Task: `page ${this.#serial}`,
        Repo: `there ${this.#serial}`,
        Status: this.#pick(columns),
      };
      service.addPage(source, values);
    } else if (dice < 0.24) {
      const id = this.#pick(rows) ?? '';
      this.oracle.dropped('file', this.#birthOf(id));
      local.cards.delete(id);
    } else if (dice < 0.26) {
      const page = this.#pick(pages);
      if (page) {
        this.oracle.dropped('notion', String(service.values(page).Repo));
        service.edit(page, {}, true);
      }
    } else if (dice < 0.63) this.#editRow(this.#pick(rows));
    else this.#editPage(this.#pick(pages));
  }

  #editRow(id: string | undefined): void {
    const field = this.#pick(edited);
    if (id === undefined || field === undefined || !this.#scene.local.cards.has(id)) return;
    const value = this.#newValue(field, 'here');
    this.#scene.local.set(id, { [field]: value });
    this.#tell('file', this.#birthOf(id), field, value);
  }

  #editPage(page: StandInPage | undefined): void {
    const field = this.#pick(edited);
    if (page === undefined || field === undefined) return;
    const value = this.#newValue(field, 'there');
    this.#scene.service.edit(page, { [names[field] ?? '']: value });
    this.#tell('notion', String(this.#scene.service.values(page).Repo), field, value);
  }

  /** An earlier value is no edit when compared with the base: A, B and A again. */
  #tell(side: 'file' | 'notion', birth: string, field: string, value: string | null): void {
    if (field === 'column' || value === null) this.oracle.dropped(side, birth, field);
    else this.oracle.edited(side, birth, field);
  }

  #newValue(field: string, side: string): string | null {
    if (field === 'column') return this.#pick(columns) ?? null;
    if (field !== 'task' && this.#chance(0.2)) return null;
    this.#serial += 1;
    return `${side} ${this.#serial}`;
  }

  #decide(): void {
    const file = storeFiles(this.#scene.folder, this.#scene.source).conflicts;
    const conflict = this.#pick(readConflicts(file));
    if (!conflict) return;
    const { id, field, ours, theirs } = conflict;
    const birth = this.#birthOf(id);
    if (field !== wholeRow && field !== 'column' && this.#chance(0.4)) {
      this.#serial += 1;
      const value = `both ${this.#serial}`;
      resolveConflict(file, id, field, { edited: value });
      this.oracle.promised(birth, field, value);
      this.oracle.decided('notion', birth, field, theirs);
      this.oracle.decided('file', birth, field, ours);
      return;
    }
    const choice = this.#chance(0.5) ? 'mine' : 'theirs';
    resolveConflict(file, id, field, choice);
    const [side, value] = choice === 'mine' ? (['notion', theirs] as const) : (['file', ours] as const);
    this.oracle.decided(side, birth, field, field === wholeRow ? null : value);
  }

  /** Returns a row's name on both sides, independent of its id. */
  #birthOf(id: string): string {
    const row = this.#scene.local.cards.get(id);
    const page = row ? undefined : this.#pageOf(id);
    return String(row?.repo ?? (page && this.#scene.service.values(page).Repo));
  }

  #pageOf(id: string): StandInPage | undefined {
    const { service, source } = this.#scene;
    // After a rebuild there may be an older one in the trash.
    const pages = [...service.living(source), ...service.pages.values()];
    return pages.find((page) => service.values(page)['Orch ID'] === id);
  }

  #watchService(): void {
    const { service, local } = this.#scene;
    service.fault = (request) => this.#fault(request);
    service.afterWrite = (page) => {
      this.counts.writes += 1;
      const birth = String(service.values(page).Repo);
      const before = page.states.at(-2);
      if (stateOf(page).inTrash) this.oracle.removed('notion', birth);
      const was = before ? this.#named(page, before.values) : {};
      const other = [...local.cards.values()].find(({ repo }) => repo === birth);
      this.oracle.wrote('notion', birth, was, this.#fieldsOf(page), other);
    };
  }

  #named(page: StandInPage, values: Record<string, unknown>): Fields {
    const { properties } = this.#scene.service.source(page.source);
    return Object.fromEntries(
      Object.entries(names).map(([field, name]) => {
        const id = properties.find((one) => one.name === name)?.id ?? '';
        return [field, (values[id] || null) as string | null];
      }),
    );
  }

  #watchFile(): void {
    const { local } = this.#scene;
    const apply = local.apply.bind(local);
    local.apply = async (changes: readonly LocalChange[]) => {
      if (this.#chance(0.03)) this.#crash();
      const before = new Map(local.cards);
      const refused = await apply(changes);
      for (const change of changes) {
        if (refused.ok && refused.value.includes(change.id)) continue;
        const was = before.get(change.id) ?? {};
        const page = this.#pageOf(change.id);
        if (change.do === 'archive') this.oracle.removed('file', String(was.repo));
        else {
          const after = change.do === 'add' ? change.fields : change.to;
          const birth = String(was.repo ?? after.repo);
          this.oracle.wrote('file', birth, was, after, page && this.#fieldsOf(page));
        }
      }
      if (this.#chance(0.03)) this.#crash();
      return refused;
    };
  }

  #crash(): void {
    if (!this.#calm) throw crash;
  }

  #fault(request: StandInRequest): Fault | null {
    if (this.#calm) return null;
    if (this.#chance(0.01))
      return { kind: 'throw', thrown: crash, when: this.#chance(0.5) ? 'before' : 'after' };
    // Between reading and changing a page nothing prevents overwriting, so no edits happen only there.
    if (request.method !== 'PATCH' && this.#chance(0.03)) this.#personActs();
    if (!this.#chance(0.08)) return null;
    this.counts.faults += 1;
    const when = this.#chance(0.5) ? 'before' : 'after';
    const kind = this.#pick(['drop', 'timeout', 'status', 'html', 'half', 'stall'] as const) ?? 'drop';
    if (kind !== 'status') return { kind, when };
    const status = this.#pick([409, 429, 500, 503, 504, 529]) ?? 500;
    const isRefusal = [409, 429, 529].includes(status);
    return { kind, when: isRefusal ? 'before' : when, status, retryAfter: String(this.#below(20)) };
  }

  #pick<T>(values: readonly T[]): T | undefined {
    return values[this.#below(values.length)];
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }
}
