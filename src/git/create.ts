import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Result, success } from '../lib/result.ts';
import { type Git, refused } from './run.ts';

/**
 * Makes a repository with one commit on `main` and `develop`, develop checked out, and an identity of its own so
 * that committing works everywhere.
 * @param path must not exist
 */
export async function createRepo(
  git: Git,
  path: string,
  files: Readonly<Record<string, string>>,
): Promise<Result<null>> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text, { flag: 'wx' });
  }
  const steps = [
    ['init', '--quiet', '--initial-branch=main'],
    ['config', 'user.name', 'orch-tui demo'],
    ['config', 'user.email', 'demo@example.invalid'],
    ['config', 'commit.gpgSign', 'false'],
    ['add', '--all'],
    ['commit', '--quiet', '--message', 'Begin'],
    ['switch', '--quiet', '--create', 'develop'],
  ];
  for (const step of steps) {
    const outcome = await git.change(path, step);
    if (outcome.exitCode !== 0) return refused(outcome);
  }
  return success(null);
}
