import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';

/** How a setup command ended. */
export interface Ended {
  /** 128 and its number for a signal; null when it took too long. */
  readonly exitCode: number | null;
  /** Why it could not be started. */
  readonly why: string | null;
  readonly ms: number;
}

/** Time to end in an orderly way. */
const graceMs = 2_000;

/** What a terminal, or whoever ends a worker, sends to a whole group of processes. */
const passed = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Runs one command with this process's terminal, in its process group. Signals reach the command as well as us and
 * only end the command.
 */
export function runStep(command: readonly string[], timeoutMs: number): Promise<Ended> {
  const [program = '', ...args] = command;
  const begun = performance.now();
  let child: ChildProcess | null = null;
  const pass = (signal: NodeJS.Signals) => {
    // The terminal tells the whole group of its keys by itself; of others only we know.
    if (signal !== 'SIGINT' && signal !== 'SIGQUIT') child?.kill(signal);
  };
  for (const signal of passed) process.on(signal, pass);
  const started = spawn(program, args, { stdio: 'inherit', env: environmentOf(process.env) });
  child = started;
  let late = false;
  let grace: NodeJS.Timeout | undefined;
  const limit = setTimeout(() => {
    late = true;
    // All that it has started, too: they are in this group, and we do not obey.
    process.kill(0, 'SIGTERM');
    grace = setTimeout(() => started.kill('SIGKILL'), graceMs);
  }, timeoutMs);
  return new Promise((resolve) => {
    const end = (exitCode: number, why: string | null) => {
      clearTimeout(limit);
      clearTimeout(grace);
      for (const signal of passed) process.off(signal, pass);
      resolve({ exitCode: late ? null : exitCode, why, ms: performance.now() - begun });
    };
    // What a shell answers for a program that is not there.
    started.once('error', (error) => end(127, error.message));
    started.once('exit', (code, signal) => end(code ?? 128 + (signal ? constants.signals[signal] : 0), null));
  });
}

/** The right to speak for the agent is the agent's alone. */
function environmentOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { ORCH_TOKEN: _, ORCH_HOOK_URL: __, ...rest } = env;
  return rest;
}
