/** Where a file's text says the version; `from` and `to` are offsets, without quotes. */
export interface VersionPlace {
  readonly from: number;
  readonly to: number;
}

/** Files at the top of a repository that may say its version, by what they are to be read as. */
const readers: Readonly<Record<string, (text: string) => VersionPlace[]>> = {
  'package.json': (text) => jsonPlaces(text, [['version']]),
  'package-lock.json': (text) => jsonPlaces(text, [['version'], ['packages', '', 'version']]),
  'npm-shrinkwrap.json': (text) => jsonPlaces(text, [['version'], ['packages', '', 'version']]),
  'Cargo.toml': (text) => tomlPlaces(text, ['package', 'workspace.package']),
  'pyproject.toml': (text) => tomlPlaces(text, ['project', 'tool.poetry']),
  VERSION: (text) => {
    const word = /^\ufeff?\s*(\S+)\s*$/.exec(text)?.[1];
    return word === undefined ? [] : [placeOf(text.indexOf(word), word)];
  },
};

export const versionFiles: readonly string[] = Object.keys(readers);

/** The places where a file says its own version; none where it says none, or leaves it to another file. */
export function findVersions(file: string, text: string): readonly VersionPlace[] {
  return readers[file]?.(text) ?? [];
}

/** The text with another version in these places, every other character unchanged. */
export function replaceVersions(text: string, places: readonly VersionPlace[], version: string): string {
  return [...places]
    .sort((a, b) => b.from - a.from)
    .reduce((before, { from, to }) => before.slice(0, from) + version + before.slice(to), text);
}

function placeOf(from: number, word: string): VersionPlace {
  return { from, to: from + word.length };
}

/** String values at these paths of objects, in a text that is JSON. */
function jsonPlaces(text: string, wanted: readonly (readonly string[])[]): VersionPlace[] {
  try {
    JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return []; // Broken for every other tool as well; it says no version.
  }
  const places = new Map<string, VersionPlace>();
  /** One entry per open bracket: the current key of an object, or null inside an array. */
  const path: (string | null)[] = [];
  let isKey = false;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    if (token === '{' || token === '[') path.push(token === '{' ? '' : null);
    else if (token === '}' || token === ']') path.pop();
    else if (token.startsWith('"') && isKey) path[path.length - 1] = JSON.parse(token);
    else if (token.startsWith('"')) {
      const at = JSON.stringify(path);
      const isWanted = wanted.some((one) => JSON.stringify(one) === at);
      // Of a key that comes twice the last one counts, as JSON.parse has it.
      if (isWanted) places.set(at, { from: index + 1, to: index + token.length - 1 });
    }
    isKey = (token === '{' || token === ',') && path.at(-1) !== null;
  }
  return [...places.values()];
}

/** `version = "…"` in these tables; dotted and inline tables that inherit a version have none of their own. */
function tomlPlaces(text: string, tables: readonly string[]): VersionPlace[] {
  const places: VersionPlace[] = [];
  let table = '';
  let closing: string | null = null;
  for (const { 0: line, index } of text.matchAll(/[^\n]*\n?/g)) {
    if (closing !== null) {
      if (line.includes(closing)) closing = null;
      continue;
    }
    const header = /^\s*\[\s*([^[\]]+?)\s*\]\s*(?:#.*)?$/.exec(line.trimEnd());
    if (header) table = (header[1] ?? '').replace(/\s*\.\s*/g, '.').replace(/["']/g, '');
    else if (/^\s*\[\[/.test(line)) table = '[[]]';
    const value = /^(\s*(?:version|"version"|'version')\s*=\s*(["']))([^"'\n]*)\2/.exec(line);
    if (value && tables.includes(table))
      places.push(placeOf(index + (value[1] ?? '').length, value[3] ?? ''));
    closing = openedMultiline(line);
  }
  return places;
}

/** The quotes that end a text of several lines which this line leaves open. */
function openedMultiline(line: string): string | null {
  for (const quotes of ['"""', "'''"]) {
    const at = line.indexOf(quotes);
    if (at < 0 || line.slice(0, at).includes('#')) continue;
    return (line.split(quotes).length - 1) % 2 === 1 ? quotes : null;
  }
  return null;
}
