import { randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { releaseWhenIdle } from '../lib/processes.ts';
import { failure, type Result, success, whyOf } from '../lib/result.ts';
import { PendingConnections } from '../lib/schedule.ts';
import { type DaemonName, type Guard, type Holder, removeSocket, runtimeFolder, takeLock } from './guard.ts';
import type { DaemonStatus } from './hostApi.ts';
import { Link } from './link.ts';
import { checkHello, type Hello, type HelloApi, helloShapes, identifyPeer, type Peer } from './peer.ts';
import { forgetAllocation, reportStart } from './start.ts';
import { protocolVersion } from './version.ts';

interface DaemonOptions {
  readonly root: string;
  readonly program: DaemonName;
  readonly version: string;
  /** Milliseconds until an idle daemon without links ends. */
  readonly lingerMs?: number;
  /** Called once the socket accepts connections, before the lock names it. */
  beforeLock?(socket: string): void;
  /** Reports whether the daemon is needed without a link. Checked again after each change of links and `reconsider`. */
  isNeeded(): boolean;
  /** Adds the handlers of every link, also of another version: `status` and the request to stop. */
  serveAlways(link: Link, daemon: Daemon): void;
  /** Adds the handlers of a link after a hello of the same protocol, or refuses the link. */
  onLink(link: Link, hello: Hello, daemon: Daemon, peer: Peer): Result<null>;
  /** Called before links and lock are released. */
  beforeEnd(): Promise<void>;
}

/** A running daemon, in its own process. */
export interface Daemon {
  readonly holder: Holder;
  /** Open links after their hello. */
  readonly links: ReadonlySet<Link>;
  /** Returns the peer of a link, also of another version; null before its hello. */
  peerOf(link: Link): Peer | null;
  /** Checks `isNeeded` again, after a change that it depends on. */
  reconsider(): void;
  /** Shuts down gracefully. Every call returns the same promise. */
  end(): Promise<void>;
  /** Resolves once lock, socket and links are released. */
  readonly ended: Promise<void>;
}

const defaultLingerMs = 10_000;

/** Limits on connections before their hello. Our own programs send it at once, and wait no longer for the answer. */
const maxPending = 64;
const pendingMs = 10_000;
/** Time for the requests of a program of another version. */
const refusedMs = 60_000;

/**
 * Makes this process the workspace's only daemon of its kind: listens, takes the lock, serves links, and ends when it is no
 * longer needed, or on SIGTERM and SIGINT. Reports the result to the process that started it.
 * @returns `already_running` when another one runs, `unsafe_folder`, or `start_failed`
 */
export async function serveDaemon(options: DaemonOptions): Promise<Result<Daemon>> {
  forgetAllocation();
  const opened = await open(options);
  reportStart(opened.ok ? success(null) : opened);
  return opened;
}

async function open(options: DaemonOptions): Promise<Result<Daemon>> {
  const folder = runtimeFolder(options.root);
  if (!folder.ok) return folder;
  const socket = join(folder.value, `${options.program}.${randomBytes(4).toString('hex')}.sock`);
  const server = createServer();
  try {
    // Listens before the lock names the socket: every process that reads the lock can connect.
    await listen(server, socket);
    options.beforeLock?.(socket);
    const guard = takeLock(options.root, options.program, socket, options.version);
    if (guard.ok) {
      const daemon = new RunningDaemon(options, server, guard);
      daemon.start();
      return success(daemon);
    }
    closeServer(server, socket);
    return guard;
  } catch (error) {
    closeServer(server, socket);
    return failure('start_failed', `The ${options.program} cannot start: ${whyOf(error)}`);
  }
}

function closeServer(server: Server, socket: string): void {
  server.close();
  removeSocket(socket);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      chmodSync(path, 0o600);
      resolve();
    });
  });
}

/** A daemon that holds its lock and listens. */
class RunningDaemon implements Daemon {
  readonly holder: Holder;
  readonly links = new Set<Link>();
  readonly ended: Promise<void>;
  readonly #options: DaemonOptions;
  readonly #server: Server;
  readonly #guard: Guard;
  readonly #setEnded: () => void;
  readonly #peers = new Map<Link, Peer>();
  /** All connections, including those before their hello. */
  readonly #open = new Set<Link>();
  /** Connections before their hello, or refused: they must not keep clients out. */
  readonly #pending = new PendingConnections<Link>(maxPending, pendingMs, (link) => link.drop());
  /** Count of hellos in progress, which keep the daemon alive. */
  #greeting = 0;
  #linger: NodeJS.Timeout | undefined;
  #ending = false;

  constructor(options: DaemonOptions, server: Server, guard: Guard) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.holder = guard.holder;
    this.ended = promise;
    this.#setEnded = resolve;
    this.#options = options;
    this.#server = server;
    this.#guard = guard;
  }

  start(): void {
    const { program, version, root } = this.#options;
    note(`${program} ${version} is process ${this.holder.pid}, for ${root}`);
    this.#server.on('connection', (socket: Socket) => this.#accept(socket));
    for (const signal of endSignals) process.on(signal, this.end);
    process.on('SIGHUP', ignoreHangup);
    // On a full disk the error of a log entry would itself be logged, without end.
    process.stderr.on('error', () => {});
    this.reconsider();
    releaseWhenIdle();
  }

  peerOf(link: Link): Peer | null {
    return this.#peers.get(link) ?? null;
  }

  /** Bound like `end`, because both are passed as callbacks. */
  readonly reconsider = (): void => {
    clearTimeout(this.#linger);
    if (!this.#isIdle || this.#ending) return;
    const end = () => this.#isIdle && this.end();
    this.#linger = setTimeout(end, this.#options.lingerMs ?? defaultLingerMs);
  };

  readonly end = (): Promise<void> => {
    if (!this.#ending) {
      this.#ending = true;
      void this.#close().then(this.#setEnded);
    }
    return this.ended;
  };

  get #isIdle(): boolean {
    return this.links.size === 0 && this.#greeting === 0 && !this.#options.isNeeded();
  }

  async #close(): Promise<void> {
    clearTimeout(this.#linger);
    await this.#options.beforeEnd();
    this.#guard.release();
    this.#server.close();
    for (const link of this.#open) link.drop();
    await Promise.all([...this.#open].map((link) => link.closed));
    for (const signal of endSignals) process.off(signal, this.end);
    process.off('SIGHUP', ignoreHangup);
    note(`process ${this.holder.pid} has ended in order`);
  }

  #accept(socket: Socket): void {
    const link = new Link(socket, logError);
    this.#open.add(link);
    this.#pending.add(link);
    // A new connection gets the whole linger time for its hello.
    this.reconsider();
    void link.closed.then(() => {
      this.#open.delete(link);
      this.#peers.delete(link);
      this.#pending.remove(link);
      if (this.links.delete(link)) this.reconsider();
    });
    this.#options.serveAlways(link, this);
    link.serve<HelloApi>({ hello: (hello) => this.#greet(link, hello) }, helloShapes);
    link.start();
  }

  async #greet(link: Link, hello: Hello): Promise<Result<Greeting>> {
    const { program, version } = this.#options;
    const isNew = !this.#peers.has(link);
    this.#greeting++;
    const peer = await identifyPeer(link, hello, dirname(this.holder.socket)).finally(() => {
      this.#greeting--;
      this.reconsider();
    });
    // The link closes before an answer, so that the caller starts a new daemon.
    if (this.#ending) return this.ended.then(() => failure('not_running', `The ${program} has ended.`));
    if (!isNew || this.#peers.has(link)) return failure('bad_request', 'Hello was said before.');
    if (!link.isOpen) return failure('disconnected', 'The link has been closed.');
    this.#peers.set(link, peer);
    const understood = checkHello(hello, program, version);
    const admitted = understood.ok ? this.#options.onLink(link, hello, this, peer) : understood;
    if (!admitted.ok) {
      // `status` and the stop stay available, so that another version can replace this daemon.
      this.#pending.add(link, refusedMs);
      return admitted;
    }
    this.#pending.remove(link);
    this.links.add(link);
    this.reconsider();
    return success({ protocol: protocolVersion, version, pid: process.pid });
  }
}

/** Returns the state of the process, as every daemon reports it. */
export function statusOf({ holder }: Daemon): DaemonStatus {
  const { pid, version, protocol, startedAt } = holder;
  return { pid, version, protocol, startedAt, memory: process.memoryUsage.rss() };
}

type Greeting = { protocol: number; version: string; pid: number };

const endSignals = ['SIGTERM', 'SIGINT'] as const;

/** Keeps the daemon alive when the terminal of its starter closes. */
function ignoreHangup(): void {}

/** Writes an error to the daemon's log file, which is its standard error. */
export function logError(error: unknown): void {
  note(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

function note(text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${text}\n`);
}
