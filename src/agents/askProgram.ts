import { execFile } from 'node:child_process';

/** Where and how a program is asked something. */
export interface AskedProgram {
  /** Absolute path. */
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Bytes; what lists conversations may be long. */
const longestAnswer = 8 * 1024 * 1024;

/**
 * Runs a program for what it prints. Only for a proposal that is being planned.
 * @returns null where it fails, or has not ended in time
 */
export function askProgram(
  { file, env, cwd }: AskedProgram,
  args: readonly string[],
  patienceMs: number,
): Promise<string | null> {
  return new Promise((answer) => {
    const options = {
      env,
      cwd,
      timeout: patienceMs,
      killSignal: 'SIGKILL',
      maxBuffer: longestAnswer,
    } as const;
    const child = execFile(file, args, options, (error, stdout) => answer(error ? null : stdout));
    child.stdin?.end();
  });
}
