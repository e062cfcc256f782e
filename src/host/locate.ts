import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** As many as the kernel follows (path_resolution(7)). */
const mostLinks = 40;

/**
 * Where a path leads, symbolic links followed as far as they exist: as the kernel reads it, where `..` behind a link
 * leaves the link's target, and as programs do that shorten a path first. What is changed after the look is not seen.
 * @param from absolute path that a relative one begins at
 * @returns one or two absolute paths; null for what no file system takes, and where a folder cannot be looked into
 */
export function locate(path: string, from: string): readonly string[] | null {
  try {
    const asSaid = walk(path.startsWith('/') ? path : `${from}/${path}`);
    const shortened = walk(resolve(from, path));
    return asSaid === shortened ? [asSaid] : [asSaid, shortened];
  } catch {
    // Too long, a zero byte, links in a ring, not ours to look into: nothing good can be said of it.
    return null;
  }
}

function walk(path: string): string {
  const ahead = path.split('/').reverse();
  let at = '/';
  let links = 0;
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    if (name === '' || name === '.') continue;
    const next = name === '..' ? dirname(at) : join(at, name);
    const target = name === '..' ? null : linkAt(next);
    if (target === null) {
      at = next;
      continue;
    }
    links += 1;
    if (links > mostLinks) throw new Error('too many links');
    if (target.startsWith('/')) at = '/';
    ahead.push(...target.split('/').reverse());
  }
  return at;
}

/** What a symbolic link says; null for anything else, and where nothing is yet. */
function linkAt(path: string): string | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isSymbolicLink() ? readlinkSync(path) : null;
}
