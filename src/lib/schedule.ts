import { setTimeout as sleep } from 'node:timers/promises';

/*
 * Timing: pauses, limits on waiting, and rates of calls. Work that runs in an order is in `queue.ts`.
 * Milliseconds everywhere.
 */

interface PauseOptions {
  /** The pause keeps the process alive; true by default. */
  readonly keepsAlive?: boolean;
}

/** Resolves after a while. */
export function pause(ms: number, { keepsAlive = true }: PauseOptions = {}): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    if (!keepsAlive) timer.unref();
  });
}

/** Returns the value of a promise, or null where it takes longer. */
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

/** Checks a condition repeatedly, the first time at once. @returns whether it held in time */
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
 * Time of the first of several calls after a rest: within the call; in the next turn of the event loop, with what else
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

/** Spaces starts some time apart. */
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

/* Limits that keep one client from blocking others. */

/** A token bucket: so many tokens a second, a burst of more now and then. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, burst: number, now = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#now = now;
    this.#tokens = burst;
    this.#at = now();
  }

  /** Takes a token where there is one. */
  take(): boolean {
    this.#refill();
    const isThere = this.#tokens >= 1;
    this.#tokens = Math.max(0, this.#tokens - 1);
    return isThere;
  }

  /** Returns in how many milliseconds there is one; 0 where there is one now. */
  untilNext(): number {
    this.#refill();
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1000);
  }

  #refill(): void {
    const now = this.#now();
    // A clock that was set back gives nothing, and takes nothing away.
    const passed = Math.max(0, now - this.#at);
    this.#tokens = Math.min(this.#burst, this.#tokens + (passed / 1000) * this.#perSecond);
    this.#at = now;
  }
}

/** So many requests per second, a burst of more now and then, for each that asks. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** Takes one request of an id into account. @returns whether it is still within bounds */
  allows(id: string): boolean {
    const bucket = this.#buckets.get(id) ?? new TokenBucket(this.#perSecond, this.#burst);
    this.#buckets.set(id, bucket);
    return bucket.take();
  }
}

/** Connections that are not admitted yet: few, for a short time. A new one drops the oldest. */
export class PendingConnections<T> {
  readonly #most: number;
  readonly #patienceMs: number;
  readonly #sendAway: (one: T) => void;
  /** The oldest first. */
  readonly #waiting = new Map<T, NodeJS.Timeout>();
  #isLooking = false;

  /**
   * @param most that may wait at once
   * @param patienceMs how long each may wait
   */
  constructor(most: number, patienceMs: number, sendAway: (one: T) => void) {
    this.#most = most;
    this.#patienceMs = patienceMs;
    this.#sendAway = sendAway;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(one: T, patienceMs = this.#patienceMs): void {
    this.remove(one);
    this.#waiting.set(one, setTimeout(() => this.#end(one), patienceMs).unref());
    if (this.#waiting.size <= this.#most || this.#isLooking) return;
    this.#isLooking = true;
    // Many are accepted at once, before any is read: those whose first message has arrived must be read first.
    setImmediate(() => setImmediate(() => this.#makeRoom()));
  }

  /** Removes one that is admitted, or has gone. */
  remove(one: T): void {
    clearTimeout(this.#waiting.get(one));
    this.#waiting.delete(one);
  }

  #makeRoom(): void {
    this.#isLooking = false;
    for (const one of this.#waiting.keys()) {
      if (this.#waiting.size <= this.#most) return;
      this.#end(one);
    }
  }

  #end(one: T): void {
    this.remove(one);
    this.#sendAway(one);
  }
}
