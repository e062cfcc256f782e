import { realpathSync } from 'node:fs';
import { claimNewState } from '../config/trust/trust.ts';
import { type OpenedConfig, openConfig } from '../config/workspaceConfig.ts';
import { Controller } from '../controller/controller.ts';
import { logFile } from '../controller/log/log.ts';
import type { ControllerApi } from '../features/commands.ts';
import { type Daemon, logError, serveDaemon, statusOf } from '../ipc/daemon.ts';
import { approvalVariable } from '../ipc/heldKey.ts';
import type { Handlers, Link } from '../ipc/link.ts';
import { type Peer, peerStanding } from '../ipc/peer.ts';
import { reportStart } from '../ipc/start.ts';
import { version } from '../ipc/version.ts';
import { failure, type Result, success, whyOf } from '../lib/result.ts';
import { object } from '../lib/shape.ts';

/** The controller of one workspace: `node controller.js <workspace>`. */
async function main(root: string): Promise<void> {
  // A daemon serves every caller, and starts git, hooks and agents: it must hold no key.
  delete process.env[approvalVariable];
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
    serveAlways: (link, daemon) => {
      const peer = () => daemon.peerOf(link);
      serveStatus(link, daemon, peer, () => (controller.ok ? controller.value.hosted : []));
    },
    onLink(link, _, __, peer) {
      if (!controller.ok) controller = open();
      if (!controller.ok) return controller;
      controller.value.serve(link, peer);
      return success(null);
    },
    async beforeEnd() {
      if (controller.ok) await controller.value.close();
    },
  });
  if (!daemon.ok) process.exit(1);
  process.on('uncaughtException', logError);
  process.on('unhandledRejection', logError);
  // Only with the lock is this process the log's only writer.
  open = () => openController(root, opened.value, daemon.value);
  controller = open();
  await daemon.value.ended;
  process.exit(0);
}

/** Opens the log and the controller. Without a log every client gets the problem, and the idle process ends. */
function openController(root: string, { config, trust }: OpenedConfig, daemon: Daemon): Result<Controller> {
  try {
    const state = claimNewState(root);
    if (!state.ok) return state;
    return success(new Controller({ config, trust: { ...trust, state: state.value } }, daemon));
  } catch (error) {
    logError(error);
    const message = `The log ${logFile(root)} cannot be used: ${whyOf(error)}`;
    return failure('log_unusable', message, 'Fix that; nothing was changed.');
  }
}

/** @param hosted running processes of terminals */
function serveStatus(
  link: Link,
  daemon: Daemon,
  findPeer: () => Peer | null,
  hosted: () => readonly number[],
): void {
  const handlers: Handlers<Pick<ControllerApi, 'status' | 'shutdown'>> = {
    status: () => success(statusOf(daemon)),
    shutdown() {
      const peer = findPeer();
      if (!peer) return failure('not_allowed', 'Say hello first.');
      const standing = peerStanding(peer, hosted());
      if (!standing.person) return { ok: false, problem: standing.problem };
      // The answer is sent first.
      setImmediate(() => daemon.end());
      return success(null);
    },
  };
  link.serve(handlers, { status: object({}), shutdown: object({}) });
}

await main(realpathSync(process.argv[2] ?? '.'));
