import { parseSlug } from '../../../core/ids.ts';
import type { FlowStarted, Repo } from '../../../core/repo.ts';
import { commonDirectory } from '../../../git/directories.ts';
import { type Flow, type FlowName, mainHint, readFlow, readTag, tagName } from '../../../git/flow.ts';
import { commitTree, hasHooks, hooksFolder, hookTimeoutMs } from '../../../git/merge/merge.ts';
import { branchRef, moveRef } from '../../../git/refs.ts';
import { type Git, refused } from '../../../git/run.ts';
import { type BaseChoice, chooseBase } from '../../../git/worktrees/branch.ts';
import { describeCollision } from '../../../git/worktrees/worktrees.ts';
import { failure, type Result, success } from '../../../lib/result.ts';
import { finishCommand } from '../releases.ts';
import { withScratchWorktree } from './build.ts';
import {
  type Bump,
  bumpVersion,
  compareVersions,
  findVersions,
  greatestVersion,
  listBranches,
  listVersionTags,
  parseTree,
  parseVersion,
  readVersionFiles,
  replaceVersions,
  type VersionFile,
} from './status.ts';

/** A feature by name; a release or hotfix by version, or by the part of the version to bump. */
export type FlowStart = FlowName | { readonly kind: 'release' | 'hotfix'; readonly bump: Bump };

export interface StartOptions {
  /** For the fetch; 10 s by default. */
  readonly fetchTimeoutMs?: number;
}

/**
 * Starts a feature or release from develop, or a hotfix from main, as git-flow does but without a checkout. Fetches
 * newer commits first. A release or hotfix gets a commit that sets the version in the version files. Like git-flow, one
 * release and one hotfix at a time.
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
  // Outside the lock: the network may be slow, and a fetch disturbs no other change.
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
      `Finish it first: ${finishCommand(repo, { ...other, kind })}.`,
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

/** Returns the requested version, which must be greater than those of files and reachable tags. */
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

/** Creates a branch. Its base is recorded first, as git-flow does: that setting alone is harmless. */
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
  return collision ? failure('branch_exists', collision.message, collision.hint) : success(null);
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

/**
 * Creates a commit on top of `onto` that sets the version in these files, every other byte unchanged; no ref keeps it.
 * Hooks see it in a separate checkout.
 * @returns `onto` itself when all files have the version already
 */
async function commitVersion(
  git: Git,
  repo: Repo,
  commonDir: string,
  onto: string,
  files: readonly VersionFile[],
  version: string,
): Promise<Result<string>> {
  const blobs = new Map<string, string>();
  for (const { path, text } of files) {
    const blob = await writeEdited(git, repo, onto, path, text, version);
    if (!blob.ok) return blob;
    blobs.set(path, blob.value);
  }
  const tree = await writeTree(git, repo, onto, blobs);
  if (!tree.ok) return tree;
  const before = await git.text(repo.path, ['rev-parse', '--verify', `${onto}^{tree}`]);
  if (!before.ok) return before;
  if (tree.value === before.value) return success(onto);
  const message = `Bump version to ${version}`;
  return (await hasHooks(git, repo.path, ['pre-commit', 'prepare-commit-msg', 'commit-msg']))
    ? commitWithHooks(git, repo, commonDir, onto, tree.value, message)
    : commitTree(git, repo.path, tree.value, [onto], message);
}

/**
 * Writes an edited file. Its text must equal the file byte for byte: other encodings than UTF-8 would be damaged
 * silently.
 */
async function writeEdited(
  git: Git,
  repo: Repo,
  commit: string,
  path: string,
  text: string,
  version: string,
): Promise<Result<string>> {
  const hash = (input: string, ...write: string[]) =>
    git.text(repo.path, ['hash-object', ...write, '--no-filters', '--stdin'], { input });
  const [known, read] = await Promise.all([
    git.text(repo.path, ['rev-parse', '--verify', `${commit}:${path}`]),
    hash(text),
  ]);
  if (!known.ok || !read.ok) return known.ok ? read : known;
  if (known.value !== read.value) return failure('not_utf8', `${path} is not a UTF-8 text.`, 'Convert it.');
  return hash(replaceVersions(text, findVersions(path, text), version), '-w');
}

/** Writes the commit's tree with some blobs at its top replaced. */
async function writeTree(
  git: Git,
  repo: Repo,
  commit: string,
  blobs: ReadonlyMap<string, string>,
): Promise<Result<string>> {
  const listed = await git.run(repo.path, ['ls-tree', '-z', commit]);
  if (listed.exitCode !== 0) return refused(listed);
  const input = parseTree(listed.stdout)
    .map(({ mode, type, oid, path }) => `${mode} ${type} ${blobs.get(path) ?? oid}\t${path}\0`)
    .join('');
  return git.text(repo.path, ['mktree', '-z', '--missing'], { input });
}

async function commitWithHooks(
  git: Git,
  repo: Repo,
  commonDir: string,
  onto: string,
  tree: string,
  message: string,
): Promise<Result<string>> {
  const hooks = await hooksFolder(git, repo.path);
  if (!hooks.ok) return hooks;
  return withScratchWorktree(git, repo, commonDir, onto, async (dir) => {
    const laid = await git.change(dir, ['read-tree', '-m', '-u', 'HEAD', tree]);
    if (laid.exitCode !== 0) return refused(laid);
    const args = ['-c', `core.hooksPath=${hooks.value}`, 'commit', '--quiet', '-m', message];
    const made = await git.change(dir, args, { timeoutMs: hookTimeoutMs });
    return made.exitCode === 0 && !made.timedOut
      ? git.text(dir, ['rev-parse', '--verify', 'HEAD'])
      : refused(made, 'A hook of the repository refused the commit; nothing was begun.');
  });
}
