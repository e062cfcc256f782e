import { failure, type Result, success } from '../lib/result.ts';

/** Raised by one whenever a message changes its meaning; old and new programs then refuse each other. */
export const protocolVersion = 2;

/** The first request on every link; nothing else is answered before it. */
export interface Hello {
  readonly protocol: number;
  /** Version of the program, for messages only. */
  readonly version: string;
  readonly role: 'client' | 'controller';
  /** Process that speaks. It is a claim, which the daemon checks where the system lets it; see peer. */
  readonly pid: number;
  /** A person's key, from a caller without a terminal. */
  readonly approvalKey?: string;
  /** Proof of the controller's role; see guard. */
  readonly key?: string;
}

export interface HelloApi {
  hello(params: Hello): Result<{ protocol: number; version: string; pid: number }>;
}

/** Whether two programs understand each other; `version_mismatch` says who must be stopped. */
export function checkHello(hello: Hello, program: 'host' | 'controller', ownVersion: string): Result<null> {
  if (hello.protocol === protocolVersion) return success(null);
  return failure(
    'version_mismatch',
    `The running ${program} is orch-tui ${ownVersion} (protocol ${protocolVersion}), this program is ${hello.version} (protocol ${hello.protocol}).`,
    `Finish or stop the running workers, then run: orch-tui ${program} stop`,
  );
}
