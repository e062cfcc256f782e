import type { Clock } from '../../../src/lib/schedule.ts';

/** A clock that only advances while code waits. */
export class VirtualClock implements Clock {
  #now: number;

  constructor(start = Date.parse('2026-11-22T10:00:00Z')) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  pass(ms: number): void {
    this.#now += ms;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#now += ms;
  }

  /** Never aborted: a stand-in that simulates a timeout reports it itself, after the time has passed. */
  timeout(): AbortSignal {
    return new AbortController().signal;
  }
}
