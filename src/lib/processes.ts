import { type ChildProcess, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pollUntil } from './schedule.ts';

/** One line of the system's process table. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Opaque text that differs between two processes with the same pid, also across reboots. */
  readonly start: string;
}

/** Returns all running processes; zombies count as ended. */
export function listProcesses(): readonly ProcessEntry[] {
  if (process.platform !== 'linux') return parsePs(runPs(['-axo', psColumns]));
  const boot = bootId();
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readStat(Number(name), boot))
    .filter((entry) => entry !== null);
}

/** Returns the start of a process; null when there is no such process. */
export function processStart(pid: number): string | null {
  return findProcess(pid)?.start ?? null;
}

/** Returns a process and its descendants; empty when the pid belongs to another process by now. */
export function findTree(pid: number, start: string, all: readonly ProcessEntry[]): readonly ProcessEntry[] {
  const root = all.find((entry) => entry.pid === pid && entry.start === start);
  if (!root) return [];
  const tree = [root];
  for (const member of tree)
    tree.push(...all.filter((entry) => entry.parent === member.pid && !tree.includes(entry)));
  return tree;
}

/**
 * Returns the processes with a variable such as `NAME=value` in their first environment (proc(5), `environ`): a process
 * that forked twice has lost its parent, not its environment. Empty on systems other than Linux.
 */
export function findMarked(mark: string, all: readonly ProcessEntry[]): readonly ProcessEntry[] {
  if (process.platform !== 'linux') return [];
  return all.filter(({ pid }) => pid !== process.pid && environmentOf(pid).includes(mark));
}

/** Returns the program of a process and its arguments; empty for one that has ended or is not readable. */
export function commandOf(pid: number): readonly string[] {
  if (process.platform === 'linux') return wordsOf(pid, 'cmdline');
  return runPs(['-o', 'command=', '-p', String(pid)])
    .trim()
    .split(/\s+/)
    .filter(Boolean);
}

/** Returns the first environment of a process, `NAME=value` each; empty where it is not readable. */
export function environmentOf(pid: number): readonly string[] {
  return process.platform === 'linux' ? wordsOf(pid, 'environ') : [];
}

function wordsOf(pid: number, file: 'environ' | 'cmdline'): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').filter(Boolean);
  } catch {
    // Of another user, or ended.
    return [];
  }
}

/** Returns a function from a pid to its resident bytes, 0 for an ended process. `ps` runs once for all of them. */
export function residentBytes(): (pid: number) => number {
  if (process.platform === 'linux') return residentOf;
  const lines = runPs(['-axo', 'pid=,rss=']).split('\n');
  const kilobytes = new Map(lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]));
  return (pid) => (kilobytes.get(pid) ?? 0) * 1024;
}

/** Reads `VmRSS` of proc(5), `status`, in kB. */
function residentOf(pid: number): number {
  try {
    const line = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(line?.[1] ?? 0) * 1024;
  } catch {
    // Ended meanwhile.
    return 0;
  }
}

function findProcess(pid: number): ProcessEntry | null {
  if (process.platform === 'linux') return readStat(pid, bootId());
  return parsePs(runPs(['-o', psColumns, '-p', String(pid)]))[0] ?? null;
}

/** Returns the id of the boot, which is a part of each start: start times on Linux count from it. */
function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function readStat(pid: number, boot: string): ProcessEntry | null {
  try {
    return parseStat(pid, readFileSync(`/proc/${pid}/stat`, 'utf8'), boot);
  } catch {
    // Ended between listing and reading, or does not exist.
    return null;
  }
}

/**
 * Parses `/proc/<pid>/stat`, proc(5). The program's name is in parentheses and may hold anything, parentheses included,
 * so fields are counted from the last one.
 */
export function parseStat(pid: number, stat: string, boot: string): ProcessEntry | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  const start = fields[19];
  if (state === 'Z' || state === 'X' || start === undefined) return null;
  return { pid, parent: Number(parent), group: Number(group), start: `${boot}:${start}` };
}

const psColumns = 'pid=,ppid=,pgid=,stat=,lstart=';

/** Returns the output of `ps`; empty when no process matched, for which it exits 1. */
function runPs(args: readonly string[]): string {
  try {
    return execFileSync('ps', args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  } catch {
    return '';
  }
}

/** Parses lines of `ps -o pid=,ppid=,pgid=,stat=,lstart=`. */
export function parsePs(text: string): readonly ProcessEntry[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
    if (!match || match[4]?.startsWith('Z')) return [];
    const [, pid, parent, group, , start = ''] = match;
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), start }];
  });
}

/** A turn reads all that the kernel holds; only a leftover process that prints endlessly needs more turns. */
const maxTurns = 20;

/**
 * Calls back once a child has exited and its output until then was read. Processes that it left behind may hold its pipes
 * open: their output is dropped, and they do not keep this process alive.
 * @param ended gets the arguments of `exit`; not called for a child that could not be started
 */
export function onceEnded(
  child: ChildProcess,
  ended: (code: number | null, signal: NodeJS.Signals | null) => void,
): void {
  let isOver = false;
  const finish = (code: number | null, signal: NodeJS.Signals | null) => {
    if (isOver) return;
    isOver = true;
    ended(code, signal);
  };
  child.once('close', finish);
  child.once('exit', (code, signal) => {
    const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
    // The next turns of the event loop read what was in the pipes at its exit, until one brings no data.
    let came = true;
    for (const stream of streams) stream.on('data', () => (came = true));
    let turns = 0;
    const look = () => {
      if (isOver) return;
      if (came && turns++ < maxTurns) {
        came = false;
        setImmediate(look);
        return;
      }
      finish(code, signal);
      for (const stream of streams) discardOutput(stream);
    };
    setImmediate(look);
  });
}

/** Reads on and keeps nothing, so that a leftover process which prints does not get SIGPIPE. */
function discardOutput(stream: Readable): void {
  stream.removeAllListeners('data');
  stream.on('error', () => {}); // Only its end matters.
  stream.resume();
  (stream as Socket).unref?.();
}

/** A process that hangs in the kernel delays even SIGKILL. */
const killMs = 5000;

/** Descendants are no children of ours, so their end raises no event. */
const pollMs = 40;

/**
 * Ends processes, also those in sessions of their own: SIGTERM, and SIGKILL for the rest after `termMs` milliseconds, with
 * their new descendants. Resolves when all have ended, or after five more seconds.
 */
export async function endProcesses(entries: readonly ProcessEntry[], termMs: number): Promise<void> {
  signalAll(entries, 'SIGTERM');
  // A stopped process handles SIGTERM only once it continues.
  signalAll(entries, 'SIGCONT');
  const stubborn = await waitForEnd(entries, termMs);
  const all = listProcesses();
  const rest = new Set(stubborn.flatMap((entry) => findTree(entry.pid, entry.start, all)));
  signalAll([...rest], 'SIGKILL');
  await waitForEnd([...rest], killMs);
}

/** Returns those that still run at the end of the time. */
async function waitForEnd(entries: readonly ProcessEntry[], ms: number): Promise<readonly ProcessEntry[]> {
  let alive = entries;
  const areGone = () => {
    alive = alive.filter(isAlive);
    return alive.length === 0;
  };
  await pollUntil(areGone, { limitMs: ms, everyMs: pollMs });
  return alive;
}

/** Signals the groups of processes, which include new children, and the processes themselves. */
function signalAll(entries: readonly ProcessEntry[], signal: NodeJS.Signals): void {
  const alive = entries.filter(isAlive);
  // Only groups that one of them leads: others may include unrelated processes.
  const led = alive.filter((entry) => entry.group === entry.pid);
  for (const entry of led) send(-entry.group, signal);
  for (const entry of alive) if (!led.some((leader) => leader.group === entry.group)) send(entry.pid, signal);
}

function isAlive(entry: ProcessEntry): boolean {
  return processStart(entry.pid) === entry.start;
}

function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // Ended in between, or changed its user: the poll sees either.
  }
}

/** Returns a process and its descendants; empty once it has ended. */
export function treeOf(pid: number): readonly ProcessEntry[] {
  const start = processStart(pid);
  return start === null ? [] : findTree(pid, start, listProcesses());
}

/** Measurements of a process, and the collection of its garbage. */
interface MemoryProbe {
  readonly resident: () => number;
  /** Returns the busy share of the event loop since the last call, 0 to 1. */
  readonly busy: () => number;
  readonly collect: () => void;
}

/** Usual variation of a process; less is not worth a collection. */
const worthBytes = 12 * 1024 * 1024;
/** Above this share a collection would delay work. */
const maxBusy = 0.2;

/**
 * Frees the garbage that a flood leaves behind. V8 collects only on allocation, so a process that goes idle after a flood
 * keeps its garbage. When memory has grown above its lowest value, one collection runs as soon as the process is idle;
 * what remains is in use and becomes the new lowest value.
 */
export class IdleMemory {
  readonly #probe: MemoryProbe;
  /** Resident bytes after the last collection, or the lowest since. */
  #floor: number;
  #hasCollected = false;

  constructor(looks: MemoryProbe) {
    this.#probe = looks;
    this.#floor = looks.resident();
  }

  /** Collects where that is worth it. To be called at intervals. */
  check(): void {
    const resident = this.#probe.resident();
    const busy = this.#probe.busy();
    // A collection also frees on other threads, so its result is visible at the next check.
    this.#floor = this.#hasCollected ? resident : Math.min(this.#floor, resident);
    this.#hasCollected = false;
    if (busy > maxBusy || resident - this.#floor < worthBytes) return;
    this.#hasCollected = true;
    this.#probe.collect();
  }
}

const checkEveryMs = 10_000;

/**
 * Has this process give memory back when it is idle, which is checked every so many milliseconds.
 * @returns what ends that
 */
export function releaseWhenIdle(everyMs = checkEveryMs): () => void {
  let last = performance.eventLoopUtilization();
  const memory = new IdleMemory({
    resident: () => process.memoryUsage.rss(),
    busy() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
    // An ordinary collection keeps young buffers, and pages for reuse.
    collect: () => void collector()({ type: 'major', execution: 'sync', flavor: 'last-resort' }),
  });
  const timer = setInterval(() => memory.check(), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Returns V8's function that collects garbage, exposed when it is first needed. Started with `--expose-gc`, Node would not
 * use the compiled code of its own modules, which is bound to V8's flags: 20 to 35 ms more of each start.
 */
function collector(): NodeJS.GCFunction {
  if (!globalThis.gc) {
    setFlagsFromString('--expose-gc');
    globalThis.gc = runInNewContext('gc') as NodeJS.GCFunction;
  }
  return globalThis.gc;
}
