import type { FileChange, FileSides, MergeStep, RadarReport, RadarWorktree } from '../../../core/radar.ts';
import type { Repo } from '../../../core/repo.ts';
import { listWorktrees } from '../../../git/porcelain.ts';
import { readBranch } from '../../../git/refs.ts';
import type { Git } from '../../../git/run.ts';
import { mapConcurrently, SerialQueue } from '../../../lib/queue.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../../lib/result.ts';
import { type Comparison, pairKey, RadarPairs, type RadarTarget, simulateOrder } from './compare.ts';
import {
  lookAt,
  openSession,
  type RadarPlace,
  type SeenWorktree,
  type Session,
  type Tracked,
  track,
} from './look.ts';

/** Worktrees that are read concurrently; git itself uses several threads for each. */
const sideBySide = 4;

interface LastLook {
  readonly session: Session;
  readonly report: RadarReport;
  readonly tracked: readonly Tracked[];
  readonly target: RadarTarget | null;
}

/**
 * Finds worktrees of a repository that will not merge, uncommitted and untracked work included. Results are cached, so
 * that another look costs little more than the changes. Nothing in the repository or its worktrees is written:
 * everything happens in a temporary folder, deleted by `close`.
 */
export class Radar {
  readonly #git: Git;
  readonly #repo: Repo;
  readonly #pairs = new RadarPairs();
  #session: Session | null = null;
  #last: LastLook | null = null;
  /** Runs one look at a time, because they share caches. */
  readonly #queue = new SerialQueue();

  constructor(git: Git, repo: Repo) {
    this.#git = git;
    this.#repo = repo;
  }

  /**
   * Compares all worktrees with each other and with the base.
   * @param base a branch; null when there is none to merge into
   * @param remote remote whose branch is used if there is no local one
   * @param changed ids of worktrees that may have changed since the last look. In the others only commits, staging and
   *   changes to already changed files are detected. Without it all are read.
   */
  look(
    places: readonly RadarPlace[],
    base: string | null,
    changed?: ReadonlySet<string>,
    remote: string | null = null,
  ): Promise<Result<RadarReport>> {
    return this.#queue.add(async () => {
      const looked = await this.#look(places, base, changed, remote);
      if (looked.ok) return looked;
      // A worktree or the temporary folder may be deleted during the look.
      await this.#end();
      return this.#look(places, base, changed, remote);
    });
  }

  /** Merges all workers in the order of the last look, and returns the result of each step. */
  plan(): Promise<Result<readonly MergeStep[]>> {
    return this.#queue.add(async () => {
      if (!this.#last?.target) return success([]);
      const { session, report, tracked, target } = this.#last;
      return simulateOrder(session, report, tracked, target);
    });
  }

  /**
   * Returns the changes of two workers to a file at the last look, or of a worker and the base.
   * @param b null for the base
   */
  sides(a: string, b: string | null, path: string): Promise<Result<FileSides>> {
    return this.#queue.add(async () => {
      const found = (id: string) => this.#last?.tracked.find((one) => one.id === id);
      const [one, target] = [found(a), this.#last?.target];
      const other = b !== null ? found(b) : target && { commit: target.commit, root: target.commit };
      if (!this.#last || !one || !other)
        return failure('not_looked_at', `${a} was not compared with ${b ?? 'the base'}.`, 'Look again.');
      return this.#last.session.changes.sides(one.worktree, one, other, path);
    });
  }

  /**
   * Returns the workers that changed a file at the last look, with their lines.
   * @param path relative to the top folder
   */
  whoIsChanging(path: string): FileChange[] {
    return (this.#last?.tracked ?? []).flatMap(({ id, files, lines }) => {
      const change = files.get(path);
      return change ? [{ id, path, change, ranges: lines.ranges.get(path) ?? [] }] : [];
    });
  }

  /** Removes the temporary folder; another look opens a new one. */
  close(): Promise<void> {
    return this.#queue.add(() => this.#end());
  }

  async #look(
    places: readonly RadarPlace[],
    base: string | null,
    changed: ReadonlySet<string> | undefined,
    remote: string | null,
  ): Promise<Result<RadarReport>> {
    const opened = await this.#open();
    if (!opened.ok) return opened;
    const session = opened.value;
    const [listed, known] = await Promise.all([
      listWorktrees(this.#git, this.#repo.path),
      base === null ? null : readBranch(this.#git, this.#repo.path, base, remote),
    ]);
    if (!listed.ok) return listed;
    const commit = known?.commit ?? null;
    const looks = await mapConcurrently(places, sideBySide, async (place) => {
      const before = session.seen.get(place.id);
      const mayHaveChanged = changed?.has(place.id) ?? true;
      return { place, result: await lookAt(session, place, listed.value, before, mayHaveChanged) };
    });
    storeLooks(session, looks);
    const followed = await mapConcurrently(looks, sideBySide, async ({ place, result }) =>
      result.ok ? track(session, place, result.value, commit) : result,
    );
    const tracked = followed.flatMap((one) => (one.ok ? [one.value] : []));
    const compared = await this.#pairs.compare(session, this.#repo.name, tracked, commit);
    if (!compared.ok) return compared;
    const report = {
      ...compared.value,
      order: order(tracked, compared.value),
      worktrees: looks.map((look, at) => stateOf(look, followed[at])),
      baseProblem: commit ? null : noBase(base, tracked.length),
      ...(known?.local === false && { against: `${remote}/${base}` }),
    };
    this.#last = { session, report, tracked, target: base && commit ? { name: base, commit } : null };
    return success(report);
  }

  async #open(): Promise<Result<Session>> {
    const quarantine = this.#session?.quarantine;
    if (quarantine && (quarantine.isFull || !(await quarantine.isThere()))) await this.#end();
    if (this.#session) return success(this.#session);
    const opened = await openSession(this.#git, this.#repo);
    if (opened.ok) this.#session = opened.value;
    return opened;
  }

  async #end(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    this.#last = null;
    await session?.quarantine.close();
  }
}

interface Look {
  readonly place: RadarPlace;
  readonly result: Result<SeenWorktree>;
}

/** Stores the results of a look; failed worktrees are read again next time. */
function storeLooks(session: Session, looks: readonly Look[]): void {
  session.seen.clear();
  for (const { place, result } of looks) if (result.ok) session.seen.set(place.id, result.value);
}

/**
 * Returns the state of a worktree.
 * @param followed its changes, or why git could not read them: an object may be missing
 */
function stateOf({ place, result }: Look, followed: Result<unknown> | undefined): RadarWorktree {
  const problem = followed?.ok === false ? followed.problem : null;
  return { id: place.id, problem, limits: result.ok && problem === null ? result.value.limits : [] };
}

function order(tracked: readonly Tracked[], { pairs, base }: Comparison): string[] {
  const conflicts = (files: readonly { kind: string }[]) =>
    files.filter((file) => file.kind !== 'overlap').length;
  const between = new Map(pairs.map(({ a, b, files }) => [pairKey(a, b), conflicts(files)]));
  const withBase = new Map(base.map(({ worker, files }) => [worker, conflicts(files)]));
  const ids = tracked.map(({ id }) => id);
  return suggestOrder(ids, {
    between: (a, b) => between.get(pairKey(a, b)) ?? 0,
    withBase: (id) => withBase.get(id) ?? 0,
  });
}

function noBase(base: string | null, workers: number): Problem {
  const message = base ? `There is no branch ${base}.` : 'There is no branch to merge into.';
  const left = workers > 1 ? 'Workers are compared with each other only.' : 'Nothing could be compared.';
  return problemOf('no_base', message, left);
}

/** Numbers of conflicting files. */
export interface Conflicts {
  /** 0 when the two merge. */
  between(a: string, b: string): number;
  /** 0 when it merges into the base. */
  withBase(id: string): number;
}

/** Maximum workers for an exact search of the largest independent set, which may take 2^n steps; above it is greedy. */
const exactUpTo = 20;

/**
 * Returns the order of merging with the fewest resolutions. The later of two conflicting workers resolves their
 * conflict, so a largest set without conflicts goes first; then always the worker with the fewest conflicts with the
 * merged ones. Ties keep the given order.
 */
export function suggestOrder(ids: readonly string[], conflicts: Conflicts): string[] {
  const free = ids.filter((id) => conflicts.withBase(id) === 0);
  const first = largestIndependent(free, (a, b) => conflicts.between(a, b) > 0);
  const order = ids.filter((id) => first.has(id));
  const left = ids.filter((id) => !first.has(id));
  while (left.length > 0) {
    const cost = (id: string) =>
      order.reduce((sum, merged) => sum + conflicts.between(id, merged), conflicts.withBase(id));
    const next = cheapest(left, cost);
    order.push(...left.splice(left.indexOf(next), 1));
  }
  return order;
}

/** Returns a largest set without conflicts among its members. */
function largestIndependent(ids: readonly string[], clash: (a: string, b: string) => boolean): Set<string> {
  const rivals = new Map(ids.map((id) => [id, ids.filter((other) => other !== id && clash(id, other))]));
  return ids.length > exactUpTo ? greedySet(ids, rivals) : exactSet(ids, rivals);
}

type Rivals = ReadonlyMap<string, readonly string[]>;

function greedySet(ids: readonly string[], rivals: Rivals): Set<string> {
  const chosen = new Set<string>();
  let left = [...ids];
  while (left.length > 0) {
    const here = new Set(left);
    const next = cheapest(left, (id) => (rivals.get(id) ?? []).filter((rival) => here.has(rival)).length);
    chosen.add(next);
    left = left.filter((id) => id !== next && !rivals.get(next)?.includes(id));
  }
  return chosen;
}

/** Bit n stands for `ids[n]`. Every set of candidates is solved once. */
function exactSet(ids: readonly string[], rivals: Rivals): Set<string> {
  const against = ids.map((id) =>
    (rivals.get(id) ?? []).reduce((bits, rival) => bits | (1 << ids.indexOf(rival)), 0),
  );
  const solved = new Map<number, number>();
  const solve = (candidates: number): number => {
    if (candidates === 0) return 0;
    const known = solved.get(candidates);
    if (known !== undefined) return known;
    const lowest = candidates & -candidates;
    const clashes = against[31 - Math.clz32(lowest)] ?? 0;
    const taken = lowest | solve(candidates & ~lowest & ~clashes);
    // A candidate without conflicts belongs to a largest set in any case.
    const skipped = (clashes & candidates) === 0 ? 0 : solve(candidates & ~lowest);
    const best = countBits(skipped) > countBits(taken) ? skipped : taken;
    solved.set(candidates, best);
    return best;
  };
  const best = solve(2 ** ids.length - 1);
  return new Set(ids.filter((_, n) => best & (1 << n)));
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Returns the first id with the lowest cost; `ids` is not empty. */
function cheapest(ids: readonly string[], cost: (id: string) => number): string {
  return ids.reduce((best, id) => (cost(id) < cost(best) ? id : best));
}
