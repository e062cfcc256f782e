import { demand } from '../core/verb.ts';
import type { ControllerApi } from '../features/commands.ts';
import { connectDaemon } from '../ipc/connect.ts';
import type { DaemonName } from '../ipc/guard.ts';
import type { DaemonStatus, HostApi } from '../ipc/hostApi.ts';
import type { Link } from '../ipc/link.ts';
import { version } from '../ipc/version.ts';
import { demandYes } from './ask.ts';
import type { Output } from './output.ts';
import { findWorkspace } from './workspace.ts';

/** Connects to a running daemon of any version; null if none runs. */
async function findDaemon(program: DaemonName): Promise<Link | null> {
  const root = demand(findWorkspace('.'));
  const link = await connectDaemon({ root, program, version, role: 'client', anyVersion: true });
  if (!link.ok && link.problem.code === 'not_running') return null;
  return demand(link);
}

export async function showDaemon(out: Output, program: DaemonName): Promise<void> {
  const link = await findDaemon(program);
  if (!link) return out.result({ running: false }, `The ${program} is not running.`);
  try {
    const status: DaemonStatus & { terminals?: number; running?: number } = demand(
      program === 'host'
        ? await link.caller<HostApi>()('status', {})
        : await link.caller<ControllerApi>()('status', {}),
    );
    const terminals =
      status.terminals === undefined ? '' : `, ${status.running} of ${status.terminals} terminals running`;
    const megabytes = Math.round(status.memory / 1_000_000);
    out.result(
      { running: true, ...status },
      `The ${program} runs as process ${status.pid} since ${status.startedAt}: orch-tui ${status.version}, ${megabytes} MB${terminals}.`,
    );
  } finally {
    link.close();
  }
}

/** Stops a daemon. A host stops its workers, too, so it asks first. */
export async function stopDaemon(
  out: Output,
  program: DaemonName,
  options: { yes?: boolean },
): Promise<void> {
  const link = await findDaemon(program);
  if (!link) return out.result({ stopped: false }, `The ${program} is not running.`);
  try {
    if (program === 'controller') demand(await link.caller<ControllerApi>()('shutdown', {}));
    else await stopHost(out, link, options.yes === true);
    await link.closed;
  } finally {
    link.close();
  }
  out.result({ stopped: true }, `The ${program} has ended.`);
}

async function stopHost(out: Output, link: Link, yes: boolean): Promise<void> {
  const call = link.caller<HostApi>();
  const { running } = demand(await call('status', {}));
  if (running > 0) {
    const question = `${running} worker${running === 1 ? '' : 's'} would be stopped. Go on?`;
    await demandYes(out, yes, question);
  }
  demand(await call('stop', { endAll: true }));
}
