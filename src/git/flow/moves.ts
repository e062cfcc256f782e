import type { RefMove, Repo } from '../../core/repo.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import type { Step } from '../journal.ts';
import { publish, type Target } from '../merge.ts';
import { branchRef, moveRefs } from '../refs.ts';
import type { Git } from '../run.ts';
import type { Built } from './build.ts';
import type { FlowPlan } from './plan.ts';

/** A branch that is moved where it is checked out. */
export type Move = RefMove & { readonly target: Target | null };

/** In git-flow's order: main, tag, develop, and the branch goes. */
export function movesOf({ branch, tip, merges, tag }: FlowPlan, built: Built): Move[] {
  const [main, ...others] = merges.map(({ target, done }, at): Move[] => {
    const from = target.local ? target.commit : null;
    const to = built.merges[at] ?? null;
    return done === null ? [{ ref: branchRef(target.branch), from, to, target }] : [];
  });
  const tagged = tag && tag.oid === null;
  return [
    ...(main ?? []),
    ...(tagged ? [{ ref: `refs/tags/${tag.name}`, from: null, to: built.tag, target: null }] : []),
    ...others.flat(),
    { ref: branchRef(branch), from: tip, to: null, target: null },
  ];
}

/** What can move in one transaction stays together; a branch that is checked out moves alone. */
export function groupMoves(moves: readonly Move[]): Move[][] {
  const groups: Move[][] = [];
  for (const move of moves) {
    const last = groups.at(-1);
    if (last && !isCheckedOut(move) && !last.some(isCheckedOut)) last.push(move);
    else groups.push([move]);
  }
  return groups;
}

function isCheckedOut({ target }: Move): boolean {
  return target !== null && target.checkout !== null;
}

/** @returns `target_moved` from its run when somebody moved a ref meanwhile: plan again. */
export function moveStep(git: Git, repo: Repo, moves: readonly Move[], branch: string): Step {
  const [first] = moves;
  const name = `move ${moves.map(({ ref }) => ref).join(', ')}`;
  if (!first?.target || !isCheckedOut(first)) return transactionStep(git, repo, name, moves, branch);
  const { target, to } = first;
  return {
    name,
    isDone: async () => success(false),
    run: async () => {
      const published = await publish(git, repo, target, to ?? '', `finish ${branch}`);
      if (!published.ok) return published;
      return published.value === 'done' ? success(null) : targetMoved(target.branch);
    },
  };
}

/** Moves refs in one transaction. It refuses when somebody else was there first: then all is planned again. */
export function transactionStep(
  git: Git,
  repo: Repo,
  name: string,
  moves: readonly RefMove[],
  branch: string,
): Step {
  const at = (ref: string) => git.run(repo.path, ['rev-parse', '--verify', '--quiet', ref]);
  const all = async (side: 'from' | 'to') => {
    for (const move of moves) {
      const found = await at(move.ref);
      if ((found.exitCode === 0 ? found.stdout.trim() : null) !== move[side]) return false;
    }
    return true;
  };
  return {
    name,
    isDone: async () => success(await all('to')),
    run: async () => {
      const moved = await moveRefs(git, repo.path, moves, `finish ${branch}`);
      if (moved.ok) return moved;
      return (await all('from')) ? moved : targetMoved(moves.map(({ ref }) => ref).join(', '));
    },
  };
}

function targetMoved(what: string): Result<never> {
  return failure('target_moved', `${what} moved meanwhile.`);
}
