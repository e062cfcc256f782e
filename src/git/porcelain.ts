import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { type Result, success } from '../lib/result.ts';
import { commonDirectory, gitDirectories, resolvedPath } from './directories.ts';
import { type Git, refused } from './run.ts';

/** A path listed by `git status`. */
export interface StatusEntry {
  /** Relative to the top folder; ends in `/` for a nested repository. */
  readonly path: string;
  readonly kind: 'changed' | 'unmerged' | 'untracked';
  /** A tracked file that was deleted or is no longer tracked. */
  readonly gone?: true;
}

export interface ParsedStatus {
  /** Null before the first commit. */
  readonly head: string | null;
  /** Null when detached. */
  readonly branch: string | null;
  /** Null without an upstream, or when it is gone. */
  readonly ahead: number | null;
  readonly behind: number | null;
  /** 0 without `--show-stash`. */
  readonly stashes: number;
  readonly entries: readonly StatusEntry[];
}

/**
 * Number of fields before the path, by the kind of line.
 * https://git-scm.com/docs/git-status#_porcelain_format_version_2
 */
const fieldsBefore = { '1': 8, '2': 9, u: 10, '?': 1 };

const entryKinds = { '1': 'changed', '2': 'changed', u: 'unmerged', '?': 'untracked' } as const;

/** Reads `git status --porcelain=v2 --branch -z`. */
export function parseStatus(output: string): ParsedStatus {
  const headers = new Map<string, string>();
  const entries: StatusEntry[] = [];
  const records = output.split('\0');
  for (let at = 0; at < records.length; at++) {
    const record = records[at] ?? '';
    const kind = record[0];
    if (kind === '#') {
      const [, name = '', ...rest] = record.split(' ');
      headers.set(name, rest.join(' '));
    } else if (kind === '1' || kind === '2' || kind === 'u' || kind === '?') {
      const path = afterFields(record, fieldsBefore[kind]);
      const gone = (kind === '1' || kind === '2') && /^..(?:D\.|.D)/.test(record);
      entries.push({ path, kind: entryKinds[kind], ...(gone && { gone }) });
      if (kind === '2') at++; // A rename's old name follows as a separate record.
    }
  }
  const oid = headers.get('branch.oid') ?? '(initial)';
  const branch = headers.get('branch.head') ?? '(detached)';
  const counts = /^\+(\d+) -(\d+)$/.exec(headers.get('branch.ab') ?? '');
  return {
    head: oid === '(initial)' ? null : oid,
    branch: branch === '(detached)' ? null : branch,
    ahead: counts ? Number(counts[1]) : null,
    behind: counts ? Number(counts[2]) : null,
    stashes: Number(headers.get('stash') ?? 0),
    entries,
  };
}

/** Returns the text behind `count` fields, each ended by a space. */
function afterFields(record: string, count: number): string {
  let from = 0;
  for (let n = 0; n < count; n++) from = record.indexOf(' ', from) + 1;
  return record.slice(from);
}

/** An entry of `git worktree list`. */
export interface WorktreeEntry {
  /** Absolute, with links resolved. */
  readonly path: string;
  /** Null before the first commit. */
  readonly head: string | null;
  /** Short name; null when detached. */
  readonly branch: string | null;
  /** The reason, possibly empty; null when not locked. */
  readonly locked: string | null;
  /** Reason why git would prune it, such as a missing folder; null otherwise. */
  readonly prunable: string | null;
  /** A bare repository, not a checkout. */
  readonly isBare?: true;
}

/** Reads `git worktree list --porcelain -z`; the main checkout comes first. */
export function parseWorktrees(output: string): WorktreeEntry[] {
  return output
    .split('\0\0')
    .filter((block) => block.startsWith('worktree '))
    .map((block) => {
      const facts = new Map(block.split('\0').map(keyAndValue));
      const head = facts.get('HEAD') ?? '';
      return {
        path: facts.get('worktree') ?? '',
        head: /^0*$/.test(head) ? null : head,
        branch: facts.get('branch')?.replace(/^refs\/heads\//, '') ?? null,
        locked: facts.get('locked') ?? null,
        prunable: facts.get('prunable') ?? null,
        ...(facts.has('bare') && { isBare: true as const }),
      };
    });
}

function keyAndValue(line: string): [string, string] {
  const space = line.indexOf(' ');
  return space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
}

/** Lists all worktrees of the repository at `dir`, the main checkout first. */
export async function listWorktrees(git: Git, dir: string): Promise<Result<WorktreeEntry[]>> {
  const outcome = await git.run(dir, ['worktree', 'list', '--porcelain', '-z']);
  if (outcome.exitCode !== 0) return refused(outcome);
  const entries = parseWorktrees(outcome.stdout);
  const [main, ...others] = entries;
  if (!main) return success(entries);
  const named = [{ ...main, path: await checkoutAt(git, dir, main.path) }, ...others];
  if (named.every(({ path }) => isAbsolute(path))) return success(named);
  const common = await commonDirectory(git, dir);
  return common.ok ? success(named.map((entry) => resolveEntry(entry, common.value))) : common;
}

/**
 * Returns a checkout's path: when the `.git` of the main checkout is a file, as in a submodule, git names the git
 * directory instead.
 */
export async function checkoutAt(git: Git, dir: string, path: string): Promise<string> {
  if (path === '' || path === dir) return path;
  const found = await gitDirectories(git, dir);
  const isMain = found.ok && found.value.own === found.value.common && found.value.common === path;
  return isMain ? resolvedPath(dir) : path;
}

/**
 * Resolves a relative path: git before 2.48 prints it as in `worktrees/<id>/gitdir` and resolves it from its own
 * folder. All ids are at the same depth, so the path leads to the same place from each.
 */
function resolveEntry(entry: WorktreeEntry, commonDir: string): WorktreeEntry {
  if (isAbsolute(entry.path)) return entry;
  const path = resolve(commonDir, 'worktrees', 'id', entry.path);
  return { ...entry, path, prunable: existsSync(join(path, '.git')) ? null : entry.prunable };
}
