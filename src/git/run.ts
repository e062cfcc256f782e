import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { makeFolder } from '../lib/files.ts';
import { acquire, type LockRules, readHolder } from '../lib/lock.ts';
import { bytesOf, namesOf } from '../lib/paths.ts';
import { processStart } from '../lib/processes.ts';
import { KeyedQueue } from '../lib/queue.ts';
import { failure, type Problem, plainStart, problemOf, type Result, success, whyOf } from '../lib/result.ts';
import { plainLine, plainLines } from '../lib/sanitize.ts';
import { Backoff, pause } from '../lib/schedule.ts';
import { ChildWatch, closeOnExit, type Ending, markName, type OnSigner, observeChild } from './child.ts';
import { environmentFor, readingArguments } from './environment.ts';

/** What one git process came to. A non-zero exit is an answer here, not an error: its meaning differs by command. */
export interface GitOutcome extends Ending {
  /** 128 when git could not even begin, as git itself says it. */
  readonly exitCode: number;
  readonly stdout: string;
  /** Git's words, in English. */
  readonly stderr: string;
}

export interface GitOptions {
  /** Standard input; closed at once without. Names in it may be any bytes, see `lib/paths.ts`. */
  readonly input?: string;
  /** What it prints names files, whose bytes are kept, see `lib/paths.ts`; elsewhere what is no UTF-8 is lost. */
  readonly names?: true;
  /** Without, reading has two minutes; changing has no limit: a checkout takes as long as it takes. */
  readonly timeoutMs?: number;
  /** Bytes of standard output that are wanted; git is ended once it prints more. No limit without. */
  readonly mostBytes?: number;
  /** Added to the environment, `GIT_*` included. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Longer than a look at a large repository takes. */
const readingLimitMs = 120_000;

/** Signing may wait for an agent that waits for a person. */
const signingLimitMs = 60_000;

/** Another program may be in the middle of a merge with hooks; longer than this is a case for a person. */
const lockWaitMs = 30_000;

/**
 * The one door through which git runs, and the place where changes of a repository take turns.
 * Arguments are an array and never meet a shell; nothing ever asks at a terminal.
 */
export class Git {
  /** The environment that git gets, as far as it is meant for git. */
  readonly ambient: NodeJS.ProcessEnv;
  /** What was read of repositories, by path, and what it was read of. */
  readonly refCache: Map<string, { readonly key: string; readonly value: CachedRefs }>;
  /** Where git keeps what belongs to a checkout, by its path, and what that was read of. */
  readonly directoryCache: Map<string, { readonly key: string; readonly value: GitDirectories }>;
  /** How long a person has to sign, in milliseconds. */
  readonly signingMs: number;
  readonly #lockWaitMs: number;
  readonly #readingMs: number;
  readonly #queues: KeyedQueue;
  /** Common directories whose lock the work under way holds. */
  readonly #held: AsyncLocalStorage<readonly string[]>;
  readonly #signerTold: OnSigner | undefined;

  constructor(
    ambient: NodeJS.ProcessEnv = process.env,
    limits: { readonly lockWaitMs?: number; readonly readingMs?: number; readonly signingMs?: number } = {},
    like?: Git,
    signerTold?: OnSigner,
  ) {
    this.ambient = ambient;
    this.#lockWaitMs = limits.lockWaitMs ?? lockWaitMs;
    this.#readingMs = limits.readingMs ?? readingLimitMs;
    this.signingMs = limits.signingMs ?? signingLimitMs;
    this.refCache = like?.refCache ?? new Map();
    this.directoryCache = like?.directoryCache ?? new Map();
    this.#queues = like ? like.#queues : new KeyedQueue();
    this.#signerTold = signerTold;
    this.#held = like ? like.#held : new AsyncLocalStorage();
  }

  /** Returns a git of another environment that takes turns with this one, and knows what it knows. */
  withEnvironment(ambient: NodeJS.ProcessEnv): Git {
    return ambient === this.ambient ? this : this.#like(ambient, this.#signerTold);
  }

  /** Returns the same git for work in which a signature may wait for a person: while one does, it says so. */
  withSignerCallback(told: OnSigner): Git {
    return this.#like(this.ambient, told);
  }

  #like(ambient: NodeJS.ProcessEnv, told: OnSigner | undefined): Git {
    const limits = { lockWaitMs: this.#lockWaitMs, readingMs: this.#readingMs, signingMs: this.signingMs };
    return new Git(ambient, limits, this, told);
  }

  /**
   * Runs git to read, in `dir`, a top folder: repositories above it are not looked for. Hooks and other programs of the
   * settings are off, see `reading.ts`. A command that does not end, such as one that waits at a pipe in the place of
   * a file, is ended after two minutes where no other limit is given.
   */
  run(dir: string, args: readonly string[], options: GitOptions = {}): Promise<GitOutcome> {
    const timeoutMs = options.timeoutMs ?? this.#readingMs;
    return this.#run(dir, readingArguments(args), { ...options, timeoutMs });
  }

  /** Runs git to change something, as a person would: hooks and settings of the repository are git's business. */
  change(dir: string, args: readonly string[], options: GitOptions = {}): Promise<GitOutcome> {
    return this.#run(dir, ['-c', 'core.fsmonitor=false', ...args], options, {
      limitMs: this.signingMs,
      mark: randomUUID(),
      onSigner: this.#signerTold,
    });
  }

  async #run(
    dir: string,
    args: readonly string[],
    options: GitOptions,
    signing?: ConstructorParameters<typeof ChildWatch>[1],
  ): Promise<GitOutcome> {
    if (dir.includes(':') && !canHoldGit(dir) && !args.includes('init'))
      return failedStart('fatal: not a git repository (or any of the parent directories): .git');
    const { simpleGit, GitConstructError } = await import('simple-git');
    const env = environmentFor(this.ambient, dir, options.env);
    if (signing) env[markName] = signing.mark;
    const { mostBytes } = options;
    const watch = new ChildWatch(options.timeoutMs, signing);
    let outcome: GitOutcome | null = null;
    try {
      const git = simpleGit({
        baseDir: dir,
        allowEnvironment: Object.keys(env),
        unsafe: unsafeOptions,
        input: () => bytesOf(options.input ?? ''),
        // Git's exit is its end: see `closeOnExit`.
        completion: { onClose: true, onExit: false },
        // The library takes a failure without words for success; here every exit code is kept.
        errors: (_error, { exitCode, stdOut, stdErr }) => {
          const printed = Buffer.concat(stdOut).subarray(0, mostBytes);
          const stdout = options.names ? namesOf(printed) : printed.toString();
          const stderr = Buffer.concat(stdErr).toString();
          const rest = { stdout, ...watch.ending };
          // Without an exit code git was ended by a signal, or never begun; what follows is a stack trace.
          outcome =
            exitCode >= 0 && exitCode !== null
              ? { exitCode, stderr, ...rest }
              : { exitCode: 128, stderr: plainStart(stderr.split('\n    at ')[0] ?? ''), ...rest };
          return undefined;
        },
      });
      git.env(env);
      let left = mostBytes ?? Number.POSITIVE_INFINITY;
      git.outputHandler((_command, stdout) => {
        stdout.on('data', (piece: Buffer) => {
          left -= piece.length;
          if (left < 0) watch.truncate();
        });
      });
      await observeChild(
        (child) => {
          watch.start(child);
          closeOnExit(child);
        },
        () => git.raw(['-c', 'core.quotePath=false', ...args]),
      );
      await watch.ended;
    } catch (error) {
      if (error instanceof GitConstructError)
        return failedStart(`fatal: cannot change to '${dir}': No such file or directory`);
      throw error;
    }
    return outcome ?? failedStart(`fatal: git ${args[0]} gave no answer`);
  }

  /** What git printed, without the last line's end; or why it refused, word for word. */
  async text(dir: string, args: readonly string[], options: GitOptions = {}): Promise<Result<string>> {
    return textOf(await this.run(dir, args, options));
  }

  /** What git printed while it changed something, as `text` gives it. */
  async changeText(dir: string, args: readonly string[], options: GitOptions = {}): Promise<Result<string>> {
    return textOf(await this.change(dir, args, options));
  }

  /**
   * Changes a repository while nobody else does: neither work of this process, which waits in line, nor another
   * process that takes the same lock. Within the work the lock may be asked for again, with this same `Git`; what the
   * work starts must have ended with it. Reading needs no lock.
   * @param commonDir the git directory that all worktrees of the repository share, absolute
   * @returns what the work came to; `repo_busy` when another process did not let go in time
   */
  exclusive<T>(commonDir: string, work: () => Promise<Result<T>>): Promise<Result<T>> {
    const held = this.#held.getStore() ?? [];
    if (held.includes(commonDir)) return work();
    return this.enqueue(commonDir, async () => {
      const lock = await acquireLock(lockFile(commonDir), this.#lockWaitMs);
      if (!lock.ok) return lock;
      try {
        return await this.#held.run([...held, commonDir], work);
      } finally {
        lock.value();
      }
    });
  }

  /** Does one piece of work after the other for the same key, within this process. */
  enqueue<T>(key: string, work: () => Promise<T>): Promise<T> {
    return this.#queues.add(key, work);
  }
}

function textOf(outcome: GitOutcome): Result<string> {
  return outcome.exitCode === 0 && !outcome.timedOut
    ? success(outcome.stdout.replace(/\n$/, ''))
    : refused(outcome);
}

/** Git's refusal as a problem, word for word. */
export function refusal(outcome: GitOutcome, hint?: string): Problem {
  const words = printable(outcome.stderr) || printable(outcome.stdout);
  if (outcome.signer !== undefined) return signingWaits(outcome.signer);
  return outcome.timedOut
    ? problemOf('git_timeout', `git did not answer in time. ${words}`.trim(), hint)
    : problemOf('git_refused', words || `git ended with code ${outcome.exitCode}`, hint ?? hintFor(words));
}

/** What helps where git's words alone do not say it. */
function hintFor(words: string): string | undefined {
  if (/unknown repository extension[\s\S]*relativeworktrees/i.test(words))
    return 'The repository has worktrees with relative paths (extensions.relativeWorktrees), which git reads from 2.48 on. Use a newer git.';
  if (/in GIT_CONFIG_COUNT|missing config (key|value) GIT_CONFIG_/.test(words))
    return 'Git takes these settings from your environment: correct or unset GIT_CONFIG_COUNT and what belongs to it.';
  return undefined;
}

/** Where a signature waits for a passphrase, a confirmation or a touch, only the person can give it. */
function signingWaits(signer: string): Problem {
  const program = basename(signer);
  return problemOf(
    'signing_waits',
    `Signing waits for you: ${plainLine(program)} asked for something, such as a passphrase, and got no answer in time. It was ended.`,
    'Unlock your key first, such as by signing something in a terminal (gpg --clearsign, or ssh-add); then try again.',
  );
}

/** Returns the warning about a command that did its work and then failed by a hook such as post-checkout. */
export function hookWarning({ exitCode, stderr }: GitOutcome): string {
  return `A hook failed: ${printable(stderr) || `it ended with code ${exitCode} and said nothing.`}`;
}

/** `failure` with git's words. */
export function refused(outcome: GitOutcome, hint?: string): Result<never> {
  return { ok: false, problem: refusal(outcome, hint) };
}

/** Words that are safe to show: git passes on what servers and hooks say. */
function printable(words: string): string {
  return plainLines(words).trim();
}

/**
 * Reports whether git would find a repository in the folder itself. The list of ceilings knows no way to write a colon, so
 * where one is in the path git would go on to what is above it.
 */
function canHoldGit(dir: string): boolean {
  const at = join(dir, '.git');
  const isRepository = (folder: string) => existsSync(join(folder, 'HEAD'));
  // What is a file is git's to judge: it goes no further than that.
  if (existsSync(at)) return !existsSync(`${at}/.`) || isRepository(at);
  return isRepository(dir) || !existsSync(dir);
}

function failedStart(stderr: string): GitOutcome {
  return { exitCode: 128, stdout: '', stderr, timedOut: false };
}

/**
 * The library guesses dangerous settings from words: a branch called `fix-alias` in a configuration key is one to it.
 * Arguments come from this folder alone and names are slugs, so its guesses are all allowed.
 */
const unsafeOptions = {
  allowAbbreviatedOptions: true,
  allowUnsafeAlias: true,
  allowUnsafeAskPass: true,
  allowUnsafeCommandBinaries: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeDiffExternal: true,
  allowUnsafeDiffTextConv: true,
  allowUnsafeEditor: true,
  allowUnsafeExec: true,
  allowUnsafeFilter: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeGitProxy: true,
  allowUnsafeGpgProgram: true,
  allowUnsafeHooksPath: true,
  allowUnsafeInclude: true,
  allowUnsafeMergeDriver: true,
  allowUnsafePack: true,
  allowUnsafePager: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeSshCommand: true,
  allowUnsafeSubmodule: true,
  allowUnsafeTemplateDir: true,
  allowUnsafeUrlRewrite: true,
};

/** What git says of a repository without looking at its files: the same as long as refs and settings are. */
export interface CachedRefs {
  /** Lines of `for-each-ref` for local and remote branches, in the asked format. */
  readonly refs: readonly string[];
  /** Of git-flow and of remotes. */
  readonly settings: ReadonlyMap<string, string>;
  /** How far two commits are apart, by their names; filled by whoever counts. */
  readonly distances: Map<string, { readonly ours: number; readonly theirs: number } | null>;
}

/** Where git keeps what belongs to a checkout. Absolute. */
export interface GitDirectories {
  readonly own: string;
  /** The one that all worktrees share. */
  readonly common: string;
}

/** Who changes a repository; the lock file's content. */
interface Holder {
  readonly pid: number;
  /** Of that process: another one may have the same pid later. */
  readonly mark: string;
  readonly hostname: string;
  /** ISO time. */
  readonly since: string;
  /** 16 hex digits, different for every lock ever taken. */
  readonly nonce: string;
}

/** Waiting begins with this much and doubles; the longest pause is what a person may notice. */
const firstPauseMs = 10;

const longestPauseMs = 250;

/** Where the lock of a repository lies, below the git directory that its worktrees share. */
export function lockFile(commonDir: string): string {
  return join(commonDir, 'orch', 'lock');
}

/**
 * Takes a lock that holds between processes, waiting with growing pauses. One whose process has ended is taken over;
 * on another machine that shares the folder a process cannot be judged and counts as running.
 * @param path as `lockFile` gives it: `orch/lock` below the git directory
 * @param waitMs for how long at most
 * @returns what releases it; `repo_busy` naming who holds it, `unsafe_path`, or `lock_failed` when the file cannot be
 * made
 */
async function acquireLock(path: string, waitMs: number): Promise<Result<() => void>> {
  const until = Date.now() + waitMs;
  const mine = {
    pid: process.pid,
    mark: processStart(process.pid) ?? '',
    hostname: hostname(),
    since: new Date().toISOString(),
    nonce: randomBytes(8).toString('hex'),
  };
  const folder = makeFolder(resolve(path, '../..'), dirname(path));
  if (!folder.ok) return folder;
  try {
    for (const waits = new Backoff(firstPauseMs, longestPauseMs); ; await pause(waits.next())) {
      const other = acquireAs(path, mine);
      if (other === null) return success(() => release(path, mine));
      if (Date.now() >= until) return busy(path, other);
    }
  } catch (error) {
    return failure('lock_failed', `${path} cannot be written: ${whyOf(error)}`);
  }
}

function busy(path: string, { pid, hostname: machine, since }: Holder): Result<never> {
  const isHere = machine === hostname();
  return failure(
    'repo_busy',
    `Process ${pid}${isHere ? '' : ` on ${machine}`} has been changing this repository since ${since}.`,
    isHere
      ? 'Wait until it is done, then try again.'
      : `If it is not running there any more, remove ${path}.`,
  );
}

/** Puts the holder into the lock file, or answers whose it is. */
function acquireAs(path: string, mine: Holder): Holder | null {
  const draft = `${path}.${mine.nonce}.draft`;
  try {
    writeFileSync(draft, `${JSON.stringify(mine)}\n`, { mode: 0o600, flag: 'wx' });
    return acquire(path, draft, { ...lockRules, onReplaced: (at) => removeAbandoned(at, mine) });
  } finally {
    rmSync(draft, { force: true });
  }
}

const lockRules: LockRules<Holder> = {
  isHolder: ({ pid, mark, hostname: machine, since }) =>
    Number.isInteger(pid) &&
    typeof mark === 'string' &&
    typeof machine === 'string' &&
    typeof since === 'string',
  isRunning: (holder) => holder.hostname !== hostname() || processStart(holder.pid) === holder.mark,
};

/** Removes what processes left that were killed while they took this lock. Called by its holder. */
function removeAbandoned(path: string, mine: Holder): void {
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const other = readHolder(join(dirname(path), name), lockRules);
    if (other !== null && other.nonce !== mine.nonce && !lockRules.isRunning(other))
      rmSync(join(dirname(path), name), { force: true });
  }
}

function release(path: string, mine: Holder): void {
  if (readHolder(path, lockRules)?.nonce === mine.nonce) rmSync(path, { force: true });
}
