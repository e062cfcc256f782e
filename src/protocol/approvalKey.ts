import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { linkSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { failure, type Problem, problemOf, type Result, success } from '../lib/result.ts';
import { openStateFolder, stateFolder } from '../lib/stateFolder.ts';
import { approvalVariable } from './heldKey.ts';

/** Names the digest of a key that holds for one daemon only, such as the demo's for the workspace that it made. */
export const ownKeyVariable = 'ORCH_OWN_KEY_DIGEST';

/**
 * The key with which a person's own script acts where there is no terminal. It is in a file that only the person may read,
 * and is passed by a variable. Reading it is left to the script: a program that read it by itself to act would turn each of
 * its callers into a person.
 */
const fileName = 'approval-key';

type Environment = Readonly<NodeJS.ProcessEnv>;

/** Returns a new key: 32 random bytes as text. */
export function newApprovalKey(): string {
  return randomBytes(32).toString('base64url');
}

/** Returns where the person's key is. */
export function approvalKeyFile(env: Environment = process.env): string {
  return join(stateFolder(env), fileName);
}

/**
 * Creates the person's key where there is none.
 * @returns its path, or why it could not be created
 */
export function createApprovalKey(env: Environment = process.env): Result<string> {
  const folder = openStateFolder(env);
  if (!folder.ok) return folder;
  const path = join(folder.value, fileName);
  if (lstatSync(path, { throwIfNoEntry: false })) return success(path);
  const draft = `${path}.${randomUUID()}`;
  try {
    writeFileSync(draft, `${newApprovalKey()}\n`, { mode: 0o600, flag: 'wx' });
    // The whole content appears at once, and never in place of a key that another process has just made.
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      return failure('no_key', `Cannot create ${path}: ${(error as Error).message}`);
  } finally {
    rmSync(draft, { force: true });
  }
  return success(path);
}

/** Reports whether there is a key on this machine. */
export function hasApprovalKey(env: Environment = process.env): boolean {
  return lstatSync(approvalKeyFile(env), { throwIfNoEntry: false }) !== undefined;
}

/** Reports whether a text is the person's key, or the key that this process was started with the digest of. */
export function isApprovalKey(claimed: unknown, env: Environment = process.env): boolean {
  if (typeof claimed !== 'string' || claimed === '') return false;
  const own = env[ownKeyVariable];
  if (own && isSame(own, digestOf(claimed))) return true;
  const key = readKey(approvalKeyFile(env));
  return key !== null && isSame(key, claimed);
}

/** Returns what tells a key without giving it away. */
export function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Returns what a caller without a terminal is told, whose key is missing or wrong. */
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
    // Gone meanwhile, which is the same as no key.
    return null;
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
