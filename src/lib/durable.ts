import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Files whose content survives a power cut once a call has returned, and stays whole when the disk is full. */

/**
 * Writes a new file and puts it on the disk.
 * @throws what the system says, EEXIST included; nothing is left of a file that could not be written whole
 */
export function writeNew(file: string, content: Iterable<string>, mode = 0o600): void {
  const fd = openSync(file, 'wx', mode);
  try {
    try {
      for (const text of content) writeFileSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
  syncFolder(dirname(file));
}

/**
 * Puts a text in the place of a file: a crash or a full disk leaves the old content or the new, never half of it.
 * @throws what the system says; the old content is then still there
 */
export function replaceFile(file: string, content: Iterable<string>, mode = 0o600): void {
  const next = `${file}.${randomUUID()}.tmp`;
  writeNew(next, content, mode);
  try {
    renameSync(next, file);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
  syncFolder(dirname(file));
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

/** The same without blocking. */
export async function syncFolderSoon(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
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
  tryRoom(bytes: number): void;
  close(): void;
}

/** Newlines make no line of their own, so what a process killed in between leaves is harmless. */
const filler = '\n';

/**
 * Adds to a file that is open for appending, and closes it in the end.
 * @param fd see `openForAppend`
 * @param length bytes worth keeping; what follows them is cut off before the first piece
 */
export function growing(fd: number, length: number): GrowingFile {
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
        // Tried again before the next piece; the caller is told of the first error.
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
    tryRoom(bytes) {
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
