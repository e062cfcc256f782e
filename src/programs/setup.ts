/**
 * The setup program: runs a repository's setup commands in a worker's terminal, prints their results, and then becomes the
 * agent. It stops at the first failure; the next resume tries again.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, ftruncateSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, resolve } from 'node:path';
import { inboxOf, postToInbox } from '../agents/inbox.ts';
import type { SetupSpec } from '../agents/launch.ts';
import { findProgram } from '../agents/probe.ts';
import type { FailedSetup } from '../core/worker.ts';
import { openForAppend, replaceFile } from '../lib/files.ts';
import type { Result } from '../lib/result.ts';
import { oneLine } from '../lib/sanitize.ts';

/** Time limit of the report in milliseconds; without it there is still the exit code. */
const reportMs = 2000;
/** Most shown characters of a command. */
const maxCommand = 200;
/** Milliseconds from SIGTERM to SIGKILL. */
const graceMs = 2_000;

await main();

async function main(): Promise<void> {
  const [text = '', ...agent] = process.argv.slice(2);
  const spec = JSON.parse(text) as SetupSpec;
  const logged = demand(openForAppend(resolve(spec.logFile, '../../..'), spec.logFile));
  const log = (line: string) => appendFileSync(logged, `${new Date().toISOString()} ${line}\n`);
  ftruncateSync(logged);
  for (const [at, command] of spec.commands.entries()) {
    const words = oneLine(command.join(' '), maxCommand);
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
    process.exit(ended.exitCode ?? 124); // The code of timeout(1).
  }
  demand(replaceFile(dirname(spec.doneFile), spec.doneFile, spec.stamp));
  await execAgent(agent);
}

function describe({ exitCode, why }: Ended): string {
  if (exitCode === null) return 'took too long and was ended';
  return exitCode === 0 ? 'done' : why === null ? `failed with ${exitCode}` : `could not be run (${why})`;
}

/** Prints a line synchronously, in order with the output of the commands. */
function say(line: string): void {
  writeSync(1, `${line}\r\n`);
}

/** Returns a value, or prints the problem and exits: without its files the setup must not run, nor count as done. */
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
    await postToInbox({ ...inbox, url }, JSON.stringify(failed), reportMs);
  } catch {
    // No control room: the screen and the exit code still show the failure.
  }
}

/** The result of a setup command. */
interface Ended {
  /** 128 plus the number of a signal; null after the time limit. */
  readonly exitCode: number | null;
  /** Reason that it could not be started; null otherwise. */
  readonly why: string | null;
  readonly ms: number;
}

/**
 * Runs one command with this process's terminal, in its process group. Signals reach both processes and end only the
 * command.
 */
function runStep(command: readonly string[], timeoutMs: number): Promise<Ended> {
  const [program = '', ...args] = command;
  const begun = performance.now();
  const signals = catching(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']);
  // Only the agent may post for itself.
  const { ORCH_TOKEN: _, ORCH_HOOK_URL: __, ...env } = process.env;
  const child = signals.passTo(spawn(program, args, { stdio: 'inherit', env }));
  let late = false;
  let grace: NodeJS.Timeout | undefined;
  const limit = setTimeout(() => {
    late = true;
    // Also its descendants, which are in this group; this process catches the signal.
    process.kill(0, 'SIGTERM');
    grace = setTimeout(() => child.kill('SIGKILL'), graceMs);
  }, timeoutMs);
  return new Promise((resolve) => {
    const end = (exitCode: number, why: string | null) => {
      clearTimeout(limit);
      clearTimeout(grace);
      signals.release();
      resolve({ exitCode: late ? null : exitCode, why, ms: performance.now() - begun });
    };
    // 127 is a shell's code for a missing program.
    child.once('error', (error) => end(127, error.message));
    child.once('exit', (code, signal) => end(code ?? 128 + (signal ? constants.signals[signal] : 0), null));
  });
}

/** Catches signals and passes them to a child, except those of keys, which the terminal sends to the whole group. */
function catching(signals: readonly NodeJS.Signals[]) {
  let receiver: ChildProcess | null = null;
  const pass = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGINT' && signal !== 'SIGQUIT') receiver?.kill(signal);
  };
  for (const signal of signals) process.on(signal, pass);
  return {
    passTo(child: ChildProcess): ChildProcess {
      receiver = child;
      return child;
    },
    release(): void {
      for (const signal of signals) process.off(signal, pass);
    },
  };
}

/**
 * Becomes the agent: by execve where this Node has it; else runs a child with our terminal and process group, and ends as
 * it does.
 */
async function execAgent(command: readonly string[]): Promise<void> {
  const [program = '', ...args] = command;
  const file = await findProgram(program, process.env.PATH ?? '', process.cwd());
  if (file === null) {
    say(`${program} was not found.`);
    process.exit(127);
  }
  if (process.execve) {
    // Node's warning about the experimental execve must not appear on the agent's screen.
    process.removeAllListeners('warning');
    process.execve(file, [program, ...args], process.env);
  }
  const signals = catching(['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGCONT']);
  const agent = signals.passTo(spawn(file, args, { stdio: 'inherit', argv0: program }));
  agent.once('error', ({ message }) => {
    say(message);
    process.exit(126);
  });
  agent.once('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 0);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
