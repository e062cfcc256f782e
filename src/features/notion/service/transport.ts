import { SerialQueue } from '../../../lib/queue.ts';
import { type Clock, TokenBucket } from '../../../lib/schedule.ts';

/** Log line of one request, without its content. */
export interface RequestLine {
  readonly method: string;
  readonly path: string;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly requestId: string | null;
}

/** The parts of a response that the client reads; its body is complete. */
interface WholeResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: Headers;
  text(): Promise<string>;
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

interface TransportOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly log: (line: RequestLine) => void;
}

/** The request was sent, and its effect is unknown. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** Requests per second, below Notion's average limit of three, and a small burst. */
const perSecond = 2.5;
const burst = 3;
/** Milliseconds for headers and body: Notion's own limit for a request is 60 s, most take less than one. */
const timeout = 30_000;
const attempts = 5;
const firstPause = 1000;
const longestPause = 60_000;

/**
 * Statuses of requests without any effect, which are safe to repeat: busy, overloaded, in conflict with
 * another write.
 */
const refusedForNow = new Set([409, 429, 529]);

interface RequestParts {
  readonly method?: string | undefined;
  readonly headers?: Record<string, string> | undefined;
  readonly body?: unknown;
}

/**
 * A `fetch` for the client: paced, with a time limit for the whole response, and with safe retries. Reads
 * are repeated after anything but a refusal; creations only when Notion states that it did nothing, because
 * a lost response may mean a created page; changes never, because the page may have been edited meanwhile.
 */
export class Transport {
  readonly #options: TransportOptions;
  readonly #bucket: TokenBucket;
  readonly #requests = new SerialQueue();
  readonly #writes = new SerialQueue();
  /** Milliseconds before which no request is sent, as Notion requested. */
  #heldUntil = 0;
  #beforeWrite: () => void = () => {};

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#bucket = new TokenBucket(perSecond, burst, () => options.clock.now());
  }

  /**
   * Runs a writing call exclusively, because Notion answers two at once with a conflict.
   * @param beforeWrite called right before each of its requests is sent
   */
  runExclusive<T>(write: () => Promise<T>, beforeWrite: () => void): Promise<T> {
    return this.#writes.add(() => {
      this.#beforeWrite = beforeWrite;
      return write();
    });
  }

  /** @throws Unanswered for a write without a response, for a read after all attempts; AbortError */
  async fetch(url: string, parts: RequestParts = {}): Promise<WholeResponse> {
    const { clock, signal } = this.#options;
    const isRead = isReading(parts.method ?? 'GET', new URL(url).pathname);
    for (let attempt = 1; ; attempt++) {
      await this.#requests.add(() => this.#wait());
      if (!isRead) this.#beforeWrite();
      const answer = await this.#once(url, parts);
      signal?.throwIfAborted();
      const pause = pauseBefore(attempt, answer, clock);
      const isLost = answer === null || isBroken(answer);
      const isBusy = !isLost && refusedForNow.has(answer.status);
      if (isBusy) this.#heldUntil = Math.max(this.#heldUntil, clock.now() + pause);
      const mayRepeat = isLost ? isRead : isBusy && parts.method !== 'PATCH';
      if (mayRepeat && attempt < attempts) {
        if (isLost) await clock.sleep(pause, signal);
      } else if (isLost) throw new Unanswered('no answer that can be used');
      else return answer;
    }
  }

  /** Waits for the next request's slot. @throws when the signal is aborted meanwhile */
  async #wait(): Promise<void> {
    const { clock, signal } = this.#options;
    signal?.throwIfAborted();
    const held = this.#heldUntil - clock.now();
    if (held > 0) await clock.sleep(held, signal);
    const wait = this.#bucket.untilNext();
    if (wait > 0) await clock.sleep(wait, signal);
    this.#bucket.take();
  }

  /** Returns null without a complete response. */
  async #once(url: string, { method = 'GET', headers, body }: RequestParts): Promise<WholeResponse | null> {
    const { fetch, clock, signal, log } = this.#options;
    const path = new URL(url).pathname;
    const limit = clock.timeout(timeout);
    try {
      const response = await fetch(url, {
        method,
        // The token only goes to the requested address, and follows no redirect.
        redirect: 'error',
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
        ...(headers ? { headers } : {}),
        ...(typeof body === 'string' ? { body } : {}),
      });
      const text = await response.text();
      const requestId = response.headers.get('x-notion-request-id');
      log({ method, path, status: response.status, requestId });
      const { ok, status } = response;
      if (ok) JSON.parse(text);
      return { ok, status, headers: response.headers, text: async () => text };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // Refused, cut off, timed out or incomplete: the consequence is the same.
      log({ method, path, status: 0, requestId: null });
      return null;
    }
  }
}

/** Reports whether a request only reads. Queries and searches are sent by POST, but change nothing. */
function isReading(method: string, path: string): boolean {
  return method === 'GET' || /\/(?:query|search)$/.test(path);
}

/** Reports whether a response is from an intermediary, or does not state the request's effect. */
function isBroken({ status, headers }: WholeResponse): boolean {
  const isJson = headers.get('content-type')?.includes('json') === true;
  return !isJson || (status >= 500 && !refusedForNow.has(status));
}

function pauseBefore(attempt: number, answer: WholeResponse | null, clock: Clock): number {
  const asked = answer ? retryAfter(answer.headers.get('retry-after'), clock) : null;
  return Math.min(asked ?? firstPause * 2 ** (attempt - 1), longestPause);
}

/** Parses seconds or an HTTP date, RFC 9110 section 10.2.3. @returns milliseconds */
function retryAfter(value: string | null, clock: Clock): number | null {
  if (value === null) return null;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - clock.now());
}
