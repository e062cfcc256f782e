import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { failure, type Problem, problemOf, type Result, success } from '../lib/result.ts';
import { within } from '../lib/schedule.ts';
import { natural, number, object, oneOf, optional, string } from '../lib/shape.ts';
import { isApprovalKey, keyProblem } from './keys.ts';
import type { Handlers, Link, Shapes } from './link.ts';
import { isWorker, type Origin, originOf, workerProblem } from './origin.ts';
import { protocolVersion } from './version.ts';

/** The first request on every link; nothing else is answered before it. */
export interface Hello {
  readonly protocol: number;
  /** Version of the program, for messages only. */
  readonly version: string;
  readonly role: 'client' | 'controller';
  /** Process id of the sender. A claim, which the daemon checks where the system allows that; see `identifyPeer`. */
  readonly pid: number;
  /** Approval key of a caller without a terminal. */
  readonly approvalKey?: string;
  /** Proof of the controller's role; see keys. */
  readonly key?: string;
}

export interface HelloApi {
  hello(params: Hello): Result<{ protocol: number; version: string; pid: number }>;
}

/** The shape of `hello` in all versions. */
export const helloShapes: Shapes<HelloApi> = {
  hello: object<Hello>({
    ...{ protocol: number, version: string, role: oneOf({ client: true, controller: true }), pid: natural },
    ...{ approvalKey: optional(string), key: optional(string) },
  }),
};

/** Checks that two programs have the same protocol; `version_mismatch` names the program to stop. */
export function checkHello(hello: Hello, program: 'host' | 'controller', ownVersion: string): Result<null> {
  if (hello.protocol === protocolVersion) return success(null);
  return failure(
    'version_mismatch',
    `The running ${program} is orch-tui ${ownVersion} (protocol ${protocolVersion}), this program is ${hello.version} (protocol ${hello.protocol}).`,
    `Finish or stop the running workers, then run: orch-tui ${program} stop`,
  );
}

/** The process at the other end of a link, at the time of its hello. */
export interface Peer {
  readonly pid: number;
  readonly origin: Origin;
  /** The process id is proven. */
  readonly isProven: boolean;
  /** The approval key in its hello. */
  readonly approvalKey: string | undefined;
}

/** The standing of a peer: it acts for a person, or has a problem. */
export type PeerStanding =
  | { readonly person: true }
  | { readonly person: false; readonly isWorker: boolean; readonly problem: Problem };

/** A daemon's request after a hello: opens a file, and returns the number of the descriptor. */
export interface ClaimApi {
  prove(params: { path: string }): Result<{ fd: number }>;
}

/** Longer than a client takes on a busy machine. An older client answers an unknown request at once. */
const proofLimitMs = 5000;

/**
 * Identifies the process at the other end of a link. The process id in its hello is a claim. On Linux it is proven: the peer
 * opens a file whose name only this link received, and `/proc` shows whether the process of that id has it open. On other
 * systems the claim is trusted.
 * @param folder of the daemon's socket, closed to other users
 */
export async function identifyPeer(link: Link, hello: Hello, folder: string): Promise<Peer> {
  const { pid, approvalKey } = hello;
  if (process.platform !== 'linux') return { pid, origin: originOf(pid), isProven: true, approvalKey };
  const path = join(folder, `claim.${randomBytes(16).toString('hex')}`);
  const fd = openSync(path, 'wx', 0o600);
  try {
    const theirs = await askProof(link, path);
    // Checked before and after, so that the origin read in between belongs to the process that has the file open.
    const isSame = () => theirs !== null && isHeld(fd, pid, theirs);
    const wasHeld = isSame();
    const origin = originOf(pid);
    return { pid, origin, isProven: wasHeld && isSame(), approvalKey };
  } finally {
    closeSync(fd);
    rmSync(path, { force: true });
  }
}

/** Returns the descriptor that the peer names; null for none. */
async function askProof(link: Link, path: string): Promise<number | null> {
  const answer = await within(proofLimitMs, link.caller<ClaimApi>()('prove', { path }));
  const fd = answer?.ok ? answer.value.fd : null;
  return Number.isInteger(fd) ? fd : null;
}

function isHeld(own: number, pid: number, fd: number): boolean {
  try {
    const [mine, theirs] = [fstatSync(own), statSync(`/proc/${pid}/fd/${fd}`)];
    return mine.dev === theirs.dev && mine.ino === theirs.ino;
  } catch {
    // No such process or descriptor, or not readable: not proven.
    return false;
  }
}

/**
 * Serves a daemon's request for the proof of our process id. Opens only files with a claim's name beside its socket.
 * @returns a function that closes the files
 */
export function offerProof(link: Link, socket: string): () => void {
  const open: number[] = [];
  const claimShapes = { prove: object<{ path: string }>({ path: string }) };
  const handlers: Handlers<ClaimApi> = {
    prove({ path }) {
      const isOurs = dirname(path) === dirname(socket) && /^claim\.[0-9a-f]{32}$/.test(basename(path));
      if (!isOurs)
        return { ok: false, problem: problemOf('bad_request', 'This is no file to prove anything by.') };
      const fd = openSync(path, 'r');
      open.push(fd);
      return success({ fd });
    },
  };
  link.serve(handlers, claimShapes);
  return () => {
    for (const fd of open.splice(0)) closeSync(fd);
  };
}

/**
 * Decides whether a peer acts for a person: with a controlling terminal that no host has opened, or with the approval key. A
 * peer with a worker's mark never does, not even with the key.
 * @param hosted running processes that the host has started in terminals
 */
export function peerStanding(peer: Peer, hosted: readonly number[]): PeerStanding {
  const { origin, isProven, approvalKey } = peer;
  if (isWorker(origin, hosted)) return { person: false, isWorker: true, problem: workerProblem(origin) };
  if (isProven && origin.caller !== null && origin.caller.terminal !== '') return { person: true };
  if (isApprovalKey(approvalKey)) return { person: true };
  return { person: false, isWorker: false, problem: keyProblem(approvalKey) };
}
