import { createHash } from 'node:crypto';
import { constants, type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open, readdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { followPath, makeFolder, writeDraft, writeNew } from '../lib/files.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { Throttle } from '../lib/schedule.ts';
import { whyOf } from '../lib/systemError.ts';

/** Where a person's document is. */
interface DocumentPlace {
  /** The workspace; a link in it never leads out of it. */
  readonly root: string;
  /** As the configuration names it, absolute; outside the workspace where it says so. */
  readonly file: string;
}

/** A person's document as it lies on the disk. */
export interface DocumentText {
  /** Empty where there is no file yet. */
  readonly text: string;
  /** Changes with every byte; null where there is no file. */
  readonly hash: string | null;
}

/** What becomes of a document's text, and what the caller wants to know of it. */
export interface PlannedText<T> {
  readonly text: string;
  readonly value: T;
}

/** More is no document that a person keeps by hand. */
const largestBytes = 16 * 1024 * 1024;
/** Somebody who saves faster than this is a program in a loop. */
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
    return failure('document_unreadable', `${file} cannot be read: ${reason(error)}`);
  }
}

/**
 * Changes a document that a person may be editing at the same moment: what is there now is read, planned upon, and
 * replaced by a complete file only while it is still the same; else it is planned anew. Links are followed unless they
 * lead out of the workspace, the mode is kept, and what was there before goes to the backups, of which 20 are kept. Between the last look and the
 * rename lie some microseconds in which a save of somebody else is replaced; its text is then lost, the one before
 * it is in the backups.
 * @param backups folder for them below the workspace, made when needed
 * @param plan gives the whole new text; called again when the file changed meanwhile
 * @returns what the plan gave; `unsafe_path`, `document_read_only`, `document_busy`, `document_failed`, or the plan's
 * own problem
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
    return failure('document_failed', `${file} cannot be written: ${reason(error)}`);
  }
}

/** Never waits for a pipe, and never reads a device: what is there is looked at once it is open. */
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

/** The mode says what a person wants, even where root could write all the same. */
async function refuseReadOnly(file: string, hash: string | null): Promise<Result<never> | null> {
  if (hash === null || ((await stat(file)).mode & 0o222) !== 0) return null;
  return failure(
    'document_read_only',
    `${file} is read-only.`,
    'Make it writable, or leave it to you alone.',
  );
}

/** Puts a complete file in place. @returns false when the one there is not the one that was planned upon */
async function replaceUnchanged(file: string, hash: string | null, text: string): Promise<boolean> {
  const mode = hash === null ? 0o644 : (await stat(file)).mode & 0o7777;
  const draft = writeDraft(file, [text], { mode, isExact: true });
  try {
    const now = await readBytes(file);
    if ((now === null ? null : hashOf(now)) !== hash) return false;
    draft.take();
    return true;
  } finally {
    draft.drop();
  }
}

/** Names sort by time; the hash keeps a text that is there already from being kept twice in a row. */
async function keepBackup(file: string, folder: string, { text, hash }: DocumentText): Promise<void> {
  const kept = await backupsOf(file, folder);
  const short = (hash ?? '').slice(0, 12);
  if (kept.at(-1)?.includes(`.${short}.`)) return;
  const stamp = new Date().toISOString().replace(/[-:]/g, '');
  const name = `${basename(file)}.${stamp}.${short}.bak`;
  // Half a copy would be taken for this text the next time.
  writeNew(join(folder, name), [text]);
  const old = [...kept, name].slice(0, -keptBackups);
  for (const one of old) await rm(join(folder, one), { force: true });
}

/** Copies of this document that are ours, the oldest first. */
async function backupsOf(file: string, folder: string): Promise<string[]> {
  const prefix = `${basename(file)}.`;
  const ours = /^\d{8}T\d{6}\.\d{3}Z\.[0-9a-f]{12}\.bak$/;
  const names = await readdir(folder);
  return names.filter((name) => name.startsWith(prefix) && ours.test(name.slice(prefix.length))).sort();
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function reason(error: unknown): string {
  return whyOf(error);
}

/** Editors save in several steps. */
const burstMs = 100;

/**
 * Tells of changes to one file that editors replace rather than write: its folder is watched, and that of the file it
 * links to. Where nothing can be watched, nothing is told.
 */
export class FileWatch {
  readonly #changed: Throttle;
  #watchers: FSWatcher[] = [];
  #file: string | null = null;

  constructor(changed: () => void) {
    this.#changed = new Throttle(changed, burstMs, 'delayed');
  }

  /** Watches this file from now on and no other; null for none. */
  async follow(file: string | null): Promise<void> {
    if (file === this.#file) return;
    this.#stop();
    this.#file = file;
    if (file === null) return;
    // A file that is not there yet is no link.
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
      // The folder went, or the system watches no more: the next request reads the file all the same.
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
