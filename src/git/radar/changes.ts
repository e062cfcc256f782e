import type { LineRange } from '../../core/radar.ts';
import { type Result, success } from '../../lib/result.ts';
import type { Quarantine } from '../quarantine.ts';
import { type Git, refused } from '../run.ts';
import { type Change, type ChangedLines, parseChanges, parseLines } from './diffRecords.ts';
import { Recent } from './recent.ts';

/** Beyond so many files their lines are looked at only where two sides meet. */
const mostFiles = 300;
/** Larger files are compared as a whole: lines of generated files say little. Bytes. */
const largestText = 1 << 20;

/** What commits change: answers of git that never change themselves, remembered. */
export class RadarChanges {
  readonly #git: Git;
  readonly #dir: string;
  readonly #quarantine: Quarantine;
  readonly #bases = new Recent<string>(2000);
  readonly #changes = new Recent<ReadonlyMap<string, Change>>(200);
  readonly #lines = new Recent<ChangedLines>(1000);

  /** @param dir any checkout of the repository. */
  constructor(git: Git, dir: string, quarantine: Quarantine) {
    this.#git = git;
    this.#dir = dir;
    this.#quarantine = quarantine;
  }

  /** The last commit that both come from; null when they have nothing in common. */
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

  /** The files that differ, renamed ones under both names. */
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

  /** The lines of `from` that `to` changes: in all files, or in those named where there are too many. */
  async lines(from: string, to: string, named: readonly string[] = []): Promise<Result<ChangedLines>> {
    const changes = await this.between(from, to);
    if (!changes.ok) return changes;
    const paths = changes.value.size > mostFiles ? named.filter((path) => changes.value.has(path)) : [];
    if (changes.value.size > mostFiles && (paths.length === 0 || paths.length > mostFiles))
      return success(nothing);
    const key = [from, to, ...paths].join('\0');
    const known = this.#lines.get(key);
    if (known) return success(known);
    const literal = ['--literal-pathspecs', '-c', `core.bigFileThreshold=${largestText}`];
    const plain = [
      '--no-ext-diff',
      '--no-textconv',
      '--no-color',
      '--inter-hunk-context=0',
      '--ignore-submodules',
    ];
    const args = [...literal, 'diff-tree', '-r', '-p', '-U0', '-M', ...plain, from, to, '--', ...paths];
    const outcome = await this.#run(args);
    if (outcome.exitCode !== 0) return refused(outcome);
    const lines = parseLines(outcome.stdout);
    this.#lines.set(key, lines);
    return success(lines);
  }

  #run(args: readonly string[]) {
    return this.#git.run(this.#dir, args, { env: this.#quarantine.env });
  }
}

const nothing: ChangedLines = { ranges: new Map<string, readonly LineRange[]>(), renamed: new Map() };
