import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Repo } from '../../core/repo.ts';
import { type Result, success } from '../../lib/result.ts';
import { findCommonDirectory } from '../directories.ts';
import { configFiles } from '../environment.ts';
import { readOwn } from '../files.ts';
import type { Known } from '../knownFacts.ts';
import { type Git, refused } from '../run.ts';

/** Beyond this many loose refs asking git is as quick. */
const mostLooseRefs = 2000;

/**
 * Refs and settings of a repository: as last read by this `Git` while no file behind them has changed, else from git.
 * Only what is known to depend on those files alone is kept: no reftable, no included settings.
 * @param gitDir the checkout's own git directory
 * @param format of each line of refs; always the same for one repository
 */
export async function readKnown(
  git: Git,
  repo: Repo,
  gitDir: string,
  format: string,
): Promise<Result<Known>> {
  const common = findCommonDirectory(gitDir);
  const configs = configFiles(git.ambient, gitDir, common);
  const before = fingerprint(common, configs);
  const kept = git.known.get(repo.path);
  if (kept && before !== null && kept.of === before) return success(kept.what);
  const [listed, settings] = await Promise.all([
    git.run(repo.path, ['for-each-ref', `--format=${format}`, 'refs/heads', 'refs/remotes']),
    git.run(repo.path, ['config', '-z', '--show-origin', '--list']),
  ]);
  if (listed.exitCode !== 0) return refused(listed);
  const { values, isPlain } = parseOrigins(settings.stdout, repo.path, configs);
  const refs = listed.stdout.split('\n').filter(Boolean);
  const what: Known = { refs, settings: values, distances: new Map() };
  // What was read while something changed belongs to neither state.
  const isSteady = before !== null && before === fingerprint(common, configs);
  if (isSteady && isPlain && settings.exitCode === 0) git.known.set(repo.path, { of: before, what });
  else git.known.delete(repo.path);
  return success(what);
}

/** @param files those whose changes are noticed */
function parseOrigins(output: string, dir: string, files: readonly string[]) {
  const fields = output.split('\0');
  const values = new Map<string, string>();
  let isPlain = true;
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [origin = '', record = ''] = fields.slice(at, at + 2);
    const [key = '', ...value] = record.split('\n');
    if (/^(gitflow|remote)\./.test(key)) values.set(key, value.join('\n'));
    const file = origin.startsWith('file:') ? resolve(dir, origin.slice('file:'.length)) : null;
    // On the command line there is only what we say ourselves.
    const isSeen = file === null ? origin === 'command line:' : files.includes(file);
    if (!isSeen || /^include(if)?\./.test(key) || key === 'extensions.refstorage') isPlain = false;
  }
  return { values, isPlain };
}

/**
 * All that decides what git says of refs and settings; null where that cannot be told from a few files. They are tiny and
 * in the system's cache: read at once they take a tenth of what handing each to a thread does.
 */
function fingerprint(common: string, configs: readonly string[]): string | null {
  const files = [...configs, join(common, 'packed-refs'), join(common, 'shallow')];
  const loose: string[] = [];
  for (const folder of ['refs/heads', 'refs/remotes', 'refs/replace'])
    if (!readLoose(join(common, folder), loose)) return null;
  return [...files.map(stampOf), ...loose].join('\n');
}

/** Git replaces such files, it never writes into them: a new one has another number. */
function stampOf(file: string): string {
  try {
    const found = statSync(file, { bigint: true, throwIfNoEntry: false });
    return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : '-';
  } catch {
    return '-'; // Behind a folder we may not enter: a state like any other.
  }
}

/** Adds what loose refs below a folder say; false when there are too many. */
function readLoose(folder: string, into: string[]): boolean {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !readLoose(path, into)) return false;
    if (!entry.isDirectory()) into.push(`${path} ${textOf(path)}`);
    if (into.length > mostLooseRefs) return false;
  }
  return true;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // Packed away.
  }
}

function textOf(ref: string): string {
  try {
    return readOwn(ref)?.trim() ?? '';
  } catch {
    return ''; // A lock comes and goes, and a ref that vanished meanwhile is one more difference.
  }
}
