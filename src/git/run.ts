import { type Problem, problemOf, type Result, success } from '../domain/problem.ts';
import { environmentFor } from './environment.ts';

/** What one git process came to. A non-zero exit is an answer here, not an error: its meaning differs by command. */
export interface GitOutcome {
  /** 128 when git could not even begin, as git itself says it. */
  readonly exitCode: number;
  readonly stdout: string;
  /** Git's words, in English. */
  readonly stderr: string;
  readonly timedOut: boolean;
}

export interface GitOptions {
  /** Standard input; closed at once without. */
  readonly input?: string;
  /** No limit without: a checkout of a large repository takes as long as it takes. */
  readonly timeoutMs?: number;
  /** Added to the environment, `GIT_*` included. */
  readonly env?: Readonly<Record<string, string>>;
}

/** With a time limit, what git has started may outlive it and hold its pipes: wait no longer than this for them. */
const pipesAfterExitMs = 500;

/**
 * The one door through which git runs, and the place where programs of this process take turns.
 * Arguments are an array and never meet a shell; nothing ever asks at a terminal.
 */
export class Git {
  readonly #ambient: NodeJS.ProcessEnv;
  readonly #turns = new Map<string, Promise<void>>();

  constructor(ambient: NodeJS.ProcessEnv = process.env) {
    this.#ambient = ambient;
  }

  /** Runs git in `dir`, a top folder: repositories above it are not looked for. */
  async run(dir: string, args: readonly string[], options: GitOptions = {}): Promise<GitOutcome> {
    const { simpleGit, GitConstructError } = await import('simple-git');
    const env = environmentFor(this.#ambient, dir, options.env);
    const limit = options.timeoutMs === undefined ? undefined : AbortSignal.timeout(options.timeoutMs);
    let outcome: GitOutcome | null = null;
    try {
      const git = simpleGit({
        baseDir: dir,
        allowEnvironment: Object.keys(env),
        unsafe: trusted,
        input: () => Buffer.from(options.input ?? ''),
        completion: { onClose: true, onExit: limit ? pipesAfterExitMs : false },
        ...(limit && { abort: limit }),
        // The library takes a failure without words for success; here every exit code is kept.
        errors: (_error, { exitCode, stdOut, stdErr }) => {
          const [stdout, stderr] = [Buffer.concat(stdOut).toString(), Buffer.concat(stdErr).toString()];
          const timedOut = limit?.aborted ?? false;
          // Without an exit code git was ended by a signal, or never begun; what follows is a stack trace.
          outcome =
            exitCode >= 0 && exitCode !== null
              ? { exitCode, stdout, stderr, timedOut }
              : { exitCode: 128, stdout, stderr: stderr.split('\n    at ')[0] ?? '', timedOut };
          return undefined;
        },
      });
      git.env(env);
      // The library waits another 50 ms when a command was silent, although its streams have ended.
      git.outputHandler((_command, stdout) => stdout.once('end', () => stdout.emit('data', Buffer.alloc(0))));
      await git.raw(['-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false', ...args]);
    } catch (error) {
      if (error instanceof GitConstructError)
        return couldNotBegin(`fatal: cannot change to '${dir}': No such file or directory`);
      throw error;
    }
    return outcome ?? couldNotBegin(`fatal: git ${args[0]} gave no answer`);
  }

  /** What git printed, without the last line's end; or why it refused, word for word. */
  async text(dir: string, args: readonly string[], options: GitOptions = {}): Promise<Result<string>> {
    const outcome = await this.run(dir, args, options);
    return outcome.exitCode === 0 && !outcome.timedOut
      ? success(outcome.stdout.replace(/\n$/, ''))
      : refused(outcome);
  }

  /** Does one piece of work after the other for the same key, such as a repository's common git directory. */
  async exclusive<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(key) ?? Promise.resolve();
    const mine = before.then(work);
    const settled = mine.then(
      () => undefined,
      () => undefined, // The failure belongs to whoever asked for the work, not to the next in line.
    );
    this.#turns.set(key, settled);
    try {
      return await mine;
    } finally {
      if (this.#turns.get(key) === settled) this.#turns.delete(key);
    }
  }
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

/** Words without control characters: git passes on what servers and hooks say. */
function harmless(words: string): string {
  return words.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, '').trim();
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
