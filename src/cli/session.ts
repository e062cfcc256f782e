import { fileURLToPath } from 'node:url';
import { type ConnectOptions, connectDaemon } from '../protocol/connect.ts';
import type { ControllerApi } from '../protocol/controllerApi.ts';
import type { HostApi } from '../protocol/hostApi.ts';
import type { Caller, Link } from '../protocol/link.ts';
import { version } from '../protocol/version.ts';
import { demand, refuse } from './output.ts';
import { findWorkspace } from './workspace.ts';

/** A program of ours that lies beside this one in the bundle. */
export function programFile(name: 'host' | 'controller'): string {
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

/** The same with the host, which is never started by a command: without terminals there is nothing to ask it. */
export async function withHost<T>(
  folder: string,
  use: (call: Caller<HostApi>, link: Link) => Promise<T>,
): Promise<T> {
  const root = demand(findWorkspace(folder));
  const link = demand(await connectDaemon({ root, program: 'host', version, role: 'client' }));
  try {
    return await use(link.caller<HostApi>(), link);
  } finally {
    link.close();
  }
}

/** Commands that start something are a person's; a worker's environment carries its name. */
export function refuseInsideWorker(what: string): void {
  const worker = process.env.ORCH_WORKER;
  if (worker === undefined) return;
  refuse(
    'approval_forbidden',
    `A worker cannot ${what}: this runs inside ${worker}.`,
    'Ask the person at the control room.',
  );
}
