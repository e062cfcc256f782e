import { meeting, type RadarFile } from '../../core/radar.ts';
import { type Result, success } from '../../lib/result.ts';
import type { RadarChanges } from './changes.ts';
import type { ChangedLines } from './diffRecords.ts';
import type { Merge } from './mergeRecords.ts';

/** One of two sides. */
export interface Side {
  readonly commit: string;
  /** A commit with the same history. */
  readonly root: string;
  /** What the side changes itself; null when everything since the other's history counts. */
  readonly own: ReadonlySet<string> | null;
}

/** The files that do not merge, and those that both sides change all the same; in order of their names. */
export async function compareSides(
  changes: RadarChanges,
  a: Side,
  b: Side,
  conflicts: Merge['conflicts'],
): Promise<Result<RadarFile[]>> {
  const mayMeet = !a.own || !b.own || [...a.own].some((path) => b.own?.has(path));
  if (conflicts.length === 0 && !mayMeet) return success([]);
  const base = await changes.mergeBase(a.root, b.root);
  if (!base.ok) return base;
  if (!base.value) return success(conflicts.map((file) => ({ ...file, ranges: { a: [], b: [] } })));
  const [ofA, ofB] = await Promise.all([
    changes.between(base.value, a.commit),
    changes.between(base.value, b.commit),
  ]);
  if (!ofA.ok) return ofA;
  if (!ofB.ok) return ofB;
  const kinds = new Map<string, RadarFile['kind']>();
  for (const path of ofA.value.keys())
    if (ofB.value.has(path) && a.own?.has(path) !== false && b.own?.has(path) !== false)
      kinds.set(path, 'overlap');
  for (const { path, kind } of conflicts) kinds.set(path, kind);
  const paths = [...kinds.keys()].sort();
  if (paths.length === 0) return success([]);
  const [inA, inB] = await Promise.all([
    changes.lines(base.value, a.commit, paths),
    changes.lines(base.value, b.commit, paths),
  ]);
  if (!inA.ok) return inA;
  if (!inB.ok) return inB;
  const files = paths.map((path): RadarFile => {
    const kind = kinds.get(path) ?? 'other';
    const [rangesA, rangesB] = [rangesIn(inA.value, inB.value, path), rangesIn(inB.value, inA.value, path)];
    return {
      path,
      kind,
      ranges: kind === 'overlap' ? { a: rangesA, b: rangesB } : meeting(rangesA, rangesB),
    };
  });
  return success(files);
}

/** A file that the other side renamed is looked for under its old name, too. */
function rangesIn(side: ChangedLines, other: ChangedLines, path: string) {
  return side.ranges.get(path) ?? side.ranges.get(other.renamed.get(path) ?? path) ?? [];
}
