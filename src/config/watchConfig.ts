import { FileWatch } from '../documents/file.ts';
import { Debounce } from '../lib/schedule.ts';
import { recordPath } from './trust/trust.ts';
import { configFile, readConfig } from './workspaceConfig.ts';

/**
 * Milliseconds before an invalid file is reported: a program that writes in place leaves half a file for a
 * moment.
 */
const halfWrittenMs = 1000;

/**
 * Calls `take` when the configuration file or its trust record changes; for an invalid file only once it has
 * stayed so.
 * @returns a function that ends the watch
 */
export function watchConfig(root: string, take: () => void): () => void {
  const later = new Debounce(take, halfWrittenMs);
  const watch = new FileWatch(() => {
    later.cancel();
    if (readConfig(root).ok) take();
    else later.ask();
  });
  void watch.follow(configFile(root));
  const trusted = new FileWatch(take);
  void trusted.follow(recordPath(root));
  return () => {
    later.cancel();
    watch.close();
    trusted.close();
  };
}
