import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { makePrivate } from './privateFolder.ts';
import { failure, type Result } from './result.ts';

/**
 * Returns the path of the person's state folder: `$XDG_STATE_HOME/orch-tui`, else `~/.local/state/orch-tui`. A relative
 * path in the variable counts as none, as https://specifications.freedesktop.org/basedir-spec/latest/ says.
 */
export function stateFolder(env: Readonly<NodeJS.ProcessEnv> = process.env): string {
  const { XDG_STATE_HOME: base, HOME: home } = env;
  const folder = base && isAbsolute(base) ? base : join(home || homedir(), '.local', 'state');
  return join(folder, 'orch-tui');
}

/**
 * Creates the person's state folder where it is missing, closed to everybody else.
 * @returns its path, or `unsafe_folder` when something there is not the person's alone
 */
export function openStateFolder(env: Readonly<NodeJS.ProcessEnv> = process.env): Result<string> {
  const folder = stateFolder(env);
  try {
    mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  } catch (error) {
    return failure('unsafe_folder', `Cannot create ${folder}: ${(error as Error).message}`);
  }
  return makePrivate(folder);
}
