import { fileURLToPath } from 'node:url';
import type { Facts } from '../core/facts.ts';
import type { Worker } from '../core/worker.ts';
import type { ControllerApi } from '../features/commands.ts';
import { type ConnectOptions, connectDaemon } from '../protocol/connect.ts';
import type { HostApi } from '../protocol/hostApi.ts';
import type { Caller, Link } from '../protocol/link.ts';
import { version } from '../protocol/version.ts';
import { demand, refuse } from './output.ts';
import { findWorkspace } from './workspace.ts';

/** A program of ours that lies beside this one in the bundle. */
function programFile(name: 'host' | 'controller'): string {
  return fileURLToPath(new URL(`./${name}.js`, import.meta.url));
}

/** How clients reach the controller of a workspace, starting it where none runs. */
export function controllerAddress(root: string): ConnectOptions {
  return {
    root,
    program: 'controller',
    version,
    role: 'client',
    start: { entry: programFile('controller'), env: process.env },
  };
}

/** Runs one command against the workspace's controller and closes the connection again. */
export async function withController<T>(
  folder: string,
  use: (call: Caller<ControllerApi>, link: Link, root: string) => Promise<T>,
): Promise<T> {
  const root = demand(findWorkspace(folder));
  const link = demand(await connectDaemon(controllerAddress(root)));
  try {
    return await use(link.caller<ControllerApi>(), link, root);
  } finally {
    link.close();
  }
}

/** The worker of that id; refuses with what became of it when there is none. */
export function demandWorker({ workers, ended }: Facts, id: string): Worker {
  const worker = workers.find((one) => one.id === id);
  if (worker) return worker;
  const last = ended.findLast((one) => one.id === id);
  if (last)
    refuse(`already_${last.how}`, `${id} was ${last.how}.`, `Its last commit is kept at ${last.backup}.`);
  refuse('no_such_worker', `There is no worker ${JSON.stringify(id)}.`, 'See: orch-tui worker list');
}

/** Runs one command against the host that keeps a worker's terminal; a host without terminals is never started. */
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
