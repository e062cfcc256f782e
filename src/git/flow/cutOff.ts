import type { Repo } from '../../core/repo.ts';
import { commonDirectory } from '../directories.ts';
import { listJournals } from '../journal.ts';
import type { Git } from '../run.ts';
import { removeStaleLocks } from '../staleLocks.ts';
import { type FlowName, tagName } from './branches.ts';
import { readFlow } from './flow.ts';

/** What the journal of a finish says that it is. */
export const flowFinishKind = 'flow-finish';

/** Releases, hotfixes and features of which the finish was cut off: doing it again completes it. */
export async function unfinishedFlows(git: Git, repo: Repo): Promise<readonly FlowName[]> {
  const common = await commonDirectory(git, repo.path);
  // No repository, no journals; what is wrong with it is told where it is looked at.
  return common.ok ? readUnfinished(common.value) : [];
}

/** Takes away the locks that a killed git left, where a finish of this branch was cut off. */
export async function mendFlow(git: Git, repo: Repo, commonDir: string, wanted: FlowName): Promise<void> {
  const isSame = ({ kind, name }: FlowName) => kind === wanted.kind && name === wanted.name;
  if (!(await readUnfinished(commonDir)).some(isSame)) return;
  const flow = await readFlow(git, repo);
  if (!flow.ok) return; // Planning says why.
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

/** What lies on the disk may be anything, and this ends in a command that a person is told to run. */
function parseName(data: unknown): FlowName[] {
  if (typeof data !== 'object' || data === null) return [];
  const { kind, name } = data as { kind?: unknown; name?: unknown };
  const isKind = kind === 'feature' || kind === 'release' || kind === 'hotfix';
  return isKind && typeof name === 'string' && /^[\w.+/@-]+$/.test(name) ? [{ kind, name }] : [];
}
