import type { FileKind, RadarFile } from '../../core/radar.ts';

/** What merging two commits comes to. */
export interface Merge {
  /** With conflicts it holds conflict markers. */
  readonly tree: string;
  readonly conflicts: readonly Pick<RadarFile, 'path' | 'kind'>[];
}

/** What git says of a file, by the word that its type has in brackets. */
const kinds: Readonly<Record<string, FileKind>> = {
  contents: 'content',
  binary: 'binary',
  'modify/delete': 'modify/delete',
  'rename/delete': 'rename/delete',
  'rename/rename': 'rename/rename',
  'rename involved in collision': 'rename/rename',
  'file/directory': 'file/directory',
  'distinct modes': 'mode',
  'distinct types': 'mode',
  submodule: 'submodule',
};

/**
 * Reads `git merge-tree --stdin -z --messages`, one record for each pair that was asked for: status, tree, conflicted
 * entries, nothing, messages, nothing. https://git-scm.com/docs/git-merge-tree#OUTPUT
 */
export function parseMerges(output: string): Merge[] {
  const fields = output.split('\0');
  const merges: Merge[] = [];
  let at = 0;
  while (at + 1 < fields.length) {
    const clean = fields[at] === '1';
    const tree = fields[at + 1] ?? '';
    at += 2;
    const entries: Entry[] = [];
    for (; fields[at]; at++) entries.push(parseEntry(fields[at] ?? ''));
    at++;
    const messages: Message[] = [];
    while (fields[at]) {
      const count = Number(fields[at]);
      const [type = '', text = ''] = fields.slice(at + 1 + count, at + 3 + count);
      messages.push({ paths: fields.slice(at + 1, at + 1 + count), type, text });
      at += 3 + count;
    }
    at++;
    merges.push({ tree, conflicts: clean ? [] : conflictsOf(entries, messages) });
  }
  return merges;
}

/** A version of a file that did not merge; stage 2 and 3 are the two sides. */
interface Entry {
  readonly mode: string;
  readonly oid: string;
  readonly stage: string;
  readonly path: string;
}

interface Message {
  readonly paths: readonly string[];
  /** A stable name, such as `CONFLICT (contents)`. */
  readonly type: string;
  /** For people, more precise; English, as git runs with `LC_ALL=C`. */
  readonly text: string;
}

function parseEntry(field: string): Entry {
  const tab = field.indexOf('\t');
  const [mode = '', oid = '', stage = ''] = field.slice(0, tab).split(' ');
  return { mode, oid, stage, path: field.slice(tab + 1) };
}

function conflictsOf(entries: readonly Entry[], messages: readonly Message[]): Merge['conflicts'] {
  const found = new Map<string, FileKind>();
  /** Names that git invents to keep a file beside a folder, such as `a~<commit>`, and the true ones. */
  const invented = new Map<string, string>();
  for (const message of messages.filter(isConflict)) {
    const kind = kindOf(message);
    const [first = '', second] = message.paths;
    if (kind === 'file/directory' && second) invented.set(first, second);
    const path = invented.get(first) ?? first;
    const before = found.get(path);
    if (!before || (before === 'content' && kind !== 'other')) found.set(path, kind);
  }
  for (const { path } of messages.length === 0 ? entries : []) found.set(path, 'other');
  return [...found]
    .map(([path, kind]) => ({ path, kind: differsInMode(entries, path) ? 'mode' : kind }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isConflict({ type }: Message): boolean {
  return /^(CONFLICT|ERROR)/.test(type);
}

/** The type tells kinds apart but for one: only the text knows `add/add` from `content`. */
function kindOf({ type, text }: Message): FileKind {
  if (type.includes('directory rename')) return 'directory rename';
  const word = /\((.*)\)/.exec(type)?.[1] ?? '';
  if (word.startsWith('submodule')) return 'submodule';
  return word === 'contents' && text.startsWith('CONFLICT (add/add)') ? 'add/add' : (kinds[word] ?? 'other');
}

function differsInMode(entries: readonly Entry[], path: string): boolean {
  const [ours, theirs] = ['2', '3'].map((stage) =>
    entries.find((entry) => entry.path === path && entry.stage === stage),
  );
  return ours !== undefined && ours.oid === theirs?.oid && ours.mode !== theirs.mode;
}
