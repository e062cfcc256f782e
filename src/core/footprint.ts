/** What the machine has left, and what workers' processes take of it. Bytes, in steps of ten megabytes. */
export interface Footprint {
  readonly free: number;
  /** Resident memory of a worker's process and all below it; what they share is counted for each. */
  readonly workers: Readonly<Record<string, number>>;
}

const step = 10_000_000;

/** Coarse enough to stay the same while nothing happens. */
export function rounded(bytes: number): number {
  return Math.round(bytes / step) * step;
}
