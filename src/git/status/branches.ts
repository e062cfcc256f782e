import type { BranchKind, BranchStatus, Repo } from '../../core/repo.ts';
import { mapConcurrently } from '../../lib/queue.ts';
import { type Result, success } from '../../lib/result.ts';
import type { Flow } from '../flow/flow.ts';
import { Quarantine } from '../quarantine.ts';
import { branchRef, readRef } from '../refs.ts';
import { type Git, refused } from '../run.ts';
import { findMerged } from './merged.ts';
import { countBothWays } from './status.ts';

/** Each takes a few processes of its own. */
const branchesAtOnce = 4;

/** All local branches beside the base, main and develop first. Changes nothing in the repository. */
export async function readBranches(git: Git, repo: Repo, flow: Flow): Promise<Result<BranchStatus[]>> {
  const fields = ['refname', 'objectname', 'committerdate:iso-strict', 'worktreepath', 'upstream'];
  const format = [...fields, 'upstream:track,nobracket', 'subject'].map((field) => `%(${field})`).join('%00');
  const listed = await git.run(repo.path, ['for-each-ref', `--format=${format}`, 'refs/heads']);
  if (listed.exitCode !== 0) return refused(listed);
  const base = await baseCommit(git, repo, flow);
  const objects = await git.text(repo.path, ['rev-parse', '--path-format=absolute', '--git-path', 'objects']);
  if (!objects.ok) return objects;
  const quarantine = await Quarantine.open(objects.value);
  try {
    const lines = listed.stdout.split('\n').filter(Boolean);
    const branches = await mapConcurrently(lines, branchesAtOnce, async (line) => {
      const [ref = '', commit = '', at = '', checkout = '', upstream = '', track = '', subject = ''] =
        line.split('\0');
      const name = ref.slice(branchRef('').length);
      const kind = kindOf(name, flow);
      const isBase = name === flow.base || base === null;
      const counts = isBase ? null : await countBothWays(git, repo, commit, base);
      const isWork = !isBase && kind !== 'main' && kind !== 'develop';
      return {
        ...{ name, kind, last: { commit, subject, at } },
        ahead: counts?.ours ?? null,
        behind: counts?.theirs ?? null,
        merged: isWork ? await findMerged(git, repo, base, commit, quarantine) : null,
        upstream: upstream === '' ? null : track,
        checkout: checkout === '' ? null : checkout,
      };
    });
    return success(branches.sort((a, b) => order[a.kind] - order[b.kind]));
  } finally {
    await quarantine.close();
  }
}

const order: Readonly<Record<BranchKind, number>> = {
  main: 0,
  develop: 1,
  release: 2,
  hotfix: 3,
  feature: 4,
  other: 5,
};

function kindOf(name: string, { main, develop, prefixes }: Flow): BranchKind {
  if (name === main) return 'main';
  if (name === develop) return 'develop';
  const kinds = ['feature', 'release', 'hotfix'] as const;
  // An empty prefix marks none: it would mark all.
  return kinds.find((kind) => prefixes[kind] !== '' && name.startsWith(prefixes[kind])) ?? 'other';
}

async function baseCommit(git: Git, repo: Repo, { base, remote }: Flow): Promise<string | null> {
  if (base === null) return null;
  return (
    (await readRef(git, repo.path, branchRef(base))) ??
    (await readRef(git, repo.path, `refs/remotes/${remote}/${base}`))
  );
}
