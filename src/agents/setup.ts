import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, ftruncateSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { FailedSetup } from '../core/worker.ts';
import { openForAppend, replaceFile } from '../lib/files.ts';
import type { Result } from '../lib/result.ts';
import { oneLine } from '../lib/sanitize.ts';
import { inboxOf, postToInbox } from './inbox.ts';
import type { SetupSpec } from './launch.ts';
import { findProgram } from './probe.ts';

/**
 * The setup program: runs a repository's setup commands in a worker's terminal, says how each ended, and then becomes
 * the agent. It stops at the first failure; the next resume tries again.
 */

/** Milliseconds; without an answer the exit code has to do. */
const patience = 2000;
/** Of a command's line, in characters. */
const longest = 200;

const [text = '', ...agent] = process.argv.slice(2);
const spec = JSON.parse(text) as SetupSpec;
const logged = demand(openForAppend(resolve(spec.logFile, '../../..'), spec.logFile));
ftruncateSync(logged);

for (const [at, command] of spec.commands.entries()) {
  const words = oneLine(command.join(' '), longest);
  const place = `setup ${at + 1}/${spec.commands.length}`;
  say(`\x1b[1m${place}: ${words}\x1b[m`);
  log(`${place}: ${words}`);
  const ended = await runStep(command, spec.timeoutMs);
  const took = `${describe(ended)} after ${(ended.ms / 1000).toFixed(1)} s`;
  log(`${place}: ${took}`);
  if (ended.exitCode === 0) {
    say(`\x1b[32m${place}: ${took}\x1b[m\n`);
    continue;
  }
  say(`\x1b[31m${place}: ${took}\x1b[m`);
  say('The agent was not started. Resume the worker to try again.');
  await report({ command, exitCode: ended.exitCode });
  process.exit(ended.exitCode ?? 124); // As timeout(1) says it.
}
demand(replaceFile(dirname(spec.doneFile), spec.doneFile, spec.stamp));
await becomeAgent(agent);

function describe({ exitCode, why }: Ended): string {
  if (exitCode === null) return 'took too long and was ended';
  return exitCode === 0 ? 'done' : why === null ? `failed with ${exitCode}` : `could not be run (${why})`;
}

/** Straight to the terminal, in its order with what the commands print. */
function say(line: string): void {
  writeSync(1, `${line}\r\n`);
}

function log(line: string): void {
  appendFileSync(logged, `${new Date().toISOString()} ${line}\n`);
}

/** Without its files the setup is not begun, and not taken for done. */
function demand<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  say(`\x1b[31m${result.problem.message}\x1b[m`);
  return process.exit(1);
}

async function report(failed: FailedSetup): Promise<void> {
  const inbox = inboxOf(process.env);
  if (!inbox) return;
  try {
    const url = new URL('/setup-failed', inbox.url).href;
    await postToInbox({ ...inbox, url }, JSON.stringify(failed), patience);
  } catch {
    // Nobody is there to hear it; the screen and the exit code say it, too.
  }
}

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

const signals = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGCONT'] as const;

/**
 * Becomes the agent: the same process, where this Node can do that; else a child with our terminal and process group,
 * whose end is ours.
 */
export async function becomeAgent(command: readonly string[]): Promise<void> {
  const [program = '', ...args] = command;
  const file = await findProgram(program, process.env.PATH ?? '', process.cwd());
  if (file === null) {
    writeSync(1, `${program} was not found.\r\n`);
    process.exit(127);
  }
  if (process.execve) {
    // It says that it is an experiment; the agent's screen is no place for that.
    process.removeAllListeners('warning');
    process.execve(file, [program, ...args], process.env);
  }
  let agent: ChildProcess | null = null;
  for (const signal of signals)
    process.on(signal, () => {
      // The terminal tells the whole group of its keys by itself.
      if (signal !== 'SIGINT' && signal !== 'SIGQUIT') agent?.kill(signal);
    });
  const child = spawn(file, args, { stdio: 'inherit', argv0: program });
  agent = child;
  child.once('error', ({ message }) => {
    writeSync(1, `${message}\r\n`);
    process.exit(126);
  });
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 0);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
