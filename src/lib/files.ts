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
 * A workspace may be a clone of someone else's making: any name in it may be a link that leads out of it, a pipe that
 * never answers, a device without end. Everything that is read or written below such a root comes through here, and
 * libraries that open files themselves are used only behind `checkPath`.
 *
 * The checks see the state of that moment. A program of the same user that exchanges a folder in between is not
 * kept from it: it could write to the target itself.
 */

/** The kind of entry that has to be at the end of a path, if there is one. */
export type Kind = 'file' | 'folder';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** As many as Linux follows. */
const mostLinks = 40;

/**
 * Checks every component of a path from the root downwards: folders, no links among them, and at the end a plain file
 * or a folder. The root itself is resolved by the caller and not checked.
 * @returns whether something is there; `unsafe_path` naming the component that is in the way
 */
export function checkPath(root: string, path: string, kind: Kind): Result<boolean> {
  const parts = partsBelow(root, path);
  if (parts === null || (parts.length === 0 && kind === 'file'))
    return unsafe(`${shown(path)} is not inside ${shown(root)}.`);
  let at = root;
  for (const [n, part] of parts.entries()) {
    at = join(at, part);
    const found = lookAt(at);
    if (!found.ok) return found;
    if (!found.value) return success(false);
    const fault = faultOf(at, found.value, n < parts.length - 1 ? 'folder' : kind);
    if (fault) return fault;
  }
  return success(true);
}

/**
 * Resolves a path that a person chose, such as that of a document. Links are followed, except that a link below the
 * root never leads out of it. Who opens what is there looks whether it is a file.
 * @returns the path without links, which need not exist; `unsafe_path`
 */
export function followPath(root: string, path: string): Result<string> {
  const parts = namesIn(path);
  let at = parse(path).root;
  const crossed: string[] = [];
  for (let part = parts.shift(), links = 0; part !== undefined; part = parts.shift()) {
    const next = part === '..' ? dirname(at) : join(at, part);
    const found = lookAt(next);
    if (!found.ok) return found;
    if (!found.value?.isSymbolicLink()) {
      at = next;
      continue;
    }
    links += 1;
    if (links > mostLinks) return unsafe(`${shown(path)} leads through too many links.`);
    if (isBelow(root, next)) crossed.push(next);
    const target = readlinkSync(next);
    parts.unshift(...namesIn(target));
    if (isAbsolute(target)) at = parse(target).root;
  }
  const [link] = crossed;
  return link !== undefined && !isBelow(root, at)
    ? unsafe(`${shown(link)} is a link that leads out of ${shown(root)}, to ${shown(at)}.`)
    : success(at);
}

function namesIn(path: string): string[] {
  return path.split(sep).filter((name) => name !== '' && name !== '.');
}

/** Reports whether a path is below the root, or the root itself; links are not looked at. */
export function isBelow(root: string, path: string): boolean {
  return partsBelow(root, path) !== null;
}

/** Makes a folder below the root, and those above it, for this user alone; one that is there keeps its mode. */
export function makeFolder(root: string, folder: string): Result<null> {
  const checked = checkPath(root, folder, 'folder');
  if (!checked.ok) return checked;
  return attempt(folder, () => {
    if (!checked.value) mkdirSync(folder, { recursive: true, mode: 0o700 });
    return null;
  });
}

/**
 * Reads a small text below the root; never waits for a pipe, and never reads more than `mostBytes`.
 * @returns null where there is no file; `unsafe_path`, `file_too_large`, `file_unreadable`
 */
export function readText(root: string, path: string, mostBytes: number): Result<string | null> {
  const checked = checkPath(root, path, 'file');
  if (!checked.ok) return checked;
  return checked.value ? readPlain(path, mostBytes) : success(null);
}

/** Reads a small text like `readText`, where the way to it is the caller's; only its last component is no link. */
export function readPlain(path: string, mostBytes: number): Result<string | null> {
  return readOpened(path, mostBytes, O_NOFOLLOW);
}

/** Reads a small text like `readPlain`, also behind a link, as git reads its own files. */
export function readLinked(path: string, mostBytes: number): Result<string | null> {
  return readOpened(path, mostBytes, 0);
}

function readOpened(path: string, mostBytes: number, flags: number): Result<string | null> {
  let fd: number | null = null;
  try {
    fd = openFile(path, O_RDONLY | flags);
    const { size } = fstatSync(fd);
    // Sizes are a claim in some file systems: one byte more than is allowed tells.
    const bytes = Buffer.allocUnsafe(Math.min(Math.max(size, 4096), mostBytes) + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(fd, bytes, length, bytes.length - length, null);
    if (length > mostBytes)
      return failure('file_too_large', `${shown(path)} is too large to be one of ours.`);
    return success(bytes.toString('utf8', 0, length));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return success(null);
    return failure('file_unreadable', `${shown(path)} cannot be read: ${message}`);
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

/**
 * Puts a text in the place of a file below the root: a crash leaves the old one or the new one, never half of it.
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
 * Opens a file below the root to be written on to; made when missing, for this user alone. One that has another name
 * elsewhere, a hard link, is replaced by a copy first, so that only this name is written to.
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

/**
 * Opens a plain file and nothing else: a link is refused, a pipe is not waited for. @throws when it is none, or cannot
 * be opened
 */
export function openPlain(path: string, flags: number = O_RDONLY): number {
  return openFile(path, flags | O_NOFOLLOW);
}

function openFile(path: string, flags: number): number {
  const fd = openSync(path, flags | O_NONBLOCK, 0o600);
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new Error('it is no plain file');
}

/** Marks what cannot be seen: names in a clone are someone else's words. */
function shown(path: string): string {
  return markHidden(path, '\ufffd');
}

/** A file's folder, made when missing, and nothing but a plain file in its place. */
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

function lookAt(path: string): Result<Stats | undefined> {
  try {
    return success(lstatSync(filePath(path), { throwIfNoEntry: false }));
  } catch (error) {
    return unsafe(`${shown(path)} cannot be looked at: ${shown(whyOf(error))}`);
  }
}

function faultOf(path: string, found: Stats, wanted: Kind): Result<never> | null {
  if (found.isSymbolicLink())
    return unsafe(
      `${shown(path)} is a link to ${shown(readlinkSync(filePath(path)))}; links are not followed here.`,
      'If you made that link, put a real file or folder in its place; else remove it.',
    );
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
    return notWritten(path, error);
  }
}

function notWritten(path: string, error: unknown): Result<never> {
  return failure('not_written', `${shown(path)} cannot be written: ${shown(whyOf(error))}`, helpFor(error));
}

/*
 * Files whose content survives a power cut once a call has returned, and stays whole when the disk is full. Paths are the
 * caller's to check, see `files.ts`.
 */

export interface WriteOptions {
  /** For the person alone by default; the umask takes away from it. */
  readonly mode?: number;
  /** The file gets exactly that mode, whatever the umask. */
  readonly isExact?: boolean;
}

/**
 * Writes a new file and puts it on the disk.
 * @throws what the system says, EEXIST included; nothing is left of a file that could not be written whole
 */
export function writeNew(file: string, content: Iterable<string>, options: WriteOptions = {}): void {
  writeWholeFile(file, content, options);
  syncFolder(dirname(file));
}

/** A whole text on the disk, beside the file whose place it is to take. */
export interface Draft {
  /** Takes the place of the file. @throws what the system says; the old content is then still there */
  commit(): void;
  /** Removes the draft where it has not been taken. */
  discard(): void;
}

/** Writes what is to take the place of a file. @throws what the system says; nothing is left then */
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
 * Puts a text in the place of a file: a crash or a full disk leaves the old content or the new, never half of it. A link
 * is replaced, and not followed.
 * @throws what the system says; the old content is then still there
 */
export function replaceWhole(file: string, content: Iterable<string>, options: WriteOptions = {}): void {
  const draft = writeDraft(file, content, options);
  try {
    draft.commit();
  } finally {
    draft.discard();
  }
}

/** Returns a name beside a file that nothing has; short, as names may have 255 bytes. */
export function draftName(file: string): string {
  return join(dirname(file), `.${basename(file).slice(0, 40)}.${randomUUID()}.tmp`);
}

/** Puts names that were made, changed or removed in a folder on the disk. */
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

/** A file that only grows, by whole pieces: of a piece that could not be written nothing stays. */
export interface GrowingFile {
  /** Bytes that were written whole. */
  readonly length: number;
  /**
   * Adds a piece. @param isDurable whether it has to be on the disk when this returns
   * @throws what the system says; the file is then cut back, at the latest before the next piece
   */
  append(piece: string, isDurable: boolean): void;
  /** Tries whether so many bytes could be added, without adding them. @throws what the system says */
  probeSpace(bytes: number): void;
  close(): void;
}

/** Newlines make no line of their own, so what a process killed in between leaves is harmless. */
const filler = '\n';

/**
 * Adds to a file that is open for appending, and closes it in the end.
 * @param fd see `openForAppend`
 * @param length bytes worth keeping; what follows them is cut off before the first piece
 */
export function growingFile(fd: number, length: number): GrowingFile {
  let good = length;
  let mayBeLonger = true;
  /** A failed write leaves any part of it, a failed sync all of it. */
  const change = (write: () => void) => {
    if (mayBeLonger) ftruncateSync(fd, good);
    mayBeLonger = true;
    try {
      write();
      mayBeLonger = false;
    } catch (error) {
      try {
        ftruncateSync(fd, good);
        mayBeLonger = false;
      } catch {
        // Tried again before the next piece; the caller gets the first error.
      }
      throw error;
    }
  };
  return {
    get length() {
      return good;
    },
    append(piece, isDurable) {
      const bytes = Buffer.from(piece);
      change(() => {
        writeWhole(fd, bytes);
        if (isDurable) fsyncSync(fd);
      });
      good += bytes.length;
    },
    probeSpace(bytes) {
      change(() => {
        writeWhole(fd, Buffer.from(filler.repeat(bytes)));
        ftruncateSync(fd, good);
      });
    },
    close: () => closeSync(fd),
  };
}

/** A disk that gets full takes a part and says how much; only the next write fails. */
function writeWhole(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}
