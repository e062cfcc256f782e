import { createHash } from 'node:crypto';
import { cp, lstat, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Verdict } from '../../../../src/core/radar.ts';
import type { Repo } from '../../../../src/core/repo.ts';
import type { Place } from '../../../support/gitPlace.ts';

/** Result of a real `git merge` of two commits, and the files that both change. */
export interface Truth {
  readonly verdict: Verdict;
  /** Paths that git left unmerged. */
  readonly unmerged: readonly string[];
  readonly overlap: readonly string[];
}

/** A clone in which work is committed and merged by the everyday commands, independent of the radar's own way. */
export class Scratch {
  readonly #place: Place;
  readonly #dir: string;

  private constructor(place: Place, dir: string) {
    this.#place = place;
    this.#dir = dir;
  }

  static async create(place: Place, repo: Repo, settings: readonly string[]): Promise<Scratch> {
    const dir = join(place.root, 'scratch');
    await place.sh(place.root, 'clone', '--quiet', '--no-checkout', repo.path, dir);
    for (const line of ['user.name=Ada', 'user.email=ada@example.com', 'gc.auto=0', ...settings]) {
      const [key = '', value = ''] = line.split('=');
      await place.sh(dir, 'config', key, value);
    }
    return new Scratch(place, dir);
  }

  async remove(): Promise<void> {
    await rm(this.#dir, { recursive: true });
  }

  /** Commits a copy of a worktree's files on top of its HEAD, as the person there would. */
  async commit(worktree: string): Promise<string> {
    const git = (...args: string[]) => this.#place.sh(this.#dir, ...args);
    const head = await this.#place.sh(worktree, 'rev-parse', 'HEAD');
    const merging = await this.#place.sh(worktree, 'rev-parse', '--git-path', 'MERGE_HEAD');
    const mergeHead = await readFile(
      merging.startsWith('/') ? merging : join(worktree, merging),
      'utf8',
    ).catch(() => '');
    await git('fetch', '--quiet', worktree, head);
    await git('checkout', '--quiet', '--force', '--detach', head);
    for (const name of await readdir(this.#dir))
      if (name !== '.git') await rm(join(this.#dir, name), { recursive: true });
    await cp(worktree, this.#dir, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => path === worktree || basename(path) !== '.git',
    });
    if (mergeHead) await writeFile(join(this.#dir, '.git', 'MERGE_HEAD'), mergeHead);
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '-m', 'Copy');
    return git('rev-parse', 'HEAD');
  }

  /**
   * Merges `b` into `a`.
   * @param base where both go; its own changes are no overlap
   */
  async merge(a: string, b: string, base: string | null): Promise<Truth> {
    const git = (...args: string[]) => this.#place.sh(this.#dir, ...args);
    await git('checkout', '--quiet', '--force', '--detach', a);
    await git('clean', '-ffdxq');
    const merged = await git('merge', '--quiet', '--no-edit', b).then(
      () => true,
      () => false,
    );
    const stages = merged ? [] : await this.#names('ls-files', '-z', '--unmerged');
    const unmerged = [...new Set(stages.map((entry) => entry.slice(entry.indexOf('\t') + 1)))];
    await git('reset', '--quiet', '--hard', a);
    const both = await this.#changedByBoth(a, b, (await git('merge-base', a, b)).trim());
    const own = base ? await this.#ownOfBoth(a, b, base) : null;
    const overlap = both.filter((path) => own?.has(path) !== false);
    return { verdict: merged ? (overlap.length > 0 ? 'overlap' : 'clean') : 'conflict', unmerged, overlap };
  }

  async #changedByBoth(a: string, b: string, from: string): Promise<string[]> {
    const diff = (to: string) => this.#names('diff', '-z', '--name-only', '--no-renames', from, to);
    const [ofA, ofB] = [await diff(a), new Set(await diff(b))];
    return ofA.filter((path) => ofB.has(path));
  }

  async #ownOfBoth(a: string, b: string, base: string): Promise<Set<string>> {
    const own = async (side: string) => {
      const fork = await this.#place.sh(this.#dir, 'merge-base', base, side);
      return this.#names('diff', '-z', '--name-only', '--no-renames', fork, side);
    };
    const ofB = new Set(await own(b));
    return new Set((await own(a)).filter((path) => ofB.has(path)));
  }

  async #names(...args: string[]): Promise<string[]> {
    return (await this.#place.sh(this.#dir, ...args)).split('\0').filter(Boolean);
  }
}

/**
 * Everything below a folder: contents, modes and times, git's own files included. Only of objects times do not count:
 * git renews those of one that it would have written anew, wherever it lies.
 */
export async function fullPicture(dir: string): Promise<Record<string, string>> {
  const picture: Record<string, string> = {};
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const { mode, mtimeNs, ctimeNs, ino } = await lstat(path, { bigint: true });
    const content = entry.isSymbolicLink()
      ? await readlink(path)
      : entry.isFile()
        ? await readFile(path)
        : '';
    const isObject = entry.isFile() && path.includes('/.git/objects/');
    picture[path.slice(dir.length + 1)] = [
      mode,
      ino,
      isObject ? '' : `${mtimeNs} ${ctimeNs}`,
      createHash('sha1').update(content).digest('hex'),
    ].join(' ');
  }
  return picture;
}
