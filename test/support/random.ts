/** Numbers from 0 to below 1 that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Choices that are the same for the same seed, so that a failing round can be reproduced. */
export interface Random {
  /** Returns 0 to below `end`. */
  readonly below: (end: number) => number;
  readonly pick: <T>(from: readonly T[]) => T;
  readonly isTrue: () => boolean;
}

export function randomOf(seed: number): Random {
  const next = randomFrom(seed);
  const below = (end: number) => Math.floor(next() * end);
  return {
    below,
    pick: <T>(from: readonly T[]) => {
      const one = from[below(from.length)];
      if (one === undefined) throw new Error('nothing to pick from');
      return one;
    },
    isTrue: () => next() < 0.5,
  };
}
