import { join } from 'node:path';
import { exists } from '../files.ts';
import type { Git } from '../run.ts';

/** Absolute paths of initialised submodules, inner ones included. */
export async function listSubmodules(git: Git, dir: string): Promise<string[]> {
  const { stdout } = await git.run(dir, ['ls-files', '-z', '--stage']);
  const links = stdout.split('\0').filter((line) => line.startsWith('160000 '));
  const found: string[] = [];
  for (const link of links) {
    const path = join(dir, link.slice(link.indexOf('\t') + 1));
    if (await exists(join(path, '.git'))) found.push(path, ...(await listSubmodules(git, path)));
  }
  return found;
}

/** Submodules with changes, or with commits or stashes that no remote has: their store goes with the worktree. */
export async function findUnpushed(git: Git, submodules: readonly string[]): Promise<string[]> {
  const unsafe: string[] = [];
  for (const path of submodules) {
    const status = await git.run(path, ['status', '--porcelain', '-z', '--untracked-files=all']);
    const own = await git.run(path, [
      'rev-list',
      '-n1',
      'HEAD',
      '--branches',
      '--glob=refs/stas[h]',
      '--not',
      '--remotes',
    ]);
    const isSafe = status.exitCode === 0 && status.stdout === '' && own.exitCode === 0 && own.stdout === '';
    if (!isSafe) unsafe.push(path);
  }
  return unsafe;
}
