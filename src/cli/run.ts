import { demandTrusted } from '../config/workspaceConfig.ts';
import { jobEnvironment } from '../controller/effects/removal.ts';
import { demand, refuse } from '../core/verb.ts';
import type { WorkspaceConfig } from '../core/workspace.ts';
import { describeLeft, type JobResult, runJob } from '../features/jobs/service/runJob.ts';
import type { Result } from '../lib/result.ts';
import { exitCodes, type Output } from './output.ts';
import { findWorkspace, refuseUnknownRepo } from './workspace.ts';

/** The result of a job in one repository. */
type Ran = { readonly repo: string } & (JobResult | { readonly problem: string });

/**
 * `run`: runs a configured job in the main checkouts of repositories, one after another. A failed job does not stop the
 * others, but makes the exit code 1. Needs no controller.
 */
export async function runJobs(out: Output, name: string, repos: readonly string[]): Promise<void> {
  const config = demand(demandTrusted(demand(findWorkspace('.'))));
  const stop = new AbortController();
  const cancel = () => stop.abort();
  process.once('SIGINT', cancel);
  process.once('SIGTERM', cancel);
  const results: Ran[] = [];
  for (const { repo, path, command } of planJobs(config, name, repos)) {
    if (stop.signal.aborted) break;
    out.say(`${repo}: ${command.join(' ')}`);
    const onOutput = (chunk: Buffer) => {
      if (!out.json) process.stdout.write(chunk);
    };
    const job = { command, cwd: path, env: jobEnvironment(process.env, path) };
    const ran = await runJob(job, { signal: stop.signal, onOutput });
    results.push(ran.ok ? { repo, ...ran.value } : { repo, problem: ran.problem.message });
    out.say(`${repo}: ${describe(ran)}`);
    if (ran.ok) for (const line of describeLeft(ran.value.left)) out.say(`${repo}: ${line}`);
  }
  if (out.json) out.result(results, '');
  const isWell = results.every((one) => 'exitCode' in one && one.exitCode === 0 && one.ended === null);
  if (!isWell || stop.signal.aborted) process.exitCode = exitCodes.refused;
}

interface Planned {
  readonly repo: string;
  readonly path: string;
  readonly command: readonly string[];
}

/** Returns the jobs of the named repositories, or of all that have the job. */
function planJobs(config: WorkspaceConfig, name: string, wanted: readonly string[]): Planned[] {
  const unknown = wanted.find((name) => !config.repos.some((repo) => repo.name === name));
  if (unknown !== undefined) refuseUnknownRepo(unknown, config.repos);
  const planned = config.repos.flatMap(({ name: repo, path }) => {
    const command = config.jobs?.[repo]?.[name];
    return command && (wanted.length === 0 || wanted.includes(repo)) ? [{ repo, path, command }] : [];
  });
  const without = wanted.find((repo) => !planned.some((one) => one.repo === repo));
  const names = [...new Set(Object.values(config.jobs ?? {}).flatMap((jobs) => Object.keys(jobs)))];
  if (planned.length === 0 || without !== undefined)
    refuse(
      'unknown_job',
      `There is no job ${JSON.stringify(name)}${without ? ` for ${without}` : ''} here.`,
      names.length > 0 ? `Known: ${names.join(', ')}.` : 'Jobs are named in .orch/config.json: "jobs".',
    );
  return planned;
}

function describe(ran: Result<JobResult>): string {
  if (!ran.ok) return ran.problem.message;
  const { ended, exitCode } = ran.value;
  if (ended === 'timeout') return 'took too long and was ended';
  return ended === 'cancelled' ? 'was cancelled' : exitCode === 0 ? 'done' : `failed with ${exitCode}`;
}
