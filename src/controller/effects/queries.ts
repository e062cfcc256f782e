import { findUnknownSettings } from '../../config/unknownSettings.ts';
import { findRepo, openConfig } from '../../config/workspaceConfig.ts';
import { type ProcessMemory, roundMemory } from '../../core/facts.ts';
import { repoOf } from '../../core/ids.ts';
import { type CleanPreview, draftId, type FinishPreview } from '../../core/proposal.ts';
import type { FileSides, RepoRadar } from '../../core/radar.ts';
import type { RepoDetails } from '../../core/repo.ts';
import { unknownSetting } from '../../core/workspace.ts';
import type { LogEvent } from '../../features/log.ts';
import { conflictingWorkers } from '../../features/radar/radar.ts';
import { readDetails } from '../../features/repos/service/details.ts';
import type { LoggedEvent } from '../../features/services.ts';
import { type ControllerState, noSuchWorker } from '../../features/state.ts';
import { findRemoval } from '../../git/finish/clean.ts';
import { abortInterruptedMerge, findFinish } from '../../git/finish/finish.ts';
import { createDevelop } from '../../git/flow.ts';
import { findTree, listProcesses, processStart, residentBytes } from '../../lib/processes.ts';
import { type Result, success } from '../../lib/result.ts';
import type { Core } from '../core.ts';
import { logFile } from '../log/log.ts';
import { logEvents } from '../log/logLines.ts';
import { findLeftProcesses, leftOf } from './leftovers.ts';
import { checksOf } from './removal.ts';
import { type Edge, lookAtRepos, tellingSigner, toolsFor } from './runEffect.ts';
import type { Tools } from './tools.ts';

/** Queries of clients, and small actions that are not logged. */
export class Queries {
  readonly #core: Core;
  readonly #edge: Edge;

  constructor(core: Core, edge: Edge) {
    this.#core = core;
    this.#edge = edge;
  }

  /** Reads the configuration again. An invalid one is reported, and the last valid one stays in use. */
  readConfig(): void {
    const { config, notices, trust } = this.#core.state;
    const read = openConfig(config.root);
    if (!read.ok) {
      this.#core.dispatch({ type: 'config-refused', problem: read.problem });
      return;
    }
    // The owner of the state does not change while this process has the log open.
    const now = { ...read.value.trust, state: trust.state };
    if (JSON.stringify(now) !== JSON.stringify(trust))
      this.#core.dispatch({ type: 'trust-read', trust: now });
    const wasBroken = notices.some((notice) => notice.code === 'config_invalid');
    const unknown = findUnknownSettings(config.root);
    const wasUnknown = notices.filter(({ code }) => code === unknownSetting);
    if (
      wasBroken ||
      JSON.stringify(read.value.config) !== JSON.stringify(config) ||
      JSON.stringify(unknown) !== JSON.stringify(wasUnknown)
    )
      this.#core.dispatch({ type: 'config-read', config: read.value.config, unknown });
  }

  /** Returns tools with the current configuration. @param environment name of a lent one; by default the controller's own */
  tools(environment = ''): Tools {
    return toolsFor(this.#edge, this.#core.state, environment);
  }

  /** Returns tools for effects on a worker. */
  toolsTo(id: string, environment?: string): Tools {
    return tellingSigner(this.#edge, this.tools(environment), id);
  }

  measureMemory(): void {
    const { state } = this.#core;
    const memory = measure(state);
    if (JSON.stringify(memory) !== JSON.stringify(state.memory))
      this.#core.dispatch({ type: 'memory-measured', memory });
  }

  async refreshRepos(): Promise<void> {
    this.measureMemory();
    findLeftProcesses(this.#edge.dispatch, this.#core.state).catch(this.#edge.fail);
    this.#core.dispatch({
      type: 'repos-looked-at',
      repos: await lookAtRepos(this.#edge.git, this.#core.state),
    });
  }

  async previewFinish(id: string): Promise<Result<FinishPreview>> {
    const { git } = this.#edge;
    const preview = await this.#at(id, async (repo, worker) => {
      await abortInterruptedMerge(git, repo, worker);
      return findFinish(git, repo, worker);
    });
    if (!preview.ok) return preview;
    const checks = checksOf(this.tools(), repoOf(id));
    const rivals = conflictingWorkers(this.#core.state, id);
    return success({
      ...(await this.#withLeft(preview.value)),
      ...(checks && { checks }),
      ...(rivals.length > 0 && { conflictsAfter: rivals }),
    });
  }

  async previewClean(id: string): Promise<Result<CleanPreview>> {
    const preview = await this.#at(id, (repo, worker) => findRemoval(this.#edge.git, repo, worker));
    return preview.ok ? success(await this.#withLeft(preview.value)) : preview;
  }

  /** Adds the processes to end before the worktree is removed. */
  async #withLeft<P extends FinishPreview | CleanPreview>(preview: P): Promise<P> {
    const { config, log } = this.#core.state;
    const worker = log.workers.get(preview.id);
    if (!worker) return preview;
    const { left, warnings } = await leftOf(config.root, preview.id, worker);
    return { ...preview, ...(left.length > 0 && { left }), ...(warnings.length > 0 && { warnings }) };
  }

  /** Compares the worktrees of one repository, or of all with workers. */
  async conflicts(name: string | undefined): Promise<Result<readonly RepoRadar[]>> {
    const { config, log } = this.#core.state;
    const wanted = name === undefined ? success(null) : findRepo(config, name);
    if (!wanted.ok) return wanted;
    const repos = wanted.value ? [wanted.value] : config.repos;
    const found: RepoRadar[] = [];
    for (const repo of repos) {
      if (![...log.workers.values()].some((worker) => worker.repo === repo.name)) continue;
      const looked = await this.#edge.radar.look(repo.name);
      if (!looked.ok) return looked;
      found.push(looked.value);
    }
    return success(found);
  }

  async repoDetails(name: string): Promise<Result<RepoDetails>> {
    const { config } = this.#core.state;
    const repo = findRepo(config, name);
    return repo.ok ? readDetails(this.#edge.git, repo.value, config.root) : repo;
  }

  fileSides(a: string, b: string | null, path: string): Promise<Result<FileSides>> {
    return this.#edge.radar.sides(a, b, path);
  }

  async createDevelop(name: string, environment?: string): Promise<Result<null>> {
    const repo = findRepo(this.#core.state.config, name);
    if (!repo.ok) return repo;
    const created = await createDevelop(this.tools(environment).git, repo.value);
    // Existing plans have another base now.
    if (created.ok) this.#core.dispatch({ type: 'config-read', config: { ...this.#core.state.config } });
    await this.refreshRepos();
    return created;
  }

  /** Types a line into an agent and submits it; see `Typist`. */
  send(id: string, text: string, isCommand = false): Promise<Result<null>> {
    return this.#edge.typist.type({ id, text, kind: isCommand ? 'command' : 'words' });
  }

  /** Returns the events of a worker and of its proposals. */
  eventsOf(id: string): readonly LoggedEvent[] {
    const numbers = new Set<number>();
    const isAbout = (event: LogEvent) => {
      if (event.type === 'proposed' && draftId(event.draft) === id) numbers.add(event.n);
      if ('id' in event) return event.id === id;
      if (event.type === 'radar-turned') return event.a === id || event.b === id;
      return 'n' in event && numbers.has(event.n);
    };
    const events: LogEvent[] = [];
    for (const event of logEvents(logFile(this.#core.state.config.root)))
      if (isAbout(event)) events.push(event);
    return events;
  }

  /** Processes of running terminals. */
  get hosted(): readonly number[] {
    const terminals = [...this.#core.state.terminals.values()];
    return terminals.flatMap(({ pid, exit }) => (exit === null ? [pid] : []));
  }

  async #at<T>(
    id: string,
    use: (
      repo: Parameters<typeof findFinish>[1],
      worker: Parameters<typeof findFinish>[2],
    ) => Promise<Result<T>>,
  ): Promise<Result<T>> {
    const { log, config } = this.#core.state;
    const worker = log.workers.get(id);
    if (!worker) return noSuchWorker(this.#core.state, id);
    const repo = findRepo(config, worker.repo);
    return repo.ok ? use(repo.value, worker) : repo;
  }
}

/** Measures free memory and the memory of each worker's processes. */
function measure({ terminals }: Pick<ControllerState, 'terminals'>): ProcessMemory {
  const all = listProcesses();
  const resident = residentBytes();
  const running = [...terminals.values()].filter(({ exit }) => exit === null);
  const workers = running.map(({ id, pid }) => {
    const tree = findTree(pid, processStart(pid) ?? '', all);
    return [id, roundMemory(tree.reduce((sum, one) => sum + resident(one.pid), 0))] as const;
  });
  return { free: roundMemory(process.availableMemory()), workers: Object.fromEntries(workers) };
}
