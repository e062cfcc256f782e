import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeEach } from 'vitest';
import { grantTrust, readTrust } from '../../src/config/trust/trust.ts';
import type { ControllerApi } from '../../src/features/commands.ts';
import { connectDaemon } from '../../src/ipc/connect.ts';
import type { Caller } from '../../src/ipc/link.ts';
import { version } from '../../src/ipc/version.ts';
import type { Result } from '../../src/lib/result.ts';
import { need } from '../support/need.ts';
import type { TestTerminal } from './harness/terminal.ts';
import { TestPlace, type TestRepo } from './harness/testPlace.ts';

/** The built program, as its users call it. */
export const program = resolve('dist/orch-tui');

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Presets = Readonly<Record<string, unknown>>;

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

export interface ShopOptions {
  readonly repos?: Readonly<Record<string, TestRepo>>;
  /** Presets of agents; some need to know where they are. */
  readonly agents?: Presets | ((place: TestPlace) => Promise<Presets>);
  readonly defaultAgent?: string;
}

/** Milliseconds: daemons that nobody needs end before the place is given up. */
const linger = { ORCH_LINGER_MS: '3000' };

const betweenLooksMs = 20;
/** Without a new event something may have changed all the same, in a repository for instance. */
const mostLooks = 25;

/** A workspace with repositories whose default agent is the demo agent, working as fast as it can. */
export class Shop {
  readonly place: TestPlace;

  private constructor(place: TestPlace) {
    this.place = place;
  }

  static async open({
    repos = { backend: {}, web: {} },
    agents = {},
    defaultAgent = 'demo',
  }: ShopOptions = {}): Promise<Shop> {
    const place = await TestPlace.create();
    for (const [name, repo] of Object.entries(repos)) await place.repo(name, repo);
    await mkdir(join(place.workspace, '.orch'));
    const presets = typeof agents === 'function' ? await agents(place) : agents;
    const config = {
      name: 'shop',
      repos: Object.keys(repos).map((name) => ({ name, path: name })),
      defaultAgent,
      // Demo agents are light, and tests have no time to lose.
      limits: { workers: 20, staggerMs: 0 },
      agents: { demo: { env: { ORCH_DEMO_PACE: '0' } }, ...presets },
    };
    const shop = new Shop(place);
    await shop.configure(config);
    return shop;
  }

  path(...parts: string[]): string {
    return join(this.place.workspace, ...parts);
  }

  /** Changes the configuration as its person does by hand, and trusts what it says then. */
  async configure(change: object): Promise<void> {
    const file = this.path('.orch', 'config.json');
    const before = existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : {};
    await writeFile(file, JSON.stringify({ ...before, ...change }));
    this.trust();
  }

  /** Trusts the configuration as it is now, as `orch-tui trust` does after a yes. */
  trust(root = this.place.workspace): void {
    const read = readTrust(root, this.place.env());
    const trusted = read.ok ? grantTrust(root, read.value.facts.hash, this.place.env()) : read;
    if (!trusted.ok) throw new Error(trusted.problem.message);
  }

  git(repo: string, ...args: string[]): Promise<string> {
    return this.place.git(this.path(repo), ...args);
  }

  /** The control room. */
  room(size: Size = { cols: 120, rows: 40 }, env: Record<string, string> = {}): TestTerminal {
    return this.inTerminal([], size, { COLORTERM: 'truecolor', ...env });
  }

  /** A command in a terminal. */
  inTerminal(args: readonly string[], size: Size, env: Record<string, string> = {}): TestTerminal {
    return this.place.terminal([program, ...args], { ...size, env: { ...linger, ...env } });
  }

  /** One command without a terminal, as a person's script runs it. */
  run(args: readonly string[], options: { env?: Record<string, string>; cwd?: string } = {}): Promise<Said> {
    const { env = {}, cwd = this.place.workspace } = options;
    return new Promise((done) => {
      const child = execFile(
        program,
        args,
        { cwd, env: this.place.scriptEnv({ ...linger, ...env }), maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) => {
          done({ code: error ? Number(error.code) : 0, stdout, stderr });
        },
      );
      child.stdin?.end();
    });
  }

  /** The value a command prints with `--json`; throws what it refused. */
  async json<T = Record<string, unknown>>(...args: string[]): Promise<T> {
    const { stdout, stderr } = await this.run([...args, '--json']);
    const value = JSON.parse(stdout || `{"error":${JSON.stringify(stderr)}}`);
    if (value.error) throw new Error(JSON.stringify(value.error));
    return value;
  }

  /** Starts a worker as a script does, and waits until it is in the state; an idle one has done its brief. */
  async start(repo: string, task: string, brief: string, state = 'idle', agent = 'demo'): Promise<void> {
    await this.json('worker', 'start', repo, task, '--brief', brief, '--agent', agent, '--yes');
    const id = `${repo}/${task}`;
    // An agent rests for a moment before it takes up its brief.
    await this.until(`${id} has worked`, async () => {
      const events =
        (await this.#ask((call) => call('log', { id }))) ??
        (await this.json<{ type: string; state?: string }[]>('worker', 'log', id));
      return brief === '' || events.some((event) => event.type === 'observed' && event.state === 'working');
    });
    await this.untilState(id, state);
  }

  async untilState(id: string, state: string): Promise<void> {
    await this.until(`${id} is ${state}`, async () => {
      const facts = await this.#ask((call) => call('facts', {}));
      const workers = facts?.workers ?? (await this.json<{ id: string; state: string }[]>('worker', 'list'));
      return workers.find((worker) => worker.id === id)?.state === state;
    });
  }

  /** Asks until something holds: again once the log has grown, for each command that asks takes half a second of a core. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 40_000;
    for (;;) {
      const before = this.#logSize();
      if (await holds()) return;
      if (Date.now() > deadline) throw new Error(`Waited in vain: ${what}`);
      for (let looks = 0; looks < mostLooks && this.#logSize() === before; looks++)
        await setTimeout(betweenLooksMs);
    }
  }

  /**
   * Asks the running controller as its clients do, without the half second of a core that a command takes: for waiting
   * alone. @returns null where none runs, which a command would start, and where it refuses
   */
  async #ask<T>(ask: (call: Caller<ControllerApi>) => Promise<Result<T>>): Promise<T | null> {
    const root = this.place.workspace;
    const link = await connectDaemon({ root, program: 'controller', version, role: 'client' });
    if (!link.ok) return null;
    const answer = await ask(link.value.caller<ControllerApi>());
    link.value.close();
    return answer.ok ? answer.value : null;
  }

  #logSize(): number {
    return statSync(this.path('.orch', 'log.jsonl'), { throwIfNoEntry: false })?.size ?? 0;
  }

  async pidOf(daemon: 'host' | 'controller'): Promise<number> {
    return (await this.json<{ pid: number }>(daemon, 'status')).pid;
  }

  /** Ends rooms, daemons and workers, and fails when anything is left of them. */
  async close(): Promise<void> {
    await this.place.dispose({ graceMs: 8_000 });
  }
}

/**
 * Opens one shop for all tests of a file, which use workers of their own: starting and ending its processes takes as much
 * time as most tests. After a test that failed, also before it is tried again, a new one is opened.
 * @returns gives the shop of the running test
 */
export function shareShop(options?: ShopOptions): () => Shop {
  let shop: Shop | null = null;
  beforeEach(async ({ onTestFailed }) => {
    shop ??= await Shop.open(options);
    onTestFailed(async () => {
      const used = shop;
      shop = null;
      await used?.close();
    });
  });
  afterAll(() => shop?.close());
  return () => need(shop, 'the shop');
}

/**
 * Brings all of an open card, or list of proposals, into sight: only then a yes is taken. @returns all that was shown
 */
export async function readAll(room: TestTerminal): Promise<string> {
  // Its last line is drawn last, and has the key only once the card can be answered.
  await room.until((screen) => /╰ y /.test(screen));
  const pages = [room.screen()];
  for (let left = leftIn(room.screen()); left !== null; left = leftIn(room.screen())) {
    const before = left;
    room.press('space');
    pages.push(await room.until((screen) => leftIn(screen) !== before));
  }
  return pages.join('\n');
}

function leftIn(screen: string): string | null {
  return /↓ (\d+) more/.exec(screen)?.[1] ?? null;
}
