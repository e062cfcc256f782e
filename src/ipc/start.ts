import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { failure, type Result } from '../lib/result.ts';
import { type DaemonName, runtimeFolder } from './guard.ts';
import { approvalVariable } from './heldKey.ts';
import { markedCommand } from './origin.ts';

/** Program and environment of a daemon to start. */
export interface DaemonStart {
  /** Its JavaScript file. */
  readonly entry: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/** Variable with the number of the pipe on which a daemon reports the result of its start, in one line of JSON. */
const readyVariable = 'ORCH_READY_FD';

/**
 * A young generation of 3 MB instead of 48: what a flood leaves behind is thrown away sooner, before it makes the
 * process grow; 10 to 20 MB, and no slower. One thread beside the main one is all that a daemon's collector needs.
 */
const nodeFlags = ['--max-semi-space-size=1', '--v8-pool-size=1', '--expose-gc'];

/**
 * Megabytes a heap may have. Far more than a controller needs, which could be started again at any moment; knowing it, V8
 * collects earlier: 30 MB less, and no slower. A host has no such bound: agents end with it.
 */
const heapFlags: Partial<Record<DaemonName, string[]>> = { controller: ['--max-old-space-size=512'] };

/**
 * Bounds of glibc on the freed memory that it keeps. By itself it raises both once a large piece was freed, and then keeps
 * pieces of up to 32 MB for good; other C libraries do not know these. Read at the start only.
 */
const allocation: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: '32768',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_ARENA_MAX: '1',
};

/**
 * Variables that a daemon must not inherit. It is no worker's, even where a worker's command started it: it must not end with it, nor
 * count as one. And it acts for every caller, so it holds no key.
 */
const foreign = {
  ORCH_TOKEN: undefined,
  ORCH_WORKER: undefined,
  ORCH_HOOK_URL: undefined,
  [approvalVariable]: undefined,
};

/** Longer than a start takes on a busy machine; a daemon that hangs must not hang its starter. */
const startLimitMs = 20_000;

/** A start that finds the log larger than this empties it. */
const maxLogBytes = 1024 * 1024;

/**
 * Starts a daemon in a session of its own, so that it outlives its starter.
 * @returns once it accepts connections, or `start_failed`, or the daemon's own reason
 */
export async function startDaemon(
  root: string,
  program: DaemonName,
  { entry, env }: DaemonStart,
): Promise<Result<null>> {
  const folder = runtimeFolder(root, env);
  if (!folder.ok) return folder;
  const logPath = join(folder.value, `${program}.log`);
  const log = openSync(logPath, 'a', 0o600);
  try {
    if (fstatSync(log).size > maxLogBytes) ftruncateSync(log);
    const node = [process.execPath, ...nodeFlags, ...(heapFlags[program] ?? []), entry, root];
    const [file = '', ...args] = program === 'host' ? markedCommand(node) : node;
    const child = spawn(file, args, {
      cwd: root,
      detached: true,
      stdio: ['ignore', log, log, 'pipe'],
      env: { ...allocation, ...env, ...foreign, [readyVariable]: '3' },
    });
    child.unref();
    const line = await firstLine(child);
    if (line !== '') return JSON.parse(line) as Result<null>;
    return failure('start_failed', `The ${program} did not start.`, `Its log is ${logPath}.`);
  } finally {
    closeSync(log);
  }
}

/** Returns the line on the child's ready pipe; empty when it ends or takes too long without a whole line. */
function firstLine(child: ChildProcess): Promise<string> {
  const pipe = child.stdio[3] as Readable;
  return new Promise((resolve) => {
    let text = '';
    const finish = () => {
      clearTimeout(limit);
      pipe.destroy();
      resolve(text.includes('\n') ? text : '');
    };
    const limit = setTimeout(finish, startLimitMs);
    pipe.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (text.endsWith('\n')) finish();
    });
    pipe.once('end', finish);
    child.once('error', finish);
  });
}

/** Removes from a daemon's environment the variables meant for itself: git, hooks and agents do not get them. */
export function forgetAllocation(env: NodeJS.ProcessEnv = process.env): void {
  for (const [name, value] of Object.entries(allocation)) if (env[name] === value) delete env[name];
}

/** Reports the result of the start to the starter of this process, once, where it waits for that. */
export function reportStart(result: Result<null>): void {
  const fd = process.env[readyVariable];
  delete process.env[readyVariable];
  if (fd === undefined) return;
  try {
    writeSync(Number(fd), `${JSON.stringify(result)}\n`);
    closeSync(Number(fd));
  } catch {
    // The starter has gone meanwhile; the daemon serves other clients.
  }
}
