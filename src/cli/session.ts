import { fileURLToPath } from 'node:url';
import type { Facts } from '../core/facts.ts';
import { demand, demandWorker, refuse } from '../core/verb.ts';
import type { ControllerApi, ControllerNotices } from '../features/commands.ts';
import { type ConnectOptions, connectDaemon } from '../ipc/connect.ts';
import type { HostApi } from '../ipc/hostApi.ts';
import type { Caller, Link } from '../ipc/link.ts';
import { version } from '../ipc/version.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { findWorkspace } from './workspace.ts';

/** Returns the path of a program of ours beside this one in the bundle. */
function programFile(name: 'host' | 'controller'): string {
  return fileURLToPath(new URL(`./${name}.js`, import.meta.url));
}

/** Returns the address of a workspace's controller, which is started if none runs. */
export function controllerAddress(root: string): ConnectOptions {
  return {
    root,
    program: 'controller',
    version,
    role: 'client',
    start: { entry: programFile('controller'), env: process.env },
  };
}

/** Connects to the controller of the workspace that a folder belongs to. */
export async function openController(folder: string): Promise<Link> {
  return demand(await connectDaemon(controllerAddress(demand(findWorkspace(folder)))));
}

/** Calls `use` with a connection to the workspace's controller and closes it afterwards. */
export async function withController<T>(
  folder: string,
  use: (call: Caller<ControllerApi>, link: Link) => Promise<T>,
): Promise<T> {
  const link = await openController(folder);
  try {
    return await use(link.caller<ControllerApi>(), link);
  } finally {
    link.close();
  }
}

/** Calls `use` with a connection to the host of a worker's terminal. Never starts a host. @throws Refusal without a terminal */
export async function withTerminal<T>(
  id: string,
  use: (call: Caller<HostApi>, root: string) => Promise<T>,
): Promise<T> {
  const root = demand(findWorkspace('.'));
  await withController(root, async (call) => demandWorker(demand(await call('facts', {})), id));
  const connected = await connectDaemon({ root, program: 'host', version, role: 'client' });
  if (!connected.ok && connected.problem.code === 'not_running') return refuseWithoutTerminal(id);
  const link = demand(connected);
  try {
    const call = link.caller<HostApi>();
    const terminals = demand(await call('list', {}));
    return terminals.some((one) => one.id === id) ? await use(call, root) : refuseWithoutTerminal(id);
  } finally {
    link.close();
  }
}

function refuseWithoutTerminal(id: string): never {
  refuse('no_terminal', `${id} has no terminal any more.`, `Resume it: orch-tui worker resume ${id}`);
}

/** The facts of a controller connection, as they arrive. */
export class FactsWatch {
  /** Called with all facts that arrive. */
  onFacts: (facts: Facts) => void = () => {};
  readonly #link: Link;
  readonly #waiters = new Set<(facts: Facts) => void>();
  #latest: Facts | null = null;

  constructor(link: Link) {
    this.#link = link;
    link.onNotice<ControllerNotices, 'facts'>('facts', (facts) => this.#take(facts));
  }

  /**
   * Waits for facts that satisfy `holds`, beginning with the current ones.
   * @param limitMs the longest wait in milliseconds; without it there is no limit
   * @returns `disconnected`, `too_slow`
   */
  async until(holds: (facts: Facts) => boolean, limitMs?: number): Promise<Result<Facts>> {
    const { promise, resolve } = Promise.withResolvers<Result<Facts>>();
    const check = (facts: Facts) => holds(facts) && resolve(success(facts));
    this.#waiters.add(check);
    void this.#link.closed.then(() => resolve(lost()));
    const limit = limitMs && setTimeout(() => resolve(late(this.#latest)), limitMs);
    if (this.#latest) check(this.#latest);
    else {
      const facts = await this.#link.caller<ControllerApi>()('facts', {});
      if (facts.ok) this.#take(facts.value);
      else resolve(facts);
    }
    return promise.finally(() => {
      this.#waiters.delete(check);
      clearTimeout(limit);
    });
  }

  #take(facts: Facts): void {
    this.#latest = facts;
    this.onFacts(facts);
    for (const check of this.#waiters) check(facts);
  }
}

function late(facts: Facts | null): Result<never> {
  const states = facts?.workers.map((worker) => `${worker.id} ${worker.state}`).join(', ');
  return failure('too_slow', `Timed out: ${states || 'there is no worker yet'}.`);
}

function lost(): Result<never> {
  return failure('disconnected', 'The connection to the controller was lost.', 'See: orch-tui status');
}
