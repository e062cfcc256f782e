import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { failure, type Result, success } from './result.ts';

/**
 * Reads a file that may come from anyone. A link is not followed, and what is no regular file is not waited for.
 * @returns `no_file` where there is none; `unsafe_file` for links, pipes, devices and files above the limit
 */
export function readSmallFile(path: string, mostBytes: number): Result<string> {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return failure('no_file', `There is no ${path}.`);
    if (code === 'ELOOP' || code === 'EMLINK') return failure('unsafe_file', `${path} is a link.`);
    return failure('unsafe_file', `${path} cannot be read: ${message}`);
  }
  try {
    const found = fstatSync(fd);
    if (!found.isFile()) return failure('unsafe_file', `${path} is not a regular file.`);
    if (found.size > mostBytes)
      return failure('unsafe_file', `${path} is larger than ${mostBytes} bytes.`, 'Make it smaller.');
    const buffer = Buffer.alloc(mostBytes + 1 < found.size ? mostBytes + 1 : found.size + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read)
      read = readSync(fd, buffer, length, buffer.length - length, null);
    return success(buffer.toString('utf8', 0, length));
  } catch (error) {
    return failure('unsafe_file', `${path} cannot be read: ${(error as Error).message}`);
  } finally {
    closeSync(fd);
  }
}
