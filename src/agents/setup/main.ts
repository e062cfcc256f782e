/**
 * The setup program: runs a repository's setup commands in a worker's terminal, says how each ended, and then becomes
 * the agent. It stops at the first failure; the next resume tries again.
 */
import { appendFileSync, ftruncateSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { FailedSetup } from '../../core/worker.ts';
import { openForAppend, replaceFile } from '../../lib/files.ts';
import type { Result } from '../../lib/result.ts';
import { oneLine } from '../../lib/sanitize.ts';
import { inboxOf, postToInbox } from '../inbox.ts';
import { becomeAgent } from './becomeAgent.ts';
import { type Ended, runStep } from './runStep.ts';
import type { SetupSpec } from './spec.ts';

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
