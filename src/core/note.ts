/** What one session wrote to another. The receiver's agent is given it as information, never as an instruction. */
export interface Note {
  /** Counts from 1 in each workspace. */
  readonly n: number;
  /** Ids of workers; `from` may be the radar. */
  readonly from: string;
  readonly to: string;
  /** ISO time. */
  readonly at: string;
  /** Several lines, at most `noteLimit` characters. */
  readonly text: string;
  /** ISO time at which the agent was given it; null until then. */
  readonly deliveredAt: string | null;
}

/** Characters of one note. */
export const noteLimit = 2000;

/** Whom notes of the radar are from; ids of workers have a slash. */
export const radarSender = 'radar';

/** A file that two workers both change, as one of them was told. */
export interface MetFile {
  /** Relative to the top folder. */
  readonly path: string;
  /** Whether it merges all the same. */
  readonly kind: 'overlap' | 'conflict';
}

/** What a worker was told of its meeting another. */
export interface Met {
  readonly id: string;
  readonly other: string;
  readonly files: readonly MetFile[];
}
