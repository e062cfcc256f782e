import { randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { releaseWhenIdle } from '../lib/idleMemory.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { Strangers } from '../lib/schedule.ts';
import { whyOf } from '../lib/systemError.ts';
import { type Guard, type Holder, removeSocket, takeLock } from './guard.ts';
import type { DaemonStatus } from './hostApi.ts';
import { Link } from './link.ts';
import { type DaemonName, runtimeFolder } from './paths.ts';
import { checkHello, type Hello, type HelloApi, helloShapes, meet, type Peer } from './peer.ts';
import { forgetAllocation, reportStart } from './start.ts';
import { protocolVersion } from './version.ts';

export interface DaemonOptions {
  readonly root: string;
  readonly program: DaemonName;
  readonly version: string;
  /** How long the daemon stays when no link is open and nothing needs it, in milliseconds. */
  readonly lingerMs?: number;
  /** Done once the socket accepts connections and before its name is known. */
  beforeLock?(socket: string): void;
  /** Whether there is something to keep, even without a link. Asked when a link or `reconsider` says so. */
  isNeeded(): boolean;
  /** Adds what every link may ask, also that of another version: `status` and the way to stop. */
  serveAlways(link: Link, daemon: Daemon): void;
  /** A link has said hello and is understood: add its handlers, or refuse it. */
  onLink(link: Link, hello: Hello, daemon: Daemon, peer: Peer): Result<null>;
  /** The last things to do while links and lock are still there. */
  beforeEnd(): Promise<void>;
}

/** A running daemon, seen from within. */
export interface Daemon {
  readonly holder: Holder;
  /** Links that have said hello and are open. */
  readonly links: ReadonlySet<Link>;
  /** Who is at the other end of a link that has said hello, be it in another version; null before. */
  peerOf(link: Link): Peer | null;
  /** Something changed that `isNeeded` depends on. */
  reconsider(): void;
  /** Ends in order; the same promise however often it is called. */
  end(): Promise<void>;
  /** Resolves once everything is given back. */
  readonly ended: Promise<void>;
}

const defaultLingerMs = 10_000;

/** Connections that have not said hello; our own programs say it at once, and wait no longer for its answer. */
const mostStrangers = 64;
const strangerMs = 10_000;
/** What a program of another version has for its questions. */
const refusedMs = 60_000;

/**
 * Makes this process the workspace's only daemon of its kind: takes the lock, listens, greets links, and ends
 * by itself when no longer needed, or on SIGTERM and SIGINT. Tells its starter how that went.
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
    // Listening comes first, under a name that is not known yet: whoever then reads the lock can connect.
    await listen(server, socket);
    options.beforeLock?.(socket);
    const guard = takeLock(options.root, options.program, socket, options.version);
    if (guard.ok) return success(run(options, server, guard));
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

function run(options: DaemonOptions, server: Server, guard: Guard): Daemon {
  const { pid } = guard.holder;
  note(`${options.program} ${options.version} is process ${pid}, for ${options.root}`);
  const links = new Set<Link>();
  const peers = new Map<Link, Peer>();
  const { promise: ended, resolve: setEnded } = Promise.withResolvers<void>();
  let linger: NodeJS.Timeout | undefined;
  let ending = false;

  /** How many are saying hello; whoever does is waited for. */
  let greeting = 0;
  const isIdle = () => links.size === 0 && greeting === 0 && !options.isNeeded();
  const daemon: Daemon = {
    holder: guard.holder,
    links,
    peerOf: (link) => peers.get(link) ?? null,
    ended,
    reconsider() {
      clearTimeout(linger);
      if (isIdle() && !ending)
        linger = setTimeout(() => isIdle() && daemon.end(), options.lingerMs ?? defaultLingerMs);
    },
    end() {
      if (!ending) {
        ending = true;
        void close().then(setEnded);
      }
      return ended;
    },
  };

  async function close(): Promise<void> {
    clearTimeout(linger);
    await options.beforeEnd();
    guard.release();
    server.close();
    for (const link of open) link.drop();
    await Promise.all([...open].map((link) => link.closed));
    for (const signal of endSignals) process.off(signal, daemon.end);
    process.off('SIGHUP', ignoreHangup);
    note(`process ${pid} has ended in order`);
  }

  /** Every connection, whether it has said hello or not. */
  const open = new Set<Link>();
  /** Those that have not, or were refused: none of them must keep a client out. */
  const strangers = new Strangers<Link>(mostStrangers, strangerMs, (link) => link.drop());
  server.on('connection', (socket: Socket) => {
    const link = new Link(socket, logError);
    open.add(link);
    strangers.add(link);
    // Whoever has connected gets as long to say hello.
    daemon.reconsider();
    void link.closed.then(() => {
      open.delete(link);
      peers.delete(link);
      strangers.remove(link);
      if (links.delete(link)) daemon.reconsider();
    });
    options.serveAlways(link, daemon);
    link.serve<HelloApi>({ hello: (hello) => greet(link, hello) }, helloShapes);
    link.start();
  });

  async function greet(link: Link, hello: Hello): Promise<Result<Greeting>> {
    const isNew = !peers.has(link);
    greeting++;
    const peer = await meet(link, hello, dirname(guard.holder.socket)).finally(() => {
      greeting--;
      daemon.reconsider();
    });
    // Too late: the link closes before an answer comes, and the caller then starts a new daemon.
    if (ending) return ended.then(() => failure('not_running', `The ${options.program} has ended.`));
    if (!isNew || peers.has(link)) return failure('bad_request', 'Hello was said before.');
    if (!link.isOpen) return failure('disconnected', 'The link has been closed.');
    peers.set(link, peer);
    const understood = checkHello(hello, options.program, options.version);
    const admitted = understood.ok ? options.onLink(link, hello, daemon, peer) : understood;
    if (!admitted.ok) {
      // It may still ask for `status`, and stop us: that is how another version gets rid of us.
      strangers.add(link, refusedMs);
      return admitted;
    }
    strangers.remove(link);
    links.add(link);
    daemon.reconsider();
    return success({ protocol: protocolVersion, version: options.version, pid: process.pid });
  }

  for (const signal of endSignals) process.on(signal, daemon.end);
  process.on('SIGHUP', ignoreHangup);
  // Its log may be on a full disk. Unheard, that would be an error of its own, noted in the same log, and so on.
  process.stderr.on('error', () => {});
  daemon.reconsider();
  releaseWhenIdle();
  return daemon;
}

/** What any daemon says of itself. */
export function statusOf({ holder }: Daemon): DaemonStatus {
  const { pid, version, protocol, startedAt } = holder;
  return { pid, version, protocol, startedAt, memory: process.memoryUsage.rss() };
}

type Greeting = { protocol: number; version: string; pid: number };

const endSignals = ['SIGTERM', 'SIGINT'] as const;

/** The terminal of whoever started us has closed; that is what we are here to outlive. */
function ignoreHangup(): void {}

/** Standard error of a daemon is its log file. */
export function logError(error: unknown): void {
  note(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

function note(text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${text}\n`);
}
