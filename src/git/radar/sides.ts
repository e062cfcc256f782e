import type { FileSide, FileSides } from '../../core/radar.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { refused } from '../run.ts';
import type { ChangedLines } from './diffRecords.ts';
import type { Session } from './session.ts';
import { parseSide } from './sideRecords.ts';

/** A side of a comparison: what it is, and a commit with the same history. */
interface Ends {
  readonly commit: string;
  readonly root: string;
}

/** Larger files are compared as a whole: lines of generated files say little. Bytes. */
const largestText = 1 << 20;

/** What two sides do to a file, each compared with what both started from. */
export async function readSides(
  session: Session,
  dir: string,
  a: Ends,
  b: Ends,
  path: string,
): Promise<Result<FileSides>> {
  const { changes } = session;
  const base = await changes.mergeBase(a.root, b.root);
  if (!base.ok) return base;
  if (!base.value) return failure('no_common_history', 'The two have no history in common.');
  const linesA = await changes.lines(base.value, a.commit, [path]);
  if (!linesA.ok) return linesA;
  const linesB = await changes.lines(base.value, b.commit, [path]);
  if (!linesB.ok) return linesB;
  const origin = linesA.value.renamed.get(path) ?? linesB.value.renamed.get(path) ?? path;
  const sideOf = (commit: string, lines: ChangedLines) =>
    readSide(session, dir, { base: base.value ?? '', commit, origin, name: nameIn(lines, origin) });
  const [ofA, ofB] = [await sideOf(a.commit, linesA.value), await sideOf(b.commit, linesB.value)];
  if (!ofA.ok) return ofA;
  if (!ofB.ok) return ofB;
  return success({ path, a: ofA.value, b: ofB.value });
}

/** What a side calls the file that was called `origin`. */
function nameIn({ renamed }: ChangedLines, origin: string): string {
  return [...renamed].find(([, old]) => old === origin)?.[0] ?? origin;
}

interface Question {
  readonly base: string;
  readonly commit: string;
  /** The file's name in `base`. */
  readonly origin: string;
  /** Its name in `commit`. */
  readonly name: string;
}

async function readSide(
  { git, quarantine }: Session,
  dir: string,
  { base, commit, origin, name }: Question,
): Promise<Result<FileSide>> {
  const literal = ['--literal-pathspecs', '-c', `core.bigFileThreshold=${largestText}`];
  const plain = ['--no-ext-diff', '--no-textconv', '--no-color', '--submodule=short'];
  const args = [...literal, 'diff-tree', '-r', '-p', '-U2', '-M', ...plain, base, commit, '--', origin, name];
  const outcome = await git.run(dir, args, { env: quarantine.env });
  return outcome.exitCode === 0 ? success(parseSide(outcome.stdout, name)) : refused(outcome);
}
