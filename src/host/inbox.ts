import { randomBytes } from 'node:crypto';
import { lstatSync, readlinkSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { dirname, join, resolve } from 'node:path';
import type { GuardRules } from '../core/worker.ts';
import { denyTool, type GuardRefusal, refusalFor } from '../guard/judge.ts';
import { logError } from '../ipc/daemon.ts';
import {
  askTopic,
  type ChildMessage,
  deniedTopic,
  type HostUpcalls,
  hookTopic,
  type InboxMessage,
} from '../ipc/hostApi.ts';
import type { Caller } from '../ipc/link.ts';
import { type KnownRequest, LoopbackServer } from '../lib/loopbackServer.ts';
import { type Result, success } from '../lib/result.ts';
import { isSameSecret } from '../lib/stateFolder.ts';

interface InboxServerOptions {
  /** Terminals that may post, with their tokens. */
  readonly tokens: () => Iterable<readonly [id: string, token: string]>;
  /** Handles a checked message; the answer is sent to the child unless `gone` is aborted. */
  readonly post: (message: ChildMessage, bytes: number, gone: AbortSignal) => Promise<Result<unknown>>;
  /** Returns a body to answer with 200 instead of a refusal; null for the refusal itself. */
  readonly answerRefused?: (topic: string, error: string) => object | null;
  /** Reports a bug. Expected failures do not come here. */
  readonly fail?: (error: unknown) => void;
}

/** The HTTP server on the loopback interface that children post to. */
export class InboxServer {
  readonly #options: InboxServerOptions;
  readonly #server: LoopbackServer;

  private constructor(options: InboxServerOptions, server: LoopbackServer) {
    this.#options = options;
    this.#server = server;
  }

  static async listen(options: InboxServerOptions): Promise<InboxServer> {
    const server = await LoopbackServer.listen({
      perSecond: 200,
      burst: 1000,
      identify: (token) => inbox.#idOf(token),
      handle: (known) => inbox.#take(known),
      refuse: (response, path, status, error) => inbox.#refuse(response, path, status, error),
      fail: options.fail ?? (() => {}),
      hasPath: (path) => topicOf(path) !== undefined,
    });
    const inbox = new InboxServer(options, server);
    return inbox;
  }

  get url(): string {
    return this.#server.url;
  }

  close(): void {
    this.#server.close();
  }

  async #take({ id, path, response, body, bytes }: KnownRequest): Promise<void> {
    const at = new Date().toISOString();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const message = { id, topic: topicOf(path) ?? '', at, body };
    const answer = await this.#options.post(message, bytes, gone.signal);
    if (gone.signal.aborted) return;
    response.writeHead(answer.ok ? 200 : 422, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.ok ? (answer.value ?? {}) : { error: answer.problem }));
  }

  #refuse(response: ServerResponse, path: string, status: number, error: string): void {
    const instead = this.#options.answerRefused?.(topicOf(path) ?? '', error) ?? null;
    response.writeHead(instead ? 200 : status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(instead ?? { error }));
  }

  /** Compares every token, each in constant time. */
  #idOf(token: string): string | null {
    let found: string | null = null;
    for (const [id, own] of this.#options.tokens()) if (isSameSecret(own, token)) found = id;
    return found;
  }
}

function topicOf(path: string): string | undefined {
  return /^\/([a-z][a-z0-9/-]{0,63})$/.exec(path)?.[1];
}

/** Topic of the tools that agents are about to use. After any failure the tool is not run. */
const guardTopic = 'guard';

/**
 * Handles a post of a child. A refusal by its rules is answered at once, also without a controller, and reported to the
 * controller. Everything else is delivered like any other hook.
 * @param rules null for a child without a guard
 */
export function receive(
  inbox: Inbox,
  message: ChildMessage,
  bytes: number,
  gone: AbortSignal,
  rules: GuardRules | null,
): Promise<Result<unknown>> {
  const refusal = rules && findRefusal(message.body, rules);
  const { topic } = message;
  if (!refusal && topic !== guardTopic) return inbox.post(message, bytes, gone);
  if (!refusal) {
    // An allowed tool need not wait for the controller.
    void inbox.post({ ...message, topic: hookTopic }, bytes, gone);
    return Promise.resolve(success({}));
  }
  const { what, why } = refusal;
  void inbox.post({ ...message, topic: deniedTopic, body: { what, why } }, what.length + why.length, gone);
  return Promise.resolve(success(refusal.answer));
}

function findRefusal(body: unknown, rules: GuardRules): GuardRefusal | null {
  try {
    return refusalFor(body, rules, { locate, exists: existsBelow });
  } catch (error) {
    // The guard fails closed.
    logError(error);
    const why = 'This could not be checked because of a fault in orch-tui.';
    return { answer: denyTool(why), what: '?', why };
  }
}

/** Returns a denial in place of an error status for a guarded message: after a status the agent would go on. */
export function answerRefused(topic: string, error: string): object | null {
  return topic === guardTopic ? denyTool(`This could not be checked: ${error}.`) : null;
}

/** Limits per terminal without a controller; the oldest messages are dropped first. */
const maxMessages = 1000;
const maxBytes = 4 * 1024 * 1024;

interface Item {
  readonly message: ChildMessage;
  readonly post: string;
  readonly bytes: number;
  /** By a monotonic clock. */
  readonly arrived: number;
  /** Number of deliveries to a controller. */
  deliveries: number;
  /** Answers the sender; null afterwards. */
  answer: ((result: Result<unknown>) => void) | null;
}

/**
 * The queue of children's messages for the controller, in order of arrival. A message stays until a controller has answered
 * it, so that the next one gets it again if the first ends in between: delivery is at least once.
 */
export class Inbox {
  /** Count of messages dropped because no controller fetched them. */
  dropped = 0;
  /** Called for a delivered message whose sender no longer waits for an answer. */
  onWithdrawn: (post: string) => void = () => {};
  readonly #items = new Set<Item>();
  #controller: Caller<HostUpcalls> | null = null;
  /** Terminals whose hooks wait for the controller's answer. */
  #held: ReadonlySet<string> = new Set();

  /** Messages not yet answered by a controller. */
  get size(): number {
    return this.#items.size;
  }

  /**
   * Queues a message. Resolves with the controller's answer; without a controller, or for a hook that is not held, at once
   * with an empty one, and the message stays queued. A message that a person has to answer waits for the next controller
   * instead.
   * @param bytes - its size
   * @param gone - aborted once the child no longer waits
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

  /** Sets the terminals whose hooks wait for the controller's answer. */
  holdHooks(ids: readonly string[]): void {
    this.#held = new Set(ids);
  }

  /** Delivers all queued messages to a controller, in order, and later ones at once. */
  connect(controller: Caller<HostUpcalls>): void {
    this.#controller = controller;
    this.#held = new Set();
    for (const item of this.#items) void this.#deliver(item, controller);
  }

  /** Removes a controller, unless another one has connected meanwhile. */
  disconnect(controller: Caller<HostUpcalls>): void {
    if (this.#controller !== controller) return;
    this.#controller = null;
    for (const item of this.#items) release(item);
  }

  /** Drops the messages of a removed terminal. */
  forget(id: string): void {
    for (const item of this.#items) if (item.message.id === id) this.#finish(item, success({}));
  }

  async #deliver(item: Item, controller: Caller<HostUpcalls>): Promise<void> {
    const result = await controller('received', toInboxMessage(item));
    // On a lost connection the next controller gets it. Any other failure would repeat.
    if (!result.ok && result.problem.code === 'disconnected') return;
    this.#finish(item, result);
  }

  #finish(item: Item, result: Result<unknown>): void {
    this.#items.delete(item);
    item.answer?.(result);
    item.answer = null;
  }

  /** Drops a message whose sender has hung up, and reports that to a controller that has received it. */
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

/** Returns a message in the form for the controller, and counts the delivery. */
function toInboxMessage(item: Item): InboxMessage {
  const { message, post, arrived, answer } = item;
  const isRepeated = item.deliveries > 0;
  item.deliveries += 1;
  const waitedMs = Math.round(performance.now() - arrived);
  return { ...message, post, waitedMs, isRepeated, ...(answer === null && { late: true }) };
}

/** Answers the sender with nothing, unless it waits for a person's answer. */
function release(item: Item, isGone = false): void {
  if (item.message.topic === askTopic && !isGone) return;
  item.answer?.(success({}));
  item.answer = null;
}

/** The limit of the kernel (path_resolution(7)). */
const maxLinks = 40;

/**
 * Resolves the symbolic links of a path: as the kernel does, where `..` behind a link leaves the link's target, and as
 * programs do that normalize a path first. Later changes of the links are not seen.
 * @param from absolute base of a relative path
 * @returns one or two absolute paths; null for an invalid path, and where a folder is not readable
 */
export function locate(path: string, from: string): readonly string[] | null {
  try {
    const literal = walk(path.startsWith('/') ? path : `${from}/${path}`);
    const normalized = walk(resolve(from, path));
    return literal === normalized ? [literal] : [literal, normalized];
  } catch {
    // Too long, a zero byte, a cycle of links, or no permission: the target is unknown.
    return null;
  }
}

/** Reports whether a path exists, a broken link included. */
export function existsBelow(path: string, from: string): boolean {
  return statAt(resolve(from, path)) !== undefined;
}

function walk(path: string): string {
  const ahead = path.split('/').reverse();
  let at = '/';
  let links = 0;
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    if (name === '' || name === '.') continue;
    const next = name === '..' ? dirname(at) : join(at, name);
    const target = name === '..' ? null : linkAt(next);
    if (target === null) {
      at = next;
      continue;
    }
    links += 1;
    if (links > maxLinks) throw new Error('too many links');
    if (target.startsWith('/')) at = '/';
    ahead.push(...target.split('/').reverse());
  }
  return at;
}

/** Returns the target of a symbolic link; null for anything else, and where nothing exists. */
function linkAt(path: string): string | null {
  const found = statAt(path);
  return found?.isSymbolicLink() ? readlinkSync(path) : null;
}

/** Returns the status of a path; undefined where nothing exists. @throws for an invalid or unreadable path */
function statAt(path: string) {
  return lstatSync(path, { throwIfNoEntry: false });
}
