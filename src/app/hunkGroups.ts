import { type FileSides, type LineRange, type SideHunk, touches } from '../domain/radar.ts';

/** Hunks of both sides that lie on the same lines of what both started from. */
export interface HunkGroup {
  readonly a: readonly SideHunk[];
  readonly b: readonly SideHunk[];
}

/**
 * The places where both sides change something, in order; all places where there is none.
 * @returns how many places of one side alone were left out
 */
export function groupHunks({ a, b }: Pick<FileSides, 'a' | 'b'>): {
  groups: readonly HunkGroup[];
  others: number;
} {
  const all = join([
    ...a.hunks.map((hunk) => ({ side: 'a', hunk }) as const),
    ...b.hunks.map((hunk) => ({ side: 'b', hunk }) as const),
  ]);
  const both = all.filter((group) => group.a.length > 0 && group.b.length > 0);
  return both.length > 0 ? { groups: both, others: all.length - both.length } : { groups: all, others: 0 };
}

type Placed = { readonly side: 'a' | 'b'; readonly hunk: SideHunk };

function join(placed: readonly Placed[]): readonly HunkGroup[] {
  const groups: { a: SideHunk[]; b: SideHunk[]; range: LineRange }[] = [];
  for (const { side, hunk } of placed.toSorted((one, other) => one.hunk.range.from - other.hunk.range.from)) {
    let group = groups.at(-1);
    if (!group || !touches(group.range, hunk.range)) {
      group = { a: [], b: [], range: hunk.range };
      groups.push(group);
    }
    group[side].push(hunk);
    group.range = { from: group.range.from, to: Math.max(group.range.to, hunk.range.to) };
  }
  return groups;
}
