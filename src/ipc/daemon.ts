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

export interface DaemonOptions {
  readonly root: string;
  readonly program: DaemonName;
  readonly version: string;
  /** Milliseconds that the daemon stays when no link is open and nothing needs it. */
  readonly lingerMs?: number;
  /** Called once the socket accepts connections and before its name is known. */
  beforeLock?(socket: string): void;
  /** Reports whether the daemon is needed without a link. Read again after each change of links and `reconsider`. */
  isNeeded(): boolean;
  /** Adds the requests of every link, also of another version: `status` and the one to stop. */
  serveAlways(link: Link, daemon: Daemon): void;
  /** Adds the handlers of a link that has said hello and is understood, or refuses it. */
  onLink(link: Link, hello: Hello, daemon: Daemon, peer: Peer): Result<null>;
  /** Called at the end, while links and lock still exist. */
  beforeEnd(): Promise<void>;
}

/** A running daemon, as its own process sees it. */
export interface Daemon {
  readonly holder: Holder;
  /** Links that have said hello and are open. */
  readonly links: ReadonlySet<Link>;
  /** Returns the peer of a link that has said hello, also in another version; null before. */
  peerOf(link: Link): Peer | null;
  /** Reads `isNeeded` again, after a change that it depends on. */
  reconsider(): void;
  /** Ends in order. Every call returns the same promise. */
  end(): Promise<void>;
  /** Resolves once lock, socket and links are released. */
  readonly ended: Promise<void>;
}

const defaultLingerMs = 10_000;

/** Limits on connections before their hello. Our own programs send it at once, and wait no longer for its answer. */
const mostStrangers = 64;
const strangerMs = 10_000;
/** Time that a program of another version has for its requests. */
const refusedMs = 60_000;

/**
 * Makes this process the workspace's only daemon of its kind: takes the lock, listens, greets links, and ends
 * by itself when no longer needed, or on SIGTERM and SIGINT. Reports the result to the process that started it.
 * @returns `already_running` when there is one, `unsafe_folder`, or `start_failed`
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
    // Listens first, under a name that is not known yet: every process that then reads the lock can connect.
    await listen(server, socket);
    options.beforeLock?.(socket);
    const guard = takeLock(options.root, options.program, socket, options.version);
    if (guard.ok) {
      const daemon = new RunningDaemon(options, server, guard);
      daemon.start();
      return success(daemon);
    }
    giveUp(server, socket);
    return guard;
  } catch (error) {
    giveUp(server, socket);
    return failure('start_failed', `The ${options.program} cannot start: ${whyOf(error)}`);
  }
}

function giveUp(server: Server, socket: string): void {
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

/** A daemon that has its lock and listens. */
class RunningDaemon implements Daemon {
  readonly holder: Holder;
  readonly links = new Set<Link>();
  readonly ended: Promise<void>;
  readonly #options: DaemonOptions;
  readonly #server: Server;
  readonly #guard: Guard;
  readonly #setEnded: () => void;
  readonly #peers = new Map<Link, Peer>();
  /** Every connection, also before its hello. */
  readonly #open = new Set<Link>();
  /** Connections before their hello, or refused: none of them must keep a client out. */
  readonly #strangers = new PendingConnections<Link>(mostStrangers, strangerMs, (link) => link.drop());
  /** Count of connections in the middle of their hello. They keep the daemon alive. */
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
    // The log may be on a full disk. Without a handler, that would be an error noted in the same log, and so on.
    process.stderr.on('error', () => {});
    this.reconsider();
    releaseWhenIdle();
  }

  peerOf(link: Link): Peer | null {
    return this.#peers.get(link) ?? null;
  }

  /** Bound, as `end` is, because both are passed as callbacks. */
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
    this.#strangers.add(link);
    // A new connection has the whole linger time to say hello.
    this.reconsider();
    void link.closed.then(() => {
      this.#open.delete(link);
      this.#peers.delete(link);
      this.#strangers.remove(link);
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
    // Too late: the link closes before an answer comes, and the caller then starts a new daemon.
    if (this.#ending) return this.ended.then(() => failure('not_running', `The ${program} has ended.`));
    if (!isNew || this.#peers.has(link)) return failure('bad_request', 'Hello was said before.');
    if (!link.isOpen) return failure('disconnected', 'The link has been closed.');
    this.#peers.set(link, peer);
    const understood = checkHello(hello, program, version);
    const admitted = understood.ok ? this.#options.onLink(link, hello, this, peer) : understood;
    if (!admitted.ok) {
      // It may still ask for `status`, and stop us: that is how another version gets rid of us.
      this.#strangers.add(link, refusedMs);
      return admitted;
    }
    this.#strangers.remove(link);
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

/** Keeps the daemon alive when the terminal of its starter closes: a daemon must outlive that. */
function ignoreHangup(): void {}

/** Writes an error to the daemon's log file, which is its standard error. */
export function logError(error: unknown): void {
  note(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

function note(text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${text}\n`);
}
