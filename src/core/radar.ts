import type { Problem } from '../lib/result.ts';

/** Whether two pieces of work merge: apart from each other, in the same file, or not at all. */
export type Verdict = 'clean' | 'overlap' | 'conflict';

/** Why a file does not merge, in git's words; `overlap` where it does, though both sides changed it. */
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
 * Lines of the version that both sides started from, 1-based and inclusive. `to` is `from - 1` for what is put in
 * front of line `from`.
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
  /** What each side changes; in a conflict the lines that meet. Empty where lines say nothing: binary, deleted, new. */
  readonly ranges: { readonly a: readonly LineRange[]; readonly b: readonly LineRange[] };
}

/** Someone else who changes a file. Ranges are lines of the version that they started from. */
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

/** A worker and the branch it goes to; in ranges the worker is `a`, the branch `b`. */
export interface RadarBase {
  readonly repo: string;
  readonly worker: string;
  readonly verdict: Verdict;
  readonly files: readonly RadarFile[];
}

/** How well a worktree could be seen. */
export interface RadarWorktree {
  readonly id: string;
  /** Why it was not compared at all; null when it was. */
  readonly problem: Problem | null;
  /** What of it was not compared, in sentences. */
  readonly limits: readonly string[];
}

/** How the work in a repository stands to each other. */
export interface RadarReport {
  readonly pairs: readonly RadarPair[];
  readonly base: readonly RadarBase[];
  /** Worker ids in the order that costs the fewest resolutions. */
  readonly order: readonly string[];
  readonly worktrees: readonly RadarWorktree[];
  /** Why nothing was compared with the base; null when it was. */
  readonly baseProblem: Problem | null;
  /** The branch that is compared while the base does not exist here, such as `origin/develop`. */
  readonly against?: string;
}

/** What is known of a repository's work, for those who look at it. */
export interface RepoRadar extends RadarReport {
  readonly repo: string;
  /** The branch that everything is merged into; null where there is none. */
  readonly into: string | null;
  /** Everything merged in the suggested order, and what each step meets. */
  readonly steps: readonly MergeStep[];
  /** ISO time. */
  readonly lookedAt: string;
  /** Why the last look came to nothing; what is told is then of the one before. */
  readonly problem: Problem | null;
}

/** Lines of a file that a side changes, with a little of what is around them. */
export interface SideHunk {
  /** Lines of the version that both sides started from. */
  readonly range: LineRange;
  /** Number of the first line shown, in that version. */
  readonly from: number;
  readonly lines: readonly { readonly mark: ' ' | '-' | '+'; readonly text: string }[];
}

/** What a side does to a file. */
export interface FileSide {
  /** Its name there; null where the side does not have it. */
  readonly path: string | null;
  readonly change: 'none' | 'added' | 'changed' | 'deleted' | 'binary';
  readonly hunks: readonly SideHunk[];
  /** Whether there is more than is told. */
  readonly isCut: boolean;
}

/** A file as two sides have changed it. */
export interface FileSides {
  readonly path: string;
  readonly a: FileSide;
  readonly b: FileSide;
}

/** Someone who changes a file, and where. Ranges are lines of the version that the worker started from. */
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
  /** With whom: workers merged before it, or the base's name. */
  readonly with: readonly string[];
  /** Such as `conflicts with shop/b in src/app.ts`, for people. */
  readonly why: string;
}

/** Whether two ranges cannot be changed independently: git wants an unchanged line between two changes. */
export function touches(one: LineRange, other: LineRange): boolean {
  return one.from <= other.to + 1 && other.from <= one.to + 1;
}

/** The ranges of each side that touch one of the other; all of them where none does. */
export function meeting(a: readonly LineRange[], b: readonly LineRange[]): RadarFile['ranges'] {
  const nearA = a.filter((one) => b.some((other) => touches(one, other)));
  const nearB = b.filter((one) => a.some((other) => touches(one, other)));
  return nearA.length > 0 ? { a: nearA, b: nearB } : { a, b };
}

/** What the files say together. */
export function verdictOf(files: readonly RadarFile[]): Verdict {
  if (files.length === 0) return 'clean';
  return files.every((file) => file.kind === 'overlap') ? 'overlap' : 'conflict';
}

/** Most files of a pair that clients are told of without asking. */
const filesTold = 50;

/** What clients are told again and again: only what is not clean, conflicts first, and not more than can be read. */
export function briefly(radar: RepoRadar): RepoRadar {
  return {
    ...radar,
    pairs: radar.pairs.filter((pair) => pair.verdict !== 'clean').map(withFewFiles),
    base: radar.base.filter((one) => one.verdict !== 'clean').map(withFewFiles),
  };
}

function withFewFiles<T extends { readonly files: readonly RadarFile[] }>(judged: T): T {
  const conflicts = judged.files.filter((file) => file.kind !== 'overlap');
  const overlaps = judged.files.filter((file) => file.kind === 'overlap');
  return { ...judged, files: [...conflicts, ...overlaps].slice(0, filesTold) };
}

/** `3–5, 9, before 12`; nothing where lines say nothing. */
export function rangesText(ranges: readonly LineRange[]): string {
  if (ranges.length === 0) return '';
  const parts = ranges.map(({ from, to }) =>
    to < from ? `before ${from}` : to === from ? `${from}` : `${from}–${to}`,
  );
  return parts.join(', ');
}

/** `line 3`, `lines 3–7, 12`. */
export function linesWords(ranges: readonly LineRange[]): string {
  const [first] = ranges;
  const isOne = ranges.length === 1 && first?.from === first?.to;
  return `${isOne ? 'line' : 'lines'} ${rangesText(ranges)}`;
}
