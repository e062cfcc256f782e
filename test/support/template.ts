import { cp, mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { need } from './need.ts';

/** The repositories that were made in this process, by the file's folder and what they are made of. */
const made = new Map<string, Promise<string>>();

/**
 * Puts a repository in a folder: the first of a kind is made, all are copies of it. Making one takes half a dozen
 * processes, each of which costs a test 25 ms of a core. Git takes the files of a copy for changed until its index is
 * refreshed.
 */
export async function copyRepository(
  kind: object,
  path: string,
  make: (path: string) => Promise<void>,
): Promise<void> {
  const folder = join(need(process.env.XDG_STATE_HOME, 'the folder of this test file'), 'repositories');
  const key = JSON.stringify([folder, kind]);
  const first = made.get(key) ?? makeIn(folder, make);
  made.set(key, first);
  await cp(await first, path, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

/** The folder goes with the test file. */
async function makeIn(folder: string, make: (path: string) => Promise<void>): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = await mkdtemp(join(folder, 'repository-'));
  await make(path);
  return path;
}
