import { lstatSync, mkdirSync, realpathSync, type Stats } from 'node:fs';
// A default import, because older Nodes lack some names of the module and could not load this file.
import nodeModule from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Enables Node's compile cache in a folder that only this user can write. A writable cache decides which code runs, so
 * Node's default below the temporary folder is no option. Without a safe folder starts are slower.
 */
export function keepCompiled(env: Environment = process.env): void {
  const folder = compileFolder(env);
  if (folder !== null) nodeModule.enableCompileCache(folder);
}

/**
 * Returns the folder for compiled code: `$XDG_CACHE_HOME/orch-tui/compile`, else `~/.cache/orch-tui/compile`. Creates it
 * with mode 0700 if missing.
 * @returns null if it belongs to another user, is open to others, is a link, or could be replaced by others
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
    return null; // A folder that cannot be created or read is none.
  }
}

/** Reports whether this is a folder, not a link, with access for this user alone. */
function isPrivate(found: Stats, uid: number): boolean {
  return found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0;
}

/** Reports whether no other user can rename a folder of `path`, links resolved. */
function isOutOfReach(path: string, uid: number): boolean {
  for (let at = realpathSync.native(path); ; at = dirname(at)) {
    const found = lstatSync(at);
    const isSticky = (found.mode & 0o1000) !== 0;
    if ((found.uid !== uid && found.uid !== 0) || !(isClosed(found) || isSticky)) return false;
    if (dirname(at) === at) return true;
  }
}

/** Reports whether others cannot write. A group with the owner's own number contains only that user. */
function isClosed({ mode, uid, gid }: Stats): boolean {
  return (mode & 0o002) === 0 && ((mode & 0o020) === 0 || gid === uid);
}
