import { problemOf, type Result, success } from '../../lib/result.ts';
import type { Quarantine } from '../quarantine.ts';
import { type Git, refused } from '../run.ts';
import { type Merge, parseMerges } from './mergeRecords.ts';

/** Two commits to be merged, and the checkouts whose `.gitattributes` may say how. */
export interface MergeQuestion {
  readonly a: string;
  readonly b: string;
  readonly dirs: readonly string[];
}

const timeoutMs = 60_000;

/** One name for a pair, whichever way round. */
export function pairKey(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

/** Merges pairs in the quarantine, all of one checkout by one process. Answers by `pairKey`. */
export async function mergeAll(
  git: Git,
  quarantine: Quarantine,
  questions: readonly MergeQuestion[],
): Promise<Result<Map<string, Merge>>> {
  const answers = new Map<string, Merge>();
  for (const [dir, keys] of shareOut(questions)) {
    const args = ['merge-tree', '--write-tree', '-z', '--messages', '--allow-unrelated-histories', '--stdin'];
    const input = keys.map((key) => `${key}\n`).join('');
    const outcome = await git.run(dir, args, { input, env: quarantine.env, timeoutMs });
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

/** Checkouts with the pairs to merge there: as few checkouts as it takes, those with most pairs first. */
function shareOut(questions: readonly MergeQuestion[]): Map<string, string[]> {
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
