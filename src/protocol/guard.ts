import { randomBytes } from 'node:crypto';
import { linkSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { basename, dirname } from 'node:path';
import { type Problem, problemOf } from '../domain/problem.ts';
import { makeFolder, readPlain } from '../lib/files.ts';
import { isPrivate } from '../lib/privateFolder.ts';
import { protocolVersion } from './hello.ts';
import { dropDraft, keepRoomOf, keepSpare, removeLock, writeDraft } from './lockDraft.ts';
import { lockPath, type Program } from './paths.ts';
import { processStart } from './processes.ts';

/** Who holds a program's lock; the lock file's content. */
export interface Holder {
  readonly program: Program;
  readonly pid: number;
  /** Tells the process from a later one with the same pid. */
  readonly processStart: string;
  readonly hostname: string;
  /** Path of the socket, accepting connections since before the lock was taken. */
  readonly socket: string;
  readonly version: string;
  readonly protocol: number;
  /** ISO time. */
  readonly startedAt: string;
  /** 16 hex digits, different for every lock ever taken. */
  readonly nonce: string;
}

/** Bytes; a lock has some hundred. */
const largestLock = 64 * 1024;

/** A lock that this process holds. */
export interface Guard {
  readonly ok: true;
  readonly holder: Holder;
  /** Removes lock and socket, if the lock is still this one. */
  release(): void;
}

/** The lock is another's, `already_running`, or has no place here, `unsafe_path`. */
export interface Refusal {
  readonly ok: false;
  readonly problem: Problem;
  /** Null where there is none. */
  readonly holder: Holder | null;
}

/**
 * Takes a program's lock for this process, for its whole life.
 * @param socket - already listening, so that whoever reads the lock can connect
 */
export function takeLock(root: string, program: Program, socket: string, version: string): Guard | Refusal {
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

/** The running holder of a program's lock, or null. A lock whose process has ended counts as none. */
export function readHolder(root: string, program: Program): Holder | null {
  const holder = readLock(lockPath(root, program));
  return holder !== null && isRunning(holder) ? holder : null;
}

/**
 * Whether a holder's socket may be connected to. The lock lies in a workspace that may have been copied from
 * anywhere, so it must not be able to name just any socket.
 */
export function hasOwnSocket(holder: Holder): boolean {
  const found = lstatSync(holder.socket, { throwIfNoEntry: false });
  return found?.isSocket() === true && found.uid === userInfo().uid && isPrivate(dirname(holder.socket));
}

function acquireWith(path: string, holder: Holder): Holder | null {
  const draft = writeDraft(path, holder.nonce, `${JSON.stringify(holder)}\n`);
  let isTaken = false;
  try {
    const other = acquire(path, draft.file);
    isTaken = other === null;
    return other;
  } finally {
    dropDraft(path, draft, isTaken);
  }
}

/**
 * Gives the draft the name of the lock, or answers whose that is.
 *
 * A stale lock may be replaced only by whoever holds a second lock named after the stale one's nonce, taken
 * by these same rules. So of several processes that find the same stale lock one replaces it, and one that
 * comes too late finds another nonce in it. A process that dies half-way leaves a stale lock like any other.
 */
function acquire(path: string, draft: string): Holder | null {
  for (;;) {
    if (linkNew(draft, path)) return null;
    const other = readLock(path);
    if (other !== null && isRunning(other)) return other;
    const right = `${path}.${other?.nonce ?? 'damaged'}`;
    const rival = acquire(right, draft);
    if (rival !== null) return rival;
    // Under this right nobody else replaces that lock; it may have been replaced before.
    const isUnchanged = lstatSync(path, { throwIfNoEntry: false }) && readLock(path)?.nonce === other?.nonce;
    if (isUnchanged) replaceStale(path, draft);
    rmSync(right);
    if (isUnchanged) {
      if (other !== null) removeSocket(other.socket);
      return null;
    }
  }
}

/** Both files keep other names meanwhile: the draft is needed on, and the stale lock's room may be. */
function replaceStale(path: string, draft: string): void {
  const next = `${draft}.next`;
  linkSync(draft, next);
  keepRoomOf(path, `${draft}.old`, () => renameSync(next, path));
}

/** Gives the draft its final name unless that is taken: the whole content appears at once. */
function linkNew(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** The lock's content, or null when it is missing or not a lock of ours. */
function readLock(path: string): Holder | null {
  try {
    const text = readPlain(path, largestLock);
    const holder: Partial<Holder> = JSON.parse((text.ok && text.value) || 'null') ?? {};
    const isWhole =
      Number.isInteger(holder.pid) &&
      typeof holder.processStart === 'string' &&
      typeof holder.hostname === 'string' &&
      typeof holder.socket === 'string' &&
      /^[0-9a-f]{16}$/.test(String(holder.nonce));
    return isWhole ? (holder as Holder) : null;
  } catch {
    // Missing, or not JSON: in both cases nobody's lock.
    return null;
  }
}

/** On another machine that shares the folder a process cannot be judged and counts as running. */
function isRunning(holder: Holder): boolean {
  return holder.hostname !== hostname() || processStart(holder.pid) === holder.processStart;
}

function release(path: string, holder: Holder): void {
  if (readLock(path)?.nonce === holder.nonce) removeLock(path);
  removeSocket(holder.socket);
}

/** Removes a socket that one of our daemons left, with the key that belongs to it, and nothing else. */
export function removeSocket(socket: string): void {
  if (!socketName.test(basename(socket)) || !isPrivate(dirname(socket))) return;
  rmSync(socket, { force: true });
  rmSync(socket.replace(/sock$/, 'key'), { force: true });
}

const socketName = /^(host|controller)\.[0-9a-f]{8}\.sock$/;
