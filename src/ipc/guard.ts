import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '../lib/files.ts';
import { acquire, type LockRules, readHolder as readLock } from '../lib/lock.ts';
import { processStart } from '../lib/processes.ts';
import { type Problem, problemOf, type Result } from '../lib/result.ts';
import { isPrivate, makePrivate } from '../lib/stateFolder.ts';
import { protocolVersion } from './version.ts';

/** The holder of a program's lock, as stored in the lock file. */
export interface Holder {
  readonly program: DaemonName;
  readonly pid: number;
  /** Distinguishes the process from a later one with the same pid. */
  readonly processStart: string;
  readonly hostname: string;
  /** Path of the socket, which accepts connections before the lock is taken. */
  readonly socket: string;
  readonly version: string;
  readonly protocol: number;
  /** ISO time. */
  readonly startedAt: string;
  /** 16 hex digits, random for each lock. */
  readonly nonce: string;
}

/** A lock that this process holds. */
export interface Guard {
  readonly ok: true;
  readonly holder: Holder;
  /** Removes the socket, and the lock unless another process has it now. */
  release(): void;
}

/** Another process holds the lock, `already_running`, or its folder cannot be used: the problem of `makeFolder`. */
interface Refusal {
  readonly ok: false;
  readonly problem: Problem;
  /** Null where there is none. */
  readonly holder: Holder | null;
}

/**
 * Takes a program's lock for the lifetime of this process.
 * @param socket - already listening, so that every process that reads the lock can connect
 */
export function takeLock(
  root: string,
  program: DaemonName,
  socket: string,
  version: string,
): Guard | Refusal {
  const path = lockPath(root, program);
  const folder = makeFolder(root, dirname(path));
  if (!folder.ok) return { ...folder, holder: null };
  const holder: Holder = {
    program,
    pid: process.pid,
    processStart: processStart(process.pid) ?? '',
    hostname: hostname(),
    socket,
    version,
    protocol: protocolVersion,
    startedAt: new Date().toISOString(),
    nonce: randomBytes(8).toString('hex'),
  };
  const other = acquireWith(path, holder);
  if (other === null) {
    keepSpare(path);
    return { ok: true, holder, release: () => release(path, holder) };
  }
  const problem = problemOf(
    'already_running',
    `The ${program} of this workspace is already running: process ${other.pid} on ${other.hostname}, since ${other.startedAt}.`,
    other.hostname === hostname() ? undefined : `If it is not running there any more, remove ${path}.`,
  );
  return { ok: false, problem, holder: other };
}

/** Returns the running holder of a program's lock; null for none, and for a lock whose process has ended. */
export function readDaemonHolder(root: string, program: DaemonName): Holder | null {
  const holder = readLock(lockPath(root, program), rules);
  return holder !== null && rules.isRunning(holder) ? holder : null;
}

/**
 * Reports whether a holder's socket may be connected to. The workspace, and its lock with it, may be a copy from anywhere,
 * so the lock must not be able to name an arbitrary socket.
 */
export function hasOwnSocket(holder: Holder): boolean {
  const found = lstatSync(holder.socket, { throwIfNoEntry: false });
  return found?.isSocket() === true && found.uid === userInfo().uid && isPrivate(dirname(holder.socket));
}

function acquireWith(path: string, holder: Holder): Holder | null {
  const draft = writeDraft(path, holder.nonce, `${JSON.stringify(holder)}\n`);
  let isTaken = false;
  try {
    // On a full disk the new lock may need the blocks of the stale one.
    const around = (at: string, replace: () => void) => keepRoomOf(at, `${draft.file}.old`, replace);
    const onReplaced = (_: string, stale: Holder | null) => stale && removeSocket(stale.socket);
    const other = acquire(path, draft.file, { ...rules, around, onReplaced });
    isTaken = other === null;
    return other;
  } finally {
    dropDraft(path, draft, isTaken);
  }
}

const rules: LockRules<Holder> = {
  isHolder: ({ pid, processStart: start, hostname: machine, socket }) =>
    Number.isInteger(pid) &&
    typeof start === 'string' &&
    typeof machine === 'string' &&
    typeof socket === 'string',
  // A process on another machine that shares the folder cannot be checked and counts as running.
  isRunning: (holder) => holder.hostname !== hostname() || processStart(holder.pid) === holder.processStart,
};

function release(path: string, holder: Holder): void {
  if (readLock(path, rules)?.nonce === holder.nonce) removeLock(path);
  removeSocket(holder.socket);
}

/** Removes the socket of one of our daemons, and its key. Ignores every other name. */
export function removeSocket(socket: string): void {
  if (!socketName.test(basename(socket)) || !isPrivate(dirname(socket))) return;
  rmSync(socket, { force: true });
  rmSync(socket.replace(/sock$/, 'key'), { force: true });
}

const socketName = /^(host|controller)\.[0-9a-f]{8}\.sock$/;

/**
 * A lock's content has to be on the disk before the lock is taken, which fails on a full disk. So spare files of one block
 * are kept beside the lock, and a draft may overwrite one. There are two, because a process that is killed while the disk is
 * full has used one.
 */
const spareNames = ['spare', 'spare-2'];

/** More than a lock holds. */
const spareBytes = 2048;

interface Draft {
  readonly file: string;
  /** It overwrote a spare file. */
  readonly isSpare: boolean;
}

/**
 * Writes a lock's content to a file of its own, to be linked to the lock's name.
 * @throws the system's error, when the disk is full and there is no spare file
 */
function writeDraft(lock: string, name: string, content: string): Draft {
  const file = `${lock}.${name}.draft`;
  try {
    writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
    return { file, isSpare: false };
  } catch (error) {
    rmSync(file, { force: true });
    if (takeSpare(lock, file, content)) return { file, isSpare: true };
    throw error;
  }
}

/** Removes a draft. One that overwrote a spare file becomes a spare again unless the lock was taken. */
function dropDraft(lock: string, { file, isSpare }: Draft, isTaken: boolean): void {
  const free = isSpare && !isTaken ? freeName(lock) : undefined;
  if (free === undefined) rmSync(file, { force: true });
  else renameSync(file, free);
}

/** Creates a spare file for the next lock, unless one exists. */
function keepSpare(lock: string): void {
  const [first = ''] = spareFiles(lock);
  if (spareFiles(lock).some((file) => existsSync(file))) return;
  try {
    writeFileSync(first, ' '.repeat(spareBytes), { mode: 0o600, flag: 'wx' });
  } catch {
    // The disk is full, or another process was faster.
    rmSync(first, { force: true });
  }
}

/** Removes a lock, or makes it a spare file. Only for its holder. */
function removeLock(lock: string): void {
  const free = freeName(lock);
  if (free === undefined) rmSync(lock, { force: true });
  else renameSync(lock, free);
}

/**
 * Replaces a stale lock and makes its file a spare. Only for a caller that may replace it.
 * @param old a name that no other process uses: under a spare's name another one could overwrite the lock too early
 */
function keepRoomOf(lock: string, old: string, replace: () => void): void {
  const free = lock.endsWith('.lock') ? freeName(lock) : undefined;
  if (free === undefined) {
    replace();
    return;
  }
  linkSync(lock, old);
  replace();
  renameSync(old, free);
}

function spareFiles(lock: string): string[] {
  return spareNames.map((name) => `${lock}.${name}`);
}

function freeName(lock: string): string | undefined {
  return spareFiles(lock).find((file) => !existsSync(file));
}

/** Overwrites a spare file. Only one of several processes gets it, because only one can rename it. */
function takeSpare(lock: string, file: string, content: string): boolean {
  for (const spare of spareFiles(lock)) {
    try {
      renameSync(spare, file);
      overwrite(file, content);
      return true;
    } catch {
      // Missing, or too small: tries the next one.
    }
  }
  rmSync(file, { force: true });
  return false;
}

/** Writes in place: truncating first would free the blocks. */
function overwrite(file: string, content: string): void {
  const fd = openSync(file, 'r+');
  try {
    const length = writeSync(fd, content, 0);
    if (length !== Buffer.byteLength(content)) throw new Error('no room for the whole lock');
    ftruncateSync(fd, length);
  } finally {
    closeSync(fd);
  }
}

/** The two daemons of a workspace. */
export type DaemonName = 'host' | 'controller';

/** A socket's address holds 104 bytes on macOS and 108 on Linux, the final zero included (unix(7)). */
const maxSocketPathBytes = 100;

/** The longest file name in the folder. */
const longestName = '/controller.00000000.sock';

/**
 * Returns the path of a lock. It is in the workspace and not beside the socket, so that two environments with different
 * runtime folders cannot run two controllers on one log.
 */
export function lockPath(root: string, program: DaemonName): string {
  return join(root, '.orch', `${program}.lock`);
}

/**
 * Returns the folder for sockets, logs and keys of a workspace's daemons, and creates it with mode 0700:
 * `$XDG_RUNTIME_DIR/orch-tui/<hash of the root>`, or below the temporary folder where the variable is not set or the path
 * is too long for a socket.
 * @returns `unsafe_folder` when an existing entry is not ours alone
 */
export function runtimeFolder(root: string, env: Readonly<NodeJS.ProcessEnv> = process.env): Result<string> {
  const hash = createHash('sha256').update(realpathSync(root)).digest('hex').slice(0, 12);
  const bases = [
    ...(env.XDG_RUNTIME_DIR && existsSync(env.XDG_RUNTIME_DIR)
      ? [join(env.XDG_RUNTIME_DIR, 'orch-tui')]
      : []),
    ...[env.TMPDIR ?? tmpdir(), '/tmp'].map((folder) => join(folder, `orch-tui-${userInfo().uid}`)),
  ];
  const base = bases.find((path) => Buffer.byteLength(join(path, hash) + longestName) <= maxSocketPathBytes);
  if (base === undefined) throw new Error('/tmp is never too long');
  const made = makePrivate(base);
  return made.ok ? makePrivate(join(base, hash)) : made;
}
