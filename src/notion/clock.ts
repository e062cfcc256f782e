import { setTimeout } from 'node:timers/promises';

/** Time as the sync sees it, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** @throws when the signal is aborted meanwhile */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A signal that is aborted after that long. */
  timeout(ms: number): AbortSignal;
}

export const realClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => setTimeout(ms, undefined, { signal }),
  timeout: (ms) => AbortSignal.timeout(ms),
};
