import { type FSWatcher, watch } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { Throttle } from '../../lib/schedule.ts';

/** Editors save in several steps. */
const burstMs = 100;

/**
 * Tells of changes to one file that editors replace rather than write: its folder is watched, and that of the file it
 * links to. Where nothing can be watched, nothing is told.
 */
export class FileWatch {
  readonly #changed: Throttle;
  #watchers: FSWatcher[] = [];
  #file: string | null = null;

  constructor(changed: () => void) {
    this.#changed = new Throttle(changed, burstMs, 'delayed');
  }

  /** Watches this file from now on and no other; null for none. */
  async follow(file: string | null): Promise<void> {
    if (file === this.#file) return;
    this.#stop();
    this.#file = file;
    if (file === null) return;
    // A file that is not there yet is no link.
    const target = await realpath(file).catch(() => file);
    if (this.#file !== file) return;
    for (const one of new Set([file, target])) this.#watch(one);
  }

  close(): void {
    this.#file = null;
    this.#stop();
  }

  #watch(file: string): void {
    try {
      const watcher = watch(dirname(file), { persistent: false }, (_, name) => {
        if (name === null || name === basename(file)) this.#changed.ask();
      });
      // The folder went, or the system watches no more: the next request reads the file all the same.
      watcher.on('error', () => watcher.close());
      this.#watchers.push(watcher);
    } catch {
      // No such folder, or no more watches: as above.
    }
  }

  #stop(): void {
    this.#changed.cancel();
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }
}
