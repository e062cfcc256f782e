import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'orch-tui-git-';
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
