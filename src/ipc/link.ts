import type { Duplex } from 'node:stream';
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  type DataCallback,
  ErrorCodes,
  type Message,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { failure, helpFor, type Result, whyOf } from '../lib/result.ts';
import { Throttle } from '../lib/schedule.ts';
import { faultText, isDeeperThan, mostDepth, type Shape } from '../lib/shape.ts';

/**
 * Kinds of the frames on a link: `length u32 BE · kind u8 · payload`, length counting kind and payload.
 * Numbers are frozen: an unknown kind is a later addition and ignored, a malformed frame ends the link.
 */
export const FrameKind = {
  /** A JSON-RPC message, UTF-8. */
  message: 0,
  /** Host to client: `channel u32 BE`, then an encoded screen update. */
  screen: 1,
  /** Client to host: `channel u32 BE`; the last screen frame has been taken in, send the next when there is one. */
  seen: 2,
  /** Client to host: `id length u16 BE · id · bytes` for the child's terminal input. */
  input: 3,
  /** Host to client: `channel u32 BE`, then bytes for a real terminal. */
  raw: 4,
  /** Client to host: `channel u32 BE · count u32 BE`; so many raw bytes are on the terminal. */
  taken: 5,
  /** Client to host: `id length u16 BE · id · flags u8 · UTF-8`: a piece of pasted text; see `pasteFlags`. */
  paste: 6,
} as const;

export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

/** Bits of a paste's piece. A paste begins at its first piece and is typed at its last. */
export const pasteFlags = {
  first: 1,
  last: 2,
  /** Not cleaned: it is a terminal's own, and that has done so. */
  asItIs: 4,
} as const;

/** Larger than any screen or request; a length above it is a fault of the peer. */
const maxFrameBytes = 16 * 1024 * 1024;

const headerBytes = 5;

/** A frame as one buffer, ready to be written. */
export function encodeFrame(kind: FrameKind, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const frame = Buffer.allocUnsafe(headerBytes + length);
  frame.writeUInt32BE(length + 1, 0);
  frame[4] = kind;
  let at = headerBytes;
  for (const part of parts) {
    frame.set(part, at);
    at += part.byteLength;
  }
  return frame;
}

/** Cuts a byte stream into frames, however the bytes arrive. */
export class FrameReader {
  #pending: Buffer[] = [];
  #bytes = 0;
  /** Bytes to wait for before reading: joining chunk by chunk would copy a large frame each time. */
  #wanted = headerBytes;

  /** @throws RangeError on a length no peer of ours sends */
  push(chunk: Buffer, onFrame: (kind: number, payload: Buffer) => void): void {
    this.#pending.push(chunk);
    this.#bytes += chunk.byteLength;
    while (this.#bytes >= this.#wanted) {
      const all = this.#joined();
      const length = all.readUInt32BE(0);
      if (length < 1 || length > maxFrameBytes) throw new RangeError(`frame of ${length} bytes`);
      this.#wanted = 4 + length;
      if (all.byteLength < this.#wanted) break;
      const kind = all[4] as number;
      const payload = all.subarray(headerBytes, 4 + length);
      this.#bytes = all.byteLength - 4 - length;
      this.#pending = this.#bytes > 0 ? [all.subarray(4 + length)] : [];
      this.#wanted = headerBytes;
      onFrame(kind, payload);
    }
    this.#detach();
  }

  /** Bytes of memory that are kept for the frame to come. */
  get heldBytes(): number {
    return this.#pending.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  }

  /** Copies the beginning of a frame, so that it does not keep the memory of a large one before it. */
  #detach(): void {
    const [rest] = this.#pending;
    if (this.#pending.length !== 1 || !rest || rest.buffer.byteLength <= 2 * rest.byteLength) return;
    const own = Buffer.allocUnsafeSlow(rest.byteLength);
    rest.copy(own);
    this.#pending = [own];
  }

  #joined(): Buffer {
    const first = this.#pending.length === 1 ? this.#pending[0] : undefined;
    const all = first ?? Buffer.concat(this.#pending, this.#bytes);
    this.#pending = [all];
    return all;
  }
}

const closeGraceMs = 1000;

/** A table of requests: each takes one object and answers with a result. */
type Params<T, K extends keyof T> = T[K] extends (params: infer P) => unknown ? P : never;
type Answer<T, K extends keyof T> = T[K] extends (params: never) => infer R ? R : never;

export type Handlers<T> = {
  [K in keyof T]: (params: Params<T, K>) => Answer<T, K> | Promise<Answer<T, K>>;
};

/** Shapes of the parameters of each request. */
export type Shapes<T> = { readonly [K in keyof T]: Shape<Params<T, K>> };

/** Asks the peer. A lost link is the failure `disconnected`, a fault of the peer's handler `peer_failed`. */
export type Caller<T> = <K extends keyof T & string>(
  method: K,
  params: Params<T, K>,
) => Promise<Answer<T, K>>;

/**
 * One connection between two of our processes: requests and notifications by JSON-RPC, and binary frames
 * beside them, over any duplex stream.
 */
export class Link {
  /** Resolves when the stream is gone, for whatever reason. */
  readonly closed: Promise<void>;
  readonly #stream: Duplex;
  readonly #report: (error: unknown) => void;
  readonly #rpc;
  readonly #handlers = new Map<string, (params: unknown) => unknown>();
  readonly #frameHandlers = new Map<number, (payload: Buffer) => void>();
  #open = true;
  /** Input is dropped from now on. */
  #isLeaving = false;

  /**
   * Handlers are added before `start`, so that no early message is missed.
   * @param report - called with an error that a handler threw; the peer gets an error answer, the link goes on
   */
  constructor(stream: Duplex, report: (error: unknown) => void = () => {}) {
    this.#stream = stream;
    this.#report = report;
    const incoming = new Incoming();
    this.#rpc = createMessageConnection(incoming, new Outgoing(stream));
    this.#rpc.onRequest((method, params) => this.#answer(method, params));
    const reader = new FrameReader();
    stream.on('data', (chunk: Buffer) => {
      if (this.#isLeaving) return;
      try {
        reader.push(chunk, (kind, payload) => {
          if (kind === FrameKind.message) incoming.deliver(parseMessage(payload));
          else this.#frameHandlers.get(kind)?.(payload);
        });
      } catch (error) {
        // Malformed bytes: the peer is at fault, and nothing after them can be trusted.
        stream.destroy(error as Error);
      }
    });
    // A peer that leaves waits for this: all that it wrote has been read.
    stream.once('end', () => stream.end());
    this.closed = new Promise((resolve) => {
      stream.once('close', () => {
        this.#open = false;
        this.#rpc.dispose();
        resolve();
      });
    });
    // A broken pipe is an end like any other; 'close' follows.
    stream.on('error', () => {});
  }

  start(): void {
    this.#rpc.listen();
  }

  get isOpen(): boolean {
    return this.#open;
  }

  get #mayWrite(): boolean {
    return this.#open && !this.#isLeaving;
  }

  /** Bytes written by us that the peer has not taken yet. */
  get backlog(): number {
    return this.#stream.writableLength;
  }

  caller<T>(): Caller<T> {
    return async (method, params) => {
      try {
        if (this.#mayWrite) return await this.#rpc.sendRequest(method, params);
      } catch (error) {
        if (this.#mayWrite) return peerFailed(error as Error) as Answer<T, typeof method>;
      }
      return disconnected() as Answer<T, typeof method>;
    };
  }

  /**
   * Adds requests that the peer may make.
   * @param shapes what their parameters must be: all else is answered with `bad_request` and the field's name. Without
   * them the handlers check for themselves
   */
  serve<T>(handlers: Handlers<T>, shapes?: Shapes<T>): void {
    for (const [method, handler] of Object.entries<(params: never) => unknown>(handlers)) {
      const shape = shapes?.[method as keyof T];
      this.#handlers.set(method, (params) => {
        const fault = shape?.(params) ?? null;
        return fault === null ? handler(params as never) : badRequest(faultText(fault, method));
      });
    }
  }

  async #answer(method: string, params: unknown): Promise<unknown> {
    const handler = this.#handlers.get(method);
    if (!handler) throw new ResponseError(ErrorCodes.MethodNotFound, `Unhandled method ${method}`);
    if (isDeeperThan(mostDepth, params)) return badRequest(`${method} is nested too deep.`);
    try {
      return await handler(params);
    } catch (error) {
      this.#report(error);
      throw error;
    }
  }

  notify<T>(method: keyof T & string, params: T[keyof T & string]): void {
    if (this.#mayWrite) void this.#rpc.sendNotification(method, params);
  }

  onNotice<T, K extends keyof T & string>(method: K, handler: (params: T[K]) => void): void {
    this.#rpc.onNotification(method, handler);
  }

  sendFrame(kind: FrameKind, ...parts: readonly Uint8Array[]): void {
    if (this.#mayWrite) this.#stream.write(encodeFrame(kind, ...parts));
  }

  /** Called whenever a peer that had fallen behind has taken everything. */
  onDrain(handler: () => void): void {
    this.#stream.on('drain', handler);
  }

  onFrame(kind: FrameKind, handler: (payload: Buffer) => void): void {
    this.#frameHandlers.set(kind, handler);
  }

  /**
   * Ends once the peer has read all that was written, or after a second with one that does not read; see `closed`. Until
   * then the stream takes what comes: a peer that writes to one that is gone gets an error, and reads no further.
   */
  close(): void {
    if (!this.#open || this.#isLeaving) return;
    this.#isLeaving = true;
    this.#stream.resume();
    this.#stream.once('end', () => this.#stream.destroy());
    this.#stream.end();
    this.#giveUpLater();
  }

  /** Ends once what was written is out, whatever the peer makes of it: it may be anyone. */
  drop(): void {
    if (!this.#open) return;
    this.#isLeaving = true;
    this.#stream.end(() => this.#stream.destroy());
    this.#giveUpLater();
  }

  #giveUpLater(): void {
    const giveUp = setTimeout(() => this.#stream.destroy(), closeGraceMs);
    this.#stream.once('close', () => clearTimeout(giveUp));
  }
}

/** @throws SyntaxError or TypeError when the payload is no message */
function parseMessage(payload: Buffer): Message {
  const message: unknown = JSON.parse(payload.toString('utf8'));
  if (typeof message === 'object' && message !== null && 'jsonrpc' in message) return message as Message;
  throw new TypeError('not a message');
}

/** Returns a refusal that does not repeat the request: it may hold anything. */
function badRequest(what: string): Result<never> {
  return failure('bad_request', what, 'A program of another version may have asked.');
}

function peerFailed(error: Error): Result<never> {
  const hint = helpFor(error) ?? 'Its log says more.';
  return failure('peer_failed', `orch-tui could not do this: ${whyOf(error)}`, hint);
}

function disconnected(): Result<never> {
  return failure('disconnected', 'The connection was lost.', 'Try again; orch-tui reconnects by itself.');
}

/** Messages as the frames bring them. */
class Incoming extends AbstractMessageReader {
  #callback: DataCallback | undefined;
  #early: Message[] = [];

  listen(callback: DataCallback) {
    this.#callback = callback;
    for (const message of this.#early.splice(0)) callback(message);
    return { dispose: () => {} };
  }

  deliver(message: Message): void {
    if (this.#callback) this.#callback(message);
    else this.#early.push(message);
  }
}

/** Messages into frames. */
class Outgoing extends AbstractMessageWriter {
  readonly #stream: Duplex;

  constructor(stream: Duplex) {
    super();
    this.#stream = stream;
  }

  async write(message: Message): Promise<void> {
    if (this.#stream.writable)
      this.#stream.write(encodeFrame(FrameKind.message, Buffer.from(JSON.stringify(message))));
  }

  end(): void {
    this.#stream.end();
  }
}

/** A link with more unread bytes than this, perhaps of a suspended client, gets the rest once it has caught up. */
const maxBacklogBytes = 256 * 1024;

/** A kind of subject whose newest state a daemon sends to its links. */
interface PublishedKind<K, T> {
  /** Milliseconds from one announcement of a subject to the next. */
  readonly everyMs: number;
  /** After a rest: within the call, or with what else changes in the same moment. */
  readonly first: 'at-once' | 'soon';
  /** Returns the newest state of a subject; null where there is none. */
  read(subject: K): T | null;
  send(link: Link, newest: T): void;
}

/**
 * Sends the newest state of changed subjects to all links. Each announcement replaces the one before it, so a slow link gets
 * fewer of them and still ends up with the newest.
 */
export class Publisher<K, T> {
  readonly #kind: PublishedKind<K, T>;
  /** Per link, the subjects whose newest state was not sent to it. */
  readonly #missed = new Map<Link, Set<K>>();
  readonly #throttles = new Map<K, Throttle>();

  constructor(news: PublishedKind<K, T>) {
    this.#kind = news;
  }

  /** All links that have joined and are open. */
  get links(): Iterable<Link> {
    return this.#missed.keys();
  }

  join(link: Link): void {
    this.#missed.set(link, new Set());
    link.onDrain(() => this.#catchUp(link));
    void link.closed.then(() => this.#missed.delete(link));
  }

  changed(subject: K): void {
    const { everyMs, first } = this.#kind;
    const announcing =
      this.#throttles.get(subject) ?? new Throttle(() => this.#announce(subject), everyMs, first);
    this.#throttles.set(subject, announcing);
    announcing.ask();
  }

  /** Drops a subject that no longer exists. */
  forget(subject: K): void {
    this.#throttles.get(subject)?.cancel();
    this.#throttles.delete(subject);
    for (const missed of this.#missed.values()) missed.delete(subject);
  }

  /** Sends pending announcements at once, of one subject or of all. */
  flush(only?: K): void {
    for (const [subject, announcing] of this.#throttles)
      if (announcing.isPending && (only === undefined || subject === only)) announcing.runNow();
  }

  #announce(subject: K): void {
    const newest = this.#kind.read(subject);
    if (newest === null) return;
    for (const [link, missed] of this.#missed)
      if (keepsUp(link)) this.#kind.send(link, newest);
      else missed.add(subject);
  }

  #catchUp(link: Link): void {
    const missed = this.#missed.get(link);
    if (!missed) return;
    const subjects = [...missed];
    missed.clear();
    for (const subject of subjects) {
      const newest = this.#kind.read(subject);
      if (newest !== null && keepsUp(link)) this.#kind.send(link, newest);
      else if (newest !== null) missed.add(subject);
    }
  }
}

/** Reports whether a link reads fast enough for announcements to arrive in time. */
export function keepsUp(link: Link): boolean {
  return link.backlog < maxBacklogBytes;
}
