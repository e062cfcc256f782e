import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { failure, type Result, success } from '../lib/result.ts';

/** The workspace that a folder belongs to: the nearest one above it that has been made one. */
export function findWorkspace(from: string): Result<string> {
  const folder = resolve(from);
  if (!existsSync(folder)) return failure('no_folder', `There is no folder ${folder}.`);
  for (let at = realpathSync(folder); ; at = dirname(at)) {
    if (existsSync(join(at, '.orch', 'config.json'))) return success(at);
    if (dirname(at) === at) break;
  }
  return failure('no_workspace', `${folder} is no workspace.`, 'Make it one: orch-tui init');
}
