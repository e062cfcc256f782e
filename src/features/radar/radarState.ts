import type { Verdict } from '../../core/radar.ts';
import { type Slice, withEntry, without } from '../../core/slice.ts';
import { listOf, nullable, oneOf, string } from '../../lib/shape.ts';
import type { EndEvent } from '../workers/workerState.ts';

/** Two workers, or a worker and its base branch (`b` is null), began or stopped to conflict. */
type RadarEvent = {
  readonly type: 'radar-turned';
  readonly repo: string;
  readonly a: string;
  readonly b: string | null;
  readonly verdict: Verdict;
  /** Conflicting files, at most 100. */
  readonly files: readonly string[];
};

interface RadarState {
  /** Pairs that conflicted at the last look: `clashKey` with the workers. */
  readonly clashes: ReadonlyMap<string, readonly string[]>;
}

/** The radar's part of the logged state. */
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

/** Returns the key of a pair, independent of its order; `b` is null for the base branch of `a`. */
export function clashKey(a: string, b: string | null): string {
  return b === null ? `${a} base` : [a, b].sort().join(' ');
}
