import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DaemonName, readDaemonHolder } from '../../src/ipc/guard.ts';
import { createApprovalKey } from '../../src/ipc/keys.ts';
import { untilGone } from './until.ts';

/** A throw-away workspace with a home and a runtime folder of its own. */
export class Sandbox {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'orch-')));
  readonly root = this.#make('work');
  readonly runtime = this.#make('run');
  readonly home = this.#make('home');
  /** The whole environment of processes started here. */
  readonly env = {
    PATH: process.env.PATH ?? '',
    HOME: this.home,
    LANG: 'C.UTF-8',
    XDG_RUNTIME_DIR: this.runtime,
  };

  /** The key of the person whose home this is. */
  readonly approvalKey = this.#createKey();

  #createKey(): string {
    const created = createApprovalKey(this.env);
    if (!created.ok) throw new Error(created.problem.message);
    return readFileSync(created.value, 'utf8').trim();
  }

  #make(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path, { mode: 0o700 });
    return path;
  }

  /** The pid of a running daemon of this workspace. */
  pidOf(program: DaemonName): number | undefined {
    return readDaemonHolder(this.root, program)?.pid;
  }

  /** Ends what still runs here, and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of ['controller', 'host'] as const) {
      const pid = this.pidOf(program);
      if (pid === undefined || pid === process.pid) continue;
      process.kill(pid, 'SIGTERM');
      await untilGone(pid, 8000);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What is in the way of a lock, or holds it; room that is kept for the next one is neither. */
export function locksIn(root: string): string[] {
  return readdirSync(join(root, '.orch')).filter((name) => !/\.spare(-2)?$/.test(name));
}
