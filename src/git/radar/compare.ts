import { type RadarBase, type RadarPair, type Verdict, verdictOf } from '../../core/radar.ts';
import { mapConcurrently } from '../../lib/queue.ts';
import { type Result, success } from '../../lib/result.ts';
import type { Merge } from './mergeRecords.ts';
import { mergeAll, pairKey } from './merges.ts';
import { compareSides, type Side } from './pair.ts';
import type { Session, Tracked } from './session.ts';

/** So many pairs are compared side by side; most need no process at all. */
const sideBySide = 4;

interface Couple<Other extends Side> {
  readonly a: Tracked;
  readonly b: Other;
  /** Checkouts to merge in. */
  readonly dirs: readonly string[];
}

type Judged<Other extends Side> = Couple<Other> & Pick<RadarPair, 'verdict' | 'files'>;

/** How workers stand to each other and to the base. */
export type Comparison = { readonly pairs: readonly RadarPair[]; readonly base: readonly RadarBase[] };

/** Compares workers; what has been merged at the last look is not merged again. */
export class RadarPairs {
  #merges: ReadonlyMap<string, Merge> = new Map();

  /** @param base the commit that everything is merged into; null without. */
  async compare(
    session: Session,
    repo: string,
    tracked: readonly Tracked[],
    base: string | null,
  ): Promise<Result<Comparison>> {
    const twos = tracked.flatMap((a, n) =>
      tracked.slice(n + 1).map((b) => ({ a, b, dirs: [a.worktree, b.worktree] })),
    );
    const branch = base ? [{ commit: base, root: base, own: null }] : [];
    const against = tracked.flatMap((a) => branch.map((b) => ({ a, b, dirs: [a.worktree] })));
    const merged = await this.#merge(session, [...twos, ...against]);
    if (!merged.ok) return merged;
    const [pairs, bases] = [await this.#judge(session, twos), await this.#judge(session, against)];
    if (!pairs.ok) return pairs;
    if (!bases.ok) return bases;
    return success({
      pairs: pairs.value.map(({ a, b, verdict, files }) => ({ repo, a: a.id, b: b.id, verdict, files })),
      base: bases.value.map(({ a, verdict, files }) => ({ repo, worker: a.id, verdict, files })),
    });
  }

  /** Makes the merges that are not known yet, and forgets those that nobody needs any more. */
  async #merge({ git, quarantine }: Session, couples: readonly Couple<Side>[]): Promise<Result<null>> {
    const needed = couples.filter(({ a, b }) => a.commit !== b.commit);
    const known = new Map<string, Merge>();
    for (const { a, b } of needed) {
      const merge = this.#merges.get(pairKey(a.commit, b.commit));
      if (merge) known.set(pairKey(a.commit, b.commit), merge);
    }
    const missing = needed
      .map(({ a, b, dirs }) => ({ a: a.commit, b: b.commit, dirs }))
      .filter(({ a, b }) => !known.has(pairKey(a, b)));
    const made = await mergeAll(git, quarantine, missing);
    if (!made.ok) return made;
    this.#merges = new Map([...known, ...made.value]);
    return success(null);
  }

  async #judge<Other extends Side>(
    { changes }: Session,
    couples: readonly Couple<Other>[],
  ): Promise<Result<Judged<Other>[]>> {
    const judged: Judged<Other>[] = [];
    const compared = await mapConcurrently(couples, sideBySide, async (couple) => {
      const { a, b } = couple;
      // The same commit is merged with nobody: whoever did the same has no conflict.
      const conflicts = this.#merges.get(pairKey(a.commit, b.commit))?.conflicts ?? [];
      return { couple, files: await compareSides(changes, a, b, conflicts) };
    });
    for (const { couple, files } of compared) {
      if (!files.ok) return files;
      const verdict: Verdict = verdictOf(files.value);
      judged.push({ ...couple, verdict, files: files.value });
    }
    return success(judged);
  }
}
