/**
 * The status of 50 small repositories, in milliseconds: `npm run bench:status [-- rounds]`. Ours, from a new process
 * state, against `git status` in one repository after the other. Interleaved, medians.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Git } from '../../src/git/run.ts';
import { readStatuses } from '../../src/git/status/status.ts';

const rounds = Number(process.argv[2] ?? 7);
const temp = realpathSync(mkdtempSync(join(tmpdir(), 'orch-bench-')));
const env = { PATH: process.env.PATH ?? '', HOME: temp, GIT_CONFIG_NOSYSTEM: '1' };
const run = (dir: string, ...args: string[]) => execFileSync('git', args, { cwd: dir, env });

try {
  const repos = Array.from({ length: 50 }, (_, n) => ({ name: `r${n}`, path: join(temp, `r${n}`) }));
  for (const { path } of repos) {
    run(temp, 'init', '-q', '-b', 'main', path);
    for (let n = 0; n < 30; n++) writeFileSync(join(path, `f${n}.txt`), `${n}\n`);
    run(path, 'add', '--all');
    run(path, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '-qm', 'First');
    run(path, 'branch', 'develop');
    writeFileSync(join(path, 'new.txt'), '');
  }
  const [ours, again, theirs]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    let start = performance.now();
    const git = new Git(env);
    const statuses = await readStatuses(git, repos);
    ours.push(performance.now() - start);
    start = performance.now();
    await readStatuses(git, repos);
    again.push(performance.now() - start);
    if (statuses.some((status) => status.problem !== null || status.untracked !== 1))
      throw new Error('wrong');
    start = performance.now();
    for (const { path } of repos) run(path, 'status', '--porcelain=v2', '--branch');
    theirs.push(performance.now() - start);
  }
  const [cold = 0] = ours;
  console.log(`first ${cold.toFixed(0)} ms, median ${median(ours).toFixed(0)} ms`);
  console.log(`again, with nothing changed: median ${median(again).toFixed(0)} ms`);
  console.log(`git status one after the other: median ${median(theirs).toFixed(0)} ms`);
  const ratio = (times: number[]) => (median(times) / median(theirs)).toFixed(2);
  console.log(`ratio ${ratio(ours)}, again ${ratio(again)}`);
} finally {
  rmSync(temp, { recursive: true });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
