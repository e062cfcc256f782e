import { taskOf } from '../../core/ids.ts';
import type { LineRange, RadarFile, RepoRadar, Verdict } from '../../core/radar.ts';
import { linesWords } from '../../core/radar.ts';
import { plainLine } from '../../lib/sanitize.ts';
import { columns } from './rows.ts';

/** What the radar saw, in the words of the control room. */
export function conflictsText(radars: readonly RepoRadar[]): string {
  if (radars.length === 0) return 'No workers to compare. Start one: orch-tui worker start REPO TASK';
  return radars.map(repoText).join('\n\n');
}

/** Two sides by their names; the second is a worker or the branch that the first goes to. */
interface Compared {
  readonly a: string;
  readonly b: string;
  readonly isBase: boolean;
  readonly verdict: Verdict;
  readonly files: readonly RadarFile[];
}

/** What is not clean, with its files below; then what could not be seen; the suggested order last. */
function repoText({ repo, into, pairs, base, steps, order, worktrees, baseProblem }: RepoRadar): string {
  const compared: readonly Compared[] = [
    ...pairs.map((pair) => ({ ...pair, isBase: false })),
    ...base.map(({ worker, ...rest }) => ({
      ...rest,
      a: worker,
      b: into ?? 'the base branch',
      isBase: true,
    })),
  ];
  const judged = compared.filter(({ verdict }) => verdict !== 'clean');
  const unseen = worktrees.flatMap(({ id, problem, limits }) => [
    ...(problem ? [`! ${id} could not be compared: ${problem.message}`] : []),
    ...limits.map((limit) => `! ${id}: ${limit}`),
  ]);
  const why = new Map(steps.map((step) => [step.id, step.why]));
  return [
    `${repo}${into === null ? '' : `, into ${into}`}`,
    ...judged.flatMap((one) => [`  ${verdictText(one)}`, ...filesText(one)]),
    ...(judged.length === 0 ? ['  · everything merges'] : []),
    ...(baseProblem ? [`! ${baseProblem.message} ${baseProblem.hint ?? ''}`] : []),
    ...unseen,
    ...(order.length > 0 ? ['  Merged in this order:'] : []),
    ...columns(order.map((id, at) => [`    ${at + 1}`, id, why.get(id) ?? '']))
      .split('\n')
      .filter(Boolean),
  ].join('\n');
}

function verdictText({ a, b, isBase, verdict }: Compared): string {
  if (verdict === 'overlap') return plainLine(`○ ${a} and ${b} change the same files, and merge`);
  return plainLine(`✗ ${a} does not merge ${isBase ? 'into' : 'with'} ${b}`);
}

/** A row for each file: whether it merges, and which lines each side changes. */
function filesText({ a, b, isBase, files }: Compared): readonly string[] {
  const other = isBase ? b : taskOf(b);
  const rows = files.map(({ path, kind, ranges }) => {
    const where = [...sideText(taskOf(a), ranges.a), ...sideText(other, ranges.b)].join(' · ');
    return [`      ${path}`, where === '' ? kindWords(kind) : `${kindWords(kind)}: ${where}`];
  });
  return columns(rows).split('\n').filter(Boolean);
}

/** Git's own words, where lines are not all there is to it. */
function kindWords(kind: RadarFile['kind']): string {
  if (kind === 'overlap') return 'merges';
  return kind === 'content' ? 'does not merge' : `does not merge (${kind})`;
}

/** `one line 3`; a side whose lines say nothing is left out. */
function sideText(name: string, ranges: readonly LineRange[]): readonly string[] {
  return ranges.length === 0 ? [] : [`${name} ${linesWords(ranges)}`];
}
