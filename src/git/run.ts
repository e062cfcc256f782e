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

/** Result of a git process. A non-zero exit code is an answer, not an error: its meaning differs by command. */
export interface GitOutcome extends Ending {
  /** 128 also when git could not start, as git itself uses it. */
  readonly exitCode: number;
  readonly stdout: string;
  /** In English. */
  readonly stderr: string;
}

export interface GitOptions {
  /** Standard input; closed at once when absent. Names in it may contain any bytes, see `lib/paths.ts`. */
  readonly input?: string;
  /** The output contains file names, whose bytes are kept, see `lib/paths.ts`; otherwise invalid UTF-8 is lost. */
  readonly names?: true;
  /** Default: two minutes for reading, no limit for changing, because a checkout may take long. */
  readonly timeoutMs?: number;
  /** Maximum bytes of standard output; git is ended beyond. No limit by default. */
  readonly mostBytes?: number;
  /** Added to the environment, `GIT_*` included. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Milliseconds; more than any read of a large repository takes. */
const readingLimitMs = 120_000;

/** Milliseconds; signing may wait for an agent that asks a person. */
const signingLimitMs = 60_000;

/** Milliseconds; another program may be running a merge with hooks. Longer waits need a person. */
const lockWaitMs = 30_000;

/**
 * Runs all git commands, and serializes changes to a repository. Arguments are an array and never pass through a shell;
 * git never prompts at a terminal.
 */
export class Git {
  /** Environment of git, before unsuitable variables are removed. */
  readonly ambient: NodeJS.ProcessEnv;
  /** Refs and settings by repository path; `key` identifies the state they were read from. */
  readonly refCache: Map<string, { readonly key: string; readonly value: CachedRefs }>;
  /** Git directories by checkout path; `key` identifies the state they were read from. */
  readonly directoryCache: Map<string, { readonly key: string; readonly value: GitDirectories }>;
  /** Milliseconds that a person has to sign. */
  readonly signingMs: number;
  readonly #lockWaitMs: number;
  readonly #readingMs: number;
  readonly #queues: KeyedQueue;
  /** Common git directories locked by the current asynchronous context. */
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

  /** Returns a git for another environment that shares locks and caches with this one. */
  withEnvironment(ambient: NodeJS.ProcessEnv): Git {
    return ambient === this.ambient ? this : this.#like(ambient, this.#signerTold);
  }

  /** Returns the same git with a callback for signatures that wait for a person. */
  withSignerCallback(told: OnSigner): Git {
    return this.#like(this.ambient, told);
  }

  #like(ambient: NodeJS.ProcessEnv, told: OnSigner | undefined): Git {
    const limits = { lockWaitMs: this.#lockWaitMs, readingMs: this.#readingMs, signingMs: this.signingMs };
    return new Git(ambient, limits, this, told);
  }

  /**
   * Runs a git command that only reads, in `dir`, a top folder: repositories above it are not searched. Hooks and other
   * programs from settings are off, see `environment.ts`. A command that does not end, such as one that reads a pipe
   * instead of a file, is ended after two minutes unless another limit is given.
   */
  run(dir: string, args: readonly string[], options: GitOptions = {}): Promise<GitOutcome> {
    const timeoutMs = options.timeoutMs ?? this.#readingMs;
    return this.#run(dir, readingArguments(args), { ...options, timeoutMs });
  }

  /** Runs a git command that changes something, as a person would: the repository's hooks and settings apply. */
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
        // Git's exit ends the command: see `closeOnExit`.
        completion: { onClose: true, onExit: false },
        // simple-git treats a failure without output as success; here every exit code is kept.
        errors: (_error, { exitCode, stdOut, stdErr }) => {
          const printed = Buffer.concat(stdOut).subarray(0, mostBytes);
          const stdout = options.names ? namesOf(printed) : printed.toString();
          const stderr = Buffer.concat(stdErr).toString();
          const rest = { stdout, ...watch.ending };
          // Without an exit code git was ended by a signal or never started; the rest is a stack trace.
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

  /** Returns git's output without the last line end, or git's refusal verbatim. */
  async text(dir: string, args: readonly string[], options: GitOptions = {}): Promise<Result<string>> {
    return textOf(await this.run(dir, args, options));
  }

  /** Returns the output of a changing command as `text` does. */
  async changeText(dir: string, args: readonly string[], options: GitOptions = {}): Promise<Result<string>> {
    return textOf(await this.change(dir, args, options));
  }

  /**
   * Runs work with exclusive write access to a repository: other work of this process waits in a queue, other processes
   * wait for the same lock. Nested calls with the same `Git` do not lock again. Processes started by the work must end
   * with it. Reading needs no lock.
   * @param commonDir the git directory that all worktrees of the repository share, absolute
   * @returns the work's result; `repo_busy` when another process did not release the lock in time
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

  /** Runs work for the same key one after another, within this process. */
  enqueue<T>(key: string, work: () => Promise<T>): Promise<T> {
    return this.#queues.add(key, work);
  }
}

function textOf(outcome: GitOutcome): Result<string> {
  return outcome.exitCode === 0 && !outcome.timedOut
    ? success(outcome.stdout.replace(/\n$/, ''))
    : refused(outcome);
}

/** Returns git's refusal as a problem, verbatim. */
export function refusal(outcome: GitOutcome, hint?: string): Problem {
  const words = printable(outcome.stderr) || printable(outcome.stdout);
  if (outcome.signer !== undefined) return signingWaits(outcome.signer);
  return outcome.timedOut
    ? problemOf('git_timeout', `git did not answer in time. ${words}`.trim(), hint)
    : problemOf('git_refused', words || `git ended with code ${outcome.exitCode}`, hint ?? hintFor(words));
}

/** Returns a hint for refusals that git's message does not explain. */
function hintFor(words: string): string | undefined {
  if (/unknown repository extension[\s\S]*relativeworktrees/i.test(words))
    return 'The repository has worktrees with relative paths (extensions.relativeWorktrees), which git reads from 2.48 on. Use a newer git.';
  if (/in GIT_CONFIG_COUNT|missing config (key|value) GIT_CONFIG_/.test(words))
    return 'Git takes these settings from your environment: correct or unset GIT_CONFIG_COUNT and what belongs to it.';
  return undefined;
}

/** Only the person can give a passphrase, a confirmation or a touch. */
function signingWaits(signer: string): Problem {
  const program = basename(signer);
  return problemOf(
    'signing_waits',
    `Signing waits for you: ${plainLine(program)} asked for something, such as a passphrase, and got no answer in time. It was ended.`,
    'Unlock your key first, such as by signing something in a terminal (gpg --clearsign, or ssh-add); then try again.',
  );
}

/** Returns a warning for a command that succeeded before a hook such as post-checkout failed. */
export function hookWarning({ exitCode, stderr }: GitOutcome): string {
  return `A hook failed: ${printable(stderr) || `it ended with code ${exitCode} and said nothing.`}`;
}

/** Returns a failure with git's message. */
export function refused(outcome: GitOutcome, hint?: string): Result<never> {
  return { ok: false, problem: refusal(outcome, hint) };
}

/** Returns text that is safe to show: git passes on output of servers and hooks. */
function printable(words: string): string {
  return plainLines(words).trim();
}

/**
 * Reports whether git would find a repository in the folder itself. `GIT_CEILING_DIRECTORIES` cannot contain a colon,
 * so for a path with a colon git would search the folders above.
 */
function canHoldGit(dir: string): boolean {
  const at = join(dir, '.git');
  const isRepository = (folder: string) => existsSync(join(folder, 'HEAD'));
  // Git itself checks a `.git` file and searches no further.
  if (existsSync(at)) return !existsSync(`${at}/.`) || isRepository(at);
  return isRepository(dir) || !existsSync(dir);
}

function failedStart(stderr: string): GitOutcome {
  return { exitCode: 128, stdout: '', stderr, timedOut: false };
}

/**
 * simple-git detects dangerous settings by words: a branch called `fix-alias` in a configuration key matches. Arguments
 * come from this folder alone and names are slugs, so all its checks are turned off.
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

/** Refs and settings of a repository, valid as long as the files behind them do not change. */
export interface CachedRefs {
  /** Lines of `for-each-ref` for local and remote branches, in the requested format. */
  readonly refs: readonly string[];
  /** Settings of git-flow and of remotes. */
  readonly settings: ReadonlyMap<string, string>;
  /** Ahead and behind counts by commit pair; filled on demand. */
  readonly distances: Map<string, { readonly ours: number; readonly theirs: number } | null>;
}

/** Git directories of a checkout. Absolute. */
export interface GitDirectories {
  readonly own: string;
  /** Shared by all worktrees. */
  readonly common: string;
}

/** Process that changes a repository; the content of the lock file. */
interface Holder {
  readonly pid: number;
  /** Start mark of the process, because pids are reused. */
  readonly mark: string;
  readonly hostname: string;
  /** ISO time. */
  readonly since: string;
  /** 16 hex digits, unique for each lock. */
  readonly nonce: string;
}

/** Pauses begin with this and double, up to what a person may notice. */
const firstPauseMs = 10;

const longestPauseMs = 250;

/** Returns the path of a repository's lock file, below the git directory that its worktrees share. */
export function lockFile(commonDir: string): string {
  return join(commonDir, 'orch', 'lock');
}

/**
 * Acquires a lock between processes, with growing pauses. A lock whose process has ended is taken over. A process on
 * another machine that shares the folder cannot be checked and counts as running.
 * @param path as `lockFile` gives it: `orch/lock` below the git directory
 * @param waitMs maximum wait
 * @returns a function that releases it; `repo_busy` naming the holder, `unsafe_path`, or `lock_failed` when the file
 *   cannot be written
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

/** Writes the holder into the lock file, or returns the present holder. */
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

/** Removes files of processes that were killed while they acquired this lock. Called by its holder. */
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
