import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Milliseconds that a file may take to get its content on a busy machine. */
const patience = 25_000;

/** Waits until a file, in a folder that exists, contains a text. */
export async function fileHolds(path: string, text: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = async () => {
    // Not there yet is as good as empty.
    const content = await readFile(path, 'utf8').catch(() => '');
    if (content.includes(text)) resolve();
  };
  const watcher = watch(dirname(path), () => void look());
  const timer = setTimeout(() => reject(new Error(`no "${text}" in ${path}`)), patience);
  try {
    await look();
    await promise;
  } finally {
    clearTimeout(timer);
    watcher.close();
  }
}
