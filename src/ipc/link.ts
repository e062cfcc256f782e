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
 * Numbers are frozen. An unknown kind is a later addition and ignored; a malformed frame ends the link.
 */
export const FrameKind = {
  /** A JSON-RPC message, UTF-8. */
  message: 0,
  /** Host to client: `channel u32 BE`, then an encoded screen update. */
  screen: 1,
  /** Client to host: `channel u32 BE`; acknowledges the last screen frame, so that the next may come. */
  seen: 2,
  /** Client to host: `id length u16 BE · id · bytes` for the child's terminal input. */
  input: 3,
  /** Host to client: `channel u32 BE`, then bytes for a real terminal. */
  raw: 4,
  /** Client to host: `channel u32 BE · count u32 BE`; acknowledges raw bytes that the terminal has taken. */
  taken: 5,
  /** Client to host: `id length u16 BE · id · flags u8 · UTF-8`: a piece of pasted text; see `pasteFlags`. */
  paste: 6,
} as const;

export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

/** Flags of a piece of a paste, which is typed with its last piece. */
export const pasteFlags = {
  first: 1,
  last: 2,
  /** Not sanitized here: the terminal that it comes from has done so. */
  asItIs: 4,
} as const;

/** Larger than any screen or request; a larger length is a fault of the peer. */
const maxFrameBytes = 16 * 1024 * 1024;

const headerBytes = 5;

/** Returns a frame as one buffer. */
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

/** Splits a byte stream into frames. */
export class FrameReader {
  #pending: Buffer[] = [];
  #bytes = 0;
  /** Bytes to wait for before reading: joining chunk by chunk would copy a large frame each time. */
  #wanted = headerBytes;

  /** @throws RangeError for an invalid length */
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

  /** Bytes of memory kept for the next frame. */
  get heldBytes(): number {
    return this.#pending.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  }

  /** Copies the beginning of the next frame, so that it does not keep the memory of a large one before it. */
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

type Params<T, K extends keyof T> = T[K] extends (params: infer P) => unknown ? P : never;
type Answer<T, K extends keyof T> = T[K] extends (params: never) => infer R ? R : never;

/** A handler for each request of a table; each takes one object and returns a result. */
export type Handlers<T> = {
  [K in keyof T]: (params: Params<T, K>) => Answer<T, K> | Promise<Answer<T, K>>;
};

/** Shapes of the parameters of each request. */
export type Shapes<T> = { readonly [K in keyof T]: Shape<Params<T, K>> };

/** Sends a request to the peer. Fails with `disconnected` for a lost link, `peer_failed` for an error in its handler. */
export type Caller<T> = <K extends keyof T & string>(
  method: K,
  params: Params<T, K>,
) => Promise<Answer<T, K>>;

/**
 * One connection between two of our processes: requests and notifications by JSON-RPC, and binary frames
 * beside them, over any duplex stream.
 */
export class Link {
  /** Resolves when the stream has closed, for any reason. */
  readonly closed: Promise<void>;
  readonly #stream: Duplex;
  readonly #report: (error: unknown) => void;
  readonly #rpc;
  readonly #handlers = new Map<string, (params: unknown) => unknown>();
  readonly #frameHandlers = new Map<number, (payload: Buffer) => void>();
  #open = true;
  /** Drops further input. */
  #isClosing = false;

  /**
   * Handlers are added before `start`, so that no early message is missed.
   * @param report - gets errors thrown by handlers; the peer gets an error response, and the link stays open
   */
  constructor(stream: Duplex, report: (error: unknown) => void = () => {}) {
    this.#stream = stream;
    this.#report = report;
    const incoming = new Incoming();
    this.#rpc = createMessageConnection(incoming, new Outgoing(stream));
    this.#rpc.onRequest((method, params) => this.#answer(method, params));
    const reader = new FrameReader();
    stream.on('data', (chunk: Buffer) => {
      if (this.#isClosing) return;
      try {
        reader.push(chunk, (kind, payload) => {
          if (kind === FrameKind.message) incoming.deliver(parseMessage(payload));
          else this.#frameHandlers.get(kind)?.(payload);
        });
      } catch (error) {
        // After malformed bytes no frame boundary can be trusted.
        stream.destroy(error as Error);
      }
    });
    // A closing peer waits for this: it shows that all its data has been read.
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
    return this.#open && !this.#isClosing;
  }

  /** Written bytes that the peer has not read yet. */
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
   * Adds handlers for requests of the peer.
   * @param shapes of their parameters: anything else is answered with `bad_request` and the field's name. Without shapes
   * the handlers check the parameters
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

  /** Adds a handler that is called whenever a slow peer has read everything. */
  onDrain(handler: () => void): void {
    this.#stream.on('drain', handler);
  }

  onFrame(kind: FrameKind, handler: (payload: Buffer) => void): void {
    this.#frameHandlers.set(kind, handler);
  }

  /**
   * Closes once the peer has read everything, or after a second; see `closed`. Until then incoming data is read and
   * dropped: a peer that writes to a closed stream gets an error and reads no further.
   */
  close(): void {
    if (!this.#open || this.#isClosing) return;
    this.#isClosing = true;
    this.#stream.resume();
    this.#stream.once('end', () => this.#stream.destroy());
    this.#stream.end();
    this.#destroyLater();
  }

  /** Closes once everything was written, without waiting for the peer. For peers that are not trusted. */
  drop(): void {
    if (!this.#open) return;
    this.#isClosing = true;
    this.#stream.end(() => this.#stream.destroy());
    this.#destroyLater();
  }

  #destroyLater(): void {
    const timer = setTimeout(() => this.#stream.destroy(), closeGraceMs);
    this.#stream.once('close', () => clearTimeout(timer));
  }
}

/** @throws SyntaxError or TypeError when the payload is no message */
function parseMessage(payload: Buffer): Message {
  const message: unknown = JSON.parse(payload.toString('utf8'));
  if (typeof message === 'object' && message !== null && 'jsonrpc' in message) return message as Message;
  throw new TypeError('not a message');
}

/** Returns a refusal. It does not repeat the request, which may hold anything. */
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

/** Reads messages from frames. */
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

/** Writes messages as frames. */
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

/** A link with a larger backlog, perhaps of a suspended client, gets the rest once it has caught up. */
const maxBacklogBytes = 256 * 1024;

/** A kind of subjects whose newest state a daemon publishes to its links. */
interface PublishedKind<K, T> {
  /** Least milliseconds between two publications of a subject. */
  readonly everyMs: number;
  /** Time of the first publication after a rest; see `Throttle`. */
  readonly first: 'at-once' | 'soon';
  /** Returns the newest state of a subject; null where there is none. */
  read(subject: K): T | null;
  send(link: Link, newest: T): void;
}

/**
 * Sends the newest state of changed subjects to all links. Each publication replaces the one before, so a slow link skips
 * some of them and still gets the newest.
 */
export class Publisher<K, T> {
  readonly #kind: PublishedKind<K, T>;
  /** Per link, the subjects whose newest state it did not get. */
  readonly #missed = new Map<Link, Set<K>>();
  readonly #throttles = new Map<K, Throttle>();

  constructor(news: PublishedKind<K, T>) {
    this.#kind = news;
  }

  /** Open links that have joined. */
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
    const throttle =
      this.#throttles.get(subject) ?? new Throttle(() => this.#publish(subject), everyMs, first);
    this.#throttles.set(subject, throttle);
    throttle.ask();
  }

  /** Removes a subject that no longer exists. */
  forget(subject: K): void {
    this.#throttles.get(subject)?.cancel();
    this.#throttles.delete(subject);
    for (const missed of this.#missed.values()) missed.delete(subject);
  }

  /** Publishes pending changes at once, of one subject or of all. */
  flush(only?: K): void {
    for (const [subject, throttle] of this.#throttles)
      if (throttle.isPending && (only === undefined || subject === only)) throttle.runNow();
  }

  #publish(subject: K): void {
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

/** Reports whether a link reads fast enough to get publications in time. */
export function keepsUp(link: Link): boolean {
  return link.backlog < maxBacklogBytes;
}
