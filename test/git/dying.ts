import { readFileSync } from 'node:fs';
import { clean } from '../../src/git/clean.ts';
import { finish } from '../../src/git/finish.ts';
import type { WorkerPlace } from '../../src/git/inspect.ts';
import { Git, type GitOptions } from '../../src/git/run.ts';
import { undo } from '../../src/git/undo.ts';

/** A program of its own that is killed in the middle: `node dying.ts <file with an Order>`. Prints what it came to. */
export interface Order {
  readonly what: 'finish' | 'clean' | 'undo';
  readonly env: Record<string, string>;
  readonly repo: { readonly name: string; readonly path: string };
  readonly worker: WorkerPlace;
  readonly tip: string;
  /** For undo: where branch and merge are kept. */
  readonly backup?: string;
  readonly merge?: { readonly into: string; readonly commit: string };
  /** Killed before (even) or after (odd) the nth half of a changing command; null: not at all. */
  readonly killAt: number | null;
}

const changing =
  /^(update-ref|worktree (add|remove)|config --local .*(--remove-section|gitflow)|commit-tree|merge |switch|reset|restore)/;

class DyingGit extends Git {
  readonly #killAt: number | null;
  #moment = 0;

  constructor(env: Record<string, string>, killAt: number | null) {
    super(env);
    this.#killAt = killAt;
  }

  override async run(dir: string, args: readonly string[], options?: GitOptions) {
    const command = args.filter((arg, at) => arg !== '-c' && args[at - 1] !== '-c').join(' ');
    if (!changing.test(command)) return super.run(dir, args, options);
    this.#dieHere();
    const outcome = await super.run(dir, args, options);
    this.#dieHere();
    return outcome;
  }

  #dieHere(): void {
    if (this.#moment++ === this.#killAt) process.kill(process.pid, 'SIGKILL');
  }
}

async function carryOut({ what, env, repo, worker, tip, backup, merge, killAt }: Order): Promise<unknown> {
  const git = new DyingGit(env, killAt);
  const options = { tip, confirm: worker.task };
  if (what === 'finish') return finish(git, repo, worker, options);
  if (what === 'clean') return clean(git, repo, worker, options);
  return undo(git, repo, { worker, backup: backup ?? '', merge: merge ?? null });
}

const [, , file] = process.argv;
if (file) console.log(JSON.stringify(await carryOut(JSON.parse(readFileSync(file, 'utf8')))));
