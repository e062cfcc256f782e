import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RadarReport } from '../../../../src/core/radar.ts';
import type { Repo } from '../../../../src/core/repo.ts';
import { Radar } from '../../../../src/features/radar/service/radar.ts';
import type { WorkerPlace } from '../../../../src/git/worktrees/inspect.ts';
import { createPlace, expectValue, type Place, write } from '../../../support/gitPlace.ts';
import { Chance } from './chance.ts';
import { edit, lines, names } from './edits.ts';
import { fullPicture, Scratch, type Truth } from './truth.ts';

/** `RADAR_ROUNDS=500 RADAR_SEED=7 vitest run test/git/radar/property.test.ts` */
const rounds = Number(process.env.RADAR_ROUNDS ?? 4);
/** A round runs some hundred processes. */
const roundMs = 120_000;
const firstSeed = Number(process.env.RADAR_SEED ?? 1);

test.each(Array.from({ length: rounds }, (_, n) => firstSeed + n))(
  'The radar says what a real merge says, and touches nothing (RADAR_SEED=%i)',
  async (seed) => {
    const chance = new Chance(seed);
    const place = await createPlace(chance.once(4) ? 'odd: pläce "1"' : 'place');
    const { repo, settings } = await makeRepo(place, chance);
    const workers = await makeWorkers(place, repo, chance);
    const radar = new Radar(place.git, repo);
    try {
      await checkLook(place, repo, settings, workers, radar, undefined);
      const busy = workers[chance.number(workers.length)];
      if (!busy) throw new Error('There are workers.');
      for (let n = chance.number(4); n >= 0; n--) await edit(place, busy.worktree, chance);
      const report = await checkLook(place, repo, settings, workers, radar, new Set([busy.id]));
      expect(expectValue(await radar.look(workers, 'develop', new Set()))).toEqual(report);
      expect(expectValue(await radar.look(workers, 'develop'))).toEqual(report);
      expectValue(await radar.plan());
    } finally {
      await radar.close();
    }
  },
  roundMs,
);

async function makeRepo(place: Place, chance: Chance): Promise<{ repo: Repo; settings: string[] }> {
  const repo = await place.repo('backend', { develop: false });
  const settings = chance.once(4) ? [`core.autocrlf=${chance.pick(['true', 'input'])}`] : [];
  for (const setting of settings) await place.sh(repo.path, 'config', ...setting.split('='));
  await write(
    repo.path,
    Object.fromEntries(names.filter(() => !chance.once(4)).map((name) => [name, lines(name)])),
  );
  await write(repo.path, {
    '.gitignore': 'ignored/\n*.log\n',
    '.gitattributes': `union.list merge=union\n${chance.once(3) ? '*.txt text\n' : ''}`,
    'crlf.txt': lines('crlf', 30, '\r\n'),
    'bin.dat': '\0binary\0',
  });
  await symlink('plain.txt', join(repo.path, 'link'));
  await place.sh(repo.path, 'checkout', '--quiet', '-b', 'develop');
  await place.commit(repo.path, {}, 'Base');
  return { repo, settings };
}

/** Workers that left the base at different times. */
async function makeWorkers(place: Place, repo: Repo, chance: Chance): Promise<WorkerPlace[]> {
  const workers: WorkerPlace[] = [];
  for (let n = 0; n < 3; n++) {
    workers.push(await place.worker(repo, `task-${n}`));
    if (chance.once(2)) await advance(place, repo, chance);
  }
  for (const worker of workers)
    for (let n = chance.number(7); n >= 0; n--) await edit(place, worker.worktree, chance);
  return workers;
}

async function advance(place: Place, repo: Repo, chance: Chance): Promise<void> {
  for (let n = chance.number(3); n >= 0; n--) await edit(place, repo.path, chance);
  await place.sh(repo.path, 'merge', '--abort').catch(() => ''); // None is under way, mostly.
  await place.sh(repo.path, 'add', '--all');
  await place.sh(repo.path, 'commit', '--quiet', '--allow-empty', '-m', 'Develop');
  await place.sh(repo.path, 'checkout', '--quiet', '-B', 'develop');
}

async function checkLook(
  place: Place,
  repo: Repo,
  settings: readonly string[],
  workers: readonly WorkerPlace[],
  radar: Radar,
  changed: ReadonlySet<string> | undefined,
): Promise<RadarReport> {
  const before = await fullPicture(place.root);
  const report = expectValue(await radar.look(workers, 'develop', changed));
  expect(await fullPicture(place.root)).toEqual(before);
  const scratch = await Scratch.create(place, repo, settings);
  const commits = new Map<string, string>();
  for (const { id, worktree } of workers) commits.set(id, await scratch.commit(worktree));
  const commitOf = (id: string) => commits.get(id) ?? '';
  const base = await place.sh(repo.path, 'rev-parse', 'develop');
  for (const { a, b, ...judged } of report.pairs)
    agree(judged, await scratch.merge(commitOf(a), commitOf(b), base), `${a} with ${b}`);
  for (const { worker, ...judged } of report.base)
    agree(judged, await scratch.merge(commitOf(worker), base, null), `${worker} with develop`);
  expect(report.pairs).toHaveLength(3);
  expect(report.base).toHaveLength(3);
  expect(report.worktrees.map((one) => one.problem)).toEqual([null, null, null]);
  await scratch.remove();
  return report;
}

function agree(judged: Pick<RadarReport['pairs'][0], 'verdict' | 'files'>, truth: Truth, who: string): void {
  const context = `${who}: ${JSON.stringify({ judged, truth }, null, 1)}`;
  expect(judged.verdict, context).toBe(truth.verdict);
  const named = (kind: (one: string) => boolean) =>
    judged.files.filter((file) => kind(file.kind)).map((file) => file.path);
  const conflicts = named((kind) => kind !== 'overlap');
  // For renamed files git lists several paths for one conflict.
  const plain = judged.files.every((file) =>
    ['overlap', 'content', 'binary', 'add/add', 'modify/delete'].includes(file.kind),
  );
  if (plain) expect(conflicts.sort(), context).toEqual([...truth.unmerged].sort());
  expect(truth.overlap, context).toEqual(expect.arrayContaining(named((kind) => kind === 'overlap')));
}
