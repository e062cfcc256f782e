import { AsyncLocalStorage } from 'node:async_hooks';
import { KeyedQueue } from '../lib/queue.ts';
import { type Problem, problemOf, type Result, success } from '../lib/result.ts';
import { plainLines } from '../lib/sanitize.ts';
import { environmentFor } from './environment.ts';
import type { GitDirectories, Known } from './knownFacts.ts';
import { lockFile, takeLock } from './lock.ts';
import { readingArguments } from './reading.ts';

/** What one git process came to. A non-zero exit is an answer here, not an error: its meaning differs by command. */
export interface GitOutcome {
  /** 128 when git could not even begin, as git itself says it. */
  readonly exitCode: number;
  readonly stdout: string;
  /** Git's words, in English. */
  readonly stderr: string;
  readonly timedOut: boolean;
  /** It printed more than was wanted and was ended; absent otherwise. */
  readonly isCut?: true;
}

export interface GitOptions {
  /** Standard input; closed at once without. */
  readonly input?: string;
  /** Without, reading has two minutes; changing has no limit: a checkout takes as long as it takes. */
  readonly timeoutMs?: number;
  /** Bytes of standard output that are wanted; git is ended once it prints more. No limit without. */
  readonly mostBytes?: number;
  /** Added to the environment, `GIT_*` included. */
  readonly env?: Readonly<Record<string, string>>;
}

/** With a time limit, what git has started may outlive it and hold its pipes: wait no longer than this for them. */
const pipesAfterExitMs = 500;

/** Longer than a look at a large repository takes. */
const readingLimitMs = 120_000;

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
  readonly known = new Map<string, { readonly of: string; readonly what: Known }>();
  /** Where git keeps what belongs to a checkout, by its path, and what that was read of. */
  readonly directories = new Map<string, { readonly of: string; readonly what: GitDirectories }>();
  readonly #lockWaitMs: number;
  readonly #readingMs: number;
  readonly #queues = new KeyedQueue();
  /** Common directories whose lock the work under way holds. */
  readonly #held = new AsyncLocalStorage<readonly string[]>();

  constructor(
    ambient: NodeJS.ProcessEnv = process.env,
    limits: { readonly lockWaitMs?: number; readonly readingMs?: number } = {},
  ) {
    this.ambient = ambient;
    this.#lockWaitMs = limits.lockWaitMs ?? lockWaitMs;
    this.#readingMs = limits.readingMs ?? readingLimitMs;
  }

  /**
   * Runs git to read, in `dir`, a top folder: repositories above it are not looked for. Hooks and other programs of the
   * settings are off, see `reading.ts`. A command that does not end, such as one that waits at a pipe in the place of
   * a file, is ended after two minutes where no other limit is given.
   */
  run(dir: string, args: readonly string[], options: GitOptions = {}): Promise<GitOutcome> {
    return this.#run(dir, readingArguments(args), options, this.#readingMs);
  }

  /** Runs git to change something, as a person would: hooks and settings of the repository are git's business. */
  change(dir: string, args: readonly string[], options: GitOptions = {}): Promise<GitOutcome> {
    return this.#run(dir, ['-c', 'core.fsmonitor=false', ...args], options);
  }

  async #run(
    dir: string,
    args: readonly string[],
    options: GitOptions,
    usualLimitMs?: number,
  ): Promise<GitOutcome> {
    const { simpleGit, GitConstructError } = await import('simple-git');
    const env = environmentFor(this.ambient, dir, options.env);
    const { timeoutMs, mostBytes } = options;
    const limitMs = timeoutMs ?? usualLimitMs;
    const limit = limitMs === undefined ? undefined : AbortSignal.timeout(limitMs);
    const full = mostBytes === undefined ? undefined : new AbortController();
    const ends = [limit, full?.signal].filter((signal) => signal !== undefined);
    let outcome: GitOutcome | null = null;
    try {
      const git = simpleGit({
        baseDir: dir,
        allowEnvironment: Object.keys(env),
        unsafe: trusted,
        input: () => Buffer.from(options.input ?? ''),
        // What may be a long answer is read to its end, however long that takes after the exit.
        completion: { onClose: true, onExit: timeoutMs !== undefined || full ? pipesAfterExitMs : false },
        ...(ends.length > 0 && { abort: AbortSignal.any(ends) }),
        // The library takes a failure without words for success; here every exit code is kept.
        errors: (_error, { exitCode, stdOut, stdErr }) => {
          const stdout = Buffer.concat(stdOut).subarray(0, mostBytes).toString();
          const stderr = Buffer.concat(stdErr).toString();
          const said = {
            ...{ stdout, timedOut: limit?.aborted ?? false },
            ...(full?.signal.aborted && { isCut: true as const }),
          };
          // Without an exit code git was ended by a signal, or never begun; what follows is a stack trace.
          outcome =
            exitCode >= 0 && exitCode !== null
              ? { exitCode, stderr, ...said }
              : { exitCode: 128, stderr: stderr.split('\n    at ')[0] ?? '', ...said };
          return undefined;
        },
      });
      git.env(env);
      let left = mostBytes ?? Number.POSITIVE_INFINITY;
      git.outputHandler((_command, stdout) => {
        stdout.on('data', (piece: Buffer) => {
          left -= piece.length;
          if (left < 0) full?.abort();
        });
        // The library waits another 50 ms when a command was silent, although its streams have ended.
        stdout.once('end', () => stdout.emit('data', Buffer.alloc(0)));
      });
      await git.raw(['-c', 'core.quotePath=false', ...args]);
    } catch (error) {
      if (error instanceof GitConstructError)
        return couldNotBegin(`fatal: cannot change to '${dir}': No such file or directory`);
      throw error;
    }
    return outcome ?? couldNotBegin(`fatal: git ${args[0]} gave no answer`);
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
    return this.inTurn(commonDir, async () => {
      const lock = await takeLock(lockFile(commonDir), this.#lockWaitMs);
      if (!lock.ok) return lock;
      try {
        return await this.#held.run([...held, commonDir], work);
      } finally {
        lock.value();
      }
    });
  }

  /** Does one piece of work after the other for the same key, within this process. */
  inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
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
  const words = harmless(outcome.stderr) || harmless(outcome.stdout);
  return outcome.timedOut
    ? problemOf('git_timeout', `git did not answer in time. ${words}`.trim(), hint)
    : problemOf('git_refused', words || `git ended with code ${outcome.exitCode}`, hint);
}

/** `failure` with git's words. */
export function refused(outcome: GitOutcome, hint?: string): Result<never> {
  return { ok: false, problem: refusal(outcome, hint) };
}

/** Words that are safe to show: git passes on what servers and hooks say. */
function harmless(words: string): string {
  return plainLines(words).trim();
}

function couldNotBegin(stderr: string): GitOutcome {
  return { exitCode: 128, stdout: '', stderr, timedOut: false };
}

/**
 * The library guesses dangerous settings from words: a branch called `fix-alias` in a configuration key is one to it.
 * Arguments come from this folder alone and names are slugs, so its guesses are all allowed.
 */
const trusted = {
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
