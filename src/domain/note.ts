/** What one session wrote to another. The receiver's agent is given it as information, never as an instruction. */
export interface Note {
  /** Counts from 1 in each workspace. */
  readonly n: number;
  /** Ids of workers. */
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
