import { readFileSync } from 'node:fs';
import type { Repo } from '../../src/domain/repo.ts';
import type { FlowName } from '../../src/git/flowBranches.ts';
import { finishFlow } from '../../src/git/flowFinish.ts';
import { Git, type GitOptions } from '../../src/git/run.ts';

/** A program that is killed while it finishes: `node dyingFlow.ts <file with an Order>`. */
export interface Order {
  readonly env: Record<string, string>;
  readonly repo: Repo;
  readonly flow: FlowName;
  /** Killed before the nth command that changes something, counted from 0. */
  readonly killAt: number;
}

const changing = /^(update-ref|worktree (add|remove)|config --local|merge )/;

class DyingGit extends Git {
  readonly #killAt: number;
  #moment = 0;

  constructor(env: Record<string, string>, killAt: number) {
    super(env);
    this.#killAt = killAt;
  }

  override run(dir: string, args: readonly string[], options?: GitOptions) {
    const command = args.filter((arg, at) => arg !== '-c' && args[at - 1] !== '-c').join(' ');
    if (changing.test(command) && this.#moment++ === this.#killAt) process.kill(process.pid, 'SIGKILL');
    return super.run(dir, args, options);
  }
}

const [, , file] = process.argv;
if (file) {
  const { env, repo, flow, killAt }: Order = JSON.parse(readFileSync(file, 'utf8'));
  console.log(JSON.stringify(await finishFlow(new DyingGit(env, killAt), repo, flow)));
}
