import { failure, type Result, success } from '../lib/result.ts';
import { visible } from '../lib/sanitize.ts';

/**
 * Task and repository names become branch names, folder names and ids, so they are restricted to a set that
 * is safe in all three: git's check-ref-format accepts `-x`, `HEAD`, `@` and `con`, which is not enough.
 */
const slugPattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;

/** Names that Windows file systems and git reserve. */
const reserved = new Set(['head', 'con', 'prn', 'aux', 'nul', 'com1', 'lpt1']);

/**
 * Checks a task or repository name.
 * @returns the name, or `bad_name` with the reason; its hint suggests a name made of the same letters
 */
export function parseSlug(text: string, what: 'task' | 'repository'): Result<string> {
  const refuse = (why: string) =>
    failure(
      'bad_name',
      `${shown(text)} cannot be a ${what} name: ${why}.`,
      `Use something like ${nearestSlug(text) ?? example[what]}.`,
    );
  const fault = faultOf(text);
  return fault === null ? success(text) : refuse(fault);
}

function faultOf(text: string): string | null {
  if (text === '') return 'it is empty';
  if (text.length > 64) return `it has ${text.length} characters, 64 are allowed`;
  if (text.includes('..')) return 'it contains ".."';
  if (text.toLowerCase().endsWith('.lock')) return 'git does not allow names that end in ".lock"';
  if (reserved.has(text.toLowerCase())) return 'the name is reserved';
  if (!slugPattern.test(text))
    return 'letters, digits, ".", "_" and "-" are allowed, and a letter or digit at both ends';
  return null;
}

/**
 * Returns the text where it is a valid name, else one made of its letters and digits, at most 60; null where
 * that is invalid too.
 */
export function nearestSlug(text: string): string | null {
  if (faultOf(text) === null) return text;
  const tame = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/(\.lock)+$/i, '')
    .slice(0, 60)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  return faultOf(tame) === null ? tame : null;
}

const example = { task: 'fix-migration', repository: 'backend' };

/** Returns the text quoted, cut and with control characters visible, because names come from outside. */
function shown(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return visible(short);
}

/**
 * Returns the id of the worker on a task: `<repo>/<task>`, and the task alone for one without a repository.
 */
export function workerId(repo: string, task: string): string {
  return repo === '' ? task : `${repo}/${task}`;
}

/** Returns the repository in a worker's id; '' for one without a repository. */
export function repoOf(id: string): string {
  const end = id.indexOf('/');
  return end < 0 ? '' : id.slice(0, end);
}

/** Returns the task in a worker's id. */
export function taskOf(id: string): string {
  return id.slice(id.indexOf('/') + 1);
}

/**
 * Returns a key that is equal for names that a case-insensitive file system or Unicode normalisation would
 * merge.
 */
export function foldCase(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
