import type { Verdict } from '../../core/radar.ts';
import { type Slice, withEntry, without } from '../../core/slice.ts';
import { listOf, nullable, oneOf, string } from '../../lib/shape.ts';
import type { EndEvent } from '../workers/workerState.ts';

/** Two workers, or one and the branch it goes to (`b` is null), stopped merging or merge again. */
type RadarEvent = {
  readonly type: 'radar-turned';
  readonly repo: string;
  readonly a: string;
  readonly b: string | null;
  readonly verdict: Verdict;
  /** Those that do not merge, at most 100. */
  readonly files: readonly string[];
};

interface RadarState {
  /** Which workers were last said not to merge with each other or their base: `clashKey` with those it is about. */
  readonly clashes: ReadonlyMap<string, readonly string[]>;
}

/** What the log remembers of the radar. */
export const radarSlice: Slice<RadarState, RadarEvent, EndEvent> = {
  start: { clashes: new Map() },
  fields: {
    'radar-turned': {
      ...{ repo: string, a: string, b: nullable(string), files: listOf(string) },
      verdict: oneOf<Verdict>({ clean: true, overlap: true, conflict: true }),
    },
  },
  on: {
    'radar-turned': ({ clashes }, { a, b, verdict }) => {
      const key = clashKey(a, b);
      const isClash = verdict === 'conflict';
      return {
        clashes: isClash ? withEntry(clashes, key, b === null ? [a] : [a, b]) : without(clashes, key),
      };
    },
    finished: withoutClashes,
    cleaned: withoutClashes,
  },
};

function withoutClashes({ clashes }: RadarState, { id }: { readonly id: string }): RadarState {
  return { clashes: new Map([...clashes].filter(([, ids]) => !ids.includes(id))) };
}

/** Returns one name for two workers, whichever way round; `b` is null for the branch that `a` goes to. */
export function clashKey(a: string, b: string | null): string {
  return b === null ? `${a} base` : [a, b].sort().join(' ');
}
