import { setTimeout as sleep } from 'node:timers/promises';

/*
 * When things happen: pauses, limits on waiting, and how often something runs. What runs in an order is in `queue.ts`.
 * Milliseconds everywhere.
 */

interface PauseOptions {
  /** Whether the process lives on for it; true where nothing is said. */
  readonly keepsAlive?: boolean;
}

/** Resolves after a while. */
export function pause(ms: number, { keepsAlive = true }: PauseOptions = {}): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    if (!keepsAlive) timer.unref();
  });
}

/** Returns what a promise comes to, or null where that takes longer. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ms, null);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

interface PollOptions extends PauseOptions {
  readonly limitMs: number;
  /** From one look to the next. */
  readonly everyMs: number;
}

/** Looks again and again, the first time at once. @returns whether it came to hold in time */
export async function pollUntil(
  holds: () => boolean,
  { limitMs, everyMs, ...options }: PollOptions,
): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() >= end) return false;
    await pause(everyMs, options);
  }
  return true;
}

/** Pauses between attempts, each twice the one before. */
export class Backoff {
  readonly #first: number;
  readonly #longest: number;
  #next: number;

  constructor(first: number, longest: number) {
    this.#first = first;
    this.#longest = longest;
    this.#next = first;
  }

  /** Returns the pause before the next attempt. */
  next(): number {
    const ms = this.#next;
    this.#next = Math.min(ms * 2, this.#longest);
    return ms;
  }

  /** An attempt succeeded. */
  reset(): void {
    this.#next = this.#first;
  }
}

/**
 * When the first of several calls runs after a rest: within the call; in the next turn of the event loop, with what else
 * comes in the same moment; or after one interval, for what comes in bursts.
 */
type FirstRun = 'at-once' | 'soon' | 'delayed';

/** Runs something at most once in an interval, however often it is asked for. */
export class Throttle {
  readonly #run: () => void;
  readonly #ms: number;
  readonly #first: FirstRun;
  #timer: NodeJS.Timeout | undefined;
  #last = Number.NEGATIVE_INFINITY;

  constructor(run: () => void, ms: number, first: FirstRun) {
    this.#run = run;
    this.#ms = ms;
    this.#first = first;
  }

  /** Reports whether a run is to come. */
  get isPending(): boolean {
    return this.#timer !== undefined;
  }

  ask(): void {
    if (this.#timer) return;
    const rest = Math.max(0, this.#last + this.#ms - performance.now());
    if (this.#first === 'at-once' && rest === 0) this.runNow();
    else this.#timer = setTimeout(() => this.runNow(), this.#first === 'delayed' ? this.#ms : rest);
  }

  /** Runs without waiting, in the place of the run to come. */
  runNow(): void {
    this.cancel();
    this.#last = performance.now();
    this.#run();
  }

  /** Drops the run to come. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** Runs something once it has not been asked for during a while. */
export class Debounce {
  readonly #run: () => void;
  readonly #ms: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(run: () => void, ms: number) {
    this.#run = run;
    this.#ms = ms;
  }

  ask(): void {
    this.cancel();
    this.#timer = setTimeout(() => this.#run(), this.#ms);
  }

  /** Drops the run to come. */
  cancel(): void {
    clearTimeout(this.#timer);
  }
}

/** Lets things happen some time apart. */
export class Stagger {
  #next = 0;

  /** Resolves when it is this one's turn; at once for the first after a while. */
  turn(gapMs: number): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, this.#next);
    this.#next = at + gapMs;
    return at === now ? Promise.resolve() : pause(at - now);
  }
}

/** Time as a component sees it, so that its tests need not wait. */
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
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  timeout: (ms) => AbortSignal.timeout(ms),
};
