import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Shop } from '../e2e/shop.ts';
import { type Person, seedClaude } from './claudePlace.ts';
import { FakeApi } from './fakeApi.ts';
import { fileHolds } from './fileHolds.ts';

const run = promisify(execFile);

/** What a test asks of a worker; the command line says more. */
export interface WorkerFacts {
  readonly id: string;
  readonly state: string;
  readonly asks: string | null;
  readonly sessionId: string;
  readonly exitCode: number | null;
}

interface ClaudeShopOptions {
  readonly trusted?: boolean;
  readonly files?: Readonly<Record<string, string>>;
  /** What the person has set for themselves, and arguments they give their agent. */
  readonly person?: Person;
}

/** A workspace whose default agent is the real Claude Code, talking to a scripted API. */
export class ClaudeShop {
  readonly shop: Shop;
  readonly api: FakeApi;

  private constructor(shop: Shop, api: FakeApi) {
    this.shop = shop;
    this.api = api;
  }

  /**
   * @param options.trusted whether the person trusts the repository `backend` already
   * @param options.person see `Person`
   * @param options.files what is in it, by path
   */
  static async open(
    claude: string,
    { trusted = true, files = { 'README.md': '# backend\n' }, person = {} }: ClaudeShopOptions = {},
  ): Promise<ClaudeShop> {
    const api = await new FakeApi().open();
    const shop = await Shop.open({
      repos: { backend: { files } },
      defaultAgent: 'claude',
      agents: async ({ root, workspace }) => ({
        claude: await seedClaude(
          root,
          claude,
          api,
          trusted ? [`${workspace}/backend`, workspace] : [],
          person,
        ),
      }),
    });
    return new ClaudeShop(shop, api);
  }

  /** The control room, roomy enough for one worker. */
  async room() {
    const room = this.shop.room({ cols: 132, rows: 44 });
    await room.until('1 repo');
    return room;
  }

  /** Starts a worker as a script does. */
  start(task: string, brief: string): Promise<unknown> {
    return this.shop.json('worker', 'start', 'backend', task, '--brief', brief, '--yes');
  }

  worker(task: string): Promise<WorkerFacts> {
    return this.shop.json<WorkerFacts & Record<string, unknown>>('worker', 'show', `backend/${task}`);
  }

  /** The process of a worker's agent, known by its conversation. */
  async pidOf(task: string): Promise<number> {
    const { sessionId } = await this.worker(task);
    const { stdout } = await run('ps', ['-eo', 'pid=,args='], { maxBuffer: 8 * 1024 * 1024 });
    const line = stdout.split('\n').find((one) => new RegExp(`--(session-id|resume) ${sessionId}`).test(one));
    if (!line) throw new Error(`no process of ${task}`);
    return Number.parseInt(line, 10);
  }

  /** Waits until a worker's transcript keeps a text: it is written some time after the answer is shown. */
  async keeps(task: string, text: string): Promise<void> {
    const { sessionId } = await this.worker(task);
    await fileHolds(`${this.shop.place.root}/claude-config/projects/*/${sessionId}.jsonl`, text);
  }

  /** Every state and question the record tells of a worker, in order. */
  async history(task: string): Promise<string[]> {
    const events = await this.shop.json<{ type: string; state?: string; asks?: string | null }[]>(
      'worker',
      'log',
      `backend/${task}`,
    );
    return events.flatMap(({ type, state = type, asks }) => {
      if (type !== 'observed' && type !== 'exited' && type !== 'lost') return [];
      return asks ? [`${state}: ${asks}`] : [state];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shop.close();
    await this.api[Symbol.asyncDispose]();
  }
}
