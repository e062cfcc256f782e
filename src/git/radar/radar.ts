import type { FileChange, FileSides, MergeStep, RadarReport, RadarWorktree } from '../../core/radar.ts';
import type { Repo } from '../../core/repo.ts';
import { mapConcurrently } from '../../lib/queue.ts';
import { failure, type Problem, problemOf, type Result, success } from '../../lib/result.ts';
import { listWorktrees } from '../directories.ts';
import { branchRef, readRef } from '../refs.ts';
import type { Git } from '../run.ts';
import { type Comparison, RadarPairs } from './compare.ts';
import { lookAt, type RadarPlace, type Seen } from './look.ts';
import { suggestOrder } from './mergeOrder.ts';
import { pairKey } from './merges.ts';
import { simulateOrder, type Target } from './plan.ts';
import { openSession, type Session, type Tracked, track } from './session.ts';
import { readSides } from './sides.ts';

/** So many worktrees are looked at side by side; git itself uses several threads for each. */
const sideBySide = 4;

interface LastLook {
  readonly session: Session;
  readonly report: RadarReport;
  readonly tracked: readonly Tracked[];
  readonly target: Target | null;
}

/**
 * Tells which worktrees of a repository will not merge, uncommitted and untracked work included, before anybody tries.
 * It remembers what it saw, so that another look costs little more than what has changed. Nothing in the repository
 * or its worktrees is written to: everything happens in a temporary folder, gone after `close`.
 */
export class Radar {
  readonly #git: Git;
  readonly #repo: Repo;
  readonly #pairs = new RadarPairs();
  #session: Session | null = null;
  #last: LastLook | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(git: Git, repo: Repo) {
    this.#git = git;
    this.#repo = repo;
  }

  /**
   * Compares all worktrees with each other and with the base.
   * @param base a branch; null where there is none to merge into.
   * @param changed ids of those in which something may have happened since the last look. Of the others only commits,
   * staging and changes to files that had been changed before are noticed. Without it everything is looked at.
   */
  look(
    places: readonly RadarPlace[],
    base: string | null,
    changed?: ReadonlySet<string>,
  ): Promise<Result<RadarReport>> {
    return this.#inTurn(async () => {
      const looked = await this.#look(places, base, changed);
      if (looked.ok) return looked;
      // A worktree may go away, or somebody clear the temporary folder, while they are being looked at.
      await this.#end();
      return this.#look(places, base, changed);
    });
  }

  /** Merges everything one after the other in the order of the last look, and tells what each step meets. */
  plan(): Promise<Result<readonly MergeStep[]>> {
    return this.#inTurn(async () => {
      if (!this.#last?.target) return success([]);
      const { session, report, tracked, target } = this.#last;
      return simulateOrder(session, report, tracked, target);
    });
  }

  /**
   * What two of the last look do to a file, or one and the base.
   * @param b null for the base
   */
  sides(a: string, b: string | null, path: string): Promise<Result<FileSides>> {
    return this.#inTurn(async () => {
      const found = (id: string) => this.#last?.tracked.find((one) => one.id === id);
      const [one, target] = [found(a), this.#last?.target];
      const other = b !== null ? found(b) : target && { commit: target.commit, root: target.commit };
      if (!this.#last || !one || !other)
        return failure('not_looked_at', `${a} was not compared with ${b ?? 'the base'}.`, 'Look again.');
      return readSides(this.#last.session, one.worktree, one, other, path);
    });
  }

  /** Who was changing a file at the last look, and where. @param path relative to the top folder. */
  whoIsChanging(path: string): FileChange[] {
    return (this.#last?.tracked ?? []).flatMap(({ id, files, lines }) => {
      const change = files.get(path);
      return change ? [{ id, path, change, ranges: lines.ranges.get(path) ?? [] }] : [];
    });
  }

  /** Removes the temporary folder; another look opens a new one. */
  close(): Promise<void> {
    return this.#inTurn(() => this.#end());
  }

  async #look(
    places: readonly RadarPlace[],
    base: string | null,
    changed: ReadonlySet<string> | undefined,
  ): Promise<Result<RadarReport>> {
    const opened = await this.#open();
    if (!opened.ok) return opened;
    const session = opened.value;
    const [listed, commit] = await Promise.all([
      listWorktrees(this.#git, this.#repo.path),
      base ? readRef(this.#git, this.#repo.path, branchRef(base)) : null,
    ]);
    if (!listed.ok) return listed;
    const looks = await mapConcurrently(places, sideBySide, async (place) => {
      const before = session.seen.get(place.id);
      const mayHaveChanged = changed?.has(place.id) ?? true;
      return { place, result: await lookAt(session, place, listed.value, before, mayHaveChanged) };
    });
    remember(session, looks);
    const tracked: Tracked[] = [];
    const readable = looks.flatMap(({ place, result }) => (result.ok ? { place, seen: result.value } : []));
    for (const one of await mapConcurrently(readable, sideBySide, ({ place, seen }) =>
      track(session, place, seen, commit),
    )) {
      if (!one.ok) return one;
      tracked.push(one.value);
    }
    const compared = await this.#pairs.compare(session, this.#repo.name, tracked, commit);
    if (!compared.ok) return compared;
    const report = {
      ...compared.value,
      order: order(tracked, compared.value),
      worktrees: looks.map(stateOf),
      baseProblem: commit ? null : noBase(base),
    };
    this.#last = { session, report, tracked, target: base && commit ? { name: base, commit } : null };
    return success(report);
  }

  async #open(): Promise<Result<Session>> {
    const quarantine = this.#session?.quarantine;
    if (quarantine && (quarantine.isFull || !(await quarantine.isThere()))) await this.#end();
    if (this.#session) return success(this.#session);
    const opened = await openSession(this.#git, this.#repo.path);
    if (opened.ok) this.#session = opened.value;
    return opened;
  }

  async #end(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    this.#last = null;
    await session?.quarantine.close();
  }

  /** One look after the other: they share what they remember. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined); // The failure belongs to whoever asked.
    return mine;
  }
}

interface Look {
  readonly place: RadarPlace;
  readonly result: Result<Seen>;
}

/** What could not be looked at is looked at afresh the next time. */
function remember(session: Session, looks: readonly Look[]): void {
  session.seen.clear();
  for (const { place, result } of looks) if (result.ok) session.seen.set(place.id, result.value);
}

function stateOf({ place, result }: Look): RadarWorktree {
  return result.ok
    ? { id: place.id, problem: null, limits: result.value.limits }
    : { id: place.id, problem: result.problem, limits: [] };
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

function noBase(base: string | null): Problem {
  const message = base ? `There is no branch ${base}.` : 'There is no branch to merge into.';
  return problemOf('no_base', message, 'Workers are compared with each other only.');
}
