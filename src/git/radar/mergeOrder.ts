/** What will not merge, counted in files. */
export interface Conflicts {
  /** 0 when the two merge. */
  between(a: string, b: string): number;
  /** 0 when it merges into the base. */
  withBase(id: string): number;
}

/** Above, the largest set of independent work is found greedily: the exact search may take 2^n steps. */
const exactUpTo = 20;

/**
 * The order of merging that costs the fewest resolutions. A conflict between two is paid by the later one, so as many
 * as possible that have none among each other go first; then whoever conflicts least with what is merged by then.
 * Of equals the earlier named goes first.
 */
export function suggestOrder(ids: readonly string[], conflicts: Conflicts): string[] {
  const free = ids.filter((id) => conflicts.withBase(id) === 0);
  const first = independent(free, (a, b) => conflicts.between(a, b) > 0);
  const order = ids.filter((id) => first.has(id));
  const left = ids.filter((id) => !first.has(id));
  while (left.length > 0) {
    const cost = (id: string) =>
      order.reduce((sum, merged) => sum + conflicts.between(id, merged), conflicts.withBase(id));
    const next = least(left, cost);
    order.push(...left.splice(left.indexOf(next), 1));
  }
  return order;
}

/** A largest set without conflicts among its members. */
function independent(ids: readonly string[], clash: (a: string, b: string) => boolean): Set<string> {
  const rivals = new Map(ids.map((id) => [id, ids.filter((other) => other !== id && clash(id, other))]));
  return ids.length > exactUpTo ? greedily(ids, rivals) : exactly(ids, rivals);
}

type Rivals = ReadonlyMap<string, readonly string[]>;

function greedily(ids: readonly string[], rivals: Rivals): Set<string> {
  const chosen = new Set<string>();
  let left = [...ids];
  while (left.length > 0) {
    const here = new Set(left);
    const next = least(left, (id) => (rivals.get(id) ?? []).filter((rival) => here.has(rival)).length);
    chosen.add(next);
    left = left.filter((id) => id !== next && !rivals.get(next)?.includes(id));
  }
  return chosen;
}

/** Bit n stands for `ids[n]`. Every set of candidates is solved once. */
function exactly(ids: readonly string[], rivals: Rivals): Set<string> {
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
    // Whoever clashes with none of the candidates belongs to a largest set in any case.
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

/** The first one with the lowest cost; `ids` is not empty. */
function least(ids: readonly string[], cost: (id: string) => number): string {
  return ids.reduce((best, id) => (cost(id) < cost(best) ? id : best));
}
