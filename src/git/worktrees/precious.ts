import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from '../run.ts';

/** Folders that an install or a build makes again. */
const rebuilt = new Set(
  `node_modules bower_components jspm_packages dist build out target .venv venv __pycache__ .tox .nox .mypy_cache
   .pytest_cache .ruff_cache .eggs coverage .nyc_output htmlcov .cache .parcel-cache .next .nuxt .output .svelte-kit
   .astro .turbo .vite .angular .gradle .terraform Pods DerivedData .dart_tool .yarn .pnpm-store
   .eslintcache .stylelintcache .DS_Store .coverage`.split(/\s+/),
);
const rebuiltEndings = ['.pyc', '.pyo', '.o', '.class', '.tsbuildinfo'];

/** More than a person would read; the rest is counted. */
const listedAtMost = 200;
/** Larger files are taken to differ: comparing them would hold up the preview. */
const comparedUpTo = 8_000_000;

/** Whether a build would make the file again, judged by its name and the folders it is in. */
export function isRebuilt(path: string): boolean {
  return (
    path.split('/').some((part) => rebuilt.has(part)) || rebuiltEndings.some((end) => path.endsWith(end))
  );
}

/**
 * Ignored files of a worktree that exist nowhere else: neither made by a build nor the same in the main checkout.
 * `git worktree remove` deletes them without a word.
 */
export async function listPrecious(git: Git, worktree: string, mainCheckout: string): Promise<string[]> {
  const args = ['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory'];
  const { stdout } = await git.run(worktree, args);
  const precious: string[] = [];
  let more = 0;
  for (const listed of stdout.split('\0').filter(Boolean)) {
    for await (const path of filesAt(worktree, listed)) {
      if (precious.length >= listedAtMost) more++;
      else if (!(await sameIn(worktree, mainCheckout, path))) precious.push(path);
    }
  }
  return more > 0 ? [...precious, `… and up to ${more} more`] : precious;
}

/** The files at a path, a folder's name ending in `/`. Links are not followed. */
async function* filesAt(root: string, path: string): AsyncGenerator<string> {
  if (isRebuilt(path)) return;
  if (!path.endsWith('/')) return yield path;
  for (const entry of await readdir(join(root, path), { withFileTypes: true }))
    yield* filesAt(root, `${path}${entry.name}${entry.isDirectory() ? '/' : ''}`);
}

async function sameIn(here: string, there: string, path: string): Promise<boolean> {
  try {
    const [a, b] = [join(here, path), join(there, path)];
    const [one, other] = await Promise.all([lstat(a), lstat(b)]);
    if (one.isSymbolicLink() && other.isSymbolicLink()) return (await readlink(a)) === (await readlink(b));
    if (!one.isFile() || !other.isFile() || one.size !== other.size || one.size > comparedUpTo) return false;
    return (await readFile(a)).equals(await readFile(b));
  } catch {
    return false; // Missing there or unreadable here: as good as different.
  }
}
