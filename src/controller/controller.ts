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
import { applyEvent, emptyLogState, type LogState } from '../features/log.ts';
import { workersWithNotes } from '../features/messages/notes.ts';
import type { Message } from '../features/messages.ts';
import { RadarWatch } from '../features/radar/service/watch.ts';
import { type ControllerState, hasReadRepos, initialState, selectFacts } from '../features/state.ts';
import { Git } from '../git/run.ts';
import { type Daemon, logError } from '../ipc/daemon.ts';
import { readHostKey } from '../ipc/keys.ts';
import { type Link, Publisher } from '../ipc/link.ts';
import type { Peer } from '../ipc/peer.ts';
import { version } from '../ipc/version.ts';
import { type Problem, problemOf, type Result, success } from '../lib/result.ts';
import { Core, type RunEffect } from './core.ts';
import { Documents } from './documents.ts';
import { createSessionGateway, HostPort, hostEnvironment } from './effects/hostPort.ts';
import { Queries } from './effects/queries.ts';
import { settleUnfinished, sweepBackups } from './effects/removal.ts';
import { RepoWatch } from './effects/repoWatch.ts';
import { createRunner, type Edge, onlyForLiveWorkers } from './effects/runEffect.ts';
import { Environments } from './effects/tools.ts';
import { Typist } from './effects/typist.ts';
import { type Log, logFile, openForeignLog, openLog } from './log/log.ts';
import { createSessions, Mcp } from './mcp/mcp.ts';
import { serveClient } from './serve.ts';

/** Interval of reading the repositories while a client is connected: not every changed folder is watched. */
const sweepMs = 60_000;

/** About thirty updates per second; faster ones cannot be seen. */
const publishMs = 33;

/** Longest wait at the shutdown for a start or finish in progress. */
const settleMs = 60_000;

/** The controller of one workspace: connects log, loop and effects. */
export class Controller {
  readonly #core: Core;
  readonly #queries: Queries;
  readonly #host: HostPort;
  readonly #radar: RadarWatch;
  readonly #mcp: Mcp;
  readonly #sessions: ReturnType<typeof createSessions>;
  readonly #repos: RepoWatch;
  readonly #documents: Documents;
  readonly #environments = new Environments(process.env);
  /** Sends all facts to every client. */
  readonly #publisher = new Publisher<'facts', Facts>({
    everyMs: publishMs,
    first: 'soon',
    // Before the first read there would seem to be no repositories. Requests wait for it, too.
    read: () => (hasReadRepos(this.#core.state) ? selectFacts(this.#core.state) : null),
    send: (link, facts) => link.notify<ControllerNotices>('facts', facts),
  });
  readonly #unwatchConfig: () => void;
  readonly #daemon: Daemon;
  readonly #sweep: NodeJS.Timeout;
  #settled: (() => void) | undefined;
  /** Resolves once the log has been compared with terminals and worktrees. No request is answered before. */
  readonly #ready: Promise<void>;

  constructor(opened: OpenedConfig, daemon: Daemon) {
    const { config, trust } = opened;
    const { root } = config;
    const isForeign = trust.state === 'foreign';
    const { log, past } = openPast(root, isForeign);
    const dispatch = (message: Message) => this.#core.dispatch(message);
    const deps = { dispatch, fail: logError, state: () => this.#core.state };
    const git = new Git();
    this.#daemon = daemon;
    this.#host = createHostPort(
      root,
      dispatch,
      createSessionGateway(
        () => this.#core,
        (id) => this.#sessions.servicesOf(id),
      ),
    );
    this.#radar = new RadarWatch({ ...deps, git });
    this.#repos = new RepoWatch({
      ...deps,
      git,
      changed: (repo, workers) => this.#wakeRadar(repo, workers),
    });
    this.#documents = new Documents(deps, process.env);
    const edge = this.#createEdge(git, dispatch);
    const run = createRunner(edge);
    this.#core = createCore(
      initialState(config, past, trust),
      log,
      isForeign ? onlyForLiveWorkers(run, dispatch) : run,
    );
    this.#queries = new Queries(this.#core, edge);
    this.#unwatchConfig = watchConfig(root, () => this.#queries.readConfig());
    this.#sessions = createSessions(this.#core, this.#queries, edge, this.#documents.board);
    const { servicesOf } = this.#sessions;
    this.#mcp = new Mcp({ root, servicesOf, host: this.#host, dispatch, fail: logError });
    this.#core.onChange = () => this.#onChange();
    this.#noteProblems(opened, log.problems);
    this.#ready = isForeign ? this.#findHost() : this.#reconcile(edge);
    if (!isForeign) this.#ready.then(() => sweepBackups(edge, this.#core.state, new Date())).catch(logError);
    this.#readClock();
    this.#sweep = setInterval(() => {
      this.#readClock();
      if (daemon.links.size > 0) this.#queries.refreshRepos().catch(logError);
    }, sweepMs);
  }

  get isNeeded(): boolean {
    const { busy, log } = this.#core.state;
    return (
      this.#core.isBehind || busy.size > 0 || [...log.workers.values()].some((worker) => isLive(worker.state))
    );
  }

  /** Process ids of the running terminals. */
  get hosted(): readonly number[] {
    return this.#queries.hosted;
  }

  serve(link: Link, peer: Peer): void {
    this.#publisher.join(link);
    serveClient(link, peer, {
      core: this.#core,
      queries: this.#queries,
      searchMemory: this.#sessions.searchMemory,
      changeTheirs: this.#sessions.changeTheirs,
      documents: this.#documents,
      environments: this.#environments,
      ready: this.#ready,
      stopAll: () => this.#stopAll(),
    });
  }

  /** Closes the connection to the host and the log, once starts and finishes in progress have ended. */
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

  #createEdge(git: Git, dispatch: (message: Message) => void): Edge {
    return {
      git,
      host: this.#host,
      radar: this.#radar,
      documents: this.#documents,
      typist: new Typist(this.#host, () => this.#core.state),
      openTools: () => this.#mcp.open(),
      environments: this.#environments,
      ambient: process.env,
      environmentOf: (ticket) => this.#core.environmentOf(ticket),
      dispatch,
      fail: logError,
    };
  }

  /** Updates clients and watches after a change of the state. */
  #onChange(): void {
    const { state } = this.#core;
    this.#publisher.changed('facts');
    this.#daemon.reconsider();
    this.#host.holdHooks(workersWithNotes(state));
    this.#repos.follow(state.config.repos).catch(logError);
    this.#documents.follow().catch(logError);
    if (state.busy.size === 0) this.#settled?.();
  }

  /** Adds notices of faults in the log and of missing trust. */
  #noteProblems({ config, trust }: OpenedConfig, faults: readonly Problem[]): void {
    for (const problem of faults) this.#core.dispatch({ type: 'noticed', problem });
    if (trust.configuration !== 'trusted') this.#core.dispatch({ type: 'trust-read', trust });
    if (trust.state === 'foreign')
      this.#core.dispatch({ type: 'noticed', problem: foreignStateProblem(config.root) });
  }

  #readClock(): void {
    this.#core.dispatch({ type: 'clock-read', now: Date.now() });
  }

  /** Compares worktrees after a change, unless the repository has no workers or the radar is off. */
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

  /** Compares the log with the running terminals and the existing worktrees. */
  async #reconcile(edge: Edge): Promise<void> {
    const { state } = this.#core;
    await this.#documents.follow();
    await this.#findHost();
    // Running agents have the last address, and may call at any moment.
    if (this.#core.state.terminals.size > 0) await this.#mcp.open();
    await settleUnfinished(edge, this.#core.state);
    for (const { id, worktree } of this.#core.state.log.workers.values())
      if (!existsSync(worktree))
        this.#core.dispatch({
          type: 'noticed',
          problem: problemOf(
            'worktree_missing',
            `The worktree of ${id} is gone.`,
            'Resuming makes it again from its branch.',
          ),
        });
    const unknown = findUnknownSettings(state.config.root);
    this.#core.dispatch({ type: 'config-read', config: state.config, unknown });
  }

  /** Connects to the host, which lists its terminals. */
  async #findHost(): Promise<void> {
    const host = await this.#host.find();
    if (!host.ok) this.#core.dispatch(withoutHost(host.problem));
  }

  /** Ends every process and then the daemons. */
  async #stopAll(): Promise<Result<null>> {
    const call = await this.#host.find();
    if (call.ok) {
      const stopped = await call.value('stop', { endAll: true });
      if (!stopped.ok && stopped.problem.code !== 'disconnected') return stopped;
      // The host reports the exits of its processes before it ends, and the log needs them.
      await this.#host.gone();
    }
    setImmediate(() => this.#daemon.end());
    return success(null);
  }
}

/** Opens the log, and returns it with the state folded from its events. */
function openPast(root: string, isForeign: boolean): { readonly log: Log; readonly past: LogState } {
  let past = emptyLogState;
  const log = (isForeign ? openForeignLog : openLog)(logFile(root), (event) => {
    past = applyEvent(past, event);
  });
  return { log, past };
}

function createHostPort(
  root: string,
  dispatch: (message: Message) => void,
  gateway: ReturnType<typeof createSessionGateway>,
): HostPort {
  const entry = join(dirname(fileURLToPath(import.meta.url)), 'host.js');
  const start = { entry, env: hostEnvironment(process.env) };
  return new HostPort({ root, version, key: readHostKey, start }, dispatch, gateway);
}

function createCore(state: ControllerState, log: Log, run: RunEffect): Core {
  const trace = traceController(state);
  if (!trace.ok) logError(new Error(trace.problem.message));
  return new Core(state, log, run, (trace.ok && trace.value) || undefined);
}

/** Returns the message for a missing host, which has no terminals. A host that does not answer may have some. */
function withoutHost(problem: Problem): Message {
  return problem.code === 'not_running'
    ? { type: 'host-connected', terminals: [] }
    : { type: 'noticed', problem };
}

/** Opens the trace of the controller's loop, where the environment enables it; null otherwise. */
function traceController(state: ControllerState): Result<Trace<ControllerState, Message> | null> {
  const trace = openTrace<ControllerState, Message>({
    ...{ process: 'controller', version, env: process.env, folded: ['log'] },
    tracesContent: (message, before) => !readsTitle(message, before),
  });
  if (trace.ok) trace.value?.begin(state);
  return trace;
}

/** Reports whether a message has the title of an agent whose state is derived from titles; traces leave it out. */
function readsTitle(message: Message, { config, log }: ControllerState): boolean {
  return titledBy(message).some((id) => {
    const agent = log.workers.get(id)?.agent;
    return agent !== undefined && config.agents[agent]?.titles !== undefined;
  });
}

/** Returns the ids of the terminals whose titles are in a message. */
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
