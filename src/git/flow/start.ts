import { parseSlug } from '../../core/ids.ts';
import type { FlowStarted, Repo } from '../../core/repo.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { commonDirectory } from '../directories.ts';
import { branchRef, moveRef } from '../refs.ts';
import { type Git, refused } from '../run.ts';
import { type BaseChoice, chooseBase } from '../worktrees/branch.ts';
import { describeCollision } from '../worktrees/worktrees.ts';
import { type FlowName, readTag, tagName } from './branches.ts';
import { type Flow, mainHint, readFlow } from './flow.ts';
import { listBranches, listVersionTags } from './status.ts';
import { type Bump, bumpVersion, compareVersions, parseVersion } from './version.ts';
import { commitVersion, greatestVersion, readVersionFiles, type VersionFile } from './versionCommit.ts';

/** A feature by its name; a release or hotfix by its version, or by the part of the present one that grows. */
export type FlowStart = FlowName | { readonly kind: 'release' | 'hotfix'; readonly bump: Bump };

export interface StartOptions {
  /** For asking the remote; 10 s without. */
  readonly fetchTimeoutMs?: number;
}

/**
 * Begins a feature or release from develop, or a hotfix from main, as git-flow does but without checking anything out.
 * The remote is asked for newer commits first. A release and a hotfix get a commit on top that sets the version in the
 * files that say it. Like git-flow, one release and one hotfix at a time.
 */
export async function startFlow(
  git: Git,
  repo: Repo,
  wanted: FlowStart,
  options: StartOptions = {},
): Promise<Result<FlowStarted>> {
  const [common, flow] = await Promise.all([commonDirectory(git, repo.path), readFlow(git, repo)]);
  if (!common.ok) return common;
  if (!flow.ok) return flow;
  const from = wanted.kind === 'hotfix' ? flow.value.main : flow.value.base;
  if (!from) return failure('no_main', `${repo.name} has no main branch with commits.`, mainHint);
  // Outside the lock: the network may be slow, and a fetch disturbs nobody.
  const chosen = await chooseBase(git, repo, { ...options, branch: from });
  if (!chosen.ok) return chosen;
  return git.exclusive(common.value, () =>
    wanted.kind === 'feature'
      ? startFeature(git, repo, flow.value, from, chosen.value, wanted)
      : startVersion(git, repo, common.value, flow.value, from, chosen.value, wanted),
  );
}

async function startFeature(
  git: Git,
  repo: Repo,
  flow: Flow,
  from: string,
  choice: BaseChoice,
  wanted: FlowName,
): Promise<Result<FlowStarted>> {
  for (const part of wanted.name.split('/')) {
    const checked = parseSlug(part, 'task');
    if (!checked.ok) return checked;
  }
  const branch = flow.prefixes.feature + wanted.name;
  const commit = choice.base.commit;
  const made = await makeBranch(git, repo, branch, from, commit);
  return made.ok ? success(started(repo, wanted, branch, choice, commit)) : made;
}

async function startVersion(
  git: Git,
  repo: Repo,
  commonDir: string,
  flow: Flow,
  from: string,
  choice: BaseChoice,
  wanted: Exclude<FlowStart, { readonly kind: 'feature' }>,
): Promise<Result<FlowStarted>> {
  const { kind } = wanted;
  const open = await listBranches(git, repo, flow.prefixes[kind]);
  if (!open.ok) return open;
  const [other] = open.value;
  if (other)
    return failure(
      'flow_open',
      `${repo.name} has an open ${kind} already: ${other.branch}.`,
      `Finish it first: orch-tui flow ${kind} finish ${repo.name} ${other.name}.`,
    );
  const files = await readVersionFiles(git, repo, choice.base.commit);
  if (!files.ok) return files;
  const version = await chooseVersion(git, repo, flow, wanted, files.value, choice.base.commit);
  if (!version.ok) return version;
  const name = { kind, name: version.value };
  const tag = tagName(flow, name) ?? '';
  if (await readTag(git, repo, tag))
    return failure('tag_exists', `The tag ${tag} exists already.`, 'Take another version.');
  const branch = flow.prefixes[kind] + version.value;
  const free = await checkFree(git, repo, branch);
  if (!free.ok) return free;
  const { commit: base } = choice.base;
  const commit = await commitVersion(git, repo, commonDir, base, files.value, version.value);
  if (!commit.ok) return commit;
  const made = await makeBranch(git, repo, branch, from, commit.value);
  if (!made.ok) return made;
  const changed = commit.value === base ? [] : files.value.map(({ path }) => path);
  const none = files.value.length === 0 ? ['No file says a version; none was set.'] : [];
  const result = started(repo, name, branch, choice, commit.value);
  return success({ ...result, files: changed, warnings: [...result.warnings, ...none] });
}

/** The version asked for, which must be greater than what the files and the tags below say. */
async function chooseVersion(
  git: Git,
  repo: Repo,
  flow: Flow,
  wanted: Exclude<FlowStart, { readonly kind: 'feature' }>,
  files: readonly VersionFile[],
  base: string,
): Promise<Result<string>> {
  const tags = await listVersionTags(git, repo, flow, base);
  if (!tags.ok) return tags;
  const present = greatestVersion([...files.flatMap(({ says }) => says), ...tags.value]);
  if ('bump' in wanted) {
    if (present) return success(bumpVersion(present, wanted.bump));
    const why = `No file and no tag of ${repo.name} says a semantic version to go on from.`;
    return failure('no_version', why, 'Name the version.');
  }
  const version = parseVersion(wanted.name);
  if (!version.ok) return version;
  if (present && compareVersions(version.value, present) <= 0)
    return failure(
      'version_not_greater',
      `${wanted.name} is not greater than ${present.raw}, the present version.`,
      'Take a greater one, or let it be counted: --bump major, minor or patch.',
    );
  return success(wanted.name);
}

/** Records where the branch began before it is there, as git-flow does: that key alone does no harm. */
async function makeBranch(
  git: Git,
  repo: Repo,
  branch: string,
  from: string,
  commit: string,
): Promise<Result<null>> {
  const free = await checkFree(git, repo, branch);
  if (!free.ok) return free;
  const recorded = await git.change(repo.path, ['config', '--local', `gitflow.branch.${branch}.base`, from]);
  if (recorded.exitCode !== 0) return refused(recorded);
  const made = await moveRef(git, repo.path, branchRef(branch), commit, null, `start ${branch}`);
  return made.ok ? success(null) : made;
}

async function checkFree(git: Git, repo: Repo, branch: string): Promise<Result<null>> {
  const branches = await git.text(repo.path, ['for-each-ref', '--format=%(refname)', 'refs/heads']);
  if (!branches.ok) return branches;
  const names = branches.value.split('\n').map((ref) => ref.slice('refs/heads/'.length));
  const collision = describeCollision(branch, names.filter(Boolean));
  return collision ? failure('branch_exists', collision, 'Take another name.') : success(null);
}

function started(
  repo: Repo,
  { kind, name }: FlowName,
  branch: string,
  { base, warnings }: BaseChoice,
  commit: string,
): FlowStarted {
  return { repo: repo.name, kind, name, branch, base: base.branch, commit, files: [], warnings };
}
