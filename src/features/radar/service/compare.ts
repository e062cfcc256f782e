import {
  type FileKind,
  type MergeStep,
  type RadarBase,
  type RadarFile,
  type RadarPair,
  type RadarReport,
  touchingRanges,
  type Verdict,
  verdictOf,
} from '../../../core/radar.ts';
import { type Git, refused } from '../../../git/run.ts';
import type { Quarantine } from '../../../git/snapshots/quarantine.ts';
import { mapConcurrently } from '../../../lib/queue.ts';
import { problemOf, type Result, success } from '../../../lib/result.ts';
import type { ChangedLines, RadarChanges, Side } from './changes.ts';
import { anonymousAuthor, type Session, type Tracked } from './look.ts';

/** Pairs that are compared concurrently; most need no process. */
const sideBySide = 4;

interface Comparand<Other extends Side> {
  readonly a: Tracked;
  readonly b: Other;
  /** Checkouts in which git may merge them. */
  readonly dirs: readonly string[];
}

type Judged<Other extends Side> = Comparand<Other> & Pick<RadarPair, 'verdict' | 'files'>;

/** Comparison of workers with each other and with the base. */
export type Comparison = { readonly pairs: readonly RadarPair[]; readonly base: readonly RadarBase[] };

/** Compares workers, and reuses merges of the last look. */
export class RadarPairs {
  #merges: ReadonlyMap<string, Merge> = new Map();

  /** @param base the commit to merge into; null without */
  async compare(
    session: Session,
    repo: string,
    tracked: readonly Tracked[],
    base: string | null,
  ): Promise<Result<Comparison>> {
    const twos = tracked.flatMap((a, n) =>
      tracked.slice(n + 1).map((b) => ({ a, b, dirs: [a.worktree, b.worktree] })),
    );
    const branch = base ? [{ commit: base, root: base, own: null }] : [];
    const against = tracked.flatMap((a) => branch.map((b) => ({ a, b, dirs: [a.worktree] })));
    const merged = await this.#merge(session, [...twos, ...against]);
    if (!merged.ok) return merged;
    const [pairs, bases] = [await this.#judge(session, twos), await this.#judge(session, against)];
    if (!pairs.ok) return pairs;
    if (!bases.ok) return bases;
    return success({
      pairs: pairs.value.map(({ a, b, verdict, files }) => ({ repo, a: a.id, b: b.id, verdict, files })),
      base: bases.value.map(({ a, verdict, files }) => ({ repo, worker: a.id, verdict, files })),
    });
  }

  /** Makes the missing merges, and drops obsolete ones. */
  async #merge({ git, quarantine }: Session, couples: readonly Comparand<Side>[]): Promise<Result<null>> {
    const needed = couples.filter(({ a, b }) => a.commit !== b.commit);
    const known = new Map<string, Merge>();
    for (const { a, b } of needed) {
      const merge = this.#merges.get(pairKey(a.commit, b.commit));
      if (merge) known.set(pairKey(a.commit, b.commit), merge);
    }
    const missing = needed
      .map(({ a, b, dirs }) => ({ a: a.commit, b: b.commit, dirs }))
      .filter(({ a, b }) => !known.has(pairKey(a, b)));
    const made = await mergeAll(git, quarantine, missing);
    if (!made.ok) return made;
    this.#merges = new Map([...known, ...made.value]);
    return success(null);
  }

  async #judge<Other extends Side>(
    { changes }: Session,
    couples: readonly Comparand<Other>[],
  ): Promise<Result<Judged<Other>[]>> {
    const judged: Judged<Other>[] = [];
    const compared = await mapConcurrently(couples, sideBySide, async (couple) => {
      const { a, b } = couple;
      // Equal commits have no merge and no conflict.
      const conflicts = this.#merges.get(pairKey(a.commit, b.commit))?.conflicts ?? [];
      return { couple, files: await compareSides(changes, a, b, conflicts) };
    });
    for (const { couple, files } of compared) {
      if (!files.ok) return files;
      const verdict: Verdict = verdictOf(files.value);
      judged.push({ ...couple, verdict, files: files.value });
    }
    return success(judged);
  }
}

/** Returns the files that conflict or overlap, sorted by name. */
async function compareSides(
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
      ranges: kind === 'overlap' ? { a: rangesA, b: rangesB } : touchingRanges(rangesA, rangesB),
    };
  });
  return success(files);
}

/** Returns the changed lines of a file; a file renamed by the other side is also looked up under its old name. */
function rangesIn(side: ChangedLines, other: ChangedLines, path: string) {
  return side.ranges.get(path) ?? side.ranges.get(other.renamed.get(path) ?? path) ?? [];
}

/** Two commits to merge, and the checkouts whose `.gitattributes` may apply. */
interface MergeQuestion {
  readonly a: string;
  readonly b: string;
  readonly dirs: readonly string[];
}

const timeoutMs = 60_000;

/** Returns the key of a pair, independent of its order. */
export function pairKey(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

/** Merges pairs in the quarantine, with one process for each checkout. Returns merges by `pairKey`. */
async function mergeAll(
  git: Git,
  quarantine: Quarantine,
  questions: readonly MergeQuestion[],
): Promise<Result<Map<string, Merge>>> {
  const answers = new Map<string, Merge>();
  for (const [dir, keys] of assignCheckouts(questions)) {
    const args = ['merge-tree', '--write-tree', '-z', '--messages', '--allow-unrelated-histories', '--stdin'];
    const input = keys.map((key) => `${key}\n`).join('');
    const outcome = await git.run(dir, args, { input, env: quarantine.env, timeoutMs, names: true });
    if (outcome.exitCode !== 0 || outcome.timedOut) return refused(outcome);
    const merges = parseMerges(outcome.stdout);
    if (merges.length !== keys.length)
      return {
        ok: false,
        problem: problemOf('git_refused', 'git merge-tree did not answer about every pair.'),
      };
    keys.forEach((key, n) => {
      const merge = merges[n];
      if (merge) answers.set(key, merge);
    });
  }
  return success(answers);
}

/** Assigns pairs to as few checkouts as possible, those with most pairs first. */
function assignCheckouts(questions: readonly MergeQuestion[]): Map<string, string[]> {
  const left = new Map(questions.map((question) => [pairKey(question.a, question.b), question]));
  const shares = new Map<string, string[]>();
  while (left.size > 0) {
    const byDir = new Map<string, string[]>();
    for (const [key, { dirs }] of left)
      for (const dir of dirs) byDir.set(dir, [...(byDir.get(dir) ?? []), key]);
    const [dir, keys] = [...byDir].reduce((most, one) => (one[1].length > most[1].length ? one : most));
    shares.set(dir, keys);
    for (const key of keys) left.delete(key);
  }
  return shares;
}

/** Result of merging two commits. */
interface Merge {
  /** Contains conflict markers if there are conflicts. */
  readonly tree: string;
  readonly conflicts: readonly Pick<RadarFile, 'path' | 'kind'>[];
}

/** Kinds by the word in brackets of git's message type. */
const kinds: Readonly<Record<string, FileKind>> = {
  contents: 'content',
  binary: 'binary',
  'modify/delete': 'modify/delete',
  'rename/delete': 'rename/delete',
  'rename/rename': 'rename/rename',
  'rename involved in collision': 'rename/rename',
  'file/directory': 'file/directory',
  'distinct modes': 'mode',
  'distinct types': 'mode',
  submodule: 'submodule',
};

/**
 * Parses `git merge-tree --stdin -z --messages`, one record for each pair: status, tree, conflicted entries, empty,
 * messages, empty. https://git-scm.com/docs/git-merge-tree#OUTPUT
 */
export function parseMerges(output: string): Merge[] {
  const fields = output.split('\0');
  const merges: Merge[] = [];
  let at = 0;
  while (at + 1 < fields.length) {
    const clean = fields[at] === '1';
    const tree = fields[at + 1] ?? '';
    at += 2;
    const entries: Entry[] = [];
    for (; fields[at]; at++) entries.push(parseEntry(fields[at] ?? ''));
    at++;
    const messages: Message[] = [];
    while (fields[at]) {
      const count = Number(fields[at]);
      const [type = '', text = ''] = fields.slice(at + 1 + count, at + 3 + count);
      messages.push({ paths: fields.slice(at + 1, at + 1 + count), type, text });
      at += 3 + count;
    }
    at++;
    merges.push({ tree, conflicts: clean ? [] : conflictsOf(entries, messages) });
  }
  return merges;
}

/** A version of a conflicting file; stages 2 and 3 are the two sides. */
interface Entry {
  readonly mode: string;
  readonly oid: string;
  readonly stage: string;
  readonly path: string;
}

interface Message {
  readonly paths: readonly string[];
  /** A stable name, such as `CONFLICT (contents)`. */
  readonly type: string;
  /** More precise text for people; English, because git runs with `LC_ALL=C`. */
  readonly text: string;
}

function parseEntry(field: string): Entry {
  const tab = field.indexOf('\t');
  const [mode = '', oid = '', stage = ''] = field.slice(0, tab).split(' ');
  return { mode, oid, stage, path: field.slice(tab + 1) };
}

function conflictsOf(entries: readonly Entry[], messages: readonly Message[]): Merge['conflicts'] {
  const found = new Map<string, FileKind>();
  /** Generated names that keep a file beside a folder, such as `a~<commit>`, with the true names. */
  const invented = new Map<string, string>();
  for (const message of messages.filter(isConflict)) {
    const kind = kindOf(message);
    const [first = '', second] = message.paths;
    if (kind === 'file/directory' && second) invented.set(first, second);
    const path = invented.get(first) ?? first;
    const before = found.get(path);
    if (!before || (before === 'content' && kind !== 'other')) found.set(path, kind);
  }
  for (const { path } of messages.length === 0 ? entries : []) found.set(path, 'other');
  return [...found]
    .map(([path, kind]) => ({ path, kind: differsInMode(entries, path) ? 'mode' : kind }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isConflict({ type }: Message): boolean {
  return /^(CONFLICT|ERROR)/.test(type);
}

/** Returns the kind of a message. Only the text distinguishes `add/add` from `content`. */
function kindOf({ type, text }: Message): FileKind {
  if (type.includes('directory rename')) return 'directory rename';
  const word = /\((.*)\)/.exec(type)?.[1] ?? '';
  if (word.startsWith('submodule')) return 'submodule';
  return word === 'contents' && text.startsWith('CONFLICT (add/add)') ? 'add/add' : (kinds[word] ?? 'other');
}

function differsInMode(entries: readonly Entry[], path: string): boolean {
  const [ours, theirs] = ['2', '3'].map((stage) =>
    entries.find((entry) => entry.path === path && entry.stage === stage),
  );
  return ours !== undefined && ours.oid === theirs?.oid && ours.mode !== theirs.mode;
}

/** Branch and commit to merge into. */
export interface RadarTarget {
  readonly name: string;
  readonly commit: string;
}

type Files = MergeStep['files'];

/**
 * Merges workers in the quarantine, one onto the other in the suggested order. A conflicting worker is left out of the
 * following merges, because its resolution is unknown. Three workers that merge in pairs may still conflict together,
 * which only this finds.
 */
export async function simulateOrder(
  { git, quarantine }: Session,
  report: RadarReport,
  tracked: readonly Tracked[],
  target: RadarTarget,
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
    const commit = await git.text(worker.worktree, args, { env: { ...quarantine.env, ...anonymousAuthor } });
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
