import type { GuardRules, WorkerRules } from '../core/worker.ts';
import { anything, type Denial, denial, isKnown } from './text.ts';

/** A use of a tool before it happens. Hostile: names and texts come from a model. */
export interface ToolCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Absolute path of its current folder. */
  readonly cwd: string;
}

/** The guard's access to the file system. */
export interface Files {
  /**
   * Resolves a path with symbolic links, both as the kernel reads `..` behind a link and as programs that shorten a
   * path first. Null when it cannot be resolved.
   * @param from absolute path for relative ones
   */
  locate(path: string, from: string): readonly string[] | null;
  /** Reports whether anything exists at a path, a broken link included. */
  exists(path: string, from: string): boolean;
}

export type Locate = Files['locate'];

/** The folder and the rules that a worker's command is judged by. */
export interface GuardPlace extends Files {
  readonly rules: WorkerRules;
  /** Absolute path of the current folder, or `anything`. */
  readonly cwd: string;
}

/** Devices that keep nothing. */
const nullDevices = /^\/dev\/(null|zero|full|tty|stdin|stdout|stderr|fd\/\d+|pts\/\d+)$/;

/**
 * Judges writing, changing or removing a path. An unknown part counts as one name. A path with an unknown beginning is
 * refused, unless it was read from a file: that is as opaque as a script.
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

/** Reports whether a folder belongs to the worker, so that programs there may change it. */
export function isOwn(path: string, place: GuardPlace): boolean {
  const own = realPath(place.rules.worktree, place);
  return (place.locate(path, place.cwd) ?? ['/']).every((one) => isInside(one, own));
}

/** Reports whether a folder is temporary: a repository there is the worker's own. */
export function isTemporary(path: string, place: GuardPlace): boolean {
  const own = realPath(place.rules.worktree, place);
  return (place.locate(path, place.cwd) ?? ['/']).every(
    (one) => !isInside(one, own) && isWritable(one, own, place),
  );
}

/**
 * Returns a resolver that also follows links which the line makes.
 * @param links targets by absolute path
 */
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

/** Reports whether a path is writable. A temporary folder around the workspace does not make the workspace writable. */
function isWritable(path: string, own: string, place: GuardPlace): boolean {
  const workspace = realPath(place.rules.workspace, place);
  const isOpen = (folder: string) =>
    isInside(path, folder) && (!isInside(path, workspace) || isInside(folder, workspace));
  return isInside(path, own) || place.rules.writable.some((folder) => isOpen(realPath(folder, place)));
}

/** Reports whether a path is a folder or lies in it; both absolute and without `.` and `..`. */
function isInside(path: string, folder: string): boolean {
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
 * Protects the approval key of the person: its file, its folder, and its environment variable. Like all checks of
 * texts, this stops a model that was talked into it, not a program that hides what it reads.
 */

/** Location of the person's key, and of the command. */
interface KeyPlace {
  /** Absolute path of the person's state folder; null when unknown. */
  readonly folder: string | null;
  readonly locate: Locate;
  readonly cwd: string;
}

const keyName = 'approval-key';

/** Patterns of the file, also as a shell pattern, and of its folder as usually written. */
const keyText =
  /approval[-?*.,{}[\]!^]{1,8}key|\bapproval-k|\/state\}?\/orch-tui\b|STATE_HOME\}?\/orch-tui\b/;
/** The variable that only a person's script sets. */
const passesKey = /\bORCH_APPROVAL_KEY\+?=/;

/** Programs that read a whole folder, and the flag for it. */
const readers: Readonly<Record<string, RegExp>> = {
  grep: /^-[a-zA-Z]*[rR]|^--(dereference-)?recursive/,
  egrep: /^-[a-zA-Z]*[rR]/,
  cp: /^-[a-zA-Z]*[rRa]|^--(recursive|archive)/,
  scp: /^-[a-zA-Z]*r/,
  ...Object.fromEntries('rg ag ack tar zip rsync cpio'.split(' ').map((name) => [name, /^/])),
};

/** Returns the refusal of a use of a tool that reaches the key; null otherwise. */
export function judgeKey(call: ToolCall, rules: GuardRules, locate: Locate): Denial | null {
  const { tool, input, cwd } = call;
  const at: KeyPlace = { folder: rules.state ?? null, locate, cwd };
  const { command, path, pattern, glob, file_path, notebook_path } = input;
  if (typeof command === 'string' && namesKey(command)) return refusal;
  for (const one of [file_path, notebook_path, path])
    if (typeof one === 'string' && (isInKeyFolder(one, at) || isMatched(one, at))) return refusal;
  const from = typeof path === 'string' ? path : cwd;
  if (tool === 'Grep' && containsKeyFolder(from, at)) return refusal;
  // A Glob's pattern is relative to its path; a Grep's pattern is a text, and its glob selects files.
  for (const one of tool === 'Glob' ? [pattern, glob] : [glob])
    if (typeof one === 'string' && (namesKey(one) || isMatched(one, { ...at, cwd: from }))) return refusal;
  return null;
}

/** Returns the refusal of a program whose arguments reach the key; null otherwise. */
export function judgeKeyWords(words: readonly string[], { rules, locate, cwd }: GuardPlace): Denial | null {
  const at: KeyPlace = { folder: rules.state ?? null, locate, cwd };
  const [first = '', ...args] = words;
  const program = first.slice(first.lastIndexOf('/') + 1);
  const recursive = Object.hasOwn(readers, program) ? readers[program] : undefined;
  const isRecursive = recursive !== undefined && args.some((arg) => recursive.test(arg));
  for (const word of words) {
    // A variable's value may begin with a tilde that the shell expanded.
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

/** Reports whether a word looks like a path; searched texts do not. */
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

/** Returns a part of a pattern as a regular expression; a set or a choice matches anything without a slash. */
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
