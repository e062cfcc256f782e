import { taskOf } from '../../core/ids.ts';
import {
  type Changer,
  type FileSides,
  type LineRange,
  linesText,
  type RadarFile,
  type RepoRadar,
  type Verdict,
} from '../../core/radar.ts';
import type { Printed } from '../../core/verb.ts';
import { success } from '../../lib/result.ts';
import { plainLine } from '../../lib/sanitize.ts';
import { alignColumns } from '../../ui/format.ts';
import { defineServed, defineTool, type VerbCall } from '../define.ts';

/** Compares worktrees now, in one repository or in all with workers. */
export const conflicts = defineServed<readonly RepoRadar[]>()({
  name: 'conflicts',
  by: 'anyone',
  params: ({ z, text }) => z.strictObject({ repo: text.exactOptional() }),
  handle: ({ repos }, { repo }) => repos.conflicts(repo),
  verbs: [
    {
      usage: 'conflicts [repo]',
      about: 'which work will not merge, and in which order it had best be merged',
      what: 'look at conflicts',
      options: { '--wait': 'first until no worker is in the middle of a turn' },
      run: showConflicts,
    },
  ],
});

/** Returns the changes of two workers to a file, as of the last look; `b` is null for the base branch. */
export const fileSides = defineServed<FileSides>()({
  name: 'fileSides',
  by: 'anyone',
  params: ({ z, text }) => z.strictObject({ a: text, b: text.nullable(), path: text }),
  handle: ({ repos }, { a, b, path }) => repos.fileSides(a, b, path),
});

/**
 * Compares worktrees and prints conflicts.
 * @param wait waits until no worker is in a turn; half-done work says little
 */
async function showConflicts(
  call: VerbCall,
  [repo]: readonly string[],
  { wait = false }: { readonly wait?: boolean },
): Promise<Printed> {
  const ours = (id: string) => repo === undefined || id.startsWith(`${repo}/`);
  if (wait)
    await call.until(
      ({ workers }) =>
        !workers.some(({ id, state }) => ours(id) && (state === 'working' || state === 'starting')),
    );
  const radars = await call.ask(conflicts, repo === undefined ? {} : { repo });
  const hasFailed = radars.some((radar) => problemsOf(radar).length > 0);
  return { value: conflictsJson(radars), text: conflictsText(radars), hasFailed };
}

/** Returns the value of `--json`, which programs rely on. */
function conflictsJson(radars: readonly RepoRadar[]) {
  const shown = (files: readonly RadarFile[]) =>
    files.map(({ path, kind, ranges }) => ({ path, kind, ranges }));
  return {
    pairs: radars.flatMap(({ pairs }) =>
      pairs.map(({ repo, a, b, verdict, files }) => ({ repo, a, b, verdict, files: shown(files) })),
    ),
    base: radars.flatMap(({ base }) =>
      base.map(({ repo, worker, verdict, files }) => ({ repo, worker, verdict, files: shown(files) })),
    ),
    order: radars.flatMap(({ order }) => order),
    problems: radars.flatMap(problemsOf),
    limits: radars.flatMap(({ repo, worktrees }) =>
      worktrees.flatMap(({ id, limits }) => limits.map((message) => ({ repo, worker: id, message }))),
    ),
  };
}

/** Returns the problems of a look. Without a worker the problem is about the repository or its base. */
function problemsOf({ repo, problem, baseProblem, worktrees }: RepoRadar) {
  return [
    ...(problem ? [{ repo, worker: null, ...problem }] : []),
    ...(baseProblem && !problem ? [{ repo, worker: null, ...baseProblem }] : []),
    ...worktrees.flatMap((one) => (one.problem ? [{ repo, worker: one.id, ...one.problem }] : [])),
  ];
}

/** Describes conflicts in the words of the control room. */
export function conflictsText(radars: readonly RepoRadar[]): string {
  if (radars.length === 0) return 'No workers to compare. Start one: orch-tui worker start REPO TASK';
  return radars.map(repoText).join('\n\n');
}

/** Two compared sides; the second is a worker or the base branch. */
interface Compared {
  readonly a: string;
  readonly b: string;
  readonly isBase: boolean;
  readonly verdict: Verdict;
  readonly files: readonly RadarFile[];
}

/** Describes a repository: first overlaps and conflicts with their files, then problems, the suggested order last. */
function repoText(radar: RepoRadar): string {
  const { repo, into, against, pairs, base, steps, order, worktrees } = radar;
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
  const problems = problemsOf(radar);
  const unseen = [null, ...worktrees].flatMap((one) => [
    ...problems.filter(({ worker }) => worker === (one?.id ?? null)).map(problemText),
    ...(one?.limits ?? []).map((limit) => plainLine(`! ${one?.id}: ${limit}`)),
  ]);
  const why = new Map(steps.map((step) => [step.id, step.why]));
  return [
    `${repo}${into === null ? '' : `, into ${into}`}${against ? `, which is ${against} here` : ''}`,
    ...judged.flatMap((one) => [`  ${verdictText(one)}`, ...filesText(one)]),
    ...(judged.length === 0 ? [`  · ${cleanText(compared.length, problems.length)}`] : []),
    ...unseen,
    ...(order.length > 0 ? ['  Merged in this order:'] : []),
    ...alignColumns(order.map((id, at) => [`    ${at + 1}`, id, why.get(id) ?? '']))
      .split('\n')
      .filter(Boolean),
  ].join('\n');
}

/** Describes clean merges, limited to the compared work. */
function cleanText(compared: number, problems: number): string {
  if (compared === 0) return 'nothing was compared';
  return problems === 0 ? 'everything merges' : 'what was compared merges';
}

function problemText({ worker, message, hint }: ReturnType<typeof problemsOf>[number]): string {
  const what = worker === null ? message : `${worker} could not be compared: ${message}`;
  return `! ${plainLine([what, hint].filter(Boolean).join(' '))}`;
}

function verdictText({ a, b, isBase, verdict }: Compared): string {
  if (verdict === 'overlap') return plainLine(`○ ${a} and ${b} change the same files, and merge`);
  return plainLine(`✗ ${a} does not merge ${isBase ? 'into' : 'with'} ${b}`);
}

/** Returns a row for each file: whether it merges, and the changed lines of each side. */
function filesText({ a, b, isBase, files }: Compared): readonly string[] {
  const other = isBase ? b : taskOf(b);
  const rows = files.map(({ path, kind, ranges }) => {
    const where = [...sideText(taskOf(a), ranges.a), ...sideText(other, ranges.b)].join(' · ');
    return [`      ${path}`, where === '' ? kindWords(kind) : `${kindWords(kind)}: ${where}`];
  });
  return alignColumns(rows).split('\n').filter(Boolean);
}

/** Describes a kind of conflict in git's words, if it is not only about lines. */
function kindWords(kind: RadarFile['kind']): string {
  if (kind === 'overlap') return 'merges';
  return kind === 'content' ? 'does not merge' : `does not merge (${kind})`;
}

/** Returns a side's lines, such as `one line 3`; empty without lines. */
function sideText(name: string, ranges: readonly LineRange[]): readonly string[] {
  return ranges.length === 0 ? [] : [`${name} ${linesText(ranges)}`];
}

export const lookForConflicts = defineTool<readonly RepoRadar[]>()({
  name: 'conflicts',
  by: 'agent',
  params: ({ z }) => z.object({ repo: z.string().max(200).optional() }),
  handle: (services, { repo }) => services.conflicts(repo),
  mcp: {
    has: 'orchestrator',
    description: 'Looks now which workers’ changes will not merge with each other or with their base branch.',
    reads: true,
  },
});

export const whoIsChanging = defineTool<readonly Changer[]>()({
  name: 'who_is_changing',
  by: 'agent',
  params: ({ z }) =>
    z.object({ path: z.string().min(1).max(4000).describe('Relative to the top of the repository.') }),
  handle: (services, { path }) => success(services.whoIsChanging(path)),
  mcp: {
    has: 'everyone',
    description:
      'Which other workers are changing a file right now, and which lines. Ask before larger edits of shared files.',
    reads: true,
  },
});
