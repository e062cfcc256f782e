import { isAbsolute, relative, sep } from 'node:path';
import { findRepo } from '../../../config/workspaceConfig.ts';
import { repoOf } from '../../../core/ids.ts';
import type { Changer, FileSides, RadarReport, RepoRadar } from '../../../core/radar.ts';
import type { Repo } from '../../../core/repo.ts';
import { readFlow } from '../../../git/flow.ts';
import type { Git } from '../../../git/run.ts';
import { failure, type Problem, type Result, success } from '../../../lib/result.ts';
import type { Message } from '../../messages.ts';
import type { ControllerState } from '../../state.ts';
import type { RadarPlace } from './look.ts';
import { Radar } from './radar.ts';

/** Delays in milliseconds. */
interface Pace {
  /** Wait after a program falls quiet: it may only pause, and several often do so together. */
  readonly quietMs: number;
  /** Pause between looks that no one requested, to save the machine. */
  readonly restMs: number;
  /** The same as a multiple of the last look's duration, which is longer in large repositories. */
  readonly restPerLook: number;
}

const defaultPace: Pace = { quietMs: 1000, restMs: 5000, restPerLook: 9 };

/** Dependencies of the watch. */
interface RadarDeps {
  readonly git: Git;
  state(): ControllerState;
  dispatch(message: Message): void;
  /** Receives bugs, not expected failures. */
  fail(error: unknown): void;
}

/** A watched repository. */
interface Watched {
  readonly repo: Repo;
  readonly radar: Radar;
  /** Workers that may have changed; null for all. */
  changed: Set<string> | null;
  /** True when another look is needed, even if only a branch moved. */
  isDue: boolean;
  timer: NodeJS.Timeout | undefined;
  isLooking: boolean;
  /** Milliseconds since 1970. */
  lastEnd: number;
  /** Milliseconds. */
  lastTook: number;
  last: RepoRadar | null;
}

/** Runs one radar for each repository with workers, one look at a time. */
export class RadarWatch {
  readonly #world: RadarDeps;
  readonly #pace: Pace;
  readonly #watched = new Map<string, Watched>();
  #closed = false;

  constructor(world: RadarDeps, pace = defaultPace) {
    this.#world = world;
    this.#pace = pace;
  }

  /**
   * Schedules a look, one for all wakes until then.
   * @param changed ids of workers; null for everything
   */
  wake(repo: string, changed: readonly string[] | null): void {
    const found = this.#watch(repo);
    if (!found.ok || this.#closed) return;
    const watched = found.value;
    markChanged(watched, changed);
    watched.isDue = true;
    if (!watched.isLooking) this.#schedule(watched);
  }

  /**
   * Compares everything now. A failed look is reported as such and contains nothing from earlier looks.
   * @returns `unknown_repo`
   */
  async look(name: string): Promise<Result<RepoRadar>> {
    const found = this.#watch(name);
    if (!found.ok) return found;
    const watched = found.value;
    clearTimeout(watched.timer);
    watched.timer = undefined;
    markChanged(watched, null);
    const radar = await this.#look(watched, true);
    return success(radar.problem ? { ...radar, ...nothing, steps: [] } : radar);
  }

  /**
   * Returns the changes of two workers to a file, or of a worker and its base branch, as of the last look.
   * @param b null for the branch
   */
  async sides(a: string, b: string | null, path: string): Promise<Result<FileSides>> {
    const watched = this.#watched.get(repoOf(a));
    if (!watched?.last || (b !== null && repoOf(b) !== repoOf(a)))
      return failure('not_looked_at', `Nothing was compared with ${a} yet.`, 'Look again.');
    return watched.radar.sides(a, b, path);
  }

  /**
   * Returns the other workers that changed a file at the last look, with their lines.
   * @param worker the requesting worker, which is left out
   * @param path in its worktree: absolute, or relative to its top folder
   */
  whoIsChanging(worker: string, path: string): readonly Changer[] {
    const asking = this.#world.state().log.workers.get(worker);
    const watched = this.#watched.get(repoOf(worker));
    if (!asking || !watched) return [];
    const inside = isAbsolute(path) ? relative(asking.worktree, path) : path;
    return watched.radar
      .whoIsChanging(inside.split(sep).join('/'))
      .filter(({ id }) => id !== worker && this.#world.state().log.workers.has(id))
      .map(({ id, ranges }) => ({ worker: id, ranges }));
  }

  /** Resolves once the temporary folders are deleted. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#watched.values()];
    for (const { timer } of all) clearTimeout(timer);
    await Promise.all(all.map(({ radar }) => radar.close()));
  }

  /** Returns the watch of a repository as configured now. */
  #watch(name: string): Result<Watched> {
    const repo = findRepo(this.#world.state().config, name);
    if (!repo.ok) return repo;
    const known = this.#watched.get(name);
    if (known?.repo.path === repo.value.path) return success(known);
    if (known) this.#drop(known);
    const watched: Watched = {
      repo: repo.value,
      radar: new Radar(this.#world.git, repo.value),
      changed: new Set(),
      isDue: false,
      timer: undefined,
      isLooking: false,
      lastEnd: 0,
      lastTook: 0,
      last: null,
    };
    this.#watched.set(name, watched);
    return success(watched);
  }

  #drop({ repo, radar, timer }: Watched): void {
    clearTimeout(timer);
    this.#watched.delete(repo.name);
    radar.close().catch(this.#world.fail);
  }

  #schedule(watched: Watched): void {
    const { quietMs, restMs, restPerLook } = this.#pace;
    const rest = Math.max(restMs, watched.lastTook * restPerLook);
    const wait = Math.max(quietMs, watched.lastEnd + rest - Date.now());
    watched.timer ??= setTimeout(() => {
      watched.timer = undefined;
      this.#look(watched, false).catch(this.#world.fail);
    }, wait);
  }

  async #look(watched: Watched, isFresh: boolean): Promise<RepoRadar> {
    const { radar, repo, changed } = watched;
    watched.changed = new Set();
    watched.isDue = false;
    watched.isLooking = true;
    const begun = Date.now();
    try {
      const places = placesIn(this.#world.state(), repo.name);
      const flow = await readFlow(this.#world.git, repo);
      const { base: into, remote } = flow.ok ? flow.value : { base: null, remote: null };
      const look = () => radar.look(places, into, changed ?? undefined, remote);
      const looked = places.length === 0 ? success(nothing) : flow.ok ? await look() : flow;
      watched.last = looked.ok
        ? await this.#picture(watched, into, looked.value, isFresh)
        : failed(watched, looked.problem);
      if (places.length > 0) this.#world.dispatch({ type: 'radar-looked', radar: watched.last });
      else await radar.close();
      return watched.last;
    } finally {
      watched.isLooking = false;
      watched.lastEnd = Date.now();
      watched.lastTook = watched.lastEnd - begun;
      if (!this.#closed && watched.isDue) this.#schedule(watched);
    }
  }

  /**
   * Completes a report with the merge order. Simulating it takes a process for each worker, so it is repeated only when
   * verdicts changed.
   */
  async #picture(
    { radar, repo, last }: Watched,
    into: string | null,
    report: RadarReport,
    isFresh: boolean,
  ): Promise<RepoRadar> {
    const lookedAt = new Date().toISOString();
    const picture = { ...report, repo: repo.name, into, lookedAt, problem: null };
    if (!isFresh && last && isSame(report, last)) return { ...picture, steps: last.steps };
    const steps = await radar.plan();
    return { ...picture, steps: steps.ok ? steps.value : [] };
  }
}

function markChanged(watched: Watched, changed: readonly string[] | null): void {
  watched.changed = changed === null ? null : watched.changed && new Set([...watched.changed, ...changed]);
}

/** Returns the worktrees to compare, without those being created or removed. */
function placesIn({ log, busy }: ControllerState, repo: string): RadarPlace[] {
  const inBetween = new Set(['launching', 'finishing', 'cleaning', 'undoing']);
  return [...log.workers.values()]
    .filter((worker) => worker.repo === repo && !inBetween.has(busy.get(worker.id)?.kind ?? ''))
    .map(({ id, worktree }) => ({ id, worktree }));
}

const nothing: RadarReport = { pairs: [], base: [], order: [], worktrees: [], baseProblem: null };

function failed({ repo, last }: Watched, problem: Problem): RepoRadar {
  const known = last ?? { ...nothing, repo: repo.name, into: null, steps: [] };
  return { ...known, lookedAt: new Date().toISOString(), problem };
}

function isSame(one: RadarReport, other: RadarReport): boolean {
  const told = ({ pairs, base, order }: RadarReport) => JSON.stringify([pairs, base, order]);
  return told(one) === told(other);
}
