import { connect, type Socket } from 'node:net';
import { failure, type Result, success } from '../lib/result.ts';
import { pause, within } from '../lib/schedule.ts';
import { type DaemonName, type Holder, hasOwnSocket, readDaemonHolder } from './guard.ts';
import { heldApprovalKey } from './heldKey.ts';
import { Link } from './link.ts';
import { isWorker, originOf } from './origin.ts';
import { type Hello, type HelloApi, offerProof } from './peer.ts';
import { type DaemonStart, startDaemon } from './start.ts';
import { protocolVersion } from './version.ts';

export interface ConnectOptions {
  /** The workspace. */
  readonly root: string;
  readonly program: DaemonName;
  /** Of the program that connects. */
  readonly version: string;
  readonly role: Hello['role'];
  /** Returns the proof of the controller's role. */
  readonly key?: (holder: Holder) => Result<string>;
  /** The person's key; by default the one that this process holds. */
  readonly approvalKey?: string;
  /** Starts the program when none runs; without it `not_running` is returned. */
  readonly start?: DaemonStart;
  /** Adds handlers before the hello, so that no early request of the daemon finds none. */
  readonly prepare?: (link: Link) => void;
  /** Returns the link even where the daemon refuses it, such as one of another version: it serves `status` and its stop. */
  readonly anyVersion?: boolean;
}

/** Bounds the wait for a daemon that hangs. */
const helloLimitMs = 10_000;

/**
 * Connects to a workspace's daemon and says hello. Starts the daemon first where `start` is given.
 * @returns the link, or `not_running`, `start_failed`, `version_mismatch`, `no_answer`, or the daemon's refusal
 */
export async function connectDaemon(options: ConnectOptions): Promise<Result<Link>> {
  for (let round = 0; round < 3; round++) {
    const holder = readDaemonHolder(options.root, options.program);
    if (holder !== null) {
      const connected = await connectTo(holder, options);
      if (connected.ok || connected.problem.code !== 'not_running') return connected;
    }
    if (!options.start) return notRunning(options.program);
    // A worker could choose the daemon's environment, and so the key that counts.
    if (isWorker(originOf(process.pid))) return notRunning(options.program, 'A worker cannot start it.');
    const started = await startDaemon(options.root, options.program, options.start);
    if (!started.ok && started.problem.code !== 'already_running') return started;
  }
  return failure('no_answer', `The ${options.program} ends as soon as it is started.`, 'Read its log.');
}

async function connectTo(holder: Holder, options: ConnectOptions): Promise<Result<Link>> {
  const { program, version, role, key, prepare, approvalKey = heldApprovalKey() } = options;
  const socket = hasOwnSocket(holder) ? await openSocket(holder.socket) : null;
  if (socket === null) {
    // It may have ended since its lock was read.
    if (readDaemonHolder(options.root, program)?.nonce !== holder.nonce) return notRunning(program);
    return failure(
      'no_answer',
      `The ${program} (process ${holder.pid}) runs, but its socket ${holder.socket} is gone.`,
      `End it with: kill ${holder.pid}`,
    );
  }
  const proof = key?.(holder);
  if (proof && !proof.ok) {
    socket.destroy();
    return proof;
  }
  const link = new Link(socket);
  const closeProof = offerProof(link, holder.socket);
  prepare?.(link);
  link.start();
  const hello: Hello = {
    protocol: protocolVersion,
    version,
    role,
    pid: process.pid,
    ...(proof ? { key: proof.value } : {}),
    ...(approvalKey === undefined ? {} : { approvalKey }),
  };
  const answer = await within(helloLimitMs, link.caller<HelloApi>()('hello', hello));
  closeProof();
  const isThere = answer !== null && (answer.ok || answer.problem.code !== 'disconnected');
  if (answer?.ok || (options.anyVersion && isThere)) return success(link);
  link.close();
  if (answer === null)
    return failure('no_answer', `The ${program} (process ${holder.pid}) does not answer.`, 'Try again.');
  return answer.problem.code === 'disconnected' ? notRunning(program) : answer;
}

function notRunning(program: DaemonName, hint?: string): Result<never> {
  return failure('not_running', `No ${program} is running for this workspace.`, hint);
}

/**
 * Returns a connected socket; null when the connection is refused. A daemon whose accept queue is full (`EAGAIN`) is busy,
 * so the connection is retried for as long as a hello may take.
 */
async function openSocket(path: string): Promise<Socket | null> {
  const until = performance.now() + helloLimitMs;
  for (;;) {
    const opened = await tryToOpen(path);
    if (opened !== 'EAGAIN') return typeof opened === 'string' ? null : opened;
    if (performance.now() > until) return null;
    await pause(10);
  }
}

/** Returns a connected socket, or the code of the error. */
function tryToOpen(path: string): Promise<Socket | string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
}
