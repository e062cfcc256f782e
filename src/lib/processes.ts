import { type ChildProcess, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { pollUntil } from './schedule.ts';

/** One line of the system's process table. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Differs between two processes that had the same pid, also across reboots. */
  readonly start: string;
}

/** Returns all processes that have not ended, without zombies, which look the same as ended ones. */
export function listProcesses(): readonly ProcessEntry[] {
  if (process.platform !== 'linux') return parsePs(runPs(['-axo', psColumns]));
  const boot = bootId();
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readStat(Number(name), boot))
    .filter((entry) => entry !== null);
}

/** Returns the start of a process as an opaque text; null when there is no such process. */
export function processStart(pid: number): string | null {
  return findProcess(pid)?.start ?? null;
}

/** The process and its descendants; empty when the process is another one by now. */
export function findTree(pid: number, start: string, all: readonly ProcessEntry[]): readonly ProcessEntry[] {
  const root = all.find((entry) => entry.pid === pid && entry.start === start);
  if (!root) return [];
  const tree = [root];
  for (const member of tree)
    tree.push(...all.filter((entry) => entry.parent === member.pid && !tree.includes(entry)));
  return tree;
}

/**
 * Processes that carry a mark such as `NAME=value` in their first environment (proc(5), `environ`): what forked twice has
 * lost its parent, not its environment. Elsewhere than on Linux there is no such look, and only parents lead to them.
 */
export function findMarked(mark: string, all: readonly ProcessEntry[]): readonly ProcessEntry[] {
  if (process.platform !== 'linux') return [];
  return all.filter(({ pid }) => pid !== process.pid && environmentOf(pid).includes(mark));
}

/** The program of a process and its arguments; empty for one that has ended, or that is not ours to look at. */
export function commandOf(pid: number): readonly string[] {
  if (process.platform === 'linux') return wordsOf(pid, 'cmdline');
  return runPs(['-o', 'command=', '-p', String(pid)])
    .trim()
    .split(/\s+/)
    .filter(Boolean);
}

/** The first environment of a process, `NAME=value` each; empty for one that does not show it to us. */
export function environmentOf(pid: number): readonly string[] {
  return process.platform === 'linux' ? wordsOf(pid, 'environ') : [];
}

function wordsOf(pid: number, file: 'environ' | 'cmdline'): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').filter(Boolean);
  } catch {
    // Of another user, or gone.
    return [];
  }
}

/** Resident bytes of a process, read at one moment for all where that costs less; 0 for one that has ended. */
export function residentBytes(): (pid: number) => number {
  if (process.platform === 'linux') return residentOf;
  const lines = runPs(['-axo', 'pid=,rss=']).split('\n');
  const kilobytes = new Map(lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]));
  return (pid) => (kilobytes.get(pid) ?? 0) * 1024;
}

/** `VmRSS` of proc(5), `status`, in kB. */
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

/** Start times on Linux count from boot, so the boot is part of them. */
function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function readStat(pid: number, boot: string): ProcessEntry | null {
  try {
    return parseStat(pid, readFileSync(`/proc/${pid}/stat`, 'utf8'), boot);
  } catch {
    // Ended between listing and reading, or never was.
    return null;
  }
}

/**
 * One `/proc/<pid>/stat`, proc(5). The program's name stands in parentheses and may hold anything, more
 * parentheses included, so fields are counted from the last one.
 */
export function parseStat(pid: number, stat: string, boot: string): ProcessEntry | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  const start = fields[19];
  if (state === 'Z' || state === 'X' || start === undefined) return null;
  return { pid, parent: Number(parent), group: Number(group), start: `${boot}:${start}` };
}

const psColumns = 'pid=,ppid=,pgid=,stat=,lstart=';

/** Answers nothing when no process matched: `ps` then exits 1. */
function runPs(args: readonly string[]): string {
  try {
    return execFileSync('ps', args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  } catch {
    return '';
  }
}

/** Lines of `ps -o pid=,ppid=,pgid=,stat=,lstart=`. */
export function parsePs(text: string): readonly ProcessEntry[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
    if (!match || match[4]?.startsWith('Z')) return [];
    const [, pid, parent, group, , start = ''] = match;
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), start }];
  });
}

/** The kernel holds less than a turn reads; only a leftover that prints without end needs more turns. */
const mostTurns = 20;

/**
 * Calls back once a child has exited and all that it printed until then was read. What it left running may hold its
 * pipes for as long as it likes: that is not waited for, its output is dropped, and it does not keep this process alive.
 * @param ended gets what `exit` got; it is not called where the child could not be started
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
    // What was in the pipes at its exit is read by the next turn of the event loop: a turn without data ends it.
    let came = true;
    for (const stream of streams) stream.on('data', () => (came = true));
    let turns = 0;
    const look = () => {
      if (isOver) return;
      if (came && turns++ < mostTurns) {
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

/** Reads on, so that a leftover which prints is not ended by it, and keeps nothing. */
function discardOutput(stream: Readable): void {
  stream.removeAllListeners('data');
  stream.on('error', () => {}); // Its reader is gone.
  stream.resume();
  (stream as Socket).unref?.();
}

/** Even SIGKILL has to wait for a process that hangs in the kernel; we do not wait for ever. */
const killMs = 5000;

/** Descendants are no children of ours, so nothing tells when they end. */
const lookAgainMs = 40;

/**
 * Ends processes, also those in sessions of their own: SIGTERM, and SIGKILL for what is left after `termMs`
 * milliseconds, with what it started since. Resolves when all of it is gone.
 */
export async function endProcesses(entries: readonly ProcessEntry[], termMs: number): Promise<void> {
  signalAll(entries, 'SIGTERM');
  // A stopped process takes the SIGTERM only when it goes on.
  signalAll(entries, 'SIGCONT');
  const stubborn = await waitForEnd(entries, termMs);
  const all = listProcesses();
  const rest = new Set(stubborn.flatMap((entry) => findTree(entry.pid, entry.start, all)));
  signalAll([...rest], 'SIGKILL');
  await waitForEnd([...rest], killMs);
}

/** Those that are still there at the end of the time. */
async function waitForEnd(entries: readonly ProcessEntry[], ms: number): Promise<readonly ProcessEntry[]> {
  let alive = entries;
  const areGone = () => {
    alive = alive.filter(isAlive);
    return alive.length === 0;
  };
  await pollUntil(areGone, { limitMs: ms, everyMs: lookAgainMs });
  return alive;
}

/** Signals the processes' groups, which holds what was started since, and the processes themselves. */
function signalAll(entries: readonly ProcessEntry[], signal: NodeJS.Signals): void {
  const alive = entries.filter(isAlive);
  // Only groups that one of them leads: any other may hold strangers.
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
    // Ended in between, or changed its user; the next look tells.
  }
}

/** A process and all that is below it now; empty once it has ended. */
export function treeOf(pid: number): readonly ProcessEntry[] {
  const start = processStart(pid);
  return start === null ? [] : findTree(pid, start, listProcesses());
}

/** Measurements of a process, and the collection of its garbage. */
interface MemoryProbe {
  /** Bytes that are resident. */
  readonly resident: () => number;
  /** The part of the time since the last call in which the event loop was busy, 0 to 1. */
  readonly busy: () => number;
  /** Collects all garbage. */
  readonly collect: () => void;
}

/** Less is not worth a collection: a process breathes by so much. */
const worthBytes = 12 * 1024 * 1024;
/** Above that the process has work, and a collection would delay it. */
const mostBusy = 0.2;

/**
 * Gives back what a flood has left. V8 collects because something is allocated: a process that comes to rest after a flood
 * keeps its garbage for good. Memory that has grown since it was lowest is therefore collected once, as soon as the process
 * is idle; what is left after that is in use, and grows from there.
 */
export class IdleMemory {
  readonly #probe: MemoryProbe;
  /** Resident bytes that no collection brings down further. */
  #floor: number;
  #hasCollected = false;

  constructor(looks: MemoryProbe) {
    this.#probe = looks;
    this.#floor = looks.resident();
  }

  /** Is to be called now and then; collects where that is worth it. */
  check(): void {
    const resident = this.#probe.resident();
    const busy = this.#probe.busy();
    // A collection frees on other threads too: what it has brought is seen at the next look.
    this.#floor = this.#hasCollected ? resident : Math.min(this.#floor, resident);
    this.#hasCollected = false;
    if (busy > mostBusy || resident - this.#floor < worthBytes) return;
    this.#hasCollected = true;
    this.#probe.collect();
  }
}

const lookEveryMs = 10_000;

/**
 * Has this process give memory back when it is idle. Does nothing where Node was started without `--expose-gc`.
 * @returns what ends that
 */
export function releaseWhenIdle(): () => void {
  const { gc } = globalThis;
  if (!gc) return () => {};
  let last = performance.eventLoopUtilization();
  const memory = new IdleMemory({
    resident: () => process.memoryUsage.rss(),
    busy() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
    // An ordinary one keeps young buffers, and pages that it may need again.
    collect: () => void gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }),
  });
  const timer = setInterval(() => memory.check(), lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
