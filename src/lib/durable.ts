import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/*
 * Files whose content survives a power cut once a call has returned, and stays whole when the disk is full. Paths are the
 * caller's to check, see `files.ts`.
 */

export interface WriteOptions {
  /** For the person alone where nothing is said; the umask takes away from it. */
  readonly mode?: number;
  /** Whether the file gets exactly that mode, whatever the umask. */
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
  take(): void;
  /** Removes the draft where it has not been taken. */
  drop(): void;
}

/** Writes what is to take the place of a file. @throws what the system says; nothing is left then */
export function writeDraft(file: string, content: Iterable<string>, options: WriteOptions = {}): Draft {
  const draft = draftName(file);
  writeWholeFile(draft, content, options);
  return {
    take() {
      renameSync(draft, file);
      syncFolder(dirname(file));
    },
    drop: () => rmSync(draft, { force: true }),
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
    draft.take();
  } finally {
    draft.drop();
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
