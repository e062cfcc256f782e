import type { FlowFinished, FlowPreview, RefMove, Repo } from '../../../core/repo.ts';
import { commonDirectory } from '../../../git/directories.ts';
import {
  carryOut,
  dropJournal,
  type JournalStep,
  listJournals,
  readJournal,
  removeStaleLocks,
} from '../../../git/finish/journal.ts';
import { type FlowName, readFlow, readTag, tagName } from '../../../git/flow.ts';
import { hasHooks, hookTimeoutMs, publish, type Target } from '../../../git/merge/merge.ts';
import { branchRef, flowBackupRef, isAncestor, moveRefs, readRef } from '../../../git/refs.ts';
import { type Git, refusal, refused } from '../../../git/run.ts';
import { deleteBranch, isBranchGone } from '../../../git/worktrees/worktrees.ts';
import { quoteCommand } from '../../../lib/quote.ts';
import { failure, type Problem, type Result, success } from '../../../lib/result.ts';
import { type BuildOptions, type Built, buildFinish } from './build.ts';
import { type FlowPlan, planFinish } from './plan.ts';

interface FlowFinishOptions extends BuildOptions {
  /** The branch's last commit, as previewed; `tip_moved` when it is another one now. */
  readonly tip?: string;
  /** Names the backups; defaults to now. */
  readonly at?: Date;
}

/** Maximum retries when a branch moves between planning and publishing. */
const attempts = 5;

/** Returns what finishing would do, and what blocks it. Moves nothing. */
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
 * are computed before anything moves; then branches and tag move in one transaction, except checked-out branches, which
 * are fast-forwarded in their checkouts. Each step checks the repository first, so finishing again completes an
 * interrupted finish. A missing branch whose tag is in main counts as finished.
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
    await removeFlowLocks(git, repo, common.value, wanted);
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
  // A repeated finish keeps the first tag message.
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

/** Completes a finish whose branch is already deleted; fails if there never was such a branch. */
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

/** Returns a text field of a journal. */
function textIn(data: unknown, key: 'message' | 'tip'): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const value: unknown = Reflect.get(data, key);
  return typeof value === 'string' ? value : undefined;
}

/** A moved ref, with its target if it may be checked out. */
type Move = RefMove & { readonly target: Target | null };

/** Returns the moves in git-flow's order: main, tag, develop, deletion of the branch. */
function movesOf({ branch, tip, merges, tag }: FlowPlan, built: Built): Move[] {
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

/** Groups moves into transactions; a checked-out branch moves alone. */
function groupMoves(moves: readonly Move[]): Move[][] {
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

/** Returns the step of a group. It fails with `target_moved` when a ref moved meanwhile: plan again. */
function moveStep(git: Git, repo: Repo, moves: readonly Move[], branch: string): JournalStep {
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

/** Returns a step that moves refs in one transaction. It fails with `target_moved` when a ref moved meanwhile. */
function transactionStep(
  git: Git,
  repo: Repo,
  name: string,
  moves: readonly RefMove[],
  branch: string,
): JournalStep {
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

/** Kind of a finish's journal. */
const flowFinishKind = 'flow-finish';

/** Lists interrupted finishes of releases, hotfixes and features; finishing again completes them. */
export async function unfinishedFlows(git: Git, repo: Repo): Promise<readonly FlowName[]> {
  const common = await commonDirectory(git, repo.path);
  // Without a repository there are no journals. Its problem is reported where it is read.
  return common.ok ? readUnfinished(common.value) : [];
}

/** Removes lock files of a killed git, if a finish of this branch was interrupted. */
async function removeFlowLocks(git: Git, repo: Repo, commonDir: string, wanted: FlowName): Promise<void> {
  const isSame = ({ kind, name }: FlowName) => kind === wanted.kind && name === wanted.name;
  if (!(await readUnfinished(commonDir)).some(isSame)) return;
  const flow = await readFlow(git, repo);
  if (!flow.ok) return; // Planning reports the problem.
  const { main, develop, prefixes } = flow.value;
  const tag = tagName(flow.value, wanted);
  const branches = [main, develop, prefixes[wanted.kind] + wanted.name].filter((one) => one !== null);
  await removeStaleLocks(git, repo, { branches, refs: tag ? [`refs/tags/${tag}`] : [], worktree: null });
}

async function readUnfinished(commonDir: string): Promise<readonly FlowName[]> {
  return (await listJournals(commonDir)).flatMap((read) =>
    read.ok && read.value.kind === flowFinishKind ? parseName(read.value.data) : [],
  );
}

/** Validates a journal's name, which may be anything and becomes part of a command for a person. */
function parseName(data: unknown): FlowName[] {
  if (typeof data !== 'object' || data === null) return [];
  const { kind, name } = data as { kind?: unknown; name?: unknown };
  const isKind = kind === 'feature' || kind === 'release' || kind === 'hotfix';
  return isKind && typeof name === 'string' && /^[\w.+/@-]+$/.test(name) ? [{ kind, name }] : [];
}

/** Milliseconds; a server may be slow. Hooks get their own limit. */
const networkTimeoutMs = 120_000;

/**
 * Fetches the branches that finishing moves, so that an impossible push is refused before anything moves. Never waits
 * for a person.
 * @returns `no_remote` when there is none to push to
 */
export async function fetchForPush(git: Git, repo: Repo): Promise<Result<null>> {
  const flow = await readFlow(git, repo);
  if (!flow.ok) return flow;
  const { remote } = flow.value;
  if (!remote)
    return failure('no_remote', `${repo.name} has no remote to push to.`, 'Finish without --push.');
  const args = ['fetch', '--quiet', '--no-write-fetch-head', '--no-auto-maintenance'];
  const fetched = await git.change(repo.path, [...args, '--no-recurse-submodules', remote], {
    timeoutMs: networkTimeoutMs,
  });
  return fetched.exitCode === 0 && !fetched.timedOut ? success(null) : refused(fetched, 'Nothing was moved.');
}

interface PushOptions {
  /** Also deletes the finished branch at the remote, if all its commits were merged. */
  readonly deleteRemote?: boolean;
}

/**
 * Pushes the refs that a finish moved, all or none: main, develop and the one tag. Other refs stay local. The pre-push
 * hook runs.
 * @returns the pushed refs; `push_refused` says how to try again, everything local stays finished
 */
export async function pushFinished(
  git: Git,
  repo: Repo,
  { kind, branch, tag }: FlowFinished,
  options: PushOptions = {},
): Promise<Result<readonly string[]>> {
  const flow = await readFlow(git, repo);
  if (!flow.ok) return flow;
  const { main, develop, base, remote } = flow.value;
  if (!remote) return failure('no_remote', `${repo.name} has no remote to push to.`);
  const branches = kind === 'feature' ? [base] : [main, develop];
  const refs = branches.flatMap((name) => (name === null ? [] : branchRef(name)));
  if (tag !== null) refs.push(`refs/tags/${tag}`);
  const deletion = options.deleteRemote ? await deleteAtRemote(git, repo, remote, branch, refs) : success([]);
  if (!deletion.ok) return deletion;
  const args = ['push', '--quiet', '--atomic', '--no-follow-tags', ...deletion.value, remote];
  const specs = refs.map((ref) => `${ref}:${ref}`);
  if (deletion.value.length > 0) specs.push(`:${branchRef(branch)}`);
  const timeoutMs = (await hasHooks(git, repo.path, ['pre-push'])) ? hookTimeoutMs : networkTimeoutMs;
  const pushed = await git.change(repo.path, [...args, ...specs], { timeoutMs });
  if (pushed.exitCode === 0 && !pushed.timedOut) return success(refs);
  const again = quoteCommand(['git', '-C', repo.path, 'push', '--atomic', remote, ...refs]);
  return { ok: false, problem: pushRefused(branch, remote, refusal(pushed).message, again) };
}

/** Returns the lease for deleting a remote branch only if it did not move; empty when it is already deleted. */
async function deleteAtRemote(
  git: Git,
  repo: Repo,
  remote: string,
  branch: string,
  refs: readonly string[],
): Promise<Result<readonly string[]>> {
  const theirs = await readRef(git, repo.path, `refs/remotes/${remote}/${branch}`);
  if (!theirs) return success([]);
  const [into = ''] = refs;
  if (await isAncestor(git, repo.path, theirs, into))
    return success([`--force-with-lease=${branchRef(branch)}:${theirs}`]);
  const message = `${branch} is finished here, but ${remote}/${branch} has commits that were not merged.`;
  return failure('remote_branch_ahead', message, 'Look at them, and push without --delete-remote.');
}

function pushRefused(branch: string, remote: string, words: string, again: string): Problem {
  const message = `${branch} is finished here, but ${remote} was not updated: ${words}`;
  return { code: 'push_refused', message, hint: `Nothing was pushed. Try again: ${again}` };
}
