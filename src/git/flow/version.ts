import type { SemVer } from 'semver';
import compare from 'semver/functions/compare.js';
import inc from 'semver/functions/inc.js';
import parse from 'semver/functions/parse.js';
import { failure, type Result, success } from '../../lib/result.ts';

/** A semantic version, https://semver.org/spec/v2.0.0.html; `raw` is as it was written. */
export type Version = SemVer;

export type Bump = 'major' | 'minor' | 'patch';

/** Reads a version strictly: three numbers without leading zeros, no `v` in front. Else `bad_version`. */
export function parseVersion(text: string): Result<Version> {
  const version = text.length <= 100 ? parse(text) : null;
  // The library takes a `v` and blanks around it, too.
  if (version === null || ![version.version, `${version.version}+${version.build.join('.')}`].includes(text))
    return failure(
      'bad_version',
      `${JSON.stringify(text.slice(0, 40))} is not a semantic version.`,
      'Use three numbers such as 1.4.0, or 2.0.0-rc.1 before a release.',
    );
  return success(version);
}

/** The next version. What comes before a release leads to that release first, as npm counts. */
export function bumpVersion({ version }: Version, by: Bump): string {
  return inc(version, by) ?? version;
}

/** Negative, zero or positive, as §11 of the specification orders them. Build metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  return compare(a, b);
}
