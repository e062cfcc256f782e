import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TrustFacts } from '../../core/workspace.ts';
import { readText, replaceFile } from '../../lib/files.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { whyOf } from '../../lib/systemError.ts';

/** Returns the path of the file that identifies a workspace's state. */
function idFile(root: string): string {
  return join(root, '.orch', 'id');
}

/** Lists the controller's files in `.orch`, without the configuration. */
function stateFiles(root: string): readonly string[] {
  return ['log.jsonl', 'notion'].map((name) => join(root, '.orch', name)).filter(holdsSomething);
}

function holdsSomething(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return false;
  return found.isDirectory() ? readdirSync(path).length > 0 : found.size > 0;
}

/**
 * Reports who wrote a workspace's state.
 * @param known the id in the user's record; null where it has none
 */
export function stateOwner(root: string, known: string | null): TrustFacts['state'] {
  const id = readStateId(root);
  if (id !== null && id === known) return 'own';
  return stateFiles(root).length > 0 ? 'foreign' : 'none';
}

/** Returns the id in the state, or null where it has none. */
function readStateId(root: string): string | null {
  const text = readText(root, idFile(root), 1000);
  return text.ok && text.value && /^[0-9a-f]{32}\n?$/.test(text.value) ? text.value.trim() : null;
}

/**
 * Writes a new id into the state, to be recorded by the caller. @returns it, or why it could not be written
 */
export function stampState(root: string): Result<string> {
  const id = randomBytes(16).toString('hex');
  const written = replaceFile(root, idFile(root), `${id}\n`);
  return written.ok ? success(id) : written;
}

/**
 * Moves the state into a new folder beside it, so that the workspace starts without one. Deletes nothing.
 * @returns that folder
 */
export function putStateAside(root: string): Result<string> {
  const folder = freeName(join(root, '.orch', 'discarded'));
  try {
    mkdirSync(folder, { mode: 0o700 });
    const names = readdirSync(join(root, '.orch')).filter((name) =>
      /^(log[.\w-]*\.jsonl?|notion|id)$/.test(name),
    );
    for (const name of names) renameSync(join(root, '.orch', name), join(folder, name));
    return success(folder);
  } catch (error) {
    return failure('state_not_moved', `${folder} cannot be filled: ${whyOf(error)}`);
  }
}

function freeName(path: string): string {
  for (let n = 1; ; n++) if (!existsSync(`${path}-${n}`)) return `${path}-${n}`;
}
