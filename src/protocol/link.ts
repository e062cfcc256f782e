import type { Duplex } from 'node:stream';
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  type DataCallback,
  type Message,
} from 'vscode-jsonrpc/node';
import { failure, type Result } from '../lib/result.ts';
import { encodeFrame, FrameKind, FrameReader } from './frames.ts';

const closeGraceMs = 1000;

/** A table of requests: each takes one object and answers with a result. */
type Params<T, K extends keyof T> = T[K] extends (params: infer P) => unknown ? P : never;
type Answer<T, K extends keyof T> = T[K] extends (params: never) => infer R ? R : never;

export type Handlers<T> = {
  [K in keyof T]: (params: Params<T, K>) => Answer<T, K> | Promise<Answer<T, K>>;
};

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
  readonly #frameHandlers = new Map<number, (payload: Buffer) => void>();
  #open = true;
  /** What comes in from now on is for no one. */
  #isLeaving = false;

  /**
   * Handlers are added before `start`, so that nothing said early is missed.
   * @param report - told what a handler threw; the peer gets an error answer, the link goes on
   */
  constructor(stream: Duplex, report: (error: unknown) => void = () => {}) {
    this.#stream = stream;
    this.#report = report;
    const incoming = new Incoming();
    this.#rpc = createMessageConnection(incoming, new Outgoing(stream));
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

  serve<T>(handlers: Handlers<T>): void {
    for (const [method, handler] of Object.entries<(params: never) => unknown>(handlers))
      this.#rpc.onRequest(method, async (params) => {
        try {
          return await handler(params as never);
        } catch (error) {
          this.#report(error);
          throw error;
        }
      });
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

function peerFailed({ message }: Error): Result<never> {
  return failure('peer_failed', `orch-tui could not do this: ${message}`, 'Its log says more.');
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
