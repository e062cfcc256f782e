import { demandTrusted } from '../config/workspaceConfig.ts';
import { jobEnvironment } from '../controller/effects/removal.ts';
import { demand, refuse } from '../core/verb.ts';
import type { WorkspaceConfig } from '../core/workspace.ts';
import { describeLeft, type JobResult, runJob } from '../features/jobs/service/runJob.ts';
import type { Result } from '../lib/result.ts';
import { exitCodes, type Output } from './output.ts';
import { findWorkspace } from './workspace.ts';

/** What a job came to in one repository. */
type Ran = { readonly repo: string } & (JobResult | { readonly problem: string });

/**
 * `run`: a configured job in the main checkouts of repositories, one after the other. One that fails stops no other;
 * the command ends with 1 then. Needs no controller, and changes nothing by itself.
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

/** Those named, or all that have the job. */
function planJobs(config: WorkspaceConfig, name: string, wanted: readonly string[]): Planned[] {
  const known = config.repos.map((repo) => repo.name);
  const unknown = wanted.find((repo) => !known.includes(repo));
  if (unknown !== undefined)
    refuse(
      'unknown_repo',
      `There is no repository ${JSON.stringify(unknown)} here.`,
      `Known: ${known.join(', ')}.`,
    );
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
