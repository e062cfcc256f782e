import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { Repo } from '../../src/core/repo.ts';
import type { Place } from '../support/gitPlace.ts';
import type { Change, Ended, Order } from './dying.ts';

/** A repository before a change, and what must be true once the change, killed anywhere, was made up for. */
export interface Scene {
  readonly name: string;
  readonly place: Place;
  readonly repo: Repo;
  readonly change: Change;
  /** Does again what was killed, and looks. */
  recover(): Promise<void>;
}

/** `before`: before each changing command; between that and the one before it only journals are written. */
type Halves = 'before' | 'before and after';

/**
 * Kills the change at its moments, each time in a fresh copy of the scene. Of several scenes each is killed at every
 * third moment, and everywhere where no other one runs the same command; `ORCH_KILLS=all` tries all.
 * @returns how many moments there are, scene by scene
 */
export async function killEverywhere(
  scenes: readonly Scene[],
  halves: Halves = 'before and after',
): Promise<readonly number[]> {
  const dyings = await Promise.all(scenes.map(Dying.create));
  const met = new Set<string>();
  const chosen = dyings.map(({ moments }, nth) => {
    const all = moments.filter(({ killAt }) => halves === 'before and after' || killAt % 2 === 0);
    const some = all.filter((_moment, at) => isAll || scenes.length === 1 || (at + nth) % 3 === 0);
    for (const { label } of some) met.add(label);
    return { all, some };
  });
  await Promise.all(
    dyings.map(async (dying, nth) => {
      const { all = [], some = [] } = chosen[nth] ?? {};
      const unmet = all.filter(({ label }) => !met.has(label));
      for (const { label } of unmet) met.add(label);
      for (const moment of [...some, ...unmet]) await dying.kill(moment);
    }),
  );
  return chosen.map(({ all }) => all.length);
}

const isAll = process.env.ORCH_KILLS === 'all';

interface Moment {
  readonly killAt: number;
  readonly label: string;
}

/** A scene that can be set back, and its moments. */
class Dying {
  readonly moments: readonly Moment[];
  readonly #scene: Scene;
  /** Beside the place: its root as it was, the order, and what Node has compiled already. */
  readonly #aside: string;

  private constructor(scene: Scene, aside: string, commands: readonly string[]) {
    this.#scene = scene;
    this.#aside = aside;
    // Worded alike in all scenes, wherever they lie.
    const here = commands.map((command) => command.replaceAll(scene.place.root, '.'));
    this.moments = here.flatMap((command, at) => [
      { killAt: 2 * at, label: `before ${command}` },
      { killAt: 2 * at + 1, label: `after ${command}` },
    ]);
  }

  static async create(this: void, scene: Scene): Promise<Dying> {
    const aside = await mkdtemp(join(tmpdir(), 'orch-dying-'));
    onTestFinished(() => rm(aside, { recursive: true }));
    await cp(scene.place.root, join(aside, 'root'), { recursive: true, verbatimSymlinks: true });
    const ended = await runDying(aside, scene, null);
    expect(ended, `${scene.name}, not killed`).toMatchObject({ ok: true });
    return new Dying(scene, aside, ended?.commands ?? []);
  }

  async kill({ killAt, label }: Moment): Promise<void> {
    const { name, place, recover } = this.#scene;
    // Worktrees know each other by absolute paths: the copy has to take the place of what there was.
    await rm(place.root, { recursive: true });
    await cp(join(this.#aside, 'root'), place.root, { recursive: true, verbatimSymlinks: true });
    try {
      expect(await runDying(this.#aside, this.#scene, killAt)).toBeNull();
      await recover();
    } catch (error) {
      throw new Error(`${name}, killed ${label}: ${String(error)}`, { cause: error });
    }
  }
}

/** Runs the program; null when it was killed. */
async function runDying(
  aside: string,
  { place, repo, change }: Scene,
  killAt: number | null,
): Promise<Ended | null> {
  const file = join(aside, 'order.json');
  const order: Order = { env: place.env, repo, change, killAt };
  await writeFile(file, JSON.stringify(order));
  const child = spawn(process.execPath, [join(import.meta.dirname, 'dying.ts'), file], {
    // The same person: journals of others are not continued.
    env: {
      ...place.env,
      XDG_STATE_HOME: process.env.XDG_STATE_HOME,
      NODE_COMPILE_CACHE: join(aside, 'compiled'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (text) => (said.out += text));
  child.stderr.on('data', (text) => (said.err += text));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once('close', (...ended) => resolve(ended)),
  );
  if (signal === 'SIGKILL') return null;
  expect([code, said.err]).toEqual([0, '']);
  return JSON.parse(said.out);
}

/** Nothing of ours is left in the repository but backups. */
export async function expectTidy(place: Place, repo: Repo): Promise<void> {
  const files = await readdir(join(repo.path, '.git'), { recursive: true });
  expect(files.filter((name) => /\.(lock|tmp)$|^orch\/(lock|scratch|journal\/.)/.test(name))).toEqual([]);
  expect(await place.sh(repo.path, 'for-each-ref', 'refs/orch/merge')).toBe('');
  expect(await place.sh(repo.path, 'fsck', '--no-dangling')).toBe('');
}
