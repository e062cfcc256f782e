import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failure, type Result, success } from '../domain/problem.ts';
import { replaceFile } from '../lib/durable.ts';
import { exists, readIfThere, resolvedPath } from './files.ts';
import type { Git } from './run.ts';

const ours = ['/.orch/', '/.worktrees/'];

/**
 * Where the workspace itself is a repository, keeps our folders out of its `git status`: in `info/exclude`, which is
 * this machine's alone, not in a file that would be committed.
 */
export async function excludeOurFolders(git: Git, root: string): Promise<Result<null>> {
  if (!(await exists(join(root, '.git')))) return success(null);
  const where = await git.text(root, ['rev-parse', '--path-format=absolute', '--git-path', 'info/exclude']);
  if (!where.ok) return where;
  try {
    const text = await readIfThere(where.value);
    const missing = ours.filter((line) => !text.split('\n').includes(line));
    if (missing.length === 0) return success(null);
    await mkdir(dirname(where.value), { recursive: true });
    const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    // Half a line would be a pattern of its own.
    replaceFile(await resolvedPath(where.value), [before, `${missing.join('\n')}\n`], 0o644);
    return success(null);
  } catch (error) {
    return failure('exclude_failed', `${where.value} cannot be written: ${String(error)}`);
  }
}
