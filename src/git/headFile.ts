import { isAbsolute, join, resolve } from 'node:path';
import { readPlain } from '../lib/files.ts';

/** What a checkout has checked out. */
export interface HeadFact {
  /** Null where the checkout is detached, or cannot be read. */
  readonly branch: string | null;
  /** Full object name; null before the first commit, and where it cannot be read. */
  readonly commit: string | null;
}

const nothing: HeadFact = { branch: null, commit: null };
const objectName = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const mostRefBytes = 10_000;
const mostPackedBytes = 64 * 1024 * 1024;

/**
 * Reads branch and commit of a checkout from git's own files, without git, which would run what the repository's
 * settings name. Links are not followed. Repositories that keep refs in tables show their branch alone.
 */
export function readHead(path: string): HeadFact {
  const folder = gitFolder(path);
  const head = folder && firstLine(join(folder, 'HEAD'));
  if (!folder || !head) return nothing;
  if (objectName.test(head)) return { branch: null, commit: head };
  const ref = /^ref: (refs\/heads\/(\S+))$/.exec(head);
  if (!ref?.[1] || ref[1].split('/').includes('..')) return nothing;
  const [, name, branch = null] = ref;
  const common = firstLine(join(folder, 'commondir'));
  const shared = common ? resolve(folder, common) : folder;
  const loose = firstLine(join(shared, name));
  return { branch, commit: loose && objectName.test(loose) ? loose : packed(shared, name) };
}

/** The folder itself, or the one that a worktree's or submodule's `.git` file names. */
function gitFolder(path: string): string | null {
  const at = join(path, '.git');
  const named = firstLine(at);
  const target = named && /^gitdir: (.+)$/.exec(named)?.[1];
  if (target) return isAbsolute(target) ? target : resolve(path, target);
  return firstLine(join(at, 'HEAD')) === null ? null : at;
}

function firstLine(file: string): string | null {
  const text = readPlain(file, mostRefBytes);
  return text.ok && text.value !== null ? (text.value.split('\n')[0] ?? null) : null;
}

function packed(folder: string, name: string): string | null {
  const text = readPlain(join(folder, 'packed-refs'), mostPackedBytes);
  if (!text.ok || text.value === null) return null;
  const line = text.value.split('\n').find((one) => one.endsWith(` ${name}`));
  const commit = line?.split(' ')[0] ?? '';
  return objectName.test(commit) ? commit : null;
}
