import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { type Problem, problemOf } from '../lib/result.ts';

/** A process in the origin of a caller, as the system describes it. */
export interface OriginProcess {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Leader of its session; 0 where unknown. */
  readonly session: number;
  /** Its controlling terminal, as the system names it; empty for none. */
  readonly terminal: string;
  /** It carries a mark of a worker. */
  readonly isMarked: boolean;
  /** The worker that its environment names; null for none. */
  readonly worker: string | null;
}

/**
 * The origin of a process: itself, its ancestors, the leaders of their groups and sessions, and workers that hold the other
 * end of its terminal. Read at once, because the ancestors of a process are lost when its parent ends.
 */
export interface Origin {
  readonly caller: OriginProcess | null;
  readonly all: readonly OriginProcess[];
}

/**
 * Value of a limit that has had no effect since Linux 2.4, and that an unprivileged process can lower but not raise. The host
 * is started with it, so that all its descendants inherit it: even an orphan in a session of its own, with an empty
 * environment and on a terminal that it opened itself.
 */
export const fileLocksMark = 77_041_127;

/**
 * Returns a command that runs with the mark, which its descendants inherit. Shells name the limit by one of two letters;
 * without either, or without the limit, the command runs without the mark.
 */
export function markedCommand(command: readonly string[]): readonly string[] {
  if (process.platform !== 'linux') return command;
  const limit = `ulimit -w ${fileLocksMark} 2>/dev/null || ulimit -x ${fileLocksMark} 2>/dev/null; exec "$@"`;
  return ['/bin/sh', '-c', limit, 'sh', ...command];
}

/** Variables that only a worker's environment has; the token by its form, because other programs may use that name. */
const markingVariables = /^(ORCH_WORKER=|ORCH_HOOK_URL=|ORCH_TOKEN=[\w-]{43}$)/;

/** Returns the origin of a process. */
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
  // A leader may outlive a parent, and the other way round.
  for (const one of [...found.values()])
    for (const leader of [one.group, one.session]) if (leader > 1) add(leader);
  // A terminal whose other end a worker holds is the worker's, also where another service started the program in it.
  if (process.platform === 'linux' && caller?.terminal)
    for (const holder of otherHolders(Number(caller.terminal), [...found.keys()], isFromHost)) add(holder);
  return { caller, all: [...found.values()] };
}

/** Reports whether a process has the mark of a host's descendants. */
export function isFromHost(pid: number): boolean {
  return hasLimitMark(readText(`/proc/${pid}/limits`));
}

/** Returns the controlling terminal of a process; empty for none. */
export function terminalOf(pid: number): string {
  return (process.platform === 'linux' ? readProc : readPs())(pid)?.terminal ?? '';
}

/** Reports whether an origin belongs to a worker: by a mark, a process or a terminal. */
export function isWorker({ caller, all }: Origin, hosted: readonly number[] = []): boolean {
  if (all.some(({ pid, isMarked }) => isMarked || hosted.includes(pid))) return true;
  const own = caller?.terminal ?? '';
  return own !== '' && hosted.some((pid) => terminalOf(pid) === own);
}

/** Returns the problem of a worker that requests what only a person may do. */
export function workerProblem(origin: Origin, what = 'do this'): Problem {
  const name = origin.all.map(({ worker }) => worker).find((worker) => worker !== null);
  return problemOf(
    'approval_forbidden',
    `A worker cannot ${what}: this runs inside ${name ?? 'a worker'}.`,
    'Ask the person at the control room.',
  );
}

/** Reads a process from `/proc`, proc(5); null when it has ended. */
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

/** Reports whether the text of `/proc/PID/limits` has the mark. */
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
    // Ended, or not readable.
    return '';
  }
}

/** Reads all processes once, on systems without `/proc`; their sessions and limits are not known. */
function readPs(): (pid: number) => OriginProcess | null {
  const plain = parsePsTable(runPs(['-axo', 'pid=,ppid=,pgid=,tty=']));
  return (pid) => {
    const found = plain.get(pid);
    if (!found) return null;
    // `-E` shows the environment of the user's own processes behind their arguments.
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
 * Returns further processes that hold the other end of a terminal: none where a known one does, as a terminal emulator,
 * tmux or `script` is an ancestor of the programs in it. Another user's process among the known ones, such as sshd or sudo,
 * counts as the holder.
 * @param terminal as `/proc/PID/stat` numbers it
 * @param known the origin of the process in the terminal
 * @param isSuspect selects the processes whose files are read
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
    // Ended, closed the file meanwhile, or not readable.
    return false;
  }
}
