import { copyFile, lstat, mkdir, mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exists } from '../directories.ts';

/** When this much may have been written, everything is thrown away and made again. */
const mostBytes = 1 << 29;

const mostSnapshots = 500;

/**
 * A temporary folder where git writes objects and indexes of its own, so that nothing in the repository changes. It is
 * bounded, gone after `close`, and what a killed process left is swept away by the next one.
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
    // Quoted, as a colon would part the path: https://git-scm.com/docs/git#Documentation/git.txt-codeGITALTERNATEOBJECTDIRECTORIEScode
    this.#alternates = quotedPath(objects);
  }

  /** @param objects the repository's object directory; everything in it can be read. */
  static async open(objects: string): Promise<Quarantine> {
    const quarantine = new Quarantine(await makeTempFolder(), objects);
    await mkdir(quarantine.#objects);
    return quarantine;
  }

  /** Makes git write objects here. */
  get env(): Record<string, string> {
    return {
      GIT_OBJECT_DIRECTORY: this.#objects,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: this.#alternates,
    };
  }

  /** The path of a file of ours. */
  file(name: string): string {
    return join(this.#folder, name);
  }

  /** Notes that a snapshot of files with so many bytes is made. */
  count(bytes: number): void {
    this.#bytes += bytes;
    this.#snapshots++;
  }

  /** Whether it should be closed and opened anew. */
  get isFull(): boolean {
    return this.#bytes > mostBytes || this.#snapshots > mostSnapshots;
  }

  async isThere(): Promise<boolean> {
    return stat(this.#objects).then(
      () => true,
      () => false, // Whatever happened to it, it is of no use any more.
    );
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const prefix = 'orch-tui-git-';

/** A path as git reads it back where line ends or colons would part it. */
export function quotedPath(path: string): string {
  return `"${path.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

/** Process numbers mean nothing across containers that share a temporary folder: what is in use stays in any case. */
const abandonedAfterMs = 60 * 60_000;

/** A folder of this process for files of git's; sweeps away what processes left that were killed. */
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
    return false; // Somebody else was quicker.
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
 * Copies an index, not the moment of its writing only: git compares a file's content, and not just its times, when it
 * may have changed at the moment the index was written. An earlier moment is safe, a later one is not.
 */
export async function copyIndex(from: string, to: string): Promise<void> {
  await Promise.all([to, `${to}.lock`].map((file) => rm(file, { force: true })));
  if (!(await exists(from))) return; // A worktree made without files has none yet.
  const { atime, mtimeMs } = await stat(from);
  await copyFile(from, to);
  await utimes(to, atime, (Math.floor(mtimeMs) - 1) / 1000);
}
