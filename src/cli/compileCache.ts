import { lstatSync, mkdirSync, realpathSync, type Stats } from 'node:fs';
// Older Nodes have the module without all of its names: asked for by name they would refuse to load this very file.
import nodeModule from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Lets Node keep what it has compiled, where only this user can write. Whoever can write such a folder decides which
 * code runs, so Node's own choice below the temporary folder is no option. Without a safe folder nothing is kept, which
 * makes a start slower and no less right.
 */
export function keepCompiled(env: Environment = process.env): void {
  const folder = compileFolder(env);
  if (folder !== null) nodeModule.enableCompileCache(folder);
}

/**
 * The folder for compiled code: `$XDG_CACHE_HOME/orch-tui/compile`, else `~/.cache/orch-tui/compile`. Created with mode
 * 0700 when missing, checked at each start.
 * @returns null when it belongs to another user, is open to others, is a link, or could be exchanged by others
 */
function compileFolder(env: Environment): string | null {
  const { XDG_CACHE_HOME: cache, HOME: home } = env;
  const uid = process.getuid?.();
  const base = cache && isAbsolute(cache) ? cache : home && isAbsolute(home) ? join(home, '.cache') : null;
  if (base === null || uid === undefined) return null;
  const folder = join(base, 'orch-tui', 'compile');
  try {
    if (!lstatSync(folder, { throwIfNoEntry: false })) mkdirSync(folder, { recursive: true, mode: 0o700 });
    return isPrivate(lstatSync(folder), uid) && isOutOfReach(dirname(folder), uid) ? folder : null;
  } catch {
    return null; // It cannot be made or seen: as good as none.
  }
}

/** Reports whether this is a folder, not a link, that is this user's alone. */
function isPrivate(found: Stats, uid: number): boolean {
  return found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0;
}

/** Reports whether no other user can rename a folder on the way to `path`, links resolved. */
function isOutOfReach(path: string, uid: number): boolean {
  for (let at = realpathSync.native(path); ; at = dirname(at)) {
    const found = lstatSync(at);
    const isSticky = (found.mode & 0o1000) !== 0;
    if ((found.uid !== uid && found.uid !== 0) || !(isClosed(found) || isSticky)) return false;
    if (dirname(at) === at) return true;
  }
}

/** Reports whether others cannot write. A group named by the owner's own number is that user's alone. */
function isClosed({ mode, uid, gid }: Stats): boolean {
  return (mode & 0o002) === 0 && ((mode & 0o020) === 0 || gid === uid);
}
