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
  /** Terminals that may post, with what each has to show. */
  readonly tokens: () => Iterable<readonly [id: string, token: string]>;
  /** Takes a checked message; its answer is the child's, unless that has hung up meanwhile. */
  readonly post: (message: ChildMessage, bytes: number, gone: AbortSignal) => Promise<Result<unknown>>;
  /** Returns a body to answer with 200 instead of a refusal; null for the refusal itself. */
  readonly answerRefused?: (topic: string, error: string) => object | null;
  /** A bug: nothing that can be expected comes here. */
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

  /** Every token is compared, each in constant time. */
  #idOf(token: string): string | null {
    let found: string | null = null;
    for (const [id, own] of this.#options.tokens()) if (isSameSecret(own, token)) found = id;
    return found;
  }
}

function topicOf(path: string): string | undefined {
  return /^\/([a-z][a-z0-9/-]{0,63})$/.exec(path)?.[1];
}

/** Topic under which agents post the tool that they are about to use. After any failure there, the tool is not run. */
const guardTopic = 'guard';

/**
 * Takes in what a child posted. What its rules refuse is answered here and now, whether a controller is there or
 * not; the controller hears of it. The rest is handed on as any other hook.
 * @param rules null for a child that nothing is kept from
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
    // There is nothing to add: the tool need not wait until the controller has heard of it.
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
    // A fault of ours must not open what it guards.
    logError(error);
    const why = 'This could not be checked because of a fault in orch-tui.';
    return { answer: denyTool(why), what: '?', why };
  }
}

/** Returns a denial in place of an error status for a guarded message: after a status the agent would go on. */
export function answerRefused(topic: string, error: string): object | null {
  return topic === guardTopic ? denyTool(`This could not be checked: ${error}.`) : null;
}

/** Kept per terminal while there is no controller; above it the oldest go. */
const maxMessages = 1000;
const maxBytes = 4 * 1024 * 1024;

interface Item {
  readonly message: ChildMessage;
  readonly post: string;
  readonly bytes: number;
  /** By a clock that only goes forward. */
  readonly arrived: number;
  /** Number of deliveries to a controller. */
  deliveries: number;
  /** Answers the sender; null once it has its answer. */
  answer: ((result: Result<unknown>) => void) | null;
}

/**
 * Messages of children on their way to the controller, in order of arrival. Each stays here until the
 * controller has answered it, so that one which ends half-way is given it again: at least once, not exactly.
 */
export class Inbox {
  /** Messages thrown away because no controller fetched them. */
  dropped = 0;
  /** Called for a message that was handed over, whose sender waits for no answer any more. */
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
   * A message that a person has to answer waits for the next controller instead.
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
    const result = await controller('received', toInboxMessage(item));
    // Lost on the way, or while being worked on: the next controller gets it. Any other failure it would meet again.
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

/** Lets the sender go on, except where a person has to answer and it still waits. */
function release(item: Item, isGone = false): void {
  if (item.message.topic === askTopic && !isGone) return;
  item.answer?.(success({}));
  item.answer = null;
}

/** As many as the kernel follows (path_resolution(7)). */
const mostLinks = 40;

/**
 * Resolves a path, with symbolic links followed as far as they exist: as the kernel reads it, where `..` behind a link
 * leaves the link's target, and as programs do that shorten a path first. What is changed after the look is not seen.
 * @param from absolute path that a relative one begins at
 * @returns one or two absolute paths; null for what no file system takes, and where a folder cannot be looked into
 */
export function locate(path: string, from: string): readonly string[] | null {
  try {
    const asSaid = walk(path.startsWith('/') ? path : `${from}/${path}`);
    const shortened = walk(resolve(from, path));
    return asSaid === shortened ? [asSaid] : [asSaid, shortened];
  } catch {
    // Too long, a zero byte, a ring of links, no permission: the target is unknown.
    return null;
  }
}

/** Reports whether there is anything at a path, a broken link included. */
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
    if (links > mostLinks) throw new Error('too many links');
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

/** Returns the status of a path; undefined where nothing exists. Throws where the path is invalid or may not be read. */
function statAt(path: string) {
  return lstatSync(path, { throwIfNoEntry: false });
}
