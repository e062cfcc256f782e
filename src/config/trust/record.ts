import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readPlain, replaceFile } from '../../lib/files.ts';
import type { Result } from '../../lib/result.ts';
import { isPrivate, openStateFolder, stateFolder } from '../../lib/stateFolder.ts';

/** The user's decision about the workspace in one folder. */
export interface TrustRecord {
  /** Absolute path of the workspace, links resolved. */
  readonly root: string;
  /** Hash of the trusted configuration, 64 hexadecimal digits; null while only the state is known. */
  readonly hash: string | null;
  /** The trusted configuration file, parsed; its values stay in use while a changed one waits for trust. */
  readonly stored: Readonly<Record<string, unknown>> | null;
  /** Real paths of its repositories, and the memory server of `.mcp.json`; see `TrustedParts`. */
  readonly repos: readonly string[];
  readonly server: unknown;
  readonly serverName?: string;
  /** The random id of the state that was written here; null while there is none. */
  readonly stateId: string | null;
}

const mostBytes = 4 * 1024 * 1024;

/** Returns the trust record of a workspace; null where there is none, or it is damaged. */
export function readRecord(root: string, env: Readonly<NodeJS.ProcessEnv>): TrustRecord | null {
  const folder = stateFolder(env);
  // A folder that others can write to cannot hold the user's decision.
  const text = isPrivate(folder) ? readPlain(recordFile(folder, root), mostBytes) : null;
  if (!text?.ok || text.value === null) return null;
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
    // Not JSON. A damaged record trusts nothing: the user is asked again.
    return null;
  }
}

/**
 * Replaces the record of a workspace and syncs it to the disk.
 * @returns `not_written` with the system's reason
 */
export function writeRecord(record: TrustRecord, env: Readonly<NodeJS.ProcessEnv>): Result<null> {
  const folder = openStateFolder(env);
  if (!folder.ok) return folder;
  const file = recordFile(folder.value, record.root);
  return replaceFile(folder.value, file, `${JSON.stringify({ v: 1, ...record })}\n`);
}

/** Returns the path of a workspace's record, existing or not. */
export function recordPath(root: string, env: Readonly<NodeJS.ProcessEnv> = process.env): string {
  return recordFile(stateFolder(env), root);
}

function recordFile(folder: string, root: string): string {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 32);
  return join(folder, 'trust', `${name}.json`);
}
