import { type RadarFile, type RepoRadar, rangesText, type Verdict } from '../domain/radar.ts';
import { columns } from './describe.ts';
import { FactsWatch } from './factsWatch.ts';
import { demand, type Output } from './output.ts';
import { withController } from './session.ts';

/**
 * `conflicts`: which worktrees will not merge, looked at now.
 * @param wait until no worker is in the middle of a turn; what is half done says little
 */
export async function showConflicts(
  out: Output,
  repo: string | undefined,
  { wait = false }: { readonly wait?: boolean },
): Promise<void> {
  await withController('.', async (call, link) => {
    const ours = (id: string) => repo === undefined || id.startsWith(`${repo}/`);
    if (wait)
      demand(
        await new FactsWatch(link).until(
          ({ workers }) =>
            !workers.some(({ id, state }) => ours(id) && (state === 'working' || state === 'starting')),
        ),
      );
    const radars = demand(await call('conflicts', repo === undefined ? {} : { repo }));
    out.result(conflictsJson(radars), conflictsText(radars));
  });
}

/** The value of `--json`, which programs rely on. */
function conflictsJson(radars: readonly RepoRadar[]) {
  return {
    pairs: radars.flatMap(({ pairs }) =>
      pairs.map(({ repo, a, b, verdict, files }) => ({ repo, a, b, verdict, files: files.map(fileJson) })),
    ),
    base: radars.flatMap(({ base }) =>
      base.map(({ repo, worker, verdict, files }) => ({ repo, worker, verdict, files: files.map(fileJson) })),
    ),
    order: radars.flatMap(({ order }) => order),
  };
}

function fileJson({ path, kind, ranges }: RadarFile) {
  return { path, kind, ranges };
}

const marks: Readonly<Record<Verdict, string>> = { clean: '·', overlap: '○', conflict: '✗' };

function conflictsText(radars: readonly RepoRadar[]): string {
  if (radars.length === 0) return 'No workers to compare. Start one: orch-tui worker start REPO TASK';
  return radars.map(repoText).join('\n\n');
}

/** What is not clean, with its files below; then what could not be seen; the suggested order last. */
function repoText({ repo, into, pairs, base, steps, order, worktrees, baseProblem }: RepoRadar): string {
  const judged = [
    ...pairs.map(({ a, b, verdict, files }) => ({ names: [a, b], verdict, files })),
    ...base.map(({ worker, verdict, files }) => ({ names: [worker, into ?? ''], verdict, files })),
  ].filter(({ verdict }) => verdict !== 'clean');
  const names = columns(judged.map((one) => [marks[one.verdict], one.verdict, ...one.names])).split('\n');
  const unseen = worktrees.flatMap(({ id, problem, limits }) => [
    ...(problem ? [`! ${id} could not be compared: ${problem.message}`] : []),
    ...limits.map((limit) => `! ${id}: ${limit}`),
  ]);
  const why = new Map(steps.map((step) => [step.id, step.why]));
  return [
    `${repo}${into === null ? '' : `, into ${into}`}`,
    ...judged.flatMap(({ files }, at) => [`  ${names[at] ?? ''}`, ...filesText(files)]),
    ...(judged.length === 0 ? ['  · everything merges'] : []),
    ...(baseProblem ? [`! ${baseProblem.message} ${baseProblem.hint ?? ''}`] : []),
    ...unseen,
    ...(order.length > 0 ? ['  Merged in this order:'] : []),
    ...columns(order.map((id, at) => [`    ${at + 1}`, id, why.get(id) ?? '']))
      .split('\n')
      .filter(Boolean),
  ].join('\n');
}

function filesText(files: readonly RadarFile[]): string[] {
  const rows = files.map(({ path, kind, ranges }) => [
    `      ${path}`,
    kind,
    [rangesText(ranges.a), rangesText(ranges.b)].filter(Boolean).join(' · '),
  ]);
  return columns(rows).split('\n').filter(Boolean);
}
