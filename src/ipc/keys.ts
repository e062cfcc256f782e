import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { failure, type Problem, problemOf, type Result, success, whyOf } from '../lib/result.ts';
import { createSecret, isSameSecret, stateFolder } from '../lib/stateFolder.ts';
import type { Holder } from './guard.ts';
import { approvalVariable } from './heldKey.ts';

/** Variable with the digest of a key that is valid for one daemon only, such as the demo's. */
export const ownKeyVariable = 'ORCH_OWN_KEY_DIGEST';

/**
 * File of the approval key, with which a person's own script acts without a terminal. Only the person may read it. The
 * script reads it and passes it by a variable: a program that read it by itself would turn every caller into a person.
 */
const fileName = 'approval-key';

type Environment = Readonly<NodeJS.ProcessEnv>;

/** Returns the path of the person's key. */
export function approvalKeyFile(env: Environment = process.env): string {
  return join(stateFolder(env), fileName);
}

/**
 * Creates the person's key where there is none.
 * @returns its path
 */
export function createApprovalKey(env: Environment = process.env): Result<string> {
  return createSecret(fileName, env);
}

/** Reports whether there is a key on this machine. */
export function hasApprovalKey(env: Environment = process.env): boolean {
  return lstatSync(approvalKeyFile(env), { throwIfNoEntry: false }) !== undefined;
}

/** Reports whether a text is the person's key, or the key of this process's digest. */
export function isApprovalKey(claimed: unknown, env: Environment = process.env): boolean {
  if (typeof claimed !== 'string' || claimed === '') return false;
  const own = env[ownKeyVariable];
  if (own && isSameSecret(own, digestOf(claimed))) return true;
  const key = readKey(approvalKeyFile(env));
  return key !== null && isSameSecret(key, claimed);
}

/** Returns a text that identifies a key without revealing it. */
export function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Returns the problem of a caller without a terminal, whose key is missing or wrong. */
export function keyProblem(claimed: unknown, env: Environment = process.env): Problem {
  const file = approvalKeyFile(env);
  const what =
    claimed === undefined
      ? 'This needs a person, and there is no terminal here.'
      : `The approval key that was passed is not that in ${file}.`;
  const hint = hasApprovalKey(env)
    ? `In a script of your own, pass your key: ${approvalVariable}="$(cat '${file}')"`
    : `Run it in a terminal once, which creates ${file}; a script then passes ${approvalVariable}="$(cat '${file}')"`;
  return problemOf('approval_required', what, hint);
}

/** Returns the key in a file that is the person's alone; null for anything else. */
function readKey(path: string): string | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found?.isFile() || found.uid !== userInfo().uid || (found.mode & 0o077) !== 0) return null;
  try {
    const key = readFileSync(path, 'utf8').trim();
    return key.length >= 32 ? key : null;
  } catch {
    // Removed meanwhile: no key.
    return null;
  }
}

/**
 * Creates the proof that a link is the controller's: a random text beside the host's socket, new for every host, that only
 * the controller's code reads. It separates our own code paths, so that no client starts a process without an approval by
 * mistake. It does not protect against other programs of the same user, which may read any of the user's files.
 */
export function createHostKey(socket: string): string {
  const key = randomBytes(32).toString('base64url');
  writeFileSync(keyPath(socket), key, { mode: 0o600, flag: 'wx' });
  return key;
}

/** Returns the key for the controller's link to the host. For the controller only. */
export function readHostKey(holder: Holder): Result<string> {
  try {
    return success(readFileSync(keyPath(holder.socket), 'utf8'));
  } catch (error) {
    return failure('not_allowed', `The host's key cannot be read: ${whyOf(error)}`);
  }
}

export function isHostKey(key: string, claimed: unknown): boolean {
  const own = Buffer.from(key);
  const other = Buffer.from(typeof claimed === 'string' ? claimed : '');
  return own.length === other.length && timingSafeEqual(own, other);
}

/** Returns the key's path. The guard removes the file together with the socket. */
function keyPath(socket: string): string {
  return socket.replace(/\.sock$/, '.key');
}
