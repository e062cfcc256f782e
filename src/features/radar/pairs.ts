import { repoOf } from '../../core/ids.ts';
import { type FileSides, linesText, type RadarFile, type RepoRadar, type Verdict } from '../../core/radar.ts';
import { isLive } from '../../core/worker.ts';
import { fieldOf, type TextField } from '../../ui/field.ts';
import { findWorker, selectedRepo, selectedWorker, whatBecame } from '../../ui/select.ts';
import { type AppState, type PendingRequest, type Scrolling, unasked } from '../../ui/state.ts';
import { ask, noEffects, type Step, toList, withDialog } from '../../ui/step.ts';

/** Comparison of two workers, or of a worker with its base branch (`b` is null). */
export interface PairState {
  readonly a: string;
  readonly b: string | null;
  /** `unknown` when one of them could not be compared; `self` on the diagonal. */
  readonly verdict: Verdict | 'unknown' | 'self';
  readonly files: readonly RadarFile[];
}

/** A cell of the matrix: row and column by worker, null for the base branch. */
export interface Cell {
  readonly a: string;
  readonly b: string | null;
}

/** Two workers of a repository, or a worker and its base branch (`b` is null). */
export interface Pair extends Cell {
  readonly repo: string;
}

/** Dialog with the matrix of conflicts; the pair is the selected cell. */
export interface RadarDialog extends PendingRequest, Scrolling, Pair {
  readonly kind: 'radar';
}

/** Dialog with a file as changed by both. */
export interface SidesDialog extends PendingRequest, Scrolling, Pair {
  readonly kind: 'radar-file';
  readonly path: string;
  /** Null until loaded. */
  readonly sides: FileSides | null;
}

/** Dialog with a message to workers with a conflict or overlap. */
export interface NoteDialog extends PendingRequest, Pair {
  readonly kind: 'radar-note';
  /** Recipients that it was not sent to yet, and that it was. */
  readonly to: readonly string[];
  readonly sent: readonly string[];
  readonly text: TextField;
}

/** Returns compared repositories, in the order of the workspace. */
export function selectRadars({ facts }: Pick<AppState, 'facts'>): readonly RepoRadar[] {
  const order = facts?.repos.map((repo) => repo.name) ?? [];
  const place = (radar: RepoRadar) => (order.includes(radar.repo) ? order.indexOf(radar.repo) : order.length);
  return facts?.radar?.toSorted((one, other) => place(one) - place(other)) ?? [];
}

export function findRadar(state: Pick<AppState, 'facts'>, repo: string): RepoRadar | null {
  return state.facts?.radar?.find((radar) => radar.repo === repo) ?? null;
}

/** Returns the compared workers, rows and columns of the matrix. */
export function axisOf({ worktrees }: RepoRadar): readonly string[] {
  return worktrees.map(({ id }) => id);
}

export function pairStateOf(radar: RepoRadar, { a, b }: Cell): PairState {
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
  const files = pair.a === a ? pair.files : pair.files.map(withSidesSwapped);
  return { a, b, verdict: pair.verdict, files };
}

/** Swaps the sides of a file. */
function withSidesSwapped(file: RadarFile): RadarFile {
  return { ...file, ranges: { a: file.ranges.b, b: file.ranges.a } };
}

/** Counts a worker's conflicts, that with its base branch included, and its overlaps. */
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

/** Counts conflicts in all repositories, those with a base branch included. */
export function countConflicts({ facts }: Pick<AppState, 'facts'>): number {
  const conflicts = (all: readonly { verdict: Verdict }[]) =>
    all.filter(({ verdict }) => verdict === 'conflict').length;
  return (facts?.radar ?? []).reduce((sum, { pairs, base }) => sum + conflicts(pairs) + conflicts(base), 0);
}

/** Returns the first cell to select: the worst of the selected worker, else of the selected repository, else of all. */
export function firstCell(state: AppState): Pair | null {
  const radars = selectRadars(state);
  const worker = selectedWorker(state);
  const selected = radars.find(({ repo }) => repo === selectedRepo(state));
  const radar = selected ?? radars.find(({ pairs, base }) => pairs.length + base.length > 0) ?? radars[0];
  return radar ? worstCell(radar, worker?.id ?? null) : null;
}

/**
 * Returns the worst cell.
 * @param id worker whose row to search
 */
export function worstCell(radar: RepoRadar, id: string | null = null): Pair | null {
  const axis = axisOf(radar);
  const rows = id !== null && axis.includes(id) ? [id] : axis;
  const cells = rows.flatMap((a) => [...axis.filter((b) => b !== a), null].map((b) => ({ a, b })));
  const is = (wanted: Verdict) => cells.find((cell) => pairStateOf(radar, cell).verdict === wanted);
  const cell = is('conflict') ?? is('overlap') ?? cells[0];
  return cell ? { repo: radar.repo, ...cell } : null;
}

/** Moves by rows and columns, stopping at the edges. */
export function moveCell(radar: RepoRadar, { a, b }: Cell, down: number, right: number): Cell {
  const axis = axisOf(radar);
  const columns = [null, ...axis];
  const at = <T>(items: readonly T[], item: T, by: number): T => {
    const moved = items[Math.max(0, Math.min(items.length - 1, items.indexOf(item) + by))];
    return moved === undefined ? item : moved;
  };
  return { a: at(axis, a, down), b: at(columns, b, right) };
}

/** Opens the matrix at one of its cells. */
export function openRadar(state: AppState, { repo, a, b }: Pair): AppState {
  const dialog: RadarDialog = { kind: 'radar', repo, a, b, scroll: 0, ...unasked };
  return withDialog(state, dialog);
}

/** Opens the matrix at a dialog's pair, or the lists once there is no matrix. */
export function backToMatrix(state: AppState, pair: Pair): AppState {
  return findRadar(state, pair.repo) ? openRadar(state, pair) : toList(state);
}

/** Requests a file as changed by both. */
export function openFile(state: AppState, { repo, a, b }: Pair, path: string | undefined): Step {
  if (path === undefined) return noEffects(state);
  return ask(state, 'fileSides', { a, b, path }, (next, pending): AppState => {
    const dialog: SidesDialog = {
      ...{ kind: 'radar-file', repo, a, b, path, sides: null },
      ...{ scroll: 0, problem: null, pending },
    };
    return withDialog(next, dialog);
  });
}

/** Opens a message about a pair. */
export function openNote(state: AppState, pair: Pair): AppState {
  const radar = findRadar(state, pair.repo);
  if (!radar) return state;
  const { repo, a, b } = pair;
  const text = fieldOf(suggestedNote(pairStateOf(radar, pair), radar.into));
  const to = recipientsOf(state, pair);
  const dialog: NoteDialog = { kind: 'radar-note', repo, a, b, to, sent: [], text, ...unasked };
  return withDialog(state, dialog);
}

/** Returns the files that both change. */
export function filesOf(state: AppState, pair: Pair): PairState['files'] {
  const radar = findRadar(state, pair.repo);
  return radar ? pairStateOf(radar, pair).files : [];
}

/** Reports whether a pair could not be compared. */
export function isUnknown(state: AppState, pair: Pair): boolean {
  const radar = findRadar(state, pair.repo);
  return radar !== null && pairStateOf(radar, pair).verdict === 'unknown';
}

/** Returns the worker of a pair that is no longer compared; null while both are. */
export function missingOf(state: AppState, { repo, a, b }: Pair): string | null {
  const radar = findRadar(state, repo);
  const axis = radar ? axisOf(radar) : [];
  return [a, b].find((id) => id !== null && !axis.includes(id)) ?? null;
}

/** Returns the reason why a dialog's pair no longer exists. */
export function pairGoneReason(state: AppState, pair: Pair): string | null {
  const missing = missingOf(state, pair);
  return missing === null ? null : whatBecame(state, missing);
}

/** Returns the workers of a pair that can receive messages. */
export function recipientsOf(state: AppState, { a, b }: Cell): readonly string[] {
  const ids = b === null || a === b ? [a] : [a, b];
  return ids.filter((id) => {
    const worker = findWorker(state, id);
    return worker !== null && isLive(worker.state);
  });
}

/** Maximum files in a message. */
const mostNamed = 5;

/** Returns the suggested message. */
function suggestedNote({ a, b, files, verdict }: PairState, into: string | null): string {
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
    ...(ranges.a.length > 0 ? [`${a} ${linesText(ranges.a)}`] : []),
    ...(b !== null && ranges.b.length > 0 ? [`${b} ${linesText(ranges.b)}`] : []),
  ];
  const how = kind === 'content' || kind === 'overlap' ? [] : [kind];
  const words = [...how, ...lines].join(' · ');
  return words === '' ? path : `${path} (${words})`;
}
