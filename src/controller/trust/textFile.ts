import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { failure, type Result, success } from '../../lib/result.ts';

/** Replaces a small private file; the whole content is on the disk when this returns. @returns `not_written` */
export function replaceTextFile(file: string, text: string): Result<null> {
  const draft = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const fd = openSync(draft, 'wx', 0o600);
    try {
      writeFileSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(draft, file);
    return success(null);
  } catch (error) {
    rmSync(draft, { force: true });
    return failure('not_written', `${file} cannot be written: ${(error as Error).message}`);
  }
}
