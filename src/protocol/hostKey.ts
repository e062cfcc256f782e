import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { failure, type Result, success } from '../lib/result.ts';
import type { Holder } from './guard.ts';

/**
 * The proof that a link is the controller's: a random text beside the host's socket, new with every host,
 * that only the controller's code reads. It keeps our own code paths apart, so that no client starts a process
 * past the approval by mistake. It is no wall against other programs of the same user, who may read any file
 * of theirs.
 */
export function createHostKey(socket: string): string {
  const key = randomBytes(32).toString('base64url');
  writeFileSync(keyPath(socket), key, { mode: 0o600, flag: 'wx' });
  return key;
}

/** For the controller alone: what its link to the host has to show. */
export function readHostKey(holder: Holder): Result<string> {
  try {
    return success(readFileSync(keyPath(holder.socket), 'utf8'));
  } catch (error) {
    return failure('not_allowed', `The host's key cannot be read: ${(error as Error).message}`);
  }
}

export function isHostKey(key: string, claimed: unknown): boolean {
  const own = Buffer.from(key);
  const other = Buffer.from(typeof claimed === 'string' ? claimed : '');
  return own.length === other.length && timingSafeEqual(own, other);
}

/** The guard removes it together with the socket. */
function keyPath(socket: string): string {
  return socket.replace(/\.sock$/, '.key');
}
