import { copyFile, lstat, mkdir, mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exists } from '../directories.ts';

/** Limits after which the folder is deleted and created again. */
const mostBytes = 1 << 29;

const mostSnapshots = 500;

/**
 * A temporary folder for git's objects and indexes, so that nothing in the repository changes; git calls its own
 * "quarantine" a temporary object directory. Its size is bounded, `close` deletes it, and the next process deletes
 * folders of killed ones.
 */
export class Quarantine {
  readonly #folder: string;
  readonly #objects: string;
  readonly #alternates: string;
  #bytes = 0;
  #snapshots = 0;

  private constructor(folder: string, objects: string) {
    this.#folder = folder;
    this.#objects = join(folder, 'objects');
    // Quoted, because a colon separates paths:
    // https://git-scm.com/docs/git#Documentation/git.txt-codeGITALTERNATEOBJECTDIRECTORIEScode
    this.#alternates = quotedPath(objects);
  }

  /** @param objects the repository's object directory, which stays readable */
  static async open(objects: string): Promise<Quarantine> {
    const quarantine = new Quarantine(await makeTempFolder(), objects);
    await mkdir(quarantine.#objects);
    return quarantine;
  }

  /** Environment that makes git write objects here. */
  get env(): Record<string, string> {
    return {
      GIT_OBJECT_DIRECTORY: this.#objects,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: this.#alternates,
    };
  }

  /** Returns the path of a file in the folder. */
  file(name: string): string {
    return join(this.#folder, name);
  }

  /** Counts a snapshot of files with this many bytes. */
  count(bytes: number): void {
    this.#bytes += bytes;
    this.#snapshots++;
  }

  /** True when it should be closed and opened again. */
  get isFull(): boolean {
    return this.#bytes > mostBytes || this.#snapshots > mostSnapshots;
  }

  async isThere(): Promise<boolean> {
    return stat(this.#objects).then(
      () => true,
      () => false, // Unusable for any reason.
    );
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const prefix = 'orch-tui-git-';

/** Quotes a path for git where line ends or colons separate paths. */
export function quotedPath(path: string): string {
  return `"${path.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

/** Milliseconds. Pids mean nothing across containers with a shared temporary folder, so younger folders stay. */
const abandonedAfterMs = 60 * 60_000;

/** Creates a folder of this process for files of git, and deletes those of killed processes. */
export async function makeTempFolder(): Promise<string> {
  await sweep();
  return mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
}

async function sweep(): Promise<void> {
  const names = await readdir(tmpdir());
  for (const name of names) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    const path = join(tmpdir(), name);
    if (pid && !isRunning(Number(pid)) && (await isAbandoned(path)))
      await rm(path, { recursive: true, force: true });
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    const { uid, mtimeMs } = await lstat(path);
    return uid === process.getuid?.() && Date.now() - mtimeMs > abandonedAfterMs;
  } catch {
    return false; // Another process deleted it first.
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Copies an index with an earlier modification time. Git compares contents, not just times, of files that may have
 * changed when the index was written; an earlier time is safe, a later one is not.
 */
export async function copyIndex(from: string, to: string): Promise<void> {
  await Promise.all([to, `${to}.lock`].map((file) => rm(file, { force: true })));
  if (!(await exists(from))) return; // A worktree made without files has no index yet.
  const { atime, mtimeMs } = await stat(from);
  await copyFile(from, to);
  await utimes(to, atime, (Math.floor(mtimeMs) - 1) / 1000);
}
