import type { GuardRules, WorkerRules } from '../core/worker.ts';
import { anything, type Denial, denial, isKnown } from './text.ts';

/** One use of a tool, as the agent is about to do it. Hostile: names and texts come from a model. */
export interface ToolCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Absolute path of the folder it is done in. */
  readonly cwd: string;
}

/** What the guard has to look at in the file system. */
export interface Files {
  /**
   * Where a path leads, symbolic links followed: both as the kernel reads `..` behind a link and as programs do that
   * shorten a path first. Null when that cannot be told.
   * @param from absolute path that a relative one begins at
   */
  locate(path: string, from: string): readonly string[] | null;
  /** Whether there is anything at a path, a broken link included. */
  exists(path: string, from: string): boolean;
}

export type Locate = Files['locate'];

/** A place in the file system that a worker's command is judged at. */
export interface GuardPlace extends Files {
  readonly rules: WorkerRules;
  /** Absolute path of the current folder, or `anything`. */
  readonly cwd: string;
}

/** Devices that keep nothing. */
const nullDevices = /^\/dev\/(null|zero|full|tty|stdin|stdout|stderr|fd\/\d+|pts\/\d+)$/;

/**
 * Judges that something is written, changed or removed at a path. A part of it that cannot be told counts as one name; a
 * path whose beginning cannot be told is refused, unless it was read from a file: then it is as little to be seen as a script.
 */
export function judgeWrite(path: string, place: GuardPlace): Denial | null {
  const { rules, locate, cwd } = place;
  if (nullDevices.test(path) || rules.allow.includes('outside')) return null;
  if (path === '') return null;
  if (path.startsWith(anything)) return outside(path, 'It cannot be told where this leads.');
  const said = path.replace(/^\uE002/, '\uE001').replace(/[\uE000-\uE002]+/g, 'some-name');
  if (!said.startsWith('/') && !isKnown(cwd))
    return outside(path, 'It cannot be told in which folder this is.');
  const places = locate(said, cwd);
  if (places === null) return outside(path, 'It cannot be told where this leads.');
  const own = realPath(rules.worktree, place);
  if (places.some((one) => one.toLowerCase() === `${own}/.git`.toLowerCase()))
    return outside(path, '.git of a worktree says which repository it belongs to.');
  return places.every((one) => isWritable(one, own, place))
    ? null
    : outside(path, `This is outside your worktree ${own}.`);
}

/** Reports whether a folder belongs to the worker: what runs there may change it. */
export function isOwn(path: string, place: GuardPlace): boolean {
  const own = realPath(place.rules.worktree, place);
  return (place.locate(path, place.cwd) ?? ['/']).every((one) => isInside(one, own));
}

/** Reports whether a folder is a temporary one: a repository there is of the worker's own making. */
export function isTemporary(path: string, place: GuardPlace): boolean {
  const own = realPath(place.rules.worktree, place);
  return (place.locate(path, place.cwd) ?? ['/']).every(
    (one) => !isInside(one, own) && isWritable(one, own, place),
  );
}

/** Returns a look at paths that follows links, too, which are not there yet. @param links targets by absolute path */
export function linked(locate: Locate, links: ReadonlyMap<string, string>): Locate {
  const follow = (path: string, left: number): readonly string[] => {
    const link = left > 0 ? [...links.keys()].find((one) => isInside(path, one)) : undefined;
    if (link === undefined) return [path];
    const target = `${links.get(link)}${path.slice(link.length)}`;
    return (locate(target, link.slice(0, link.lastIndexOf('/')) || '/') ?? ['/']).flatMap((one) =>
      follow(one, left - 1),
    );
  };
  return (path, from) => locate(path, from)?.flatMap((one) => follow(one, 8)) ?? null;
}

function realPath(folder: string, { locate }: GuardPlace): string {
  return locate(folder, '/')?.[0] ?? folder;
}

/** A temporary folder that happens to hold the workspace does not open it. */
function isWritable(path: string, own: string, place: GuardPlace): boolean {
  const workspace = realPath(place.rules.workspace, place);
  const isOpen = (folder: string) =>
    isInside(path, folder) && (!isInside(path, workspace) || isInside(folder, workspace));
  return isInside(path, own) || place.rules.writable.some((folder) => isOpen(realPath(folder, place)));
}

/** Reports whether a path is a folder or lies in it; both absolute and without `.` and `..`. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? folder : `${folder}/`);
}

function outside(path: string, why: string): Denial {
  return denial(
    'outside',
    path,
    why,
    'Write only in your worktree: others work beside you. If something else must change, say so to the person.',
  );
}

/**
 * Keeps sessions from the key with which a person approves: from its file, from the folder it is in, and from passing it.
 * As all that the guard tells from texts, this stops what a model is talked into, and no program that hides what it reads.
 */

/** Where the person's key is, and where a command runs. */
interface KeyPlace {
  /** Absolute path of the person's state folder; null where it was not said. */
  readonly folder: string | null;
  readonly locate: Locate;
  readonly cwd: string;
}

const keyName = 'approval-key';

/** The file, also by a pattern of a shell; and the folder, by the ways it is usually written. */
const keyText =
  /approval[-?*.,{}[\]!^]{1,8}key|\bapproval-k|\/state\}?\/orch-tui\b|STATE_HOME\}?\/orch-tui\b/;
/** Only a script of a person passes it. */
const passesKey = /\bORCH_APPROVAL_KEY\+?=/;

/** Programs that read all below a folder, and the flag by which they do. */
const readers: Readonly<Record<string, RegExp>> = {
  grep: /^-[a-zA-Z]*[rR]|^--(dereference-)?recursive/,
  egrep: /^-[a-zA-Z]*[rR]/,
  cp: /^-[a-zA-Z]*[rRa]|^--(recursive|archive)/,
  scp: /^-[a-zA-Z]*r/,
  ...Object.fromEntries('rg ag ack tar zip rsync cpio'.split(' ').map((name) => [name, /^/])),
};

/** Returns why a use of a tool is refused that leads to the key; null when it does not. */
export function judgeKey(call: ToolCall, rules: GuardRules, locate: Locate): Denial | null {
  const { tool, input, cwd } = call;
  const at: KeyPlace = { folder: rules.state ?? null, locate, cwd };
  const { command, path, pattern, glob, file_path, notebook_path } = input;
  if (typeof command === 'string' && namesKey(command)) return refusal;
  for (const one of [file_path, notebook_path, path])
    if (typeof one === 'string' && (isInKeyFolder(one, at) || isMatched(one, at))) return refusal;
  const from = typeof path === 'string' ? path : cwd;
  if (tool === 'Grep' && containsKeyFolder(from, at)) return refusal;
  // A Glob's pattern begins at its path; a Grep's is a text, and its glob chooses files.
  for (const one of tool === 'Glob' ? [pattern, glob] : [glob])
    if (typeof one === 'string' && (namesKey(one) || isMatched(one, { ...at, cwd: from }))) return refusal;
  return null;
}

/** Returns why a program may not be run with these arguments because of the key; null when it may. */
export function judgeKeyWords(words: readonly string[], { rules, locate, cwd }: GuardPlace): Denial | null {
  const at: KeyPlace = { folder: rules.state ?? null, locate, cwd };
  const [first = '', ...args] = words;
  const program = first.slice(first.lastIndexOf('/') + 1);
  const recursive = Object.hasOwn(readers, program) ? readers[program] : undefined;
  const isRecursive = recursive !== undefined && args.some((arg) => recursive.test(arg));
  for (const word of words) {
    // What a variable holds may begin with a tilde that the shell expanded.
    const path = word.replace(/^-{1,2}[\w-]+=/, '').replace(/^~(?=\/)/, rules.variables.HOME ?? '~');
    if (namesKey(word) || isInKeyFolder(path, at) || isMatched(path, at)) return refusal;
    if (
      isRecursive &&
      word !== first &&
      !word.startsWith('-') &&
      isPathLike(path) &&
      containsKeyFolder(path, at)
    )
      return refusal;
  }
  return null;
}

/** Reports whether a text names the key or its folder, quotes of a shell left out. */
function namesKey(text: string): boolean {
  const plain = text.replace(/\$?["']|\\\n?/g, '');
  return keyText.test(plain) || passesKey.test(plain);
}

/** Patterns and texts that are searched for are no paths. */
function isPathLike(word: string): boolean {
  return /^[/~.]/.test(word);
}

function foldersOf({ folder, locate }: KeyPlace): readonly string[] {
  return folder === null ? [] : [folder, ...(locate(folder, '/') ?? [])];
}

function isInKeyFolder(path: string, at: KeyPlace): boolean {
  if (at.folder === null || path === '' || path.length > 4096) return false;
  const places = at.locate(path, at.cwd) ?? [];
  return foldersOf(at).some((folder) => places.some((one) => isInside(one, folder)));
}

function containsKeyFolder(path: string, at: KeyPlace): boolean {
  const places = at.locate(path, at.cwd) ?? [];
  return foldersOf(at).some((folder) => places.some((one) => isInside(folder, one)));
}

/** Reports whether a pattern of a shell matches the folder or the file. */
function isMatched(pattern: string, at: KeyPlace): boolean {
  if (at.folder === null || !/[*?[{]/.test(pattern) || pattern.length > 1000) return false;
  const full = /^\//.test(pattern) ? pattern : `${at.cwd}/${pattern}`;
  const expression = new RegExp(
    `^${full
      .split(/(\*\*\/?|\*|\?|\[[^\]]*\]|\{[^}]*\})/)
      .map(partOf)
      .join('')}$`,
  );
  return foldersOf(at).some((folder) =>
    [folder, `${folder}/${keyName}`].some((path) => expression.test(path)),
  );
}

/** One part of a pattern as a regular expression; a set or a choice may stand for anything that has no slash. */
function partOf(part: string): string {
  if (part.startsWith('**')) return '.*';
  if (part === '?') return '[^/]';
  if (part === '*' || /^[[{]/.test(part)) return '[^/]*';
  return part.replace(/[.+^$()|\\\]}[{]/g, '\\$&');
}

const refusal: Denial = {
  topic: 'tool',
  reason:
    'The approval key and its folder are the person’s alone: who has it decides what starts. Report what you need; it is shown to them.',
};
