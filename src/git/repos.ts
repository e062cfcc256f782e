import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { replaceFile } from '../lib/files.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { whyOf } from '../lib/systemError.ts';
import { commonDirectory, exists, readTextOrEmpty } from './directories.ts';
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

const ourFolders = ['/.orch/', '/.worktrees/'];

/**
 * Where the workspace itself is a repository, keeps our folders out of its `git status`: in `info/exclude`, which is
 * this machine's alone, not in a file that would be committed. A link there is not written through.
 * @returns `unsafe_path`, `exclude_failed`
 */
export async function excludeOurFolders(git: Git, root: string): Promise<Result<null>> {
  if (!(await exists(join(root, '.git')))) return success(null);
  const common = await commonDirectory(git, root);
  if (!common.ok) return common;
  // Asked for this path, git would answer with what a link there leads to.
  const file = join(common.value, 'info', 'exclude');
  try {
    const text = await readTextOrEmpty(file);
    const missing = ourFolders.filter((line) => !text.split('\n').includes(line));
    if (missing.length === 0) return success(null);
    const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    // Half a line would be a pattern of its own.
    const whole = `${before}${missing.join('\n')}\n`;
    const written = replaceFile(common.value, file, whole, 0o644);
    if (!written.ok) return withLines(written, missing);
    return success(null);
  } catch (error) {
    return failure('exclude_failed', `${file} cannot be written: ${whyOf(error)}`);
  }
}

function withLines(refused: Result<never> & { ok: false }, missing: readonly string[]): Result<never> {
  const { code, message } = refused.problem;
  return failure(code, message, `Write these lines there yourself, then try again: ${missing.join(' ')}`);
}
