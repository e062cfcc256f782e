import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findUnknownSettings } from '../config/unknownSettings.ts';
import { watchConfig } from '../config/watchConfig.ts';
import type { OpenedConfig } from '../config/workspaceConfig.ts';
import type { Facts } from '../core/facts.ts';
import { openTrace, type Trace } from '../core/trace.ts';
import { isLive } from '../core/worker.ts';
import { foreignStateProblem } from '../core/workspace.ts';
import type { ControllerNotices } from '../features/commands.ts';
import { applyEvent, emptyLogState } from '../features/log.ts';
import { addressed } from '../features/messages/sessions.ts';
import type { Message } from '../features/messages.ts';
import { RadarWatch } from '../features/radar/service/watch.ts';
import { type ControllerState, hasLooked, initialState, selectFacts } from '../features/state.ts';
import { Git } from '../git/run.ts';
import { Publisher } from '../ipc/announcer.ts';
import { type Daemon, logError } from '../ipc/daemon.ts';
import { readHostKey } from '../ipc/keys.ts';
import type { Link } from '../ipc/link.ts';
import type { Peer } from '../ipc/peer.ts';
import { version } from '../ipc/version.ts';
import { type Problem, problemOf, type Result, success } from '../lib/result.ts';
import { Core } from './core.ts';
import { Documents } from './documents.ts';
import { Environments } from './effects/environments.ts';
import { createCorrespondent, HostPort, hostEnvironment } from './effects/hostPort.ts';
import { Queries } from './effects/looks.ts';
import { settleUnfinished, sweepBackups } from './effects/removing.ts';
import { RepoWatch } from './effects/repoWatch.ts';
import { createRunner, type Edge, onlyForLiveWorkers } from './effects/runEffect.ts';
import { Typist } from './effects/typing.ts';
import { logFile, openForeignLog, openLog } from './log/log.ts';
import { Mcp } from './mcp/mcp.ts';
import { createSessions } from './mcp/services.ts';
import { serveClient } from './serve.ts';

/** How often repositories are looked at while somebody looks at us: editors save where nothing is watched. */
const sweepMs = 60_000;

/** Some thirty pictures a second: changes that are faster cannot be seen. */
const announceMs = 33;

/** A start or finish under way is not cut off by our end, unless it takes longer than this. */
const settleMs = 60_000;

/** Log, loop and edge of one workspace, wired together. */
export class Controller {
  readonly #core: Core;
  readonly #looks: Queries;
  readonly #host: HostPort;
  readonly #radar: RadarWatch;
  readonly #mcp: Mcp;
  readonly #sessions: ReturnType<typeof createSessions>;
  readonly #repos: RepoWatch;
  readonly #documents: Documents;
  readonly #environments = new Environments(process.env);
  /** Tells every client the whole picture. */
  readonly #announcer: Publisher<'facts', Facts>;
  readonly #unwatchConfig: () => void;
  readonly #daemon: Daemon;
  readonly #sweep: NodeJS.Timeout;
  #settled: (() => void) | undefined;
  /** Until what the log says has been compared with what is there, nobody is answered. */
  readonly #ready: Promise<void>;

  constructor({ config, trust }: OpenedConfig, daemon: Daemon) {
    const { root } = config;
    let past = emptyLogState;
    const isForeign = trust.state === 'foreign';
    const log = (isForeign ? openForeignLog : openLog)(logFile(root), (event) => {
      past = applyEvent(past, event);
    });
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
      createCorrespondent(
        () => this.#core,
        (id) => this.#sessions.servicesOf(id),
      ),
    );
    const git = new Git();
    this.#radar = new RadarWatch({ git, state: () => this.#core.state, tell, fail: logError });
    this.#repos = new RepoWatch({
      ...{ git, tell, fail: logError, state: () => this.#core.state },
      changed: (repo, workers) => this.#wakeRadar(repo, workers),
    });
    this.#documents = new Documents({ tell, fail: logError, state: () => this.#core.state }, process.env);
    const edge: Edge = {
      git,
      host: this.#host,
      radar: this.#radar,
      documents: this.#documents,
      typist: new Typist(this.#host, () => this.#core.state),
      openTools: () => this.#mcp.open(),
      environments: this.#environments,
      ambient: process.env,
      environmentOf: (ticket) => this.#core.environmentOf(ticket),
      tell,
      fail: logError,
    };
    const state = initialState(config, past, trust);
    const run = createRunner(edge);
    const trace = traceController(state);
    if (!trace.ok) logError(new Error(trace.problem.message));
    this.#core = new Core(
      state,
      log,
      isForeign ? onlyForLiveWorkers(run, tell) : run,
      (trace.ok && trace.value) || undefined,
    );
    this.#looks = new Queries(this.#core, edge);
    this.#unwatchConfig = watchConfig(root, () => this.#looks.readConfig());
    this.#sessions = createSessions(this.#core, this.#looks, edge, this.#documents.board);
    this.#mcp = new Mcp({
      root,
      servicesOf: this.#sessions.servicesOf,
      host: this.#host,
      tell,
      fail: logError,
    });
    this.#announcer = new Publisher<'facts', Facts>({
      everyMs: announceMs,
      first: 'soon',
      // Before the first look it would seem that there are no repositories; who asks waits for that look, too.
      read: () => (hasLooked(this.#core.state) ? selectFacts(this.#core.state) : null),
      send: (link, facts) => link.notify<ControllerNotices>('facts', facts),
    });
    this.#core.onChange = () => {
      this.#announcer.changed('facts');
      daemon.reconsider();
      this.#host.holdHooks(addressed(this.#core.state));
      this.#repos.follow(this.#core.state.config.repos).catch(logError);
      this.#documents.follow().catch(logError);
      if (this.#core.state.busy.size === 0) this.#settled?.();
    };
    for (const problem of log.problems) tell({ type: 'noticed', problem });
    if (trust.configuration !== 'trusted') tell({ type: 'trust-read', trust });
    if (isForeign) tell({ type: 'noticed', problem: foreignStateProblem(root) });
    this.#ready = isForeign ? this.#findHost() : this.#reconcile(edge);
    if (!isForeign) this.#ready.then(() => sweepBackups(edge, this.#core.state, new Date())).catch(logError);
    const readClock = () => tell({ type: 'clock-read', now: Date.now() });
    readClock();
    this.#sweep = setInterval(() => {
      readClock();
      if (daemon.links.size > 0) this.#looks.refreshRepos().catch(logError);
    }, sweepMs);
  }

  get isNeeded(): boolean {
    const { busy, log } = this.#core.state;
    return (
      this.#core.isBehind || busy.size > 0 || [...log.workers.values()].some((worker) => isLive(worker.state))
    );
  }

  /** Processes of the terminals that run. */
  get hosted(): readonly number[] {
    return this.#looks.hosted;
  }

  serve(link: Link, peer: Peer): void {
    this.#announcer.join(link);
    serveClient(link, peer, {
      core: this.#core,
      looks: this.#looks,
      searchMemory: this.#sessions.searchMemory,
      changeTheirs: this.#sessions.changeTheirs,
      documents: this.#documents,
      environments: this.#environments,
      ready: this.#ready,
      stopAll: () => this.#stopAll(),
    });
  }

  /** Lets go of host and log, once what is under way has come to its end. */
  async close(): Promise<void> {
    clearInterval(this.#sweep);
    this.#unwatchConfig();
    this.#repos.close();
    await this.#settle();
    await this.#documents.close();
    await this.#mcp.close();
    await this.#sessions.close();
    this.#host.close();
    this.#core.close();
    await this.#radar.close();
  }

  /** Only where there is somebody to compare, and unless it was turned off. */
  #wakeRadar(repo: string, workers: readonly string[]): void {
    const { config, log, trust } = this.#core.state;
    if (trust.state === 'foreign') return;
    const hasWorkers = [...log.workers.values()].some((worker) => worker.repo === repo);
    if (hasWorkers && config.radar !== false) this.#radar.wake(repo, workers);
  }

  #settle(): Promise<void> {
    if (this.#core.state.busy.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#settled = resolve;
      setTimeout(resolve, settleMs);
    });
  }

  /** The log against the terminals that live and the worktrees that are there. */
  async #reconcile(edge: Edge): Promise<void> {
    const { state } = this.#core;
    await this.#documents.follow();
    await this.#findHost();
    // Agents that run know the address of last time, and ask there at any moment.
    if (this.#core.state.terminals.size > 0) await this.#mcp.open();
    await settleUnfinished(edge, this.#core.state);
    for (const { id, worktree } of this.#core.state.log.workers.values())
      if (!existsSync(worktree))
        this.#core.tell({
          type: 'noticed',
          problem: problemOf(
            'worktree_missing',
            `The worktree of ${id} is gone.`,
            'Resuming makes it again from its branch.',
          ),
        });
    const unknown = findUnknownSettings(state.config.root);
    this.#core.tell({ type: 'config-read', config: state.config, unknown });
  }

  /** Learns which terminals live. */
  async #findHost(): Promise<void> {
    const host = await this.#host.find();
    if (!host.ok) this.#core.tell(withoutHost(host.problem));
  }

  /** Ends every process and then the daemons. */
  async #stopAll(): Promise<Result<null>> {
    const call = await this.#host.find();
    if (call.ok) {
      const stopped = await call.value('stop', { endAll: true });
      if (!stopped.ok && stopped.problem.code !== 'disconnected') return stopped;
      // How the processes ended is told before the host goes, and belongs into the log.
      await this.#host.gone();
    }
    setImmediate(() => this.#daemon.end());
    return success(null);
  }
}

/** No host means no process. One that runs but cannot be talked to may well keep some: nothing is known of them. */
function withoutHost(problem: Problem): Message {
  return problem.code === 'not_running'
    ? { type: 'host-connected', terminals: [] }
    : { type: 'noticed', problem };
}

/** Traces the controller's loop, where its environment asks for that. */
function traceController(state: ControllerState): Result<Trace<ControllerState, Message> | null> {
  const trace = openTrace<ControllerState, Message>({
    ...{ process: 'controller', version, env: process.env, folded: ['log'] },
    isTold: (message, before) => !readsTitle(message, before),
  });
  if (trace.ok) trace.value?.begin(state);
  return trace;
}

/** Where words in a title tell what an agent does, update reads what a trace does not tell. */
function readsTitle(message: Message, { config, log }: ControllerState): boolean {
  return titledBy(message).some((id) => {
    const agent = log.workers.get(id)?.agent;
    return agent !== undefined && config.agents[agent]?.titles !== undefined;
  });
}

/** Ids of the terminals whose titles a message brings. */
function titledBy(message: Message): readonly string[] {
  switch (message.type) {
    case 'terminal-changed':
      return [message.terminal.id];
    case 'host-connected':
      return message.terminals.map(({ id }) => id);
    case 'process-ended':
      return [message.id];
    default:
      return [];
  }
}
