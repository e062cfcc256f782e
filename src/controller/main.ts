import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failure, problemOf, type Result, success } from '../domain/problem.ts';
import { isLive } from '../domain/worker.ts';
import type { WorkspaceConfig } from '../domain/workspace.ts';
import { Git } from '../git/run.ts';
import type { ControllerApi } from '../protocol/controllerApi.ts';
import { type Daemon, logError, serveDaemon } from '../protocol/daemon.ts';
import { protocolVersion } from '../protocol/hello.ts';
import { readHostKey } from '../protocol/hostKey.ts';
import type { Link } from '../protocol/link.ts';
import { reportStart } from '../protocol/start.ts';
import { version } from '../protocol/version.ts';
import { Core } from './core.ts';
import { hostEnvironment } from './hostEnvironment.ts';
import { HostPort } from './hostPort.ts';
import { openLog } from './log.ts';
import { applyEvent, emptyLogState } from './logState.ts';
import { Looks } from './looks.ts';
import type { Message } from './messages.ts';
import { createRunner, type Edge } from './runEffect.ts';
import { createAnnouncer, serveClient } from './serve.ts';
import { initialState } from './state.ts';
import { readConfig } from './workspaceConfig.ts';

/** How often repositories are looked at while somebody looks at us: people commit in other windows. */
const sweepMs = 30_000;

/** The controller of one workspace: `node controller.js <workspace>`. */
async function main(root: string): Promise<void> {
  const config = readConfig(root);
  if (!config.ok) {
    reportStart(config);
    process.exit(1);
  }
  let controller: Controller | null = null;
  const daemon = await serveDaemon({
    root,
    program: 'controller',
    version,
    ...(process.env.ORCH_LINGER_MS ? { lingerMs: Number(process.env.ORCH_LINGER_MS) } : {}),
    isNeeded: () => controller?.isNeeded ?? true,
    serveAlways: serveStatus,
    onLink: (link, hello) =>
      controller?.serve(link, hello) ?? failure('not_ready', 'The controller is starting.', 'Try again.'),
    beforeEnd: async () => controller?.close(),
  });
  if (!daemon.ok) process.exit(1);
  process.on('uncaughtException', logError);
  process.on('unhandledRejection', logError);
  // Only now: the lock makes this process the log's one writer.
  controller = new Controller(root, config.value, daemon.value);
  await daemon.value.ended;
  process.exit(0);
}

function serveStatus(link: Link, daemon: Daemon): void {
  link.serve<Pick<ControllerApi, 'status' | 'shutdown'>>({
    status: () =>
      success({
        pid: process.pid,
        version,
        protocol: protocolVersion,
        startedAt: daemon.holder.startedAt,
        memory: process.memoryUsage.rss(),
      }),
    shutdown() {
      // The answer goes out before the end begins.
      setImmediate(() => daemon.end());
      return success(null);
    },
  });
}

/** Log, loop and edge of one workspace, wired together. */
class Controller {
  readonly #core: Core;
  readonly #looks: Looks;
  readonly #host: HostPort;
  readonly #daemon: Daemon;
  readonly #sweep: NodeJS.Timeout;
  /** Until what the log says has been compared with what is there, nobody is answered. */
  readonly #ready: Promise<void>;

  constructor(root: string, config: WorkspaceConfig, daemon: Daemon) {
    const log = openLog(join(root, '.orch', 'log.jsonl'));
    const tell = (message: Message) => this.#core.tell(message);
    this.#daemon = daemon;
    this.#host = new HostPort(
      {
        root,
        version,
        key: readHostKey,
        start: {
          entry: join(dirname(fileURLToPath(import.meta.url)), 'host.js'),
          env: hostEnvironment(process.env),
        },
      },
      tell,
    );
    const edge: Edge = { git: new Git(), host: this.#host, ambient: process.env, tell, fail: logError };
    const state = initialState(config, log.events.reduce(applyEvent, emptyLogState));
    this.#core = new Core(state, log, createRunner(edge));
    this.#looks = new Looks(this.#core, edge);
    const announce = createAnnouncer(() => daemon.links, this.#core);
    this.#core.onChange = () => {
      announce();
      daemon.reconsider();
    };
    for (const problem of log.problems) tell({ type: 'noticed', problem });
    this.#ready = this.#reconcile();
    this.#sweep = setInterval(() => {
      if (daemon.links.size > 0) this.#looks.refreshRepos().catch(logError);
    }, sweepMs);
  }

  get isNeeded(): boolean {
    return [...this.#core.state.log.workers.values()].some((worker) => isLive(worker.state));
  }

  serve(link: Link, hello: Parameters<typeof serveClient>[1]): Result<null> {
    serveClient(link, hello, {
      core: this.#core,
      looks: this.#looks,
      ready: this.#ready,
      stopAll: () => this.#stopAll(),
    });
    return success(null);
  }

  close(): void {
    clearInterval(this.#sweep);
    this.#host.close();
  }

  /** The log against the terminals that live and the worktrees that are there. */
  async #reconcile(): Promise<void> {
    const { state } = this.#core;
    const host = await this.#host.find();
    if (!host.ok) this.#core.tell({ type: 'host-connected', terminals: [] });
    for (const { id, worktree } of state.log.workers.values())
      if (!existsSync(worktree))
        this.#core.tell({
          type: 'noticed',
          problem: problemOf(
            'worktree_missing',
            `The worktree of ${id} is gone.`,
            'Resuming makes it again from its branch.',
          ),
        });
    this.#core.tell({ type: 'config-read', config: state.config });
  }

  /** Ends every process and then the daemons. */
  async #stopAll(): Promise<Result<null>> {
    const call = await this.#host.find();
    if (call.ok) {
      const stopped = await call.value('stop', { endAll: true });
      if (!stopped.ok && stopped.problem.code !== 'disconnected') return stopped;
    }
    setImmediate(() => this.#daemon.end());
    return success(null);
  }
}

await main(realpathSync(process.argv[2] ?? '.'));
