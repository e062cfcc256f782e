import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { expect } from 'vitest';
import { boardTable, type TableSpec } from '../../src/features/notion/service/tables.ts';
import { realClock } from '../../src/lib/schedule.ts';
import { NotionStandIn, type StandInPage } from '../features/notion/standIn.ts';
import type { TestTerminal } from './harness/terminal.ts';
import { program, type Said, Shop, type ShopOptions, type Size } from './shop.ts';

const board = `# Sprint 12

Last synced: never

## To Do

| ID | Task | Priority | Repo |
|----|------|----------|------|
| ORC-1 | Fix the migration | High | backend |
| ORC-2 | Write a page | Low | web |

## In Progress

| ID | Task | Repo | Branch | Worker |
|----|------|------|--------|--------|
`;

/** A workspace with a board, and Notion on this machine with a database for it, not connected yet. */
export class NotionShop {
  readonly shop: Shop;
  readonly service: NotionStandIn;
  readonly url: string;
  /** The database of the board. */
  readonly source: string;
  readonly #server: Server;

  private constructor(shop: Shop, service: NotionStandIn, { server, url }: { server: Server; url: string }) {
    this.shop = shop;
    this.service = service;
    this.url = url;
    this.source = this.addSource(boardTable);
    this.#server = server;
  }

  static async open(options?: ShopOptions): Promise<NotionShop> {
    const shop = await Shop.open(options);
    const service = new NotionStandIn(realClock);
    await writeFile(shop.path('SPRINT_BOARD.md'), board);
    return new NotionShop(shop, service, await service.listen());
  }

  async close(): Promise<void> {
    try {
      await this.shop.close();
    } finally {
      this.#server.closeAllConnections();
      await new Promise((done) => this.#server.close(done));
    }
  }

  /** A database as somebody has made it, without a property for our ids. */
  addSource(spec: TableSpec, choiceType = 'select'): string {
    return this.service.addSource(
      spec.fields.map(({ field, names, types }) => ({
        name: names[0] ?? field,
        type: field === spec.choiceField ? choiceType : (types[0] ?? 'rich_text'),
        options: field === spec.choiceField ? spec.choices.map(({ choice }) => choice) : [],
      })),
    );
  }

  get env(): Record<string, string> {
    return { ORCH_NOTION_URL: this.url };
  }

  /** The same in a shell in which the token is set. */
  get tokenEnv(): Record<string, string> {
    return { ...this.env, NOTION_TOKEN: this.service.token };
  }

  say(args: readonly string[], env = this.env): Promise<Said> {
    return this.shop.run(args, { env });
  }

  async run(
    ...args: string[]
  ): Promise<{ code: number; value: Record<string, unknown> & { error?: unknown } }> {
    const { stdout, code } = await this.say([...args, '--json']);
    return { code, value: JSON.parse(stdout) };
  }

  room(size: Size = { cols: 120, rows: 36 }, env = this.env): TestTerminal {
    return this.shop.room(size, env);
  }

  /** As a script does it: the token comes by standard input, and is kept. */
  async connect(...more: string[]): Promise<void> {
    const args = ['notion', 'connect', '--token-stdin', '--yes', '--json', '--board', this.source, ...more];
    const answer = await new Promise<string>((done) => {
      const env = this.shop.place.scriptEnv({ ...this.env, ORCH_LINGER_MS: '3000' });
      const options = { cwd: this.shop.place.workspace, env };
      const child = execFile(program, args, options, (_, stdout) => done(stdout));
      child.stdin?.end(`${this.service.token}\n`);
    });
    expect(JSON.parse(answer).tables[0]).toMatchObject({ table: 'board' });
    expect(answer).not.toContain('canary');
  }

  page(title: string): StandInPage {
    const found = this.service.living(this.source).find((page) => this.service.values(page).Task === title);
    if (!found) throw new Error(`no page ${title}`);
    return found;
  }

  /** More cards, by hand. */
  async addCards(count: number): Promise<void> {
    const file = this.shop.path('SPRINT_BOARD.md');
    const rows = Array.from({ length: count }, (_, at) => `| ORC-${10 + at} | Card ${at} | Low | web |\n`);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/(\| ORC-2 .*\n)/, `$1${rows.join('')}`));
  }

  /** Removes rows from the file by hand. */
  async dropCards(drop: (id: string) => boolean): Promise<void> {
    const file = this.shop.path('SPRINT_BOARD.md');
    const lines = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, lines.filter((line) => !drop(/^\| (ORC-\d+) /.exec(line)?.[1] ?? '')).join('\n'));
  }

  /** What is known of the board's database, which a person should not touch. */
  get base(): string {
    const folder = this.shop.path('.orch/notion');
    return `${folder}/${readdirSync(folder).find((name) => /^base-.*\.json$/.test(name)) ?? 'none'}`;
  }
}
