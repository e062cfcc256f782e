import type { FileKind, MergeStep, RadarReport } from '../../core/radar.ts';
import { type Result, success } from '../../lib/result.ts';
import { mergeAll, pairKey } from './merges.ts';
import { nobody } from './record.ts';
import type { Session, Tracked } from './session.ts';

/** Where merging starts. */
export interface Target {
  readonly name: string;
  readonly commit: string;
}

type Files = MergeStep['files'];

/**
 * Merges workers in the quarantine, one onto the other in the suggested order. Whoever conflicts is left out of what
 * the later ones are merged with, as nobody knows yet how it will be resolved. Three that merge two by two need not
 * merge all together: only this tells.
 */
export async function simulateOrder(
  { git, quarantine }: Session,
  report: RadarReport,
  tracked: readonly Tracked[],
  target: Target,
): Promise<Result<readonly MergeStep[]>> {
  const steps: MergeStep[] = [];
  const merged: Tracked[] = [];
  let onto = target.commit;
  for (const id of report.order) {
    const worker = tracked.find((candidate) => candidate.id === id);
    if (!worker) continue;
    const key = pairKey(onto, worker.commit);
    const made = await mergeAll(git, quarantine, [{ a: onto, b: worker.commit, dirs: [worker.worktree] }]);
    if (!made.ok) return made;
    const merge = made.value.get(key);
    steps.push(explain(report, worker, merged, target.name, merge?.conflicts ?? []));
    if (!merge || merge.conflicts.length > 0) continue;
    const args = ['commit-tree', merge.tree, '-p', onto, '-p', worker.commit];
    const commit = await git.text(worker.worktree, args, { env: { ...quarantine.env, ...nobody } });
    if (!commit.ok) return commit;
    onto = commit.value;
    merged.push(worker);
  }
  return success(steps);
}

function explain(
  report: RadarReport,
  { id }: Tracked,
  merged: readonly Tracked[],
  target: string,
  files: Files,
): MergeStep {
  if (files.length === 0) return { id, verdict: 'clean', files, with: [], why: `merges into ${target}` };
  const rivals = [
    ...baseRival(report, id, target),
    ...merged.map((one) => one.id).filter(clashesWith(report, id)),
  ];
  if (rivals.length > 0)
    return {
      id,
      verdict: 'conflict',
      files,
      with: rivals,
      why: `conflicts with ${list(rivals)} in ${name(files)}`,
    };
  const paths = new Set(files.map((file) => file.path));
  const near = merged.filter((one) => [...one.files.keys()].some((path) => paths.has(path)));
  const together = (near.length > 0 ? near : merged).map((one) => one.id);
  const why = `conflicts in ${name(files)} with what ${list(together)} give together`;
  return { id, verdict: 'conflict', files, with: together, why };
}

function baseRival(report: RadarReport, id: string, target: string): string[] {
  return report.base.some((one) => one.worker === id && one.verdict === 'conflict') ? [target] : [];
}

function clashesWith(report: RadarReport, id: string): (other: string) => boolean {
  const rivals = report.pairs
    .filter((pair) => pair.verdict === 'conflict' && (pair.a === id || pair.b === id))
    .map((pair) => (pair.a === id ? pair.b : pair.a));
  return (other) => rivals.includes(other);
}

function name(files: readonly { path: string; kind: FileKind }[]): string {
  const [first, ...rest] = files;
  return rest.length === 0 ? (first?.path ?? '') : `${first?.path} and ${rest.length} more`;
}

function list(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
