import { type LineRange, type RadarFile, type RepoRadar, rangesText, type Verdict } from '../domain/radar.ts';
import { repoOf } from '../domain/slug.ts';
import { isLive } from '../domain/worker.ts';
import { findWorker, selectedRepo, selectedWorker } from '../room/select.ts';
import type { AppState } from '../room/state.ts';

/** How two workers stand to each other, or one (`b` is null) and the branch it goes to. */
export interface Standing {
  readonly a: string;
  readonly b: string | null;
  /** `unknown` where one of them could not be looked at; `self` on the matrix's diagonal. */
  readonly verdict: Verdict | 'unknown' | 'self';
  readonly files: readonly RadarFile[];
}

/** A cell of the matrix: row and column by worker, null for the branch that all go to. */
export interface Cell {
  readonly a: string;
  readonly b: string | null;
}

/** Repositories whose workers were compared, in their order. */
export function selectRadars({ facts }: Pick<AppState, 'facts'>): readonly RepoRadar[] {
  const order = facts?.repos.map((repo) => repo.name) ?? [];
  const place = (radar: RepoRadar) => (order.includes(radar.repo) ? order.indexOf(radar.repo) : order.length);
  return facts?.radar?.toSorted((one, other) => place(one) - place(other)) ?? [];
}

export function findRadar(state: Pick<AppState, 'facts'>, repo: string): RepoRadar | null {
  return state.facts?.radar?.find((radar) => radar.repo === repo) ?? null;
}

/** The workers that were looked at, rows and columns of the matrix. */
export function axisOf({ worktrees }: RepoRadar): readonly string[] {
  return worktrees.map(({ id }) => id);
}

export function standingOf(radar: RepoRadar, { a, b }: Cell): Standing {
  if (a === b) return { a, b, verdict: 'self', files: [] };
  const isUnseen = (id: string) => radar.worktrees.find((one) => one.id === id)?.problem !== null;
  if (isUnseen(a) || (b === null ? radar.baseProblem !== null : isUnseen(b)))
    return { a, b, verdict: 'unknown', files: [] };
  if (b === null) {
    const found = radar.base.find(({ worker }) => worker === a);
    return { a, b, verdict: found?.verdict ?? 'clean', files: found?.files ?? [] };
  }
  const pair = radar.pairs.find((one) => (one.a === a && one.b === b) || (one.a === b && one.b === a));
  if (!pair) return { a, b, verdict: 'clean', files: [] };
  const files = pair.a === a ? pair.files : pair.files.map(turned);
  return { a, b, verdict: pair.verdict, files };
}

/** The same file, seen from the other side. */
function turned(file: RadarFile): RadarFile {
  return { ...file, ranges: { a: file.ranges.b, b: file.ranges.a } };
}

/** With how many a worker will not merge, the branch it goes to among them, and with how many it shares files. */
export function countClashes(
  state: Pick<AppState, 'facts'>,
  id: string,
): { conflicts: number; overlaps: number } {
  const radar = findRadar(state, repoOf(id));
  const pairs = radar?.pairs.filter(({ a, b }) => a === id || b === id) ?? [];
  const base = radar?.base.filter(({ worker, verdict }) => worker === id && verdict === 'conflict') ?? [];
  return {
    conflicts: pairs.filter(({ verdict }) => verdict === 'conflict').length + base.length,
    overlaps: pairs.filter(({ verdict }) => verdict === 'overlap').length,
  };
}

/** Pairs that will not merge, in all repositories; a worker and its branch are one, too. */
export function countConflicts({ facts }: Pick<AppState, 'facts'>): number {
  const conflicts = (all: readonly { verdict: Verdict }[]) =>
    all.filter(({ verdict }) => verdict === 'conflict').length;
  return (facts?.radar ?? []).reduce((sum, { pairs, base }) => sum + conflicts(pairs) + conflicts(base), 0);
}

/** Where looking begins: at the selected worker's worst, else at the worst of the selected repository, or of all. */
export function firstCell(state: AppState): ({ repo: string } & Cell) | null {
  const radars = selectRadars(state);
  const worker = selectedWorker(state);
  const selected = radars.find(({ repo }) => repo === selectedRepo(state));
  const radar = selected ?? radars.find(({ pairs, base }) => pairs.length + base.length > 0) ?? radars[0];
  return radar ? worstCell(radar, worker?.id ?? null) : null;
}

/** The cell that is most worth a look. @param id of the worker whose row it should be in */
export function worstCell(radar: RepoRadar, id: string | null = null): ({ repo: string } & Cell) | null {
  const axis = axisOf(radar);
  const rows = id !== null && axis.includes(id) ? [id] : axis;
  const cells = rows.flatMap((a) => [...axis.filter((b) => b !== a), null].map((b) => ({ a, b })));
  const is = (wanted: Verdict) => cells.find((cell) => standingOf(radar, cell).verdict === wanted);
  const cell = is('conflict') ?? is('overlap') ?? cells[0];
  return cell ? { repo: radar.repo, ...cell } : null;
}

/** One row down or up, one column right or left, stopping at the edges. */
export function moveCell(radar: RepoRadar, { a, b }: Cell, down: number, right: number): Cell {
  const axis = axisOf(radar);
  const columns = [null, ...axis];
  const at = <T>(items: readonly T[], item: T, by: number): T => {
    const moved = items[Math.max(0, Math.min(items.length - 1, items.indexOf(item) + by))];
    return moved === undefined ? item : moved;
  };
  return { a: at(axis, a, down), b: at(columns, b, right) };
}

/** Those of a pair that can be written to. */
export function listeners(state: AppState, pair: Cell | null): readonly string[] {
  if (!pair) return [];
  const { a, b } = pair;
  const ids = b === null || a === b ? [a] : [a, b];
  return ids.filter((id) => {
    const worker = findWorker(state, id);
    return worker !== null && isLive(worker.state);
  });
}

/** Files that one message names. */
const mostNamed = 5;

/** What to write to them, unless the person has something better to say. */
export function suggestedNote({ a, b, files, verdict }: Standing, into: string | null): string {
  const bad = files.filter((file) => file.kind !== 'overlap');
  const named = (verdict === 'conflict' ? bad : files).slice(0, mostNamed);
  const where = named.map((file) => fileWords(file, a, b)).join('; ');
  const rest = (verdict === 'conflict' ? bad : files).length - named.length;
  const all = rest > 0 ? `${where}; and ${rest} more` : where;
  if (b === null)
    return `${a} no longer merges into ${into}: ${all}. Please merge ${into} into your branch and resolve that.`;
  const what = verdict === 'conflict' ? 'will not merge' : 'change the same files';
  return `${a} and ${b} ${what}: ${all}. Please keep your changes there small, and say what you need of these lines.`;
}

function fileWords({ path, kind, ranges }: RadarFile, a: string, b: string | null): string {
  const lines = [
    ...(ranges.a.length > 0 ? [`${a} ${linesWords(ranges.a)}`] : []),
    ...(b !== null && ranges.b.length > 0 ? [`${b} ${linesWords(ranges.b)}`] : []),
  ];
  const how = kind === 'content' || kind === 'overlap' ? [] : [kind];
  const words = [...how, ...lines].join(' · ');
  return words === '' ? path : `${path} (${words})`;
}

/** `line 3`, `lines 3–7, 12`. */
export function linesWords(ranges: readonly LineRange[]): string {
  const [first] = ranges;
  const isOne = ranges.length === 1 && first?.from === first?.to;
  return `${isOne ? 'line' : 'lines'} ${rangesText(ranges)}`;
}
