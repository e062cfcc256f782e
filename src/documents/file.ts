import { createHash } from 'node:crypto';
import { constants, type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open, readdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { followPath, makeFolder, writeDraft, writeNew } from '../lib/files.ts';
import { failure, type Result, success, whyOf } from '../lib/result.ts';
import { Throttle } from '../lib/schedule.ts';

/** Location of a user's document. */
interface DocumentPlace {
  /** The workspace; a link in it never leads out of it. */
  readonly root: string;
  /** Absolute path from the configuration, which may be outside the workspace. */
  readonly file: string;
}

/** A user's document as stored. */
export interface DocumentText {
  /** Empty where there is no file. */
  readonly text: string;
  /** Hash of its bytes; null where there is no file. */
  readonly hash: string | null;
}

/** The new text of a document, and a value for the caller. */
export interface PlannedText<T> {
  readonly text: string;
  readonly value: T;
}

/** Largest document in bytes; a document kept by hand is smaller. */
const largestBytes = 16 * 1024 * 1024;
/** Retries of a change; a program that writes the file faster than this runs in a loop. */
const attempts = 5;
const keptBackups = 20;

/**
 * Reads a document. Links are followed unless they lead out of the workspace.
 * @returns `unsafe_path`; `document_unreadable` for what is no text of a sensible size
 */
export async function readDocument({ root, file }: DocumentPlace): Promise<Result<DocumentText>> {
  const target = followPath(root, file);
  return target.ok ? readTarget(target.value) : target;
}

async function readTarget(file: string): Promise<Result<DocumentText>> {
  try {
    const bytes = await readBytes(file);
    return bytes === null
      ? success({ text: '', hash: null })
      : success({ text: decode(bytes), hash: hashOf(bytes) });
  } catch (error) {
    return failure('document_unreadable', `${file} cannot be read: ${whyOf(error)}`);
  }
}

/**
 * Changes a document that others may edit at the same time. Reads the current text, plans the new one, and
 * replaces the file atomically if it is still the same; otherwise plans again. Follows links unless they
 * lead out of the workspace, keeps the mode, and keeps the previous text in the backups, at most 20. Between
 * the last check and the rename are some microseconds in which another program's save is replaced; that text
 * is lost, the one before it is in the backups.
 * @param backups folder for them below the workspace, created when needed
 * @param plan returns the whole new text; called again when the file changed meanwhile
 * @returns the plan's value; `unsafe_path`, `document_read_only`, `document_busy`, `document_failed`, or the
 * plan's own problem
 */
export async function changeDocument<T>(
  { root, file }: DocumentPlace,
  backups: string,
  plan: (text: string) => Result<PlannedText<T>>,
): Promise<Result<T>> {
  const followed = followPath(root, file);
  if (!followed.ok) return followed;
  const target = followed.value;
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const before = await readTarget(target);
      if (!before.ok) return before;
      const planned = plan(before.value.text);
      if (!planned.ok) return planned;
      if (planned.value.text === before.value.text) return success(planned.value.value);
      const refused = await refuseReadOnly(target, before.value.hash);
      if (refused) return refused;
      if (before.value.hash !== null) {
        const folder = makeFolder(root, backups);
        if (!folder.ok) return folder;
        await keepBackup(target, backups, before.value);
      }
      if (await replaceUnchanged(target, before.value.hash, planned.value.text))
        return success(planned.value.value);
    }
    return failure(
      'document_busy',
      `${file} changes all the time.`,
      'Try again when no other program writes it.',
    );
  } catch (error) {
    return failure('document_failed', `${file} cannot be written: ${whyOf(error)}`);
  }
}

/**
 * Reads a file's bytes; null where there is none. Checks its type once it is open, so that it never waits
 * for a pipe and never reads a device.
 */
async function readBytes(file: string): Promise<Buffer | null> {
  let handle: FileHandle;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new Error('it is no file.');
    if (found.size > largestBytes) throw new Error('it is larger than 16 MB.');
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error('it is not UTF-8.');
  }
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Refuses a read-only file. The mode states the owner's intention, even where root could write. */
async function refuseReadOnly(file: string, hash: string | null): Promise<Result<never> | null> {
  if (hash === null || ((await stat(file)).mode & 0o222) !== 0) return null;
  return failure(
    'document_read_only',
    `${file} is read-only.`,
    'Make it writable, or leave it to you alone.',
  );
}

/** Replaces the file atomically. @returns false when it changed since it was planned */
async function replaceUnchanged(file: string, hash: string | null, text: string): Promise<boolean> {
  const mode = hash === null ? 0o644 : (await stat(file)).mode & 0o7777;
  const draft = writeDraft(file, [text], { mode, isExact: true });
  try {
    const now = await readBytes(file);
    if ((now === null ? null : hashOf(now)) !== hash) return false;
    draft.commit();
    return true;
  } finally {
    draft.discard();
  }
}

/** Adds a backup. Names sort by time; the hash prevents two equal copies in a row. */
async function keepBackup(file: string, folder: string, { text, hash }: DocumentText): Promise<void> {
  const kept = await backupsOf(file, folder);
  const short = (hash ?? '').slice(0, 12);
  if (kept.at(-1)?.includes(`.${short}.`)) return;
  const stamp = new Date().toISOString().replace(/[-:]/g, '');
  const name = `${basename(file)}.${stamp}.${short}.bak`;
  // Half a copy would count as this text the next time.
  writeNew(join(folder, name), [text]);
  const old = [...kept, name].slice(0, -keptBackups);
  for (const one of old) await rm(join(folder, one), { force: true });
}

/** Lists this document's backups, the oldest first. */
async function backupsOf(file: string, folder: string): Promise<string[]> {
  const prefix = `${basename(file)}.`;
  const ours = /^\d{8}T\d{6}\.\d{3}Z\.[0-9a-f]{12}\.bak$/;
  const names = await readdir(folder);
  return names.filter((name) => name.startsWith(prefix) && ours.test(name.slice(prefix.length))).sort();
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** Milliseconds that collect changes, because editors save in several steps. */
const burstMs = 100;

/**
 * Reports changes of one file that editors replace rather than write, by watching its folder and the folder
 * of its link's target. Reports nothing where watching is not possible.
 */
export class FileWatch {
  readonly #changed: Throttle;
  #watchers: FSWatcher[] = [];
  #file: string | null = null;

  constructor(changed: () => void) {
    this.#changed = new Throttle(changed, burstMs, 'delayed');
  }

  /** Watches this file instead of the previous one; null for none. */
  async follow(file: string | null): Promise<void> {
    if (file === this.#file) return;
    this.#stop();
    this.#file = file;
    if (file === null) return;
    // A missing file is no link.
    const target = await realpath(file).catch(() => file);
    if (this.#file !== file) return;
    for (const one of new Set([file, target])) this.#watch(one);
  }

  close(): void {
    this.#file = null;
    this.#stop();
  }

  #watch(file: string): void {
    try {
      const watcher = watch(dirname(file), { persistent: false }, (_, name) => {
        if (name === null || name === basename(file)) this.#changed.ask();
      });
      // The folder was deleted, or the system ran out of watches; the next request still reads the file.
      watcher.on('error', () => watcher.close());
      this.#watchers.push(watcher);
    } catch {
      // No such folder, or no more watches: as above.
    }
  }

  #stop(): void {
    this.#changed.cancel();
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }
}
