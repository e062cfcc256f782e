import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from '../../core/worker.ts';
import { runJob } from '../../jobs/runJob.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import type { Tools } from './tools.ts';

/** Jobs of this name are run before a finish. */
const jobName = 'verify';

/** The command that is run in a worktree of the repository before it is merged; null when none is configured. */
export function checksOf({ config }: Pick<Tools, 'config'>, repo: string): readonly string[] | null {
  return config.jobs?.[repo]?.[jobName] ?? null;
}

/** What a person agreed to is what is run, also where the configuration was changed since. */
export function checksChanged(id: string): Result<never> {
  return failure(
    'checks_changed',
    `The checks of ${id} are not those that were shown any more; nothing was merged.`,
    'Look at it again, then finish it.',
  );
}

/** Runs the checks of a worker's repository in its worktree. */
export async function runChecks(tools: Tools, worker: Worker, signal: AbortSignal): Promise<Result<null>> {
  const command = checksOf(tools, worker.repo);
  // The folder of a branch that is to be merged without it cannot be checked, and git looks at it next.
  if (!command || !existsSync(worker.worktree)) return success(null);
  const logFile = join(tools.config.root, '.orch', 'jobs', `${worker.repo}-${worker.task}-${jobName}.log`);
  const job = { command, cwd: worker.worktree, env: jobEnvironment(tools.ambient), logFile };
  const ran = await runJob(job, { signal });
  if (!ran.ok) return ran;
  const { exitCode, ended, lastLines } = ran.value;
  if (ended === 'cancelled') return failure('cancelled', `The checks of ${worker.id} were cancelled.`);
  if (ended === null && exitCode === 0) return success(null);
  const how = ended === 'timeout' ? 'took too long' : `ended with ${exitCode}`;
  return failure(
    'checks_failed',
    [`${command.join(' ')} ${how} in ${worker.worktree}; nothing was merged.`, ...lastLines].join('\n'),
    `All of it: ${logFile}`,
  );
}

/** What git was told for a hook or an alias would lead its commands elsewhere. */
export function jobEnvironment(ambient: Tools['ambient']): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(ambient).filter(
      ([name]) => !/^(GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX)|ORCH_.*)$/.test(name),
    ),
  );
}
