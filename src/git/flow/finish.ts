import type { FlowFinished, FlowPreview, Repo } from '../../core/repo.ts';
import { failure, type Problem, type Result, success } from '../../lib/result.ts';
import { commonDirectory } from '../directories.ts';
import { carryOut, dropJournal, readJournal } from '../journal.ts';
import { flowBackupRef, isAncestor } from '../refs.ts';
import type { Git } from '../run.ts';
import { deleteBranch, isBranchGone } from '../worktrees/remove.ts';
import { type FlowName, readTag, tagName } from './branches.ts';
import { type BuildOptions, buildFinish } from './build.ts';
import { flowFinishKind, mendFlow } from './cutOff.ts';
import { readFlow } from './flow.ts';
import { groupMoves, moveStep, movesOf, transactionStep } from './moves.ts';
import { type FlowPlan, planFinish } from './plan.ts';

export interface FlowFinishOptions extends BuildOptions {
  /** The branch's last commit, as previewed; `tip_moved` when it is another one now. */
  readonly tip?: string;
  /** Names the backups; defaults to now. */
  readonly at?: Date;
}

/** How often somebody else may move a branch between our look and our move. */
const attempts = 5;

/** What finishing would do, and what stands in its way. Moves nothing. */
export async function previewFlow(git: Git, repo: Repo, wanted: FlowName): Promise<Result<FlowPreview>> {
  const planned = await planFinish(git, repo, wanted);
  if (!planned.ok) return planned;
  const { kind, name, branch, tip, merges, tag, blockers } = planned.value;
  const open = merges.filter(({ done }) => done === null);
  return success({
    repo: repo.name,
    kind,
    name,
    branch,
    tip,
    into: open.map(({ target }) => target.branch),
    tag: tag && tag.oid === null ? tag.name : null,
    conflicts: open.flatMap(({ target, conflicts }) =>
      conflicts.length > 0 ? [{ into: target.branch, files: conflicts }] : [],
    ),
    blockers: blockers.map(({ message, hint }) => (hint ? `${message} ${hint}` : message)),
  });
}

/**
 * Finishes a feature, release or hotfix as git-flow does, with plain git and without disturbing a checkout. All merges
 * are computed before anything moves; then branches and tag move in one transaction, those that are checked out by
 * fast-forward in their checkouts. Each step asks the repository whether it has been done, so a finish that was killed
 * anywhere is completed by finishing again. A branch that is gone, with its tag in main, has been finished.
 */
export async function finishFlow(
  git: Git,
  repo: Repo,
  wanted: FlowName,
  options: FlowFinishOptions = {},
): Promise<Result<FlowFinished>> {
  const common = await commonDirectory(git, repo.path);
  if (!common.ok) return common;
  return git.exclusive(common.value, async () => {
    await mendFlow(git, repo, common.value, wanted);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const planned = await planFinish(git, repo, wanted);
      if (!planned.ok)
        return planned.problem.code === 'branch_missing'
          ? concludeFinished(git, repo, common.value, wanted, planned.problem)
          : planned;
      const plan = planned.value;
      const refusal = refuse(plan, options);
      if (refusal) return { ok: false, problem: refusal };
      const finished = await carryOutPlan(git, repo, common.value, plan, options);
      if (finished.ok || finished.problem.code !== 'target_moved') return finished;
    }
    return failure('target_moving', `A branch moved ${attempts} times meanwhile.`, 'Try again.');
  });
}

function refuse(plan: FlowPlan, { tip }: FlowFinishOptions): Problem | null {
  if (tip !== undefined && tip !== plan.tip) {
    const message = `${plan.branch} has other commits than in the preview.`;
    return { code: 'tip_moved', message, hint: 'Look at the preview again.' };
  }
  return plan.blockers[0] ?? null;
}

async function carryOutPlan(
  git: Git,
  repo: Repo,
  commonDir: string,
  plan: FlowPlan,
  options: FlowFinishOptions,
): Promise<Result<FlowFinished>> {
  const { kind, name, branch, tip } = plan;
  const before = await readJournal(commonDir, journalName(branch));
  if (!before.ok) return before;
  // Finished again, it says in the tag what was asked for first.
  const message = options.message ?? textIn(before.value?.data, 'message');
  const built = await buildFinish(git, repo, commonDir, plan, { ...options, ...(message && { message }) });
  if (!built.ok) return built;
  const moves = movesOf(plan, built.value);
  const moved = moves.map(({ ref, from, to }) => ({ ref, from, to }));
  const at = options.at ?? new Date();
  const backups = moves.flatMap(({ ref, from }) =>
    from === null ? [] : [{ ref: flowBackupRef(shortName(ref), at), from: null, to: from }],
  );
  const change = {
    name: journalName(branch),
    kind: flowFinishKind,
    data: { kind, name, tip, message, moves: moved },
  };
  const done = await carryOut(commonDir, change, [
    transactionStep(git, repo, 'keep what moves', backups, branch),
    ...groupMoves(moves).map((batch) => moveStep(git, repo, batch, branch)),
    {
      name: 'forget the branch',
      isDone: () => isBranchGone(git, repo, branch),
      run: () => deleteBranch(git, repo, branch, tip),
    },
  ]);
  if (!done.ok) return done;
  const kept = backups.map(({ ref }) => ref);
  const tag = plan.tag?.name ?? null;
  return success({ repo: repo.name, kind, name, branch, tag, moved, backups: kept, pushed: [] });
}

function shortName(ref: string): string {
  return ref.replace(/^refs\/heads\//, '');
}

/** Nothing is left but what comes behind the branch's deletion; or there never was such a branch. */
async function concludeFinished(
  git: Git,
  repo: Repo,
  commonDir: string,
  { kind, name }: FlowName,
  missing: Problem,
): Promise<Result<FlowFinished>> {
  const flow = await readFlow(git, repo);
  if (!flow.ok) return flow;
  const { main, base, prefixes } = flow.value;
  const branch = prefixes[kind] + name;
  const journal = await readJournal(commonDir, journalName(branch));
  if (!journal.ok) return journal;
  const tag = tagName(flow.value, { kind, name });
  const end = tag === null ? textIn(journal.value?.data, 'tip') : await readTag(git, repo, tag);
  const into = tag === null ? base : main;
  if (!end || !into || !(await isAncestor(git, repo.path, end, into))) return { ok: false, problem: missing };
  const forgotten = await deleteBranch(git, repo, branch, end);
  if (!forgotten.ok) return forgotten;
  const dropped = await dropJournal(commonDir, journalName(branch));
  if (!dropped.ok) return dropped;
  return success({ repo: repo.name, kind, name, branch, tag, moved: [], backups: [], pushed: [] });
}

function journalName(branch: string): string {
  return `flow-${branch}`;
}

/** A word that a journal of ours holds. */
function textIn(data: unknown, key: 'message' | 'tip'): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const value: unknown = Reflect.get(data, key);
  return typeof value === 'string' ? value : undefined;
}
