import { setTimeout as sleep } from 'node:timers/promises';

/*
 * Timing: pauses, limits on waiting, and rates of calls. Work that runs in an order is in `queue.ts`.
 * Milliseconds everywhere.
 */

interface PauseOptions {
  /** Keeps the process alive; true by default. */
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
  /** Interval of the checks. */
  readonly everyMs: number;
}

/** Checks a condition repeatedly, the first time at once. @returns whether it became true in time */
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

/** Exponential backoff: each pause is twice the one before. */
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

  /** Starts over, after an attempt succeeded. */
  reset(): void {
    this.#next = this.#first;
  }
}

/**
 * Time of the first run after a rest: within the call; in the next turn of the event loop, together with other calls of
 * that moment; or after one interval, for bursts.
 */
type FirstRun = 'at-once' | 'soon' | 'delayed';

/** Runs a function at most once per interval, however many calls come. */
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

  /** Reports whether a run is scheduled. */
  get isPending(): boolean {
    return this.#timer !== undefined;
  }

  ask(): void {
    if (this.#timer) return;
    const rest = Math.max(0, this.#last + this.#ms - performance.now());
    if (this.#first === 'at-once' && rest === 0) this.runNow();
    else this.#timer = setTimeout(() => this.runNow(), this.#first === 'delayed' ? this.#ms : rest);
  }

  /** Runs at once, in place of the scheduled run. */
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

/** Runs a function once no call has come for a while. */
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

  /** Resolves at the next free slot; at once for the first after a gap. */
  turn(gapMs: number): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, this.#next);
    this.#next = at + gapMs;
    return at === now ? Promise.resolve() : pause(at - now);
  }
}

/** Injected time, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** @throws when the signal is aborted */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Returns a signal that is aborted after so many milliseconds. */
  timeout(ms: number): AbortSignal;
}

export const realClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  timeout: (ms) => AbortSignal.timeout(ms),
};

/* Limits that keep one client from blocking others. */

/** A token bucket, full at the beginning. */
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

  /** Takes a token. @returns false when there is none */
  take(): boolean {
    this.#refill();
    const isThere = this.#tokens >= 1;
    this.#tokens = Math.max(0, this.#tokens - 1);
    return isThere;
  }

  /** Returns the milliseconds until the next token; 0 for now. */
  untilNext(): number {
    this.#refill();
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1000);
  }

  #refill(): void {
    const now = this.#now();
    // A clock that was set back changes nothing.
    const passed = Math.max(0, now - this.#at);
    this.#tokens = Math.min(this.#burst, this.#tokens + (passed / 1000) * this.#perSecond);
    this.#at = now;
  }
}

/** A token bucket for each id. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** Counts a request of an id. @returns whether it is within the limit */
  allows(id: string): boolean {
    const bucket = this.#buckets.get(id) ?? new TokenBucket(this.#perSecond, this.#burst);
    this.#buckets.set(id, bucket);
    return bucket.take();
  }
}

/** Connections that are not admitted yet: few, and for a short time. A new one drops the oldest. */
export class PendingConnections<T> {
  readonly #limit: number;
  readonly #timeoutMs: number;
  readonly #drop: (one: T) => void;
  /** The oldest first. */
  readonly #waiting = new Map<T, NodeJS.Timeout>();
  #isScheduled = false;

  /**
   * @param limit of connections at once
   * @param timeoutMs of each
   */
  constructor(limit: number, timeoutMs: number, drop: (one: T) => void) {
    this.#limit = limit;
    this.#timeoutMs = timeoutMs;
    this.#drop = drop;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(one: T, timeoutMs = this.#timeoutMs): void {
    this.remove(one);
    this.#waiting.set(one, setTimeout(() => this.#end(one), timeoutMs).unref());
    if (this.#waiting.size <= this.#limit || this.#isScheduled) return;
    this.#isScheduled = true;
    // Many may be accepted before any is read: those whose first message has arrived are read first.
    setImmediate(() => setImmediate(() => this.#makeRoom()));
  }

  /** Removes an admitted or closed connection. */
  remove(one: T): void {
    clearTimeout(this.#waiting.get(one));
    this.#waiting.delete(one);
  }

  #makeRoom(): void {
    this.#isScheduled = false;
    for (const one of this.#waiting.keys()) {
      if (this.#waiting.size <= this.#limit) return;
      this.#end(one);
    }
  }

  #end(one: T): void {
    this.remove(one);
    this.#drop(one);
  }
}
