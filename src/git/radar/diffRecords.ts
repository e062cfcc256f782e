import type { FileChange, LineRange } from '../../core/radar.ts';

export type Change = FileChange['change'];

/** Where a commit changes files. */
export interface ChangedLines {
  /** By path, a renamed file under both names. */
  readonly ranges: ReadonlyMap<string, readonly LineRange[]>;
  /** Old names by new ones. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** Reads `git diff-tree -r --raw -z --no-renames`. */
export function parseChanges(output: string): Map<string, Change> {
  const fields = output.split('\0');
  const changes = new Map<string, Change>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const status = fields[at]?.at(-1);
    changes.set(fields[at + 1] ?? '', status === 'A' ? 'added' : status === 'D' ? 'deleted' : 'changed');
  }
  return changes;
}

/**
 * Reads `git diff-tree -r -p -U0 -M`. Lines of files begin with a sign, so nothing in a file can pass for a header;
 * names with line ends in them are quoted.
 */
export function parseLines(output: string): ChangedLines {
  const ranges = new Map<string, LineRange[]>();
  const renamed = new Map<string, string>();
  for (const { oldName, newName, found } of readParts(output)) {
    // A file that becomes a link comes as two parts of the same name.
    const all = [...(ranges.get(oldName) ?? []), ...found];
    ranges.set(oldName, all);
    ranges.set(newName, all);
    if (oldName !== newName) renamed.set(newName, oldName);
  }
  return { ranges, renamed };
}

/** What the patch says of one file. */
interface Part {
  oldName: string;
  newName: string;
  isNew: boolean;
  found: LineRange[];
}

function readParts(output: string): Part[] {
  const parts: Part[] = [];
  for (const line of output.split('\n')) {
    const part = parts.at(-1);
    if (line.startsWith('diff --git ')) {
      const name = nameOf(line);
      parts.push({ oldName: name, newName: name, isNew: false, found: [] });
    } else if (part && line.startsWith('new file mode ')) part.isNew = true;
    else if (part && line.startsWith('rename from '))
      part.oldName = unquoted(line.slice('rename from '.length));
    else if (part && line.startsWith('rename to ')) part.newName = unquoted(line.slice('rename to '.length));
    else if (part && !part.isNew && line.startsWith('@@ ')) part.found.push(rangeOf(line));
  }
  return parts;
}

/** The name in `diff --git a/name b/name`, which stands there twice; of a renamed file it is nonsense. */
function nameOf(line: string): string {
  const names = line.slice('diff --git '.length);
  return unquoted(names.slice(0, (names.length - 1) / 2)).slice('a/'.length);
}

/** The old lines in `@@ -12,3 +12 @@`. */
function rangeOf(line: string): LineRange {
  const [, start = '0', lines = '1'] = /^@@ -(\d+)(?:,(\d+))?/.exec(line) ?? [];
  const [from, count] = [Number(start), Number(lines)];
  return count === 0 ? { from: from + 1, to: from } : { from, to: from + count - 1 };
}

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
};

/** A name as git quotes it when it has control characters, quotes or backslashes. */
function unquoted(name: string): string {
  if (!name.startsWith('"')) return name;
  return name
    .slice(1, -1)
    .replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (escapes[code] ?? code),
    );
}
