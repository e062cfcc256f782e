import type { FileChange, FileSide, FileSides, LineRange, SideHunk } from '../../../core/radar.ts';
import { type Git, refused } from '../../../git/run.ts';
import type { Quarantine } from '../../../git/snapshots/quarantine.ts';
import { isForeign } from '../../../lib/paths.ts';
import { failure, type Result, success } from '../../../lib/result.ts';

/** With more files, lines are read only for files that both sides change. */
const mostFiles = 300;

/** Bytes; larger files are compared as a whole: lines of generated files say little. */
const largestText = 1 << 20;

const settings = ['-c', `core.bigFileThreshold=${largestText}`];

/** Returns the option for literal paths, unless a path is not UTF-8. */
function optionsFor(paths: readonly string[]): readonly string[] {
  return paths.some(isForeign) ? [] : ['--literal-pathspecs'];
}

/** Returns a pathspec. Arguments are UTF-8, so an invalid byte becomes a wildcard, which may match more. */
function pathspec(path: string, _at: number, all: readonly string[]): string {
  if (!all.some(isForeign)) return path;
  return `:(top,glob)${path.replace(/[*?[\\]/g, '\\$&').replace(/[\udc80-\udcff]/gu, '?')}`;
}

/** Returns the parts of a patch for files of these names; wildcards may match others. */
function partsNamed(patch: string, names: readonly string[]): string {
  if (!names.some(isForeign)) return patch;
  const parts = patch.split(/^(?=diff --git )/m);
  return parts.filter((part) => names.includes(nameOf(part.split('\n')[0] ?? ''))).join('');
}

const plain = ['--no-ext-diff', '--no-textconv', '--no-color'];

/** Commits of a side. */
type Ends = Pick<Side, 'commit' | 'root'>;

/** Reads and caches changes between commits, which never change. */
export class RadarChanges {
  readonly #git: Git;
  readonly #dir: string;
  readonly #quarantine: Quarantine;
  readonly #bases = new LruCache<string>(2000);
  readonly #changes = new LruCache<ReadonlyMap<string, Change>>(200);
  readonly #lines = new LruCache<ChangedLines>(1000);

  /** @param dir any checkout of the repository */
  constructor(git: Git, dir: string, quarantine: Quarantine) {
    this.#git = git;
    this.#dir = dir;
    this.#quarantine = quarantine;
  }

  /** Returns the merge base; null without common history. */
  async mergeBase(a: string, b: string): Promise<Result<string | null>> {
    if (a === b) return success(a);
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    const known = this.#bases.get(key);
    if (known !== undefined) return success(known || null);
    const outcome = await this.#run(['merge-base', a, b]);
    if (outcome.exitCode > 1) return refused(outcome);
    const base = outcome.stdout.trim();
    this.#bases.set(key, base);
    return success(base || null);
  }

  /** Returns the changed files, renamed ones under both names. */
  async between(from: string, to: string): Promise<Result<ReadonlyMap<string, Change>>> {
    if (from === to) return success(new Map());
    const key = `${from} ${to}`;
    const known = this.#changes.get(key);
    if (known) return success(known);
    const outcome = await this.#run(['diff-tree', '-r', '--raw', '-z', '--no-renames', from, to]);
    if (outcome.exitCode !== 0) return refused(outcome);
    const changes = parseChanges(outcome.stdout);
    this.#changes.set(key, changes);
    return success(changes);
  }

  /** Returns the lines of `from` that `to` changes: in all files, or in the named ones when there are too many. */
  async lines(from: string, to: string, named: readonly string[] = []): Promise<Result<ChangedLines>> {
    const changes = await this.between(from, to);
    if (!changes.ok) return changes;
    const paths = changes.value.size > mostFiles ? named.filter((path) => changes.value.has(path)) : [];
    if (changes.value.size > mostFiles && (paths.length === 0 || paths.length > mostFiles))
      return success(nothing);
    const key = [from, to, ...paths].join('\0');
    const known = this.#lines.get(key);
    if (known) return success(known);
    const shape = [
      'diff-tree',
      '-r',
      '-p',
      '-U0',
      '-M',
      ...plain,
      '--inter-hunk-context=0',
      '--ignore-submodules',
    ];
    const outcome = await this.#run([
      ...settings,
      ...optionsFor(paths),
      ...shape,
      from,
      to,
      '--',
      ...paths.map(pathspec),
    ]);
    if (outcome.exitCode !== 0) return refused(outcome);
    const lines = parseLines(outcome.stdout);
    this.#lines.set(key, lines);
    return success(lines);
  }

  /**
   * Returns the changes of two sides to a file, each against the merge base.
   * @param dir a worktree to run git in
   */
  async sides(dir: string, a: Ends, b: Ends, path: string): Promise<Result<FileSides>> {
    const base = await this.mergeBase(a.root, b.root);
    if (!base.ok) return base;
    const from = base.value;
    if (!from) return failure('no_common_history', 'The two have no history in common.');
    const linesA = await this.lines(from, a.commit, [path]);
    if (!linesA.ok) return linesA;
    const linesB = await this.lines(from, b.commit, [path]);
    if (!linesB.ok) return linesB;
    const origin = linesA.value.renamed.get(path) ?? linesB.value.renamed.get(path) ?? path;
    const sideOf = async ({ commit }: Ends, { renamed }: ChangedLines): Promise<Result<FileSide>> => {
      const name = [...renamed].find(([, old]) => old === origin)?.[0] ?? origin;
      const shape = ['diff-tree', '-r', '-p', '-U2', '-M', ...plain, '--submodule=short'];
      const names = [origin, name];
      const args = [...settings, ...optionsFor(names), ...shape, from, commit, '--', ...names.map(pathspec)];
      const outcome = await this.#run(args, dir);
      return outcome.exitCode === 0
        ? success(parseSide(partsNamed(outcome.stdout, names), name))
        : refused(outcome);
    };
    const [ofA, ofB] = [await sideOf(a, linesA.value), await sideOf(b, linesB.value)];
    if (!ofA.ok) return ofA;
    return ofB.ok ? success({ path, a: ofA.value, b: ofB.value }) : ofB;
  }

  #run(args: readonly string[], dir = this.#dir) {
    return this.#git.run(dir, args, { env: this.#quarantine.env, names: true });
  }
}

const nothing: ChangedLines = { ranges: new Map<string, readonly LineRange[]>(), renamed: new Map() };

/** One of two compared sides. */
export interface Side {
  readonly commit: string;
  /** A commit with the same history. */
  readonly root: string;
  /** Files that the side changes itself; null when all changes since the common history count. */
  readonly own: ReadonlySet<string> | null;
}

export type Change = FileChange['change'];

/** Changed lines of a commit. */
export interface ChangedLines {
  /** By path, a renamed file under both names. */
  readonly ranges: ReadonlyMap<string, readonly LineRange[]>;
  /** Old names by new ones. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** Parses `git diff-tree -r --raw -z --no-renames`. */
export function parseChanges(output: string): Map<string, Change> {
  const fields = output.split('\0');
  const changes = new Map<string, Change>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const status = fields[at]?.at(-1);
    changes.set(fields[at + 1] ?? '', status === 'A' ? 'added' : status === 'D' ? 'deleted' : 'changed');
  }
  return changes;
}

/**
 * Parses `git diff-tree -r -p -U0 -M`. Lines of files begin with a sign, so they cannot be mistaken for a header; names
 * with line ends are quoted.
 */
export function parseLines(output: string): ChangedLines {
  const ranges = new Map<string, LineRange[]>();
  const renamed = new Map<string, string>();
  for (const { oldName, newName, found } of readParts(output)) {
    // A file that becomes a link has two parts of the same name.
    const all = [...(ranges.get(oldName) ?? []), ...found];
    ranges.set(oldName, all);
    ranges.set(newName, all);
    if (oldName !== newName) renamed.set(newName, oldName);
  }
  return { ranges, renamed };
}

/** A patch's part for a file. */
interface Part {
  oldName: string;
  newName: string;
  isNew: boolean;
  found: LineRange[];
}

function readParts(output: string): Part[] {
  const parts: Part[] = [];
  for (const line of output.split('\n')) {
    const part = parts.at(-1);
    if (line.startsWith('diff --git ')) {
      const name = nameOf(line);
      parts.push({ oldName: name, newName: name, isNew: false, found: [] });
    } else if (part && line.startsWith('new file mode ')) part.isNew = true;
    else if (part && line.startsWith('rename from '))
      part.oldName = unquoted(line.slice('rename from '.length));
    else if (part && line.startsWith('rename to ')) part.newName = unquoted(line.slice('rename to '.length));
    else if (part && !part.isNew && line.startsWith('@@ ')) part.found.push(rangeOf(line));
  }
  return parts;
}

/** Returns the name in `diff --git a/name b/name`; wrong for a renamed file. */
function nameOf(line: string): string {
  const names = line.slice('diff --git '.length);
  return unquoted(names.slice(0, (names.length - 1) / 2)).slice('a/'.length);
}

/** Returns the old lines in `@@ -12,3 +12 @@`. */
function rangeOf(line: string): LineRange {
  const [, start = '0', lines = '1'] = /^@@ -(\d+)(?:,(\d+))?/.exec(line) ?? [];
  const [from, count] = [Number(start), Number(lines)];
  return count === 0 ? { from: from + 1, to: from } : { from, to: from + count - 1 };
}

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
};

/** Unquotes a name; git quotes control characters, quotes and backslashes. */
function unquoted(name: string): string {
  if (!name.startsWith('"')) return name;
  return name
    .slice(1, -1)
    .replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (escapes[code] ?? code),
    );
}

/** Maximum lines of a file; more are not readable in a terminal. */
const mostLines = 1000;

const longestLine = 500;

type Mark = SideHunk['lines'][number]['mark'];

/** A hunk being read. */
interface OpenHunk {
  readonly from: number;
  readonly lines: { mark: Mark; text: string }[];
}

/**
 * Parses `git diff-tree -p` for a file. A file that changed its type has two parts.
 * @param name the file's name on the side
 */
export function parseSide(output: string, name: string): FileSide {
  const { headers, hunks, isCut } = readPatch(output);
  const says = (start: string) => headers.some((line) => line.startsWith(start));
  const [isNew, isDeleted] = [says('new file mode '), says('deleted file mode ')];
  const change = says('Binary files ')
    ? 'binary'
    : isNew !== isDeleted
      ? isNew
        ? 'added'
        : 'deleted'
      : headers.length > 0
        ? 'changed'
        : 'none';
  const path = isDeleted && !isNew ? null : name;
  return { path, change, hunks: hunks.filter(hasLines).map(completeHunk), isCut };
}

interface Patch {
  /** Lines before the hunks of each part. */
  readonly headers: readonly string[];
  readonly hunks: readonly OpenHunk[];
  readonly isCut: boolean;
}

function readPatch(output: string): Patch {
  const [headers, hunks]: [string[], OpenHunk[]] = [[], []];
  let isCut = false;
  let count = 0;
  let open: OpenHunk | null = null;
  for (const line of output.split('\n')) {
    if (line.startsWith('diff --git ')) open = null;
    else if (line.startsWith('@@ ')) {
      open = { from: firstLine(line), lines: [] };
      hunks.push(open);
    } else if (!open) {
      if (line !== '') headers.push(line);
    } else {
      const mark = markOf(line);
      if (!mark) continue;
      count += 1;
      if (count <= mostLines) open.lines.push({ mark, text: line.slice(1, longestLine + 1).toWellFormed() });
      isCut ||= count > mostLines || line.length > longestLine + 1;
    }
  }
  return { headers, hunks, isCut };
}

/** Returns the first old line in `@@ -12,3 +12 @@`; 1 for lines added at the top. */
function firstLine(header: string): number {
  return Math.max(1, Number(/^@@ -(\d+)/.exec(header)?.[1] ?? 1));
}

/** Returns the mark of a line; null for "No newline at end of file". */
function markOf(line: string): Mark | null {
  const mark = line[0];
  return mark === ' ' || mark === '-' || mark === '+' ? mark : null;
}

function hasLines({ lines }: OpenHunk): boolean {
  return lines.length > 0;
}

/** Completes a hunk with the range that it really changes, without context lines. */
function completeHunk({ from, lines }: OpenHunk): SideHunk {
  let at = from;
  let range = { from: Number.POSITIVE_INFINITY, to: 0 };
  for (const { mark } of lines) {
    if (mark === '-') range = { from: Math.min(range.from, at), to: at };
    if (mark === '+') range = { from: Math.min(range.from, at), to: Math.max(range.to, at - 1) };
    if (mark !== '+') at += 1;
  }
  return { range, from, lines };
}

/** A least-recently-used cache of values that never change. */
export class LruCache<Value> {
  readonly #size: number;
  readonly #values = new Map<string, Value>();

  constructor(size: number) {
    this.#size = size;
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) this.#touch(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.#touch(key, value);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#size) return;
      this.#values.delete(oldest);
    }
  }

  /** A map keeps the order of insertion. */
  #touch(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
  }
}
