import type { Problem } from '../lib/result.ts';

/** Result of a trial merge: no common file, a common file that merges, or a conflict. */
export type Verdict = 'clean' | 'overlap' | 'conflict';

/** Kind of conflict in a file, in git's terms; `overlap` where it merges though both sides changed it. */
export type FileKind =
  | 'overlap'
  | 'content'
  | 'binary'
  | 'mode'
  | 'submodule'
  | 'add/add'
  | 'modify/delete'
  | 'rename/delete'
  | 'rename/rename'
  | 'file/directory'
  | 'directory rename'
  | 'other';

/**
 * Lines of the common base version, 1-based and inclusive. `to` is `from - 1` for an insertion before line
 * `from`.
 */
export interface LineRange {
  readonly from: number;
  readonly to: number;
}

/** A file that both sides changed. */
export interface RadarFile {
  /** Relative to the top folder; the old name where both renamed it. */
  readonly path: string;
  readonly kind: FileKind;
  /**
   * Changed lines of each side; in a conflict only those that meet. Empty without lines: binary, deleted,
   * new.
   */
  readonly ranges: { readonly a: readonly LineRange[]; readonly b: readonly LineRange[] };
}

/** Another worker that changes a file. Ranges are lines of the common base version. */
export interface Changer {
  readonly worker: string;
  readonly ranges: readonly LineRange[];
}

/** Two workers of one repository; `a` and `b` are ids, in the order they were asked about. */
export interface RadarPair {
  readonly repo: string;
  readonly a: string;
  readonly b: string;
  readonly verdict: Verdict;
  readonly files: readonly RadarFile[];
}

/** A worker and its target branch; in ranges the worker is `a`, the branch `b`. */
export interface RadarBase {
  readonly repo: string;
  readonly worker: string;
  readonly verdict: Verdict;
  readonly files: readonly RadarFile[];
}

/** Completeness of a worktree's comparison. */
export interface RadarWorktree {
  readonly id: string;
  /** Why it was not compared; null when it was. */
  readonly problem: Problem | null;
  /** Parts that were not compared, as sentences. */
  readonly limits: readonly string[];
}

/** Comparison of all work in a repository. */
export interface RadarReport {
  readonly pairs: readonly RadarPair[];
  readonly base: readonly RadarBase[];
  /** Worker ids in the merge order with the fewest conflicts. */
  readonly order: readonly string[];
  readonly worktrees: readonly RadarWorktree[];
  /** Why nothing was compared with the base; null when it was. */
  readonly baseProblem: Problem | null;
  /** The branch that is compared instead of a missing local base, such as `origin/develop`. */
  readonly against?: string;
}

/** Latest comparison of a repository, as clients get it. */
export interface RepoRadar extends RadarReport {
  readonly repo: string;
  /** The target branch of all merges; null where there is none. */
  readonly into: string | null;
  /** A simulated merge of all workers in the suggested order. */
  readonly steps: readonly MergeStep[];
  /** ISO time. */
  readonly lookedAt: string;
  /** Why the latest comparison failed; the rest is then of the one before. */
  readonly problem: Problem | null;
}

/** Changed lines of a file on one side, with a little context. */
export interface SideHunk {
  /** Lines of the common base version. */
  readonly range: LineRange;
  /** Number of the first line shown, in that version. */
  readonly from: number;
  readonly lines: readonly { readonly mark: ' ' | '-' | '+'; readonly text: string }[];
}

/** One side's change of a file. */
export interface FileSide {
  /** Its name there; null where the side does not have it. */
  readonly path: string | null;
  readonly change: 'none' | 'added' | 'changed' | 'deleted' | 'binary';
  readonly hunks: readonly SideHunk[];
  /** More lines exist than these. */
  readonly isCut: boolean;
}

/** A file as both sides changed it. */
export interface FileSides {
  readonly path: string;
  readonly a: FileSide;
  readonly b: FileSide;
}

/** A worker's change of a file. Ranges are lines of the version that the worker started from. */
export interface FileChange {
  readonly id: string;
  readonly path: string;
  readonly change: 'added' | 'changed' | 'deleted';
  readonly ranges: readonly LineRange[];
}

/** One step of merging everything, one worker after the other. */
export interface MergeStep {
  readonly id: string;
  readonly verdict: 'clean' | 'conflict';
  readonly files: readonly Pick<RadarFile, 'path' | 'kind'>[];
  /** Conflicting workers that were merged before it, or the base's name. */
  readonly with: readonly string[];
  /** Text for people, such as `conflicts with shop/b in src/app.ts`. */
  readonly why: string;
}

/**
 * Reports whether two ranges cannot be changed independently: git requires an unchanged line between two
 * changes.
 */
export function touches(one: LineRange, other: LineRange): boolean {
  return one.from <= other.to + 1 && other.from <= one.to + 1;
}

/** Returns the ranges of each side that touch one of the other; all of them where none does. */
export function touchingRanges(a: readonly LineRange[], b: readonly LineRange[]): RadarFile['ranges'] {
  const nearA = a.filter((one) => b.some((other) => touches(one, other)));
  const nearB = b.filter((one) => a.some((other) => touches(one, other)));
  return nearA.length > 0 ? { a: nearA, b: nearB } : { a, b };
}

/** Returns the combined verdict of several files. */
export function verdictOf(files: readonly RadarFile[]): Verdict {
  if (files.length === 0) return 'clean';
  return files.every((file) => file.kind === 'overlap') ? 'overlap' : 'conflict';
}

/** Most files of a pair in the facts that clients get. */
const mostFiles = 50;

/** Returns the radar as it is broadcast to clients: without clean pairs, conflicts first, few files. */
export function trimRadar(radar: RepoRadar): RepoRadar {
  return {
    ...radar,
    pairs: radar.pairs.filter((pair) => pair.verdict !== 'clean').map(withFewFiles),
    base: radar.base.filter((one) => one.verdict !== 'clean').map(withFewFiles),
  };
}

function withFewFiles<T extends { readonly files: readonly RadarFile[] }>(judged: T): T {
  const conflicts = judged.files.filter((file) => file.kind !== 'overlap');
  const overlaps = judged.files.filter((file) => file.kind === 'overlap');
  return { ...judged, files: [...conflicts, ...overlaps].slice(0, mostFiles) };
}

/** Formats ranges such as `3–5, 9, before 12`; '' for none. */
export function rangesText(ranges: readonly LineRange[]): string {
  if (ranges.length === 0) return '';
  const parts = ranges.map(({ from, to }) =>
    to < from ? `before ${from}` : to === from ? `${from}` : `${from}–${to}`,
  );
  return parts.join(', ');
}

/** Formats ranges such as `line 3` or `lines 3–7, 12`. */
export function linesText(ranges: readonly LineRange[]): string {
  const [first] = ranges;
  const isOne = ranges.length === 1 && first?.from === first?.to;
  return `${isOne ? 'line' : 'lines'} ${rangesText(ranges)}`;
}
