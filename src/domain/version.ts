import { failure, type Result, success } from './problem.ts';

/** A semantic version, https://semver.org/spec/v2.0.0.html. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Identifiers behind the `-`; none for a release. */
  readonly before: readonly string[];
  /** As it was written, build metadata included. */
  readonly text: string;
}

export type Bump = 'major' | 'minor' | 'patch';

const number = '(0|[1-9]\\d{0,15})';
const identifier = '(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)';
const pattern = new RegExp(
  `^${number}\\.${number}\\.${number}(?:-(${identifier}(?:\\.${identifier})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);

/** Reads a version strictly: three numbers without leading zeros, no `v` in front. Else `bad_version`. */
export function parseVersion(text: string): Result<Version> {
  const [, major, minor, patch, before] = (text.length <= 100 && pattern.exec(text)) || [];
  if (major === undefined)
    return failure(
      'bad_version',
      `${JSON.stringify(text.slice(0, 40))} is not a semantic version.`,
      'Use three numbers such as 1.4.0, or 2.0.0-rc.1 before a release.',
    );
  return success({
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    before: before === undefined ? [] : before.split('.'),
    text,
  });
}

/** The next version. What comes before a release leads to that release first, as npm counts. */
export function bumpVersion({ major, minor, patch, before }: Version, by: Bump): string {
  const unreleased = before.length > 0;
  if (by === 'patch') return `${major}.${minor}.${unreleased ? patch : patch + 1}`;
  if (by === 'minor') return `${major}.${unreleased && patch === 0 ? minor : minor + 1}.0`;
  return `${unreleased && minor === 0 && patch === 0 ? major : major + 1}.0.0`;
}

/** Negative, zero or positive, as §11 of the specification orders them. Build metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  const numbers = a.major - b.major || a.minor - b.minor || a.patch - b.patch;
  if (numbers !== 0) return numbers;
  if (a.before.length === 0 || b.before.length === 0) return b.before.length - a.before.length;
  for (const [at, one] of a.before.entries()) {
    const other = b.before[at];
    if (other === undefined) return 1;
    const order = compareIdentifiers(one, other);
    if (order !== 0) return order;
  }
  return a.before.length - b.before.length;
}

/** Numbers by value and before words, words by their ASCII codes. */
function compareIdentifiers(a: string, b: string): number {
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  if (aIsNumber && a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
