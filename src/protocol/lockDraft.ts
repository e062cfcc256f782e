import {
  closeSync,
  existsSync,
  ftruncateSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';

/**
 * A lock's content has to be on the disk before the lock is taken, and a full disk has no room for it. So room is kept
 * beside the lock: files of one block, whose place a draft takes. Two of them, because a process that is killed while the
 * disk is full has used one up.
 */
const spareNames = ['spare', 'spare-2'];

/** More than a lock holds. */
const spareBytes = 2048;

export interface Draft {
  readonly file: string;
  /** Whether it is room that was kept. */
  readonly isSpare: boolean;
}

/**
 * Writes a lock's content under a name of its own, ready to be linked to the lock's.
 * @throws what the system says, when there is no room and none was kept
 */
export function writeDraft(lock: string, name: string, content: string): Draft {
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

/** Removes a draft; room that was kept is kept on where the lock did not become ours. */
export function dropDraft(lock: string, { file, isSpare }: Draft, isTaken: boolean): void {
  const free = isSpare && !isTaken ? freeName(lock) : undefined;
  if (free === undefined) rmSync(file, { force: true });
  else renameSync(file, free);
}

/** Keeps room for the next lock, as long as there is some. */
export function keepSpare(lock: string): void {
  const [first = ''] = spareFiles(lock);
  if (spareFiles(lock).some((file) => existsSync(file))) return;
  try {
    writeFileSync(first, ' '.repeat(spareBytes), { mode: 0o600, flag: 'wx' });
  } catch {
    // No room to keep, or another process was quicker.
    rmSync(first, { force: true });
  }
}

/** Takes a lock's own file away, or keeps its room. Called by whoever may do that. */
export function removeLock(lock: string): void {
  const free = freeName(lock);
  if (free === undefined) rmSync(lock, { force: true });
  else renameSync(lock, free);
}

/**
 * Replaces a stale lock and keeps its room. Called by whoever may replace it.
 * @param old a name that no other process uses: under a spare's name others could write into the lock before it is replaced
 */
export function keepRoomOf(lock: string, old: string, replace: () => void): void {
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

/** Of several processes one gets a spare: a name can be taken away once. */
function takeSpare(lock: string, file: string, content: string): boolean {
  for (const spare of spareFiles(lock)) {
    try {
      renameSync(spare, file);
      overwrite(file, content);
      return true;
    } catch {
      // It is not there, or too small: the next one.
    }
  }
  rmSync(file, { force: true });
  return false;
}

/** In its own blocks; cut to nothing first, they would be given back. */
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
