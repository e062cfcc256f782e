import { lstatSync, renameSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkPath, openForAppend, readText, replaceFile as replaceBelow } from '../lib/files.ts';
import type { Problem, Result } from '../lib/result.ts';

/** Bases of thousands of rows are a few megabytes. */
const largestBytes = 256 * 1024 * 1024;

/** The whole text, or null when there is no such file. @returns why it cannot be read, such as `unsafe_path` */
export function readIfThere(file: string): Result<string | null> {
  return readText(rootOf(file), file, largestBytes);
}

/**
 * Puts a text in the place of a file: a crash leaves the old one or the new one, never half of it.
 * @throws when it cannot be written
 */
export function replaceFile(file: string, text: string): void {
  demand(replaceBelow(rootOf(file), file, text));
}

/** Opens a file to be written on to. @throws when it cannot be */
export function openToAppend(file: string): number {
  return demand(openForAppend(rootOf(file), file));
}

/** Renames a file that is damaged, or full, to another name beside it. @throws when it cannot be */
export function renameFile(file: string, name: string): void {
  demand(checkPath(rootOf(file), file, 'file'));
  renameSync(file, name);
}

/** Renames a damaged file to the next free name beside it. @returns that name */
export function setAside(file: string): string {
  for (let i = 1; ; i++) {
    const name = `${file}.damaged-${i}`;
    if (lstatSync(name, { throwIfNoEntry: false })) continue;
    renameFile(file, name);
    return name;
  }
}

/** The workspace: what is kept of Notion is in its `.orch/notion`. */
function rootOf(file: string): string {
  return resolve(file, '../../..');
}

function demand<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(wordsOf(result.problem));
}

/** A problem as one text, for an error. */
export function wordsOf({ message, hint }: Problem): string {
  return hint === undefined ? message : `${message} ${hint}`;
}
