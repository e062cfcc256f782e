/**
 * The radar's looks, in milliseconds: `npm run bench:radar [-- rounds]`. 16 worktrees of a generated repository with
 * 300 and with 50,000 files, each with a commit and uncommitted and untracked work of its own. Medians; the machine's
 * load shows in the figures, so compare them with those of the same run.
 */
import { appendFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RadarPlace } from '../../src/features/radar/service/look.ts';
import { Radar } from '../../src/features/radar/service/radar.ts';
import { Git } from '../../src/git/run.ts';
import type { Result } from '../../src/lib/result.ts';

const rounds = Number(process.argv[2] ?? 9);
const workers = 16;
const temp = await realpath(await mkdtemp(join(tmpdir(), 'orch-bench-')));
const git = new Git({ PATH: process.env.PATH, HOME: temp, GIT_CONFIG_NOSYSTEM: '1' });

try {
  for (const files of [300, 50_000]) await measure(files);
} finally {
  await rm(temp, { recursive: true });
}

async function measure(files: number): Promise<void> {
  const repo = { name: 'shop', path: join(temp, `shop-${files}`) };
  await makeRepo(repo.path, files);
  const places: RadarPlace[] = [];
  for (let n = 0; n < workers; n++) places.push(await makeWorktree(repo.path, n));
  const ids = new Set(places.map(({ id }) => id));
  const cold: number[] = [];
  const fresh: number[] = [];
  const [edited, added, same, swept, planned] = [[], [], [], [], []] as number[][];
  const timed = async (into: number[] | undefined, look: () => Promise<Result<unknown>>) => {
    const start = performance.now();
    const result = await look();
    into?.push(performance.now() - start);
    if (!result.ok) throw new Error(result.problem.message);
  };
  for (let round = 0; round < Math.max(3, rounds / 3); round++) {
    const radar = new Radar(git, repo);
    await timed(cold, () => radar.look(places, 'develop'));
    await radar.close();
  }
  const radar = new Radar(git, repo);
  await radar.look(places, 'develop');
  await radar.look(places, 'develop');
  for (let round = 0; round < rounds; round++) {
    const place = places[round % workers];
    if (!place) break;
    const one = new Set([place.id]);
    await appendFile(join(place.worktree, 'pkg0/file0.ts'), `round ${round}\n`);
    await timed(edited, () => radar.look(places, 'develop', one));
    await writeFile(join(place.worktree, `pkg1/new${round}.ts`), `round ${round}\n`);
    await timed(added, () => radar.look(places, 'develop', one));
    await timed(same, () => radar.look(places, 'develop', new Set()));
    await timed(swept, () => radar.look(places, 'develop', ids));
    await timed(fresh, async () => status(places.map(({ worktree }) => worktree)));
    if (round < 3) await timed(planned, () => radar.plan());
  }
  await radar.close();
  const figures = {
    'first look': cold,
    'after one edit': edited,
    'after one new file': added,
    'nothing changed, by times': same,
    'nothing changed, all looked at': swept,
    'git status of all': fresh,
    'plan of merging': planned,
  };
  console.log(`${files} files, ${workers} worktrees:`);
  for (const [name, all] of Object.entries(figures ?? {}))
    console.log(`  ${name}: ${median(all ?? []).toFixed(0)} ms`);
  const share = (part: number[] | undefined) => (median(part ?? []) / median(cold)).toFixed(3);
  console.log(`  nothing changed / first look: ${share(same)} by times, ${share(swept)} all looked at`);
}

async function makeRepo(path: string, files: number): Promise<void> {
  await run(temp, 'init', '--quiet', '--template=', '-b', 'develop', path);
  for (const setting of ['user.name=Ada', 'user.email=ada@example.com', 'gc.auto=0'])
    await run(path, 'config', ...setting.split('='));
  for (let n = 0; n < files; n++) {
    const folder = join(path, `pkg${n % 50}`, n < 300 ? '' : `part${Math.floor(n / 50) % 100}`);
    await mkdir(folder, { recursive: true });
    const text = Array.from({ length: 40 }, (_, line) => `line ${line} of file ${n}\n`).join('');
    await writeFile(join(folder, `file${n}.ts`), text);
  }
  await run(path, 'add', '--all');
  await run(path, 'commit', '--quiet', '-m', 'Base');
  await run(path, 'checkout', '--quiet', '--detach');
}

async function makeWorktree(path: string, n: number): Promise<RadarPlace> {
  const worktree = join(temp, 'worktrees', `${path.split('/').at(-1)}-${n}`);
  await run(path, 'worktree', 'add', '--quiet', '-b', `feature/${n}`, worktree, 'develop');
  await appendFile(join(worktree, `pkg${n}/file${n}.ts`), `committed by ${n}\n`);
  await run(worktree, 'commit', '--quiet', '--all', '-m', 'Work');
  await appendFile(join(worktree, `pkg${n + 1}/file${n + 1}.ts`), `edited by ${n}\n`);
  await writeFile(join(worktree, `pkg${n}/untracked${n}.ts`), `untracked of ${n}\n`);
  return { id: `shop/${n}`, worktree };
}

/** What one would do without remembering anything. */
async function status(worktrees: readonly string[]): Promise<Result<null>> {
  const args = ['status', '--porcelain=v2', '-z', '--branch', '--untracked-files=all'];
  for (const worktree of worktrees) await run(worktree, ...args);
  return { ok: true, value: null };
}

async function run(dir: string, ...args: string[]): Promise<void> {
  const outcome = await git.run(dir, args);
  if (outcome.exitCode !== 0) throw new Error(outcome.stderr);
}

function median(all: readonly number[]): number {
  return [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;
}
