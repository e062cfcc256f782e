import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { replaceFile as replaceWhole } from '../lib/durable.ts';

/** The whole text, or null when there is no such file. @throws for one that cannot be read */
export function readIfThere(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** Puts a text in the place of a file: a crash or a full disk leaves the old one or the new one, never half of it. */
export function replaceFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  replaceWhole(file, [text]);
}

/** Renames a damaged file to the next free name beside it. @returns that name */
export function setAside(file: string): string {
  for (let i = 1; ; i++) {
    const name = `${file}.damaged-${i}`;
    if (existsSync(name)) continue;
    renameSync(file, name);
    return name;
  }
}
