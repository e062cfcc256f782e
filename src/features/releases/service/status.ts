import type { SemVer } from 'semver';
import compare from 'semver/functions/compare.js';
import inc from 'semver/functions/inc.js';
import parse from 'semver/functions/parse.js';
import type { FlowBranch, FlowStatus, Repo } from '../../../core/repo.ts';
import { type Flow, readFlow } from '../../../git/flow.ts';

import { checkoutAt } from '../../../git/porcelain.ts';
import { listRefs, readBranch } from '../../../git/refs.ts';
import { type Git, refused } from '../../../git/run.ts';
import { failure, type Result, success } from '../../../lib/result.ts';

/** Returns the status of git-flow in a repository; changes nothing. */
export async function readFlowStatus(git: Git, repo: Repo): Promise<Result<FlowStatus>> {
  const flow = await readFlow(git, repo);
  if (!flow.ok) return flow;
  const { main, develop, prefixes, base } = flow.value;
  const [features, releases, hotfixes, version] = [
    await listBranches(git, repo, prefixes.feature),
    await listBranches(git, repo, prefixes.release),
    await listBranches(git, repo, prefixes.hotfix),
    await readVersion(git, repo, flow.value, base),
  ];
  if (!features.ok) return features;
  if (!releases.ok) return releases;
  if (!hotfixes.ok) return hotfixes;
  if (!version.ok) return version;
  return success({
    repo: repo.name,
    main,
    develop,
    prefixes,
    version: version.value,
    features: features.value,
    releases: releases.value,
    hotfixes: hotfixes.value,
  });
}

/** Lists local branches with a prefix. An empty prefix matches none: it would match all. */
export async function listBranches(
  git: Git,
  repo: Repo,
  prefix: string,
): Promise<Result<readonly FlowBranch[]>> {
  if (prefix === '') return success([]);
  const listed = await listRefs(git, repo.path, ['refname', 'objectname', 'worktreepath'], 'refs/heads');
  if (!listed.ok) return listed;
  const ours = listed.value.filter(([ref = '']) => ref.startsWith(`refs/heads/${prefix}`));
  const branches = ours.map(async ([ref = '', tip = '', at = '']): Promise<FlowBranch> => {
    const branch = ref.slice('refs/heads/'.length);
    const checkout = (await checkoutAt(git, repo.path, at)) || null;
    return { name: branch.slice(prefix.length), branch, tip, checkout };
  });
  return success(await Promise.all(branches));
}

/** Lists version tags in a commit's history, without their prefix. */
export async function listVersionTags(
  git: Git,
  repo: Repo,
  { prefixes }: Flow,
  commit: string,
): Promise<Result<readonly string[]>> {
  const args = ['for-each-ref', '--format=%(refname)', `--merged=${commit}`, 'refs/tags'];
  const listed = await git.run(repo.path, args);
  if (listed.exitCode !== 0) return refused(listed);
  const start = `refs/tags/${prefixes.versionTag}`;
  const ours = listed.stdout.split('\n').filter((ref) => ref.startsWith(start));
  return success(ours.map((ref) => ref.slice(start.length)));
}

/** Returns the greatest version of a branch's files and tags; null without any. */
export async function readVersion(
  git: Git,
  repo: Repo,
  flow: Flow,
  branch: string | null,
): Promise<Result<string | null>> {
  const known = branch === null ? null : await readBranch(git, repo.path, branch, flow.remote);
  if (!known) return success(null);
  const { commit } = known;
  const [files, tags] = await Promise.all([
    readVersionFiles(git, repo, commit),
    listVersionTags(git, repo, flow, commit),
  ]);
  if (!files.ok) return files;
  if (!tags.ok) return tags;
  return success(greatestVersion([...files.value.flatMap(({ says }) => says), ...tags.value])?.raw ?? null);
}

/** A file at the top of a commit that contains the project's version. */
export interface VersionFile {
  readonly path: string;
  /** Its version, at each place. */
  readonly says: readonly string[];
  readonly text: string;
}

/** Reads the files with a version. Links are skipped, and files that inherit the version. */
export async function readVersionFiles(
  git: Git,
  repo: Repo,
  commit: string,
): Promise<Result<readonly VersionFile[]>> {
  const listed = await git.run(repo.path, ['ls-tree', '-z', commit, '--', ...versionFiles]);
  if (listed.exitCode !== 0) return refused(listed);
  const files: VersionFile[] = [];
  for (const { mode, oid, path } of parseTree(listed.stdout)) {
    if (!mode.startsWith('100')) continue;
    const blob = await git.run(repo.path, ['cat-file', 'blob', oid]);
    if (blob.exitCode !== 0) return refused(blob);
    const says = findVersions(path, blob.stdout).map(({ from, to }) => blob.stdout.slice(from, to));
    if (says.length > 0) files.push({ path, says, text: blob.stdout });
  }
  return success(files);
}

/** Returns the greatest semantic version; null without any. */
export function greatestVersion(texts: readonly string[]): Version | null {
  const versions = texts.flatMap((text) => {
    const parsed = parseVersion(text);
    return parsed.ok ? [parsed.value] : [];
  });
  return versions.sort(compareVersions).at(-1) ?? null;
}

export function parseTree(output: string): { mode: string; type: string; oid: string; path: string }[] {
  return output
    .split('\0')
    .filter(Boolean)
    .map((line) => {
      const tab = line.indexOf('\t');
      const [mode = '', type = '', oid = ''] = line.slice(0, tab).split(' ');
      return { mode, type, oid, path: line.slice(tab + 1) };
    });
}

/** A semantic version, https://semver.org/spec/v2.0.0.html; `raw` is the original text. */
export type Version = SemVer;

export type Bump = 'major' | 'minor' | 'patch';

/** Reads a version strictly: three numbers without leading zeros, no `v` in front. Else `bad_version`. */
export function parseVersion(text: string): Result<Version> {
  const version = text.length <= 100 ? parse(text) : null;
  // The library also accepts a `v` and surrounding blanks.
  if (version === null || ![version.version, `${version.version}+${version.build.join('.')}`].includes(text))
    return failure(
      'bad_version',
      `${JSON.stringify(text.slice(0, 40))} is not a semantic version.`,
      'Use three numbers such as 1.4.0, or 2.0.0-rc.1 before a release.',
    );
  return success(version);
}

/** Returns the next version. A prerelease leads to its release first, as in npm. */
export function bumpVersion({ version }: Version, by: Bump): string {
  return inc(version, by) ?? version;
}

/** Compares versions by §11 of the specification: negative, zero or positive. Build metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  return compare(a, b);
}

/** Place of the version in a file's text; `from` and `to` are offsets, without quotes. */
interface VersionPlace {
  readonly from: number;
  readonly to: number;
}

/** Version files at the top of a repository, with their parsers. */
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

const versionFiles: readonly string[] = Object.keys(readers);

/** Returns the places of a file's own version; none when it has none or inherits it. */
export function findVersions(file: string, text: string): readonly VersionPlace[] {
  return readers[file]?.(text) ?? [];
}

/** Replaces the version at these places; every other character stays. */
export function replaceVersions(text: string, places: readonly VersionPlace[], version: string): string {
  return [...places]
    .sort((a, b) => b.from - a.from)
    .reduce((before, { from, to }) => before.slice(0, from) + version + before.slice(to), text);
}

function placeOf(from: number, word: string): VersionPlace {
  return { from, to: from + word.length };
}

/** Returns the places of string values at these object paths in JSON. */
function jsonPlaces(text: string, wanted: readonly (readonly string[])[]): VersionPlace[] {
  try {
    JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return []; // Invalid JSON has no version.
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
      // Of a duplicate key the last one counts, as in JSON.parse.
      if (isWanted) places.set(at, { from: index + 1, to: index + token.length - 1 });
    }
    isKey = (token === '{' || token === ',') && path.at(-1) !== null;
  }
  return [...places.values()];
}

/** Returns the places of `version = "…"` in these tables; dotted and inline tables that inherit a version have none. */
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
    closing = openQuotes(line);
  }
  return places;
}

/** Returns the quotes of a multi-line string that this line leaves open. */
function openQuotes(line: string): string | null {
  for (const quotes of ['"""', "'''"]) {
    const at = line.indexOf(quotes);
    if (at < 0 || line.slice(0, at).includes('#')) continue;
    return (line.split(quotes).length - 1) % 2 === 1 ? quotes : null;
  }
  return null;
}
