import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { type Problem, problemOf } from '../lib/result.ts';

/** One process that leads to a caller, as the system describes it. */
export interface OriginProcess {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Leader of its session; 0 where the system does not tell. */
  readonly session: number;
  /** Its controlling terminal, as the system names it; empty without one. */
  readonly terminal: string;
  /** It carries a mark of a worker. */
  readonly isMarked: boolean;
  /** The worker that its environment names; null for none. */
  readonly worker: string | null;
}

/**
 * The origin of a process: itself, its ancestors, the leaders of its group and session, and a worker that holds the other
 * end of its terminal. Read at one moment, because a parent that ends later takes the way up with it.
 */
export interface Origin {
  readonly caller: OriginProcess | null;
  readonly all: readonly OriginProcess[];
}

/**
 * A limit of the kernel that has had no effect since Linux 2.4 and that a process without privileges can lower, but never
 * raise again. The host is started with this value, so that all that it ever started carries it: also an orphan in a
 * session of its own, with an empty environment and on a terminal that it opened by itself.
 */
export const fileLocksMark = 77_041_127;

/**
 * Returns a command that carries the mark and hands it on to all that it starts. Shells name the limit by one of two
 * letters; where one knows neither, or there is no such limit, the command runs without the mark.
 */
export function markedCommand(command: readonly string[]): readonly string[] {
  if (process.platform !== 'linux') return command;
  const limit = `ulimit -w ${fileLocksMark} 2>/dev/null || ulimit -x ${fileLocksMark} 2>/dev/null; exec "$@"`;
  return ['/bin/sh', '-c', limit, 'sh', ...command];
}

/** Variables that only the environment of a worker has; the token by its form, for others may use that name. */
const markingVariables = /^(ORCH_WORKER=|ORCH_HOOK_URL=|ORCH_TOKEN=[\w-]{43}$)/;

/** Returns where a process comes from. */
export function originOf(pid: number): Origin {
  const find = process.platform === 'linux' ? readProc : readPs();
  const found = new Map<number, OriginProcess>();
  const add = (at: number): OriginProcess | null => {
    const known = found.get(at) ?? find(at);
    if (known) found.set(at, known);
    return known;
  };
  const caller = add(pid);
  for (let at = caller; at && at.parent > 1 && !found.has(at.parent); ) at = add(at.parent);
  // A leader may live on where a parent has ended, and the other way round.
  for (const one of [...found.values()])
    for (const leader of [one.group, one.session]) if (leader > 1) add(leader);
  // A terminal that a worker holds the other end of is the worker's, also where another service started what runs in it.
  if (process.platform === 'linux' && caller?.terminal)
    for (const holder of otherHolders(Number(caller.terminal), [...found.keys()], isFromHost)) add(holder);
  return { caller, all: [...found.values()] };
}

/** Reports whether a process carries the mark of what a host started, wherever it has gone since. */
export function isFromHost(pid: number): boolean {
  return hasLimitMark(readText(`/proc/${pid}/limits`));
}

/** Returns the controlling terminal of a process; empty without one. */
export function terminalOf(pid: number): string {
  return (process.platform === 'linux' ? readProc : readPs())(pid)?.terminal ?? '';
}

/** Reports whether an origin leads into a worker: by a mark, a process or a terminal of one. */
export function isWorker({ caller, all }: Origin, hosted: readonly number[] = []): boolean {
  if (all.some(({ pid, isMarked }) => isMarked || hosted.includes(pid))) return true;
  const own = caller?.terminal ?? '';
  return own !== '' && hosted.some((pid) => terminalOf(pid) === own);
}

/** Returns the problem of a worker that wants to do what is a person's. */
export function workerProblem(origin: Origin, what = 'do this'): Problem {
  const name = origin.all.map(({ worker }) => worker).find((worker) => worker !== null);
  return problemOf(
    'approval_forbidden',
    `A worker cannot ${what}: this runs inside ${name ?? 'a worker'}.`,
    'Ask the person at the control room.',
  );
}

/** Returns what `/proc` says of a process, proc(5); null when it has ended. */
function readProc(pid: number): OriginProcess | null {
  const stat = readText(`/proc/${pid}/stat`);
  // The program's name is in parentheses and may hold anything, so fields are counted behind the last one.
  const [, parent, group, session, terminal] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (terminal === undefined) return null;
  const variables = readText(`/proc/${pid}/environ`).split('\0');
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    terminal: terminal === '0' ? '' : terminal,
    isMarked: hasMark(variables) || hasLimitMark(readText(`/proc/${pid}/limits`)),
    worker: workerIn(variables),
  };
}

/** Reports whether `/proc/PID/limits` shows the mark of what a host started. */
export function hasLimitMark(limits: string): boolean {
  return /^Max file locks\s+\S+\s+(\d+)\s/m.exec(limits)?.[1] === String(fileLocksMark);
}

function hasMark(variables: readonly string[]): boolean {
  return variables.some((text) => markingVariables.test(text));
}

function workerIn(variables: readonly string[]): string | null {
  const prefix = 'ORCH_WORKER=';
  return variables.find((text) => text.startsWith(prefix))?.slice(prefix.length) ?? null;
}

/** Returns the text of a file; empty for a process that has ended, or that belongs to another user. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The caller sees as much of it as the system shows.
    return '';
  }
}

/** Reads all processes once, where there is no `/proc`; sessions and limits of others are not known there. */
function readPs(): (pid: number) => OriginProcess | null {
  const plain = parsePsTable(runPs(['-axo', 'pid=,ppid=,pgid=,tty=']));
  return (pid) => {
    const found = plain.get(pid);
    if (!found) return null;
    // `-E` shows the environment of one's own processes behind their arguments.
    const variables = runPs(['-Eww', '-o', 'command=', '-p', String(pid)]).split(/\s+/);
    return { ...found, isMarked: hasMark(variables), worker: workerIn(variables) };
  };
}

/** Returns the lines of `ps -axo pid=,ppid=,pgid=,tty=` by process. */
export function parsePsTable(text: string): ReadonlyMap<number, OriginProcess> {
  const rows = text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s*$/.exec(line);
    if (!match) return [];
    const [pid = 0, parent = 0, group = 0] = match.slice(1, 4).map(Number);
    const terminal = /^[?-]+$/.test(match[4] ?? '') ? '' : (match[4] ?? '');
    return [[pid, { pid, parent, group, session: 0, terminal, isMarked: false, worker: null }] as const];
  });
  return new Map(rows);
}

/** Returns the output of `ps`; empty when no process matched, for which it exits 1. */
function runPs(args: readonly string[]): string {
  try {
    return execFileSync('ps', args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  } catch {
    return '';
  }
}

/** Linux: major number of the terminals that programs open for others, pts(4). */
const ptsMajor = 136;

/**
 * Returns the processes that may hold the other end of a terminal and that are not known yet: none where one of the known
 * ones holds it, as a terminal's program, tmux or `script` does, which start what runs in it. Another user's process among
 * them, such as sshd or sudo, is taken for the holder.
 * @param terminal as `/proc/PID/stat` numbers it
 * @param known processes that lead to the one in the terminal
 * @param isSuspect tells those that are worth a look at their files
 */
function otherHolders(
  terminal: number,
  known: readonly number[],
  isSuspect: (pid: number) => boolean,
): readonly number[] {
  const index = ptsIndex(terminal);
  if (index === null || known.some((pid) => isForeign(pid) || holds(pid, index))) return [];
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((pid) => !known.includes(pid) && isSuspect(pid) && holds(pid, index));
}

/** Returns the number behind `/dev/pts/`; null for a terminal of another kind. Fields as in proc(5), `tty_nr`. */
function ptsIndex(terminal: number): number | null {
  const major = (terminal >>> 8) & 0xfff;
  return major === ptsMajor ? (terminal & 0xff) | ((terminal >>> 12) & 0xfff00) : null;
}

function isForeign(pid: number): boolean {
  const found = statSync(`/proc/${pid}`, { throwIfNoEntry: false });
  return found !== undefined && found.uid !== process.getuid?.();
}

/** Reports whether a process has the other end of a terminal open. */
function holds(pid: number, index: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some(
      (fd) =>
        /\/ptmx$/.test(readlinkSync(`/proc/${pid}/fd/${fd}`)) &&
        new RegExp(`^tty-index:\\s*${index}$`, 'm').test(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8')),
    );
  } catch {
    // It has ended or closed the file meanwhile, or hides its files.
    return false;
  }
}
