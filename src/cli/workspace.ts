import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Repo } from '../core/repo.ts';
import { refuse } from '../core/verb.ts';
import { failure, type Result, success } from '../lib/result.ts';

/** Returns the workspace of a folder: the nearest folder above it that has a configuration. */
export function findWorkspace(from: string): Result<string> {
  const folder = findFolder(from);
  if (!folder.ok) return folder;
  for (let at = folder.value; ; at = dirname(at)) {
    if (existsSync(join(at, '.orch', 'config.json'))) return success(at);
    if (dirname(at) === at) break;
  }
  return failure('no_workspace', `${folder.value} is no workspace.`, 'Make it one: orch-tui init');
}

/**
 * Returns a folder's path, links resolved.
 * @returns `no_folder`; `path_not_utf8`, because our configuration and arguments of git cannot contain such a path
 */
export function findFolder(from: string): Result<string> {
  const folder = resolve(from);
  if (existsSync(folder)) return success(realpathSync(folder));
  if (!folder.includes('\ufffd')) return failure('no_folder', `There is no folder ${folder}.`);
  return failure(
    'path_not_utf8',
    `orch-tui cannot work in ${folder}: the name of a folder there is not UTF-8.`,
    'Rename that folder, such as with: convmv -f latin1 -t utf8 --notest FOLDER',
  );
}

/** Refuses the name of a repository that the workspace does not have. */
export function refuseUnknownRepo(name: string, repos: readonly Repo[]): never {
  const known = repos.map((repo) => repo.name).join(', ');
  refuse('unknown_repo', `There is no repository ${JSON.stringify(name)} here.`, `Known: ${known}.`);
}
