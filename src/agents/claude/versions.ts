import lt from 'semver/functions/lt.js';

/**
 * The two versions of Claude Code that `npm run test:claude` runs against. An older one is refused, because what it
 * does is not known. A newer one is used, and `doctor` and the start card say that it was not tested.
 */
export const oldestSupported = '2.1.197';
export const newestTested = '2.1.332';

/** The first version seen to know `--system-prompt-snapshot`; 2.1.197 exits at the unknown flag. */
const snapshotSince = '2.1.332';

/** Reports whether a version line such as `2.1.150 (Claude Code)` names a version that is no longer supported. */
export function isTooOld(line: string): boolean {
  const version = versionIn(line);
  return version !== null && lt(version, oldestSupported);
}

/** Reports whether a version line names a version newer than the newest tested one. */
function isUntested(line: string): boolean {
  const version = versionIn(line);
  return version !== null && lt(newestTested, version);
}

/** Returns the calm line about an untested version for `doctor` and the start card; null for any other. */
export function untestedNote(line: string | null): string | null {
  if (line === null || !isUntested(line)) return null;
  return `Newer than ${newestTested}, the newest Claude Code that orch-tui was tested with; it should work.`;
}

/** Reports whether the version takes `--system-prompt-snapshot`. */
export function knowsSnapshot(line: string | null): boolean {
  const version = line === null ? null : versionIn(line);
  return version !== null && !lt(version, snapshotSince);
}

/** Returns the version in a line; null for a program that does not call itself Claude Code. */
function versionIn(line: string): string | null {
  return /^(\d+\.\d+\.\d+) \(Claude Code\)/.exec(line)?.[1] ?? null;
}
