import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failure, type Result, success } from '../../lib/result.ts';
import { stateFolder } from '../../lib/stateFolder.ts';
import { readSmallFile } from '../../lib/smallFile.ts';
import { replaceTextFile } from './textFile.ts';

/** What a person has decided about the workspace in one folder. */
export interface TrustRecord {
  /** Absolute path of the workspace, links resolved. */
  readonly root: string;
  /** The trusted configuration, 64 hexadecimal digits; null while only the state is known. */
  readonly hash: string | null;
  /** The configuration file as it was trusted, parsed; its values stay in use while a changed one waits. */
  readonly stored: Readonly<Record<string, unknown>> | null;
  /** Where its repositories were, and the server of `.mcp.json`; see `TrustedParts`. */
  readonly repos: readonly string[];
  readonly server: unknown;
  /** The random id of the state that was written here; null where there is none yet. */
  readonly stateId: string | null;
}

const mostBytes = 4 * 1024 * 1024;

/** Returns what is recorded about a workspace; null where nothing is, or the record is damaged. */
export function readRecord(root: string, env: Readonly<NodeJS.ProcessEnv>): TrustRecord | null {
  const file = recordFile(root, env);
  const text = file.ok ? readSmallFile(file.value, mostBytes) : null;
  if (!text?.ok) return null;
  try {
    const record = JSON.parse(text.value) as Partial<TrustRecord> & { v?: unknown };
    const isRecord =
      record.v === 1 &&
      record.root === root &&
      (record.hash === null || typeof record.hash === 'string') &&
      Array.isArray(record.repos) &&
      (record.stateId === null || typeof record.stateId === 'string');
    return isRecord ? (record as TrustRecord) : null;
  } catch {
    // Not JSON. A damaged record trusts nothing: the person is asked again.
    return null;
  }
}

/**
 * Replaces the record of a workspace; it is on the disk when this returns.
 * @returns `not_written` with the system's reason
 */
export function writeRecord(record: TrustRecord, env: Readonly<NodeJS.ProcessEnv>): Result<null> {
  const file = recordFile(record.root, env);
  if (!file.ok) return file;
  try {
    mkdirSync(dirname(file.value), { recursive: true, mode: 0o700 });
  } catch (error) {
    return failure('not_written', `${dirname(file.value)} cannot be made: ${(error as Error).message}`);
  }
  return replaceTextFile(file.value, `${JSON.stringify({ v: 1, ...record })}\n`);
}

function recordFile(root: string, env: Readonly<NodeJS.ProcessEnv>): Result<string> {
  const folder = stateFolder(env);
  if (!folder.ok) return folder;
  const name = createHash('sha256').update(root).digest('hex').slice(0, 32);
  return success(join(folder.value, 'trust', `${name}.json`));
}
