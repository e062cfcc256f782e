import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { basename } from 'node:path';
import {
  commandOf,
  endProcesses,
  findMarked,
  findTree,
  listProcesses,
  onceEnded,
  type ProcessEntry,
  treeOf,
} from '../lib/processes.ts';

/** Callback of the current work for each child process that it starts. */
const observers = new AsyncLocalStorage<(child: ChildProcess) => void>();

let isSubscribed = false;

/**
 * Runs work that starts one process and passes that process to a callback, because simple-git does not expose it.
 * https://nodejs.org/api/diagnostics_channel.html#event-child_process
 */
export function observeChild<T>(found: (child: ChildProcess) => void, work: () => Promise<T>): Promise<T> {
  if (!isSubscribed)
    subscribe('child_process', (message) => {
      observers.getStore()?.((message as { process: ChildProcess }).process);
    });
  isSubscribed = true;
  return observers.run(found, work);
}

/**
 * Counts git as ended once it has exited. A background process of a hook or helper inherits git's pipes, and simple-git
 * would wait until it closes them.
 */
export function closeOnExit(child: ChildProcess): void {
  let isClosed = false;
  child.once('close', () => (isClosed = true));
  // simple-git waits another 50 ms for a command without output.
  child.once('exit', () => child.stdout?.emit('data', Buffer.alloc(0)));
  onceEnded(child, (code, signal) => {
    if (isClosed) return;
    child.stdin?.destroy();
    child.emit('close', code, signal);
  });
}

/** Milliseconds between SIGTERM and SIGKILL. */
const graceMs = 2_000;

/** Milliseconds between two looks for a program that waits for a signature. */
const checkEveryMs = 2_000;

/** Reason for which a git process was ended. */
export interface Ending {
  /** It exceeded its time limit and was ended with all processes that it had started. */
  readonly timedOut: boolean;
  /** Program that waited for a signature when git was ended for that reason, such as `gpg`. */
  readonly signer?: string;
  /** It exceeded the output limit and was ended; absent otherwise. */
  readonly isCut?: true;
}

/** Variable that marks every process started by one git, even one that left git's process tree. */
export const markName = 'ORCH_GIT';

/** Limits and callbacks for signatures. */
interface Signing {
  /** Milliseconds that a program may wait for the person. */
  readonly limitMs: number;
  /** Value of `ORCH_GIT` in the environment of all processes that this git starts; unique. */
  readonly mark: string;
  readonly onSigner?: OnSigner | undefined;
}

/** Receives the name of the program that waits for a signature, such as `gpg`; null once it no longer waits. */
export type OnSigner = (program: string | null) => void;

/**
 * Ends a git process and its process tree when it exceeds its time or output limit, or waits too long for a signature.
 */
export class ChildWatch {
  /** Resolves once all processes to end are gone. */
  ended: Promise<void> = Promise.resolve();
  ending: Ending = { timedOut: false };
  readonly #limitMs: number | undefined;
  readonly #signing: Signing | undefined;
  #child: ChildProcess | null = null;
  #signingSince: number | null = null;

  /**
   * @param limitMs milliseconds; undefined for no limit
   * @param signing undefined for commands that only read and so sign nothing
   */
  constructor(limitMs: number | undefined, signing: Signing | undefined) {
    this.#limitMs = limitMs;
    this.#signing = signing;
  }

  /** Watches a process until it exits. */
  start(child: ChildProcess): void {
    this.#child = child;
    const limit =
      this.#limitMs === undefined ? undefined : setTimeout(() => this.#onTimeout(), this.#limitMs);
    const signingMs = this.#signing?.limitMs;
    const check =
      signingMs && setInterval(() => this.#checkSigner(signingMs), Math.min(checkEveryMs, signingMs / 4));
    const stop = () => {
      clearTimeout(limit);
      clearInterval(check || undefined);
      this.#reportSigner(null);
    };
    for (const end of ['exit', 'error', 'close']) child.once(end, stop);
  }

  /** Ends the process because it exceeded the output limit. */
  truncate(): void {
    this.#end({ timedOut: false, isCut: true });
  }

  #onTimeout(): void {
    const signer = this.#findSigner();
    this.#end({ timedOut: true, ...(signer !== null && { signer }) });
  }

  #checkSigner(signingMs: number): void {
    const signer = this.#findSigner();
    const now = performance.now();
    this.#reportSigner(signer);
    if (signer !== null && now - (this.#signingSince ?? now) >= signingMs)
      this.#end({ timedOut: true, signer });
  }

  #reportSigner(signer: string | null): void {
    const isNew = (signer === null) !== (this.#signingSince === null);
    this.#signingSince = signer === null ? null : (this.#signingSince ?? performance.now());
    if (isNew) this.#signing?.onSigner?.(signer && basename(signer));
  }

  #findSigner(): string | null {
    return this.#child?.pid === undefined ? null : findSigner(this.#child.pid);
  }

  #end(ending: Ending): void {
    const pid = this.#child?.pid;
    if (pid === undefined || this.ending.timedOut || this.ending.isCut) return;
    this.ending = ending;
    const agents = ending.signer !== undefined && this.#signing ? findAgents(this.#signing.mark) : [];
    this.ended = endProcesses([...treeOf(pid), ...agents], graceMs);
  }
}

/**
 * Returns gpg agents started by a marked process, with their pinentry programs, which would block the next signature.
 * An agent that ran before belongs to the person and stays.
 */
function findAgents(mark: string): readonly ProcessEntry[] {
  const all = listProcesses();
  return findMarked(`${markName}=${mark}`, all)
    .filter(({ pid }) => basename(commandOf(pid)[0] ?? '') === 'gpg-agent')
    .flatMap(({ pid, start }) => findTree(pid, start, all));
}

/**
 * Finds the program below a git process that makes a signature; null when none runs. Git calls gpg and gpgsm with
 * `-bsau KEY`, and ssh-keygen with `-Y sign` (gpg-interface.c).
 */
function findSigner(git: number): string | null {
  for (const { pid } of treeOf(git).slice(1)) {
    const words = commandOf(pid);
    const at = words.findIndex((word, n) => word === '-bsau' || (word === '-Y' && words[n + 1] === 'sign'));
    if (at > 0) return words.slice(0, at).findLast((word) => !word.startsWith('-')) ?? null;
  }
  return null;
}
