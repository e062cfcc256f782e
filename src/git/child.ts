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

/** Takes the processes that the current work starts. */
const observers = new AsyncLocalStorage<(child: ChildProcess) => void>();

let isSubscribed = false;

/**
 * Does work that starts one process, and hands that over before it begins: simple-git keeps it to itself.
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
 * Has git count as ended once it has exited. What a hook or helper left running in the background holds git's pipes,
 * and the library waits for their end.
 */
export function closeOnExit(child: ChildProcess): void {
  let isClosed = false;
  child.once('close', () => (isClosed = true));
  // It waits another 50 ms for a command that was silent.
  child.once('exit', () => child.stdout?.emit('data', Buffer.alloc(0)));
  onceEnded(child, (code, signal) => {
    if (isClosed) return;
    child.stdin?.destroy();
    child.emit('close', code, signal);
  });
}

/** Time to end in an orderly way before it is killed, in milliseconds. */
const graceMs = 2_000;

/** How often a git that takes its time is asked whether it waits for a signature. */
const checkEveryMs = 2_000;

/** Why a git was ended. */
export interface Ending {
  /** It took too long and was ended, with all that it had started. */
  readonly timedOut: boolean;
  /** The program that waited for a person to sign, where it was ended because of that, such as `gpg`. */
  readonly signer?: string;
  /** It printed more than was wanted and was ended; absent otherwise. */
  readonly isCut?: true;
}

/** The name of the variable that tells whose a process is that has left git. */
export const markName = 'ORCH_GIT';

/** What is known of signatures that a git may make. */
interface Signing {
  /** For how long a program may wait for its person, in milliseconds. */
  readonly limitMs: number;
  /** The value of `ORCH_GIT` in the environment of all that it starts; different for each. */
  readonly mark: string;
  /** Gets the name of a program once it takes its time, and null once it has ended. */
  readonly onSigner?: OnSigner | undefined;
}

/** Is told which program waits for a person to sign, such as `gpg`; null: it waits no more. */
export type OnSigner = (program: string | null) => void;

/** Ends one git, with all that it started but for what left it, when it takes too long, prints too much, or waits. */
export class ChildWatch {
  /** Resolves once all that was to be ended is gone. */
  ended: Promise<void> = Promise.resolve();
  ending: Ending = { timedOut: false };
  readonly #limitMs: number | undefined;
  readonly #signing: Signing | undefined;
  #child: ChildProcess | null = null;
  #signingSince: number | null = null;

  /**
   * @param limitMs for how long it may run; as long as it takes without
   * @param signing nothing for what only reads: that signs nothing
   */
  constructor(limitMs: number | undefined, signing: Signing | undefined) {
    this.#limitMs = limitMs;
    this.#signing = signing;
  }

  /** Watches this process until it exits. */
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

  /** Ends it because it has printed more than is wanted. */
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
 * Agents of gpg that were started by what carries a mark, with the programs that they ask a person by: these would hold up
 * the next signature. An agent that was there before is the person's, and so is what it asks.
 */
function findAgents(mark: string): readonly ProcessEntry[] {
  const all = listProcesses();
  return findMarked(`${markName}=${mark}`, all)
    .filter(({ pid }) => basename(commandOf(pid)[0] ?? '') === 'gpg-agent')
    .flatMap(({ pid, start }) => findTree(pid, start, all));
}

/**
 * Finds the program that makes a signature below a git; null where none is running.
 * How git calls them: gpg and gpgsm with `-bsau KEY`, ssh-keygen with `-Y sign` (gpg-interface.c).
 */
function findSigner(git: number): string | null {
  for (const { pid } of treeOf(git).slice(1)) {
    const words = commandOf(pid);
    const at = words.findIndex((word, n) => word === '-bsau' || (word === '-Y' && words[n + 1] === 'sign'));
    if (at > 0) return words.slice(0, at).findLast((word) => !word.startsWith('-')) ?? null;
  }
  return null;
}
