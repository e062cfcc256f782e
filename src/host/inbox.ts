import { randomBytes } from 'node:crypto';
import { type Result, success } from '../domain/problem.ts';
import {
  askTopic,
  type ChildMessage,
  type HostUpcalls,
  hookTopic,
  type InboxMessage,
} from '../protocol/hostApi.ts';
import type { Caller } from '../protocol/link.ts';

/** Kept per terminal while there is no controller; above it the oldest go. */
const maxMessages = 1000;
const maxBytes = 4 * 1024 * 1024;

interface Item {
  readonly message: ChildMessage;
  readonly post: string;
  readonly bytes: number;
  /** By the clock that nobody sets. */
  readonly arrived: number;
  /** How often it was handed over. */
  deliveries: number;
  /** Answers whoever posted it; nothing is left to answer once it has been told to go on. */
  answer: ((result: Result<unknown>) => void) | null;
}

/**
 * Messages of children on their way to the controller, in order of arrival. Each stays here until the
 * controller has answered it, so that one which ends half-way is given it again: at least once, not exactly.
 */
export class Inbox {
  /** Messages thrown away because nobody fetched them. */
  dropped = 0;
  /** Told of a message that was handed over, whose sender waits for no answer any more. */
  onWithdrawn: (post: string) => void = () => {};
  readonly #items = new Set<Item>();
  #controller: Caller<HostUpcalls> | null = null;
  /** Terminals for whose hooks the controller has something to say. */
  #held: ReadonlySet<string> = new Set();

  /** Messages not yet answered by a controller. */
  get size(): number {
    return this.#items.size;
  }

  /**
   * Takes a message in. Resolves with the controller's answer, or with an empty one when there is no controller:
   * the child goes on, the message is kept. A hook gets the empty one as well, at once, unless it is held.
   * What a person has to answer waits for the next controller instead.
   * @param bytes - its size
   * @param gone - aborted once the child waits no longer
   */
  post(message: ChildMessage, bytes: number, gone: AbortSignal): Promise<Result<unknown>> {
    this.#makeRoom(message.id, bytes);
    return new Promise((resolve) => {
      const post = randomBytes(4).toString('hex');
      const arrived = performance.now();
      const item: Item = { message, post, bytes, arrived, deliveries: 0, answer: resolve };
      this.#items.add(item);
      gone.addEventListener('abort', () => this.#withdraw(item), { once: true });
      if (!this.#controller || !this.#isHeld(message)) release(item);
      if (this.#controller) void this.#deliver(item, this.#controller);
    });
  }

  /** From now on the hooks of these terminals, and of no others, wait for the controller's answer. */
  holdHooks(ids: readonly string[]): void {
    this.#held = new Set(ids);
  }

  /** A controller is there: it is given all that waits, in order, and from now on everything at once. */
  connect(controller: Caller<HostUpcalls>): void {
    this.#controller = controller;
    this.#held = new Set();
    for (const item of this.#items) void this.#deliver(item, controller);
  }

  /** That controller is gone, unless another has come already. */
  disconnect(controller: Caller<HostUpcalls>): void {
    if (this.#controller !== controller) return;
    this.#controller = null;
    for (const item of this.#items) release(item);
  }

  /** Drops what a terminal that is no more has left. */
  forget(id: string): void {
    for (const item of this.#items) if (item.message.id === id) this.#finish(item, success({}));
  }

  async #deliver(item: Item, controller: Caller<HostUpcalls>): Promise<void> {
    const result = await controller('received', handed(item));
    // Lost on the way, or while being worked on: the next controller gets it. Any other failure it would meet again.
    if (!result.ok && result.problem.code === 'disconnected') return;
    this.#finish(item, result);
  }

  #finish(item: Item, result: Result<unknown>): void {
    this.#items.delete(item);
    item.answer?.(result);
    item.answer = null;
  }

  /** Nothing is said to whoever hung up; the controller learns it, if it was told of the message. */
  #withdraw(item: Item): void {
    if (!this.#items.has(item)) return;
    release(item, true);
    if (item.deliveries > 0) this.onWithdrawn(item.post);
  }

  #isHeld({ id, topic }: ChildMessage): boolean {
    return topic !== hookTopic || this.#held.has(id);
  }

  #makeRoom(id: string, bytes: number): void {
    const own = [...this.#items].filter((item) => item.message.id === id);
    let total = own.reduce((sum, item) => sum + item.bytes, bytes);
    let count = own.length + 1;
    for (const oldest of own) {
      if (count <= maxMessages && total <= maxBytes) return;
      this.#finish(oldest, success({}));
      this.dropped += 1;
      count -= 1;
      total -= oldest.bytes;
    }
  }
}

/** A message as the controller gets it. */
function handed(item: Item): InboxMessage {
  const { message, post, arrived, answer } = item;
  const isRepeated = item.deliveries > 0;
  item.deliveries += 1;
  const waitedMs = Math.round(performance.now() - arrived);
  return { ...message, post, waitedMs, isRepeated, ...(answer === null && { late: true }) };
}

/** Lets whoever posted it go on; where only a person can say how, it waits on. */
function release(item: Item, isGone = false): void {
  if (item.message.topic === askTopic && !isGone) return;
  item.answer?.(success({}));
  item.answer = null;
}
