import { readFileSync } from 'node:fs';
import type { Repo } from '../../src/core/repo.ts';
import { Git, type GitOptions, type GitOutcome } from '../../src/git/run.ts';
import type { WorkerPlace } from '../../src/git/worktrees/inspect.ts';

/** A program of its own that is killed in the middle: `node dying.ts <file with an Order>`. Prints an `Ended`. */
export interface Order {
  readonly env: Record<string, string>;
  readonly repo: Repo;
  readonly change: Change;
  /** Killed before (even) or after (odd) the nth half of a changing command, from 0; null: not at all. */
  readonly killAt: number | null;
}

export type Change =
  | { readonly do: 'finish' | 'clean'; readonly worker: WorkerPlace; readonly tip: string }
  | {
      readonly do: 'undo';
      readonly worker: WorkerPlace;
      readonly backup: string;
      readonly merge: { readonly into: string; readonly commit: string };
    }
  | { readonly do: 'flow'; readonly kind: 'release' | 'hotfix'; readonly name: string };

/** Result and changing commands, without parts that differ from run to run. */
export interface Ended {
  readonly ok: boolean;
  readonly commands: readonly string[];
}

const changing =
  /^(update-ref|worktree (add|remove)|config --local .*(--remove-section|gitflow)|commit-tree|merge |switch|reset|restore)/;

class DyingGit extends Git {
  readonly commands: string[] = [];
  readonly #killAt: number | null;
  #moment = 0;

  constructor(env: Record<string, string>, killAt: number | null) {
    super(env);
    this.#killAt = killAt;
  }

  override run(dir: string, args: readonly string[], options?: GitOptions) {
    return this.#dying(args, options, () => super.run(dir, args, options));
  }

  override change(dir: string, args: readonly string[], options?: GitOptions) {
    return this.#dying(args, options, () => super.change(dir, args, options));
  }

  async #dying(args: readonly string[], options: GitOptions | undefined, run: () => Promise<GitOutcome>) {
    const command = args.filter((arg, at) => arg !== '-c' && args[at - 1] !== '-c').join(' ');
    if (!changing.test(command)) return run();
    const said = [command, options?.input ?? ''].join(' ');
    this.commands.push(said.replace(/[0-9a-f]{40}|\d{8}T[\d.]+Z|scratch\/\S+/g, '*'));
    this.#dieHere();
    const outcome = await run();
    this.#dieHere();
    return outcome;
  }

  #dieHere(): void {
    if (this.#moment++ === this.#killAt) process.kill(process.pid, 'SIGKILL');
  }
}

/** Loads no more than it needs: it is started some hundred times. */
async function carryOut(git: Git, repo: Repo, change: Change): Promise<{ readonly ok: boolean }> {
  switch (change.do) {
    case 'finish': {
      const { finishBranch: finish } = await import('../../src/git/finish/finish.ts');
      return finish(git, repo, change.worker, { tip: change.tip, confirm: change.worker.task });
    }
    case 'clean': {
      const { removeWorker: clean } = await import('../../src/git/finish/clean.ts');
      return clean(git, repo, change.worker, { tip: change.tip, confirm: change.worker.task });
    }
    case 'undo': {
      const { undoFinish: undo } = await import('../../src/git/finish/undo.ts');
      return undo(git, repo, change);
    }
    case 'flow': {
      const { finishFlow } = await import('../../src/features/releases/service/finish.ts');
      return finishFlow(git, repo, change);
    }
  }
}

const [, , file] = process.argv;
if (file) {
  const { env, repo, change, killAt }: Order = JSON.parse(readFileSync(file, 'utf8'));
  const git = new DyingGit(env, killAt);
  const result = await carryOut(git, repo, change);
  const ended: Ended = { ok: result.ok, commands: git.commands };
  console.log(JSON.stringify(result.ok ? ended : { ...result, ...ended }));
}
