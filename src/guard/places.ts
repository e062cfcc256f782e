import { visible } from '../lib/sanitize.ts';
import type { Denial, Locate, WorkerRules } from './rules.ts';

/** A place in the file system that a worker's command is judged at. */
export interface Place {
  readonly rules: WorkerRules;
  readonly locate: Locate;
  /** Absolute path of the current folder. */
  readonly cwd: string;
}

/** Devices that keep nothing. */
const sinks = /^\/dev\/(null|zero|tty|stdin|stdout|stderr|fd\/\d+)$/;

/**
 * Whether something may be written, changed or removed at a path.
 * @param path as it is said; one that begins with an unknown variable cannot be judged and is let through
 */
export function judgeWrite(path: string, place: Place): Denial | null {
  const { rules, locate, cwd } = place;
  if (path === '' || path.startsWith('$') || sinks.test(path) || rules.allow.includes('outside')) return null;
  const places = locate(path, cwd);
  if (places === null) return outside(`It cannot be told where ${shown(path)} leads.`);
  const own = locate(rules.worktree, '/')?.[0] ?? rules.worktree;
  if (places.includes(`${own}/.git`))
    return outside('.git of a worktree says which repository it belongs to.');
  return places.every((one) => isWritable(one, own, place))
    ? null
    : outside(`${shown(path)} is outside your worktree ${own}.`);
}

/** Whether a folder belongs to the worker: what runs there may change it. */
export function isOwn(path: string, { rules, locate, cwd }: Place): boolean {
  const own = locate(rules.worktree, '/')?.[0] ?? rules.worktree;
  return (locate(path, cwd) ?? ['/']).every((one) => isInside(one, own));
}

/** A temporary folder that happens to hold the workspace does not open it. */
function isWritable(path: string, own: string, { rules, locate }: Place): boolean {
  const real = (folder: string) => locate(folder, '/')?.[0] ?? folder;
  const workspace = real(rules.workspace);
  const isOpen = (folder: string) =>
    isInside(path, folder) && (!isInside(path, workspace) || isInside(folder, workspace));
  return isInside(path, own) || rules.writable.some((folder) => isOpen(real(folder)));
}

/** Whether a path is a folder or lies in it; both absolute and without `.` and `..`. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? folder : `${folder}/`);
}

function outside(why: string): Denial {
  return {
    topic: 'outside',
    reason: `${why} Write only there: others work beside you. If something else must change, say so to the person.`,
  };
}

/** Short enough for a sentence, and with all that hides in it. */
export function shown(text: string): string {
  return visible(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
