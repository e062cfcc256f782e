import { realpathSync } from 'node:fs';
import { failure, type Result, success } from '../domain/problem.ts';
import type { ControllerApi } from '../protocol/controllerApi.ts';
import { type Daemon, logError, serveDaemon, statusOf } from '../protocol/daemon.ts';
import type { Link } from '../protocol/link.ts';
import { reportStart } from '../protocol/start.ts';
import { version } from '../protocol/version.ts';
import { type OpenedConfig, openConfig } from './config/workspaceConfig.ts';
import { Controller } from './controller.ts';
import { logFile } from './record/log.ts';
import { claimNewState } from './trust/trust.ts';

/** The controller of one workspace: `node controller.js <workspace>`. */
async function main(root: string): Promise<void> {
  const opened = openConfig(root);
  if (!opened.ok) {
    reportStart(opened);
    process.exit(1);
  }
  let open = (): Result<Controller> => failure('not_ready', 'The controller is starting.', 'Try again.');
  let controller = open();
  const daemon = await serveDaemon({
    root,
    program: 'controller',
    version,
    ...(process.env.ORCH_LINGER_MS ? { lingerMs: Number(process.env.ORCH_LINGER_MS) } : {}),
    isNeeded: () => controller.ok && controller.value.isNeeded,
    serveAlways: serveStatus,
    onLink(link, hello) {
      if (!controller.ok) controller = open();
      if (!controller.ok) return controller;
      controller.value.serve(link, hello);
      return success(null);
    },
    async beforeEnd() {
      if (controller.ok) await controller.value.close();
    },
  });
  if (!daemon.ok) process.exit(1);
  process.on('uncaughtException', logError);
  process.on('unhandledRejection', logError);
  // Only now: the lock makes this process the log's one writer.
  open = () => openController(root, opened.value, daemon.value);
  controller = open();
  await daemon.value.ended;
  process.exit(0);
}

/** Without a record nothing may be done: whoever comes is told why, and the process ends when nobody is left. */
function openController(root: string, { config, trust }: OpenedConfig, daemon: Daemon): Result<Controller> {
  try {
    const state = claimNewState(root);
    if (!state.ok) return state;
    return success(new Controller({ config, trust: { ...trust, state: state.value } }, daemon));
  } catch (error) {
    logError(error);
    const message = `The log ${logFile(root)} cannot be used: ${(error as Error).message}`;
    return failure('log_unusable', message, 'Mend that; nothing was changed.');
  }
}

function serveStatus(link: Link, daemon: Daemon): void {
  link.serve<Pick<ControllerApi, 'status' | 'shutdown'>>({
    status: () => success(statusOf(daemon)),
    shutdown() {
      // The answer goes out before the end begins.
      setImmediate(() => daemon.end());
      return success(null);
    },
  });
}

await main(realpathSync(process.argv[2] ?? '.'));
