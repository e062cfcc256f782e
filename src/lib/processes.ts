import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

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
