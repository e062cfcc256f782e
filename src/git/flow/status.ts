import type { FlowBranch, FlowStatus, Repo } from '../../core/repo.ts';
import { type Result, success } from '../../lib/result.ts';
import { branchRef, readRef } from '../refs.ts';
import { type Git, refused } from '../run.ts';
import { type Flow, readFlow } from './flow.ts';
import { greatestVersion, readVersionFiles } from './versionCommit.ts';

/** How git-flow stands in a repository; changes nothing. */
export async function readFlowStatus(git: Git, repo: Repo): Promise<Result<FlowStatus>> {
  const flow = await readFlow(git, repo);
  if (!flow.ok) return flow;
  const { main, develop, prefixes, base } = flow.value;
  const [features, releases, hotfixes, version] = [
    await listBranches(git, repo, prefixes.feature),
    await listBranches(git, repo, prefixes.release),
    await listBranches(git, repo, prefixes.hotfix),
    await readVersion(git, repo, flow.value, base),
  ];
  if (!features.ok) return features;
  if (!releases.ok) return releases;
  if (!hotfixes.ok) return hotfixes;
  if (!version.ok) return version;
  return success({
    repo: repo.name,
    main,
    develop,
    prefixes,
    version: version.value,
    features: features.value,
    releases: releases.value,
    hotfixes: hotfixes.value,
  });
}

/** Local branches with a prefix. An empty prefix marks none: it would mark all. */
export async function listBranches(
  git: Git,
  repo: Repo,
  prefix: string,
): Promise<Result<readonly FlowBranch[]>> {
  if (prefix === '') return success([]);
  const format = '--format=%(refname)%00%(objectname)%00%(worktreepath)';
  const listed = await git.run(repo.path, ['for-each-ref', format, 'refs/heads']);
  if (listed.exitCode !== 0) return refused(listed);
  return success(
    listed.stdout.split('\n').flatMap((line) => {
      const [ref = '', tip = '', checkout = ''] = line.split('\0');
      const branch = ref.slice('refs/heads/'.length);
      if (!branch.startsWith(prefix)) return [];
      return [{ name: branch.slice(prefix.length), branch, tip, checkout: checkout || null }];
    }),
  );
}

/** Version tags in a commit's history, without their prefix. */
export async function listVersionTags(
  git: Git,
  repo: Repo,
  { prefixes }: Flow,
  commit: string,
): Promise<Result<readonly string[]>> {
  const args = ['for-each-ref', '--format=%(refname)', `--merged=${commit}`, 'refs/tags'];
  const listed = await git.run(repo.path, args);
  if (listed.exitCode !== 0) return refused(listed);
  const start = `refs/tags/${prefixes.versionTag}`;
  const ours = listed.stdout.split('\n').filter((ref) => ref.startsWith(start));
  return success(ours.map((ref) => ref.slice(start.length)));
}

/** The greatest version that files and tags of a branch name; null when none does. */
export async function readVersion(
  git: Git,
  repo: Repo,
  flow: Flow,
  branch: string | null,
): Promise<Result<string | null>> {
  const commit = branch && (await readRef(git, repo.path, branchRef(branch)));
  if (!commit) return success(null);
  const [files, tags] = await Promise.all([
    readVersionFiles(git, repo, commit),
    listVersionTags(git, repo, flow, commit),
  ]);
  if (!files.ok) return files;
  if (!tags.ok) return tags;
  return success(greatestVersion([...files.value.flatMap(({ says }) => says), ...tags.value])?.raw ?? null);
}
