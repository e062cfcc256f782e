import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether what is mounted is seen by other processes, too. */
export const isRoot = process.getuid?.() === 0;

/** Why no small disk can be mounted here; null where one can. */
export const noSmallDisk = findReason();

function findReason(): string | null {
  if (process.platform !== 'linux') return 'only Linux has tmpfs';
  const own = spawnSync('unshare', ['-m', 'true']).status === 0 && process.getuid?.() === 0;
  const mapped = spawnSync('unshare', ['-rm', 'true']).status === 0;
  return own || mapped ? null : 'needs root, or user namespaces (unshare -rm)';
}

/** A disk of a few hundred kilobytes that can be filled to the last byte. */
export class SmallDisk implements Disposable {
  /** Where it is seen; not a path that stays the same when it is resolved, unless `isMountedHere`. */
  readonly folder: string;
  readonly isMountedHere: boolean;
  readonly #mountPoint: string;
  readonly #isOwn: boolean;
  readonly #keeper: ChildProcess | null;

  private constructor(keeper: ChildProcess | null, mountPoint?: string) {
    this.#mountPoint = mountPoint ?? mkdtempSync(join(tmpdir(), 'orch-disk-'));
    this.#isOwn = mountPoint === undefined || keeper !== null;
    this.#keeper = keeper;
    this.isMountedHere = keeper === null;
    this.folder = keeper === null ? this.#mountPoint : `/proc/${keeper.pid}/root${this.#mountPoint}`;
  }

  /** Over a folder that is there, which only root can do where everybody sees it. */
  static over(folder: string, kilobytes: number): SmallDisk {
    const disk = new SmallDisk(null, folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k,mode=700`, 'tmpfs', folder]);
    return disk;
  }

  static async make(kilobytes: number): Promise<SmallDisk> {
    const options = `size=${kilobytes}k,mode=700`;
    if (process.getuid?.() === 0) {
      const disk = new SmallDisk(null);
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk.#mountPoint]);
      return disk;
    }
    const mountPoint = mkdtempSync(join(tmpdir(), 'orch-disk-'));
    const script = 'mount -t tmpfs -o "$1" tmpfs "$2" && echo ready && exec cat';
    const keeper = spawn('unshare', ['-rm', 'sh', '-c', script, 'sh', options, mountPoint], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await new Promise((resolve, reject) => {
      keeper.stdout?.once('data', resolve);
      keeper.once('exit', () => reject(new Error('nothing was mounted')));
    });
    return new SmallDisk(keeper, mountPoint);
  }

  get freeBytes(): number {
    const { bfree, bsize } = statfsSync(this.folder);
    return bfree * bsize;
  }

  /** Leaves so many free pages, and not one more byte. */
  fill(pages = 0): void {
    this.free();
    const fd = openSync(this.#filler, 'w');
    try {
      for (let left = this.freeBytes - pages * pageBytes; left > 0; )
        left -= writeSync(fd, zeros, 0, Math.min(left, zeros.length));
    } finally {
      closeSync(fd);
    }
  }

  free(): void {
    rmSync(this.#filler, { force: true });
  }

  [Symbol.dispose](): void {
    if (this.#keeper) this.#keeper.stdin?.end();
    else execFileSync('umount', ['-l', this.#mountPoint]);
    if (this.#isOwn) rmdirSync(this.#mountPoint);
  }

  get #filler(): string {
    return join(this.folder, 'filler');
  }
}

export const pageBytes = 4096;
const zeros = Buffer.alloc(64 * 1024);
