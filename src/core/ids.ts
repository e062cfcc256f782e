import { failure, type Result, success } from '../lib/result.ts';
import { visible } from '../lib/sanitize.ts';

/**
 * Task and repository names become branch names, folder names and ids, so they are kept to a set that is
 * safe in all three: git's check-ref-format accepts `-x`, `HEAD`, `@` and `con`, which is not enough.
 */
const slugPattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;

/** Names that Windows file systems and git itself keep for themselves. */
const reserved = new Set(['head', 'con', 'prn', 'aux', 'nul', 'com1', 'lpt1']);

/**
 * Checks a task or repository name.
 * @returns the name, or `bad_name` saying what is wrong with it; its hint names one made of the same letters.
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

/** The text where it is a name, else one made of its letters and digits, at most 60; null where that is none. */
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

/** The text in quotes, short and with all that hides in it: names come from outside. */
function shown(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return visible(short);
}

/** The id of the worker on a task: `<repo>/<task>`, and the task alone for one that belongs to no repository. */
export function workerId(repo: string, task: string): string {
  return repo === '' ? task : `${repo}/${task}`;
}

/** Returns the repository that a worker's id names; '' for one that belongs to none. */
export function repoOf(id: string): string {
  const end = id.indexOf('/');
  return end < 0 ? '' : id.slice(0, end);
}

/** Returns the task that a worker's id names. */
export function taskOf(id: string): string {
  return id.slice(id.indexOf('/') + 1);
}

/** Equal for names that a case-insensitive file system or a composed and a decomposed spelling would merge. */
export function foldCase(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
