import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, isAbsolute, join, parse, relative, sep } from 'node:path';
import { filePath } from './paths.ts';
import { failure, helpFor, type Result, success, whyOf } from './result.ts';
import { markHidden } from './sanitize.ts';

/*
 * A workspace may be a clone made by someone else: any name in it may be a link that leads out of it, a pipe that never
 * answers, or an endless device. Everything that is read or written below such a root comes through here, and libraries
 * that open files themselves are used only behind `checkPath`.
 *
 * The checks see the state of that moment. They do not stop a program of the same user from exchanging a folder in
 * between: it could write to the target itself.
 */

/** Required kind of the entry at the end of a path, where there is one. */
export type Kind = 'file' | 'folder';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** The limit of Linux (path_resolution(7)). */
const maxLinks = 40;

/**
 * Checks every component of a path from the root downwards: folders without links, and a plain file or a folder at the
 * end. The root is resolved by the caller and not checked.
 * @returns whether the path exists; `unsafe_path` names the component that is in the way
 */
export function checkPath(root: string, path: string, kind: Kind): Result<boolean> {
  const parts = partsBelow(root, path);
  if (parts === null || (parts.length === 0 && kind === 'file'))
    return unsafe(`${shown(path)} is not inside ${shown(root)}.`, 'Use a path below that folder.');
  let at = root;
  for (const [n, part] of parts.entries()) {
    at = join(at, part);
    const found = statusOf(at);
    if (!found.ok) return found;
    if (!found.value) return success(false);
    const fault = faultOf(at, found.value, n < parts.length - 1 ? 'folder' : kind);
    if (fault) return fault;
  }
  return success(true);
}

/**
 * Resolves a path that a person chose, such as that of a document. Follows links, except that a link below the root must
 * not lead out of it. Does not check the kind of the entry: that is for the caller that opens it.
 * @returns the path without links, which need not exist; `unsafe_path`
 */
export function followPath(root: string, path: string): Result<string> {
  const parts = namesIn(path);
  let at = parse(path).root;
  const crossed: string[] = [];
  for (let part = parts.shift(), links = 0; part !== undefined; part = parts.shift()) {
    const next = part === '..' ? dirname(at) : join(at, part);
    const found = statusOf(next);
    if (!found.ok) return found;
    if (!found.value?.isSymbolicLink()) {
      at = next;
      continue;
    }
    links += 1;
    if (links > maxLinks)
      return unsafe(
        `${shown(path)} leads through too many links.`,
        'Remove the links that lead in a circle.',
      );
    if (isBelow(root, next)) crossed.push(next);
    const target = targetOf(next);
    if (!target.ok) return target;
    parts.unshift(...namesIn(target.value));
    if (isAbsolute(target.value)) at = parse(target.value).root;
  }
  const [link] = crossed;
  return link !== undefined && !isBelow(root, at)
    ? unsafe(`${shown(link)} is a link that leads out of ${shown(root)}, to ${shown(at)}.`)
    : success(at);
}

function namesIn(path: string): string[] {
  return path.split(sep).filter((name) => name !== '' && name !== '.');
}

/** Reports whether a path is the root or below it, without regard to links. */
export function isBelow(root: string, path: string): boolean {
  return partsBelow(root, path) !== null;
}

/** Creates a folder below the root, and its parents, with mode 0700. An existing one keeps its mode. */
export function makeFolder(root: string, folder: string): Result<null> {
  const checked = checkPath(root, folder, 'folder');
  if (!checked.ok) return checked;
  return attempt(folder, () => {
    if (!checked.value) mkdirSync(folder, { recursive: true, mode: 0o700 });
    return null;
  });
}

/**
 * Reads a text of at most `maxBytes` below the root. Never waits for a pipe.
 * @returns null where there is no file; `unsafe_path`, `file_too_large`, `file_unreadable`
 */
export function readText(root: string, path: string, maxBytes: number): Result<string | null> {
  const checked = checkPath(root, path, 'file');
  if (!checked.ok) return checked;
  return checked.value ? readPlain(path, maxBytes) : success(null);
}

/** Reads a text like `readText`, but checks only that the last component is no link. */
export function readPlain(path: string, maxBytes: number): Result<string | null> {
  return readOpened(path, maxBytes, O_NOFOLLOW);
}

/** Reads a text like `readPlain`, also behind a link, as git reads its own files. */
export function readLinked(path: string, maxBytes: number): Result<string | null> {
  return readOpened(path, maxBytes, 0);
}

function readOpened(path: string, maxBytes: number, flags: number): Result<string | null> {
  let fd: number | null = null;
  try {
    fd = openFile(path, O_RDONLY | flags);
    const { size } = fstatSync(fd);
    // Some file systems report wrong sizes, so one byte beyond the limit is read.
    const bytes = Buffer.allocUnsafe(Math.min(Math.max(size, 4096), maxBytes) + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(fd, bytes, length, bytes.length - length, null);
    if (length > maxBytes)
      return failure(
        'file_too_large',
        `${shown(path)} has more than ${maxBytes} bytes, which are all that is read of it.`,
        'Look into it, and move it away.',
      );
    return success(bytes.toString('utf8', 0, length));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return success(null);
    return failure(
      'file_unreadable',
      `${shown(path)} cannot be read: ${shown(whyOf(error))}`,
      helpFor(error),
    );
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

/**
 * Replaces a file below the root by a text. A crash leaves the old content or the new one, never a part.
 * @returns `unsafe_path`, `not_written`
 */
export function replaceFile(root: string, path: string, text: string, mode = 0o600): Result<null> {
  const ready = readyFor(root, path);
  if (!ready.ok) return ready;
  return attempt(path, () => {
    replaceWhole(path, [text], { mode });
    return null;
  });
}

/**
 * Opens a file below the root for appending; creates it with mode 0600. A file with another hard link is replaced by a
 * copy first, so that only this name changes.
 * @returns its descriptor; `unsafe_path`, `not_written`
 */
export function openForAppend(root: string, path: string): Result<number> {
  const ready = readyFor(root, path);
  if (!ready.ok) return ready;
  return attempt(path, () => {
    const flags = O_WRONLY | O_APPEND | O_CREAT;
    const fd = openPlain(path, flags);
    if (fstatSync(fd).nlink <= 1) return fd;
    closeSync(fd);
    takeOwnCopy(path);
    return openPlain(path, flags);
  });
}

/** Opens a plain file; refuses a link and does not wait for a pipe. @throws the system's error, or for another kind */
export function openPlain(path: string, flags: number = O_RDONLY): number {
  return openFile(path, flags | O_NOFOLLOW);
}

function openFile(path: string, flags: number): number {
  const fd = openSync(path, flags | O_NONBLOCK, 0o600);
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new Error('it is no plain file');
}

/** Marks invisible characters: names in a clone come from outside. */
function shown(path: string): string {
  return markHidden(path, '\ufffd');
}

/** Creates the folder of a file, and checks that the file is a plain one or missing. */
function readyFor(root: string, path: string): Result<null> {
  const checked = checkPath(root, path, 'file');
  return checked.ok ? makeFolder(root, dirname(path)) : checked;
}

function takeOwnCopy(path: string): void {
  const next = draftName(path);
  try {
    copyFileSync(path, next, constants.COPYFILE_EXCL);
    const fd = openPlain(next, O_WRONLY);
    try {
      fchmodSync(fd, 0o600);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(next, path);
  } finally {
    rmSync(next, { force: true });
  }
}

function partsBelow(root: string, path: string): readonly string[] | null {
  const inside = relative(root, path);
  if (inside === '') return [];
  return isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`) ? null : inside.split(sep);
}

/** Returns the status of an entry without following a link; undefined where nothing exists. */
function statusOf(path: string): Result<Stats | undefined> {
  return inspect(path, () => lstatSync(filePath(path), { throwIfNoEntry: false }));
}

function targetOf(link: string): Result<string> {
  return inspect(link, () => readlinkSync(filePath(link)));
}

function inspect<T>(path: string, look: () => T): Result<T> {
  try {
    return success(look());
  } catch (error) {
    return unsafe(`${shown(path)} cannot be looked at: ${shown(whyOf(error))}`, helpFor(error));
  }
}

function faultOf(path: string, found: Stats, wanted: Kind): Result<never> | null {
  if (found.isSymbolicLink()) {
    const target = targetOf(path);
    if (!target.ok) return target;
    return unsafe(
      `${shown(path)} is a link to ${shown(target.value)}; links are not followed here.`,
      'If you made that link, put a real file or folder in its place; else remove it.',
    );
  }
  const isRight = wanted === 'folder' ? found.isDirectory() : found.isFile();
  return isRight ? null : unsafe(`${shown(path)} is no ${wanted === 'folder' ? 'folder' : 'plain file'}.`);
}

function unsafe(message: string, hint = 'Look at what is there, and move it away.'): Result<never> {
  return failure('unsafe_path', message, hint);
}

function attempt<T>(path: string, work: () => T): Result<T> {
  try {
    return success(work());
  } catch (error) {
    return failure('not_written', `${shown(path)} cannot be written: ${shown(whyOf(error))}`, helpFor(error));
  }
}

/*
 * Files whose content survives a power cut once a call has returned, and stays whole when the disk is full. The caller
 * checks the paths, with the functions above.
 */

export interface WriteOptions {
  /** 0600 by default; reduced by the umask. */
  readonly mode?: number;
  /** Sets exactly this mode, whatever the umask. */
  readonly isExact?: boolean;
}

/**
 * Writes a new file and syncs it to the disk.
 * @throws the system's error, EEXIST included; removes a file that could not be written whole
 */
export function writeNew(file: string, content: Iterable<string>, options: WriteOptions = {}): void {
  writeWholeFile(file, content, options);
  syncFolder(dirname(file));
}

/** A whole text on the disk, beside the file that it is to replace. */
export interface Draft {
  /** Replaces the file. @throws the system's error; only where the folder could not be synced is the file replaced then */
  commit(): void;
  /** Removes the draft unless it was committed. */
  discard(): void;
}

/** Writes the draft of a file. @throws the system's error; the draft is then removed */
export function writeDraft(file: string, content: Iterable<string>, options: WriteOptions = {}): Draft {
  const draft = draftName(file);
  writeWholeFile(draft, content, options);
  return {
    commit() {
      renameSync(draft, file);
      syncFolder(dirname(file));
    },
    discard: () => rmSync(draft, { force: true }),
  };
}

/**
 * Replaces a file by a text. A crash or a full disk leaves the old content or the new one, never a part. A link is
 * replaced and not followed.
 * @throws the system's error; see `Draft.commit`
 */
export function replaceWhole(file: string, content: Iterable<string>, options: WriteOptions = {}): void {
  const draft = writeDraft(file, content, options);
  try {
    draft.commit();
  } finally {
    draft.discard();
  }
}

/** Returns an unused name beside a file; short, as names may have 255 bytes. */
export function draftName(file: string): string {
  return join(dirname(file), `.${basename(file).slice(0, 40)}.${randomUUID()}.tmp`);
}

/** Syncs created, changed and removed names of a folder to the disk. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function writeWholeFile(file: string, content: Iterable<string>, options: WriteOptions): void {
  const { mode = 0o600, isExact = false } = options;
  const fd = openSync(file, 'wx', mode);
  try {
    try {
      if (isExact) fchmodSync(fd, mode);
      for (const text of content) writeFileSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}

/** An append-only file of whole pieces: a piece that could not be written leaves nothing behind. */
export interface GrowingFile {
  /** Bytes of whole pieces. */
  readonly length: number;
  /**
   * Appends a piece.
   * @param isDurable syncs it to the disk before this returns
   * @throws the system's error; the file is then truncated, at the latest before the next piece
   */
  append(piece: string, isDurable: boolean): void;
  /** Checks that so many bytes could be added. @throws the system's error where not */
  probeSpace(bytes: number): void;
  close(): void;
}

/** Empty lines are ignored, so those that a killed process leaves are harmless. */
const filler = '\n';

/**
 * Returns an append-only file that owns a descriptor.
 * @param fd see `openForAppend`
 * @param length bytes to keep; the rest is truncated before the first piece
 */
export function growingFile(fd: number, length: number): GrowingFile {
  let kept = length;
  let mayBeLonger = true;
  /** A failed write may leave any part of its bytes, a failed sync all of them. */
  const change = (write: () => void) => {
    if (mayBeLonger) ftruncateSync(fd, kept);
    mayBeLonger = true;
    try {
      write();
      mayBeLonger = false;
    } catch (error) {
      try {
        ftruncateSync(fd, kept);
        mayBeLonger = false;
      } catch {
        // Truncated before the next piece; the caller gets the first error.
      }
      throw error;
    }
  };
  return {
    get length() {
      return kept;
    },
    append(piece, isDurable) {
      const bytes = Buffer.from(piece);
      change(() => {
        writeWhole(fd, bytes);
        if (isDurable) fsyncSync(fd);
      });
      kept += bytes.length;
    },
    probeSpace(bytes) {
      change(() => {
        writeWhole(fd, Buffer.from(filler.repeat(bytes)));
        ftruncateSync(fd, kept);
      });
    },
    close: () => closeSync(fd),
  };
}

/** Repeats writes: a disk that gets full takes a part and reports its length, and only the next write fails. */
function writeWhole(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}
