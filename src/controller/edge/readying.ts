import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { agentPrograms, withSetup } from '../../agents/launch.ts';
import type { StartPlan } from '../../core/proposal.ts';
import type { Repo } from '../../core/repo.ts';
import type { RepoSetup, SetupPlan } from '../../core/worker.ts';
import { exists, gitDirectory, readIfThere } from '../../git/directories.ts';
import type { Git } from '../../git/run.ts';
import { listMissing } from '../../git/worktrees/include.ts';
import { type Result, success } from '../../lib/result.ts';
import type { Tools } from './tools.ts';

/** What a worktree still needs before an agent can work in it. */
export interface Readying extends Pick<StartPlan, 'copies' | 'setup'> {
  readonly warnings: readonly string[];
}

/** Works out what is missing in a worktree, which need not be there yet. Changes nothing. */
export async function planReadying(
  { git, config }: Tools,
  repo: Repo,
  worktree: string,
): Promise<Result<Readying>> {
  const included = await listMissing(git, repo, worktree);
  if (!included.ok) return included;
  const { copies, warnings } = included.value;
  const setup = await missingSetup(git, worktree, config.setup?.[repo.name]);
  return success({ warnings, ...(copies.length > 0 && { copies }), ...(setup && { setup }) });
}

/** The approved command, behind the approved setup. */
export async function readyingCommand(
  { git, config }: Tools,
  plan: StartPlan,
): Promise<Result<readonly string[]>> {
  const { setup, command, worktree, id } = plan;
  if (!setup) return success(command);
  const doneFile = await doneFileOf(git, worktree);
  if (!doneFile.ok) return doneFile;
  const logFile = join(config.root, '.orch', 'setup', `${id.replace('/', '-')}.log`);
  const spec = { ...setup, logFile, doneFile: doneFile.value, stamp: stampOf(setup) };
  return success(withSetup(agentPrograms(), spec, command));
}

/** Null once exactly these commands have succeeded in the worktree; others have to be run. */
async function missingSetup(
  git: Git,
  worktree: string,
  configured: RepoSetup | undefined,
): Promise<SetupPlan | null> {
  if (!configured || configured.commands.length === 0) return null;
  const { commands, timeoutMs } = configured;
  const setup = { commands, timeoutMs };
  const doneFile = (await exists(worktree)) ? await doneFileOf(git, worktree) : null;
  const stamp = doneFile?.ok ? await readIfThere(doneFile.value) : '';
  return stamp === stampOf(setup) ? null : setup;
}

/** Lies in the worktree's own git directory, and so goes with it. */
async function doneFileOf(git: Git, worktree: string): Promise<Result<string>> {
  const gitDir = await gitDirectory(git, worktree);
  return gitDir.ok ? success(join(gitDir.value, 'orch-setup')) : gitDir;
}

function stampOf({ commands }: SetupPlan): string {
  return createHash('sha256').update(JSON.stringify(commands)).digest('hex');
}
