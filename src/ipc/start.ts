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
 * A young generation of 3 MB instead of 48: the garbage of a flood is collected before it makes the process grow, which
 * saves 10 to 20 MB and is no slower. One thread beside the main one is enough for a daemon's collector.
 */
const nodeFlags = ['--max-semi-space-size=1', '--v8-pool-size=1'];

/**
 * Limits of heaps in megabytes. With a limit V8 collects earlier, which saves 30 MB and is no slower. It is far more than a
 * controller needs, and a controller could be restarted at any moment. A host has none, because agents end with it.
 */
const heapFlags: Partial<Record<DaemonName, string[]>> = { controller: ['--max-old-space-size=512'] };

/**
 * Limits for freed memory that glibc keeps. By default it raises both once a large block was freed, and then keeps blocks of
 * up to 32 MB for good. Other C libraries ignore these variables. Read at the start only.
 */
const allocation: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: '32768',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_ARENA_MAX: '1',
};

/**
 * Variables that a daemon must not inherit. Even one that a worker's command started must neither end with the worker nor
 * count as a part of it. A daemon serves every caller, so it holds no key.
 */
const foreign = {
  ORCH_TOKEN: undefined,
  ORCH_WORKER: undefined,
  ORCH_HOOK_URL: undefined,
  [approvalVariable]: undefined,
};

/** Longer than a start takes on a busy machine. Bounds the wait for a daemon that hangs. */
const startLimitMs = 20_000;

/** A larger log is emptied at a start. */
const maxLogBytes = 1024 * 1024;

/**
 * Starts a daemon in a session of its own, so that it outlives its starter. Resolves once it accepts connections.
 * @returns `start_failed`, or the daemon's own problem
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

/** Returns the line on the child's ready pipe; empty when none comes before the child's end or the time limit. */
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

/** Removes the variables for glibc from a daemon's environment, so that git, hooks and agents do not get them. */
export function forgetAllocation(env: NodeJS.ProcessEnv = process.env): void {
  for (const [name, value] of Object.entries(allocation)) if (env[name] === value) delete env[name];
}

/** Reports the result of the start, once, to a starter that waits for it. */
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
