import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TokenBucket } from './schedule.ts';

/** What servers on the loopback interface share, where every program of the machine can knock. */

/** Whether two secrets are the same, in constant time. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
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

/** A body that is a multiple of what is allowed comes from a sender that does not mean to stop. */
const patience = 8;

/**
 * The whole body, or null when it is too large. What is too much is read on for a while without being kept:
 * closing on a sender loses the answer that says why.
 * @throws Error for a body without an end
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    if (size > maxBytes * patience) throw new Error('endless body');
  }
  return size > maxBytes ? null : Buffer.concat(chunks).toString('utf8');
}

/** The parsed text, undefined when it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Said as a status by the caller.
    return undefined;
  }
}
