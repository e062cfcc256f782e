import { glob, readFile } from 'node:fs/promises';
import { setTimeout as after } from 'node:timers/promises';

/** Milliseconds that a file may take to get its content on a busy machine. */
const patience = 25_000;

/** Milliseconds between two looks; folders that do not exist yet cannot be watched. */
const pause = 50;

/** Waits until a file that a glob pattern names contains a text. */
export async function fileHolds(pattern: string, text: string): Promise<void> {
  for (const end = Date.now() + patience; Date.now() < end; await after(pause))
    for await (const path of glob(pattern)) if ((await readFile(path, 'utf8')).includes(text)) return;
  throw new Error(`no "${text}" in ${pattern}`);
}
