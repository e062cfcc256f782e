import { FileWatch } from '../documents/file.ts';
import { Debounce } from '../lib/schedule.ts';
import { recordPath } from './trust/record.ts';
import { configFile, readConfig } from './workspaceConfig.ts';

/** Milliseconds: who writes in place leaves half a file for a moment, and that is nothing to speak of. */
const halfWrittenMs = 1000;

/**
 * Has the configuration taken in whenever its file was changed, or a person has trusted it elsewhere; one that is broken only once it has stayed so.
 * @returns what ends that
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
