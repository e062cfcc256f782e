import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { AgentPreset } from '../core/workspace.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { oneLine } from '../lib/sanitize.ts';
import { isTooOld, newestTested, oldestSupported } from './claude/versions.ts';

/** What a preset's program turned out to be. */
export interface FoundAgent {
  /** Absolute path of the program. */
  readonly file: string;
  /** First line of `--version`; null when it says nothing, or is not asked because its flags are unknown. */
  readonly version: string | null;
}

/** Milliseconds; the real CLI answers in 0.1 to 1 s. */
const versionPatience = 5000;

/**
 * Looks for a preset's program the way starting it would, and asks its version.
 * @param environment the process would get; its PATH counts
 * @param cwd folder that a relative path with a slash is looked up from
 * @returns `agent_missing`, or `agent_too_old` for a version whose hooks we cannot use
 */
export async function probeAgent(
  name: string,
  preset: Pick<AgentPreset, 'command' | 'speaks'>,
  environment: Readonly<Record<string, string>>,
  cwd: string,
): Promise<Result<FoundAgent>> {
  const [program = '', ...rest] = preset.command;
  const file = await findProgram(program, environment.PATH ?? '', cwd);
  if (file === null) return missing(name, program);
  if (preset.speaks === 'none') return success({ file, version: null });
  const version = await askVersion(file, [...rest, '--version'], environment, cwd);
  if (version !== null && isTooOld(version)) {
    const message = `Agent "${name}" is ${version}; ${oldestSupported} or newer is needed.`;
    const hint = `Update it: claude update. orch-tui is tested with ${oldestSupported} and ${newestTested}.`;
    return failure('agent_too_old', message, hint);
  }
  return success({ file, version });
}

function missing(name: string, program: string): Result<never> {
  const hint =
    program === 'claude'
      ? 'Install Claude Code: npm install -g @anthropic-ai/claude-code'
      : `Install it, or mend agents.${name}.command in .orch/config.json.`;
  return failure(
    'agent_missing',
    `The program of agent "${name}", ${oneLine(program, 80)}, was not found.`,
    hint,
  );
}

/** The file that a program name stands for, as the kernel and a shell would find it; null when there is none. */
export async function findProgram(program: string, path: string, cwd: string): Promise<string | null> {
  if (program === '') return null;
  const candidates = program.includes('/')
    ? [resolve(cwd, program)]
    : path
        .split(delimiter)
        .filter((folder) => isAbsolute(folder))
        .map((folder) => join(folder, program));
  for (const candidate of candidates) if (await isProgram(candidate)) return candidate;
  return null;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    // Missing, or not ours to run: no program either way.
    return false;
  }
}

function askVersion(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<string | null> {
  return new Promise((answer) => {
    const options = {
      env,
      cwd,
      timeout: versionPatience,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024,
    } as const;
    const child = execFile(file, args, options, (error, stdout) => {
      const line = oneLine(stdout.split('\n')[0] ?? '', 80);
      answer(error || line === '' ? null : line);
    });
    child.stdin?.end();
  });
}
