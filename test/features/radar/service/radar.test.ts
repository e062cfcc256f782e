import { appendFile, mkdir, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RadarReport } from '../../../../src/core/radar.ts';
import type { Repo } from '../../../../src/core/repo.ts';
import { Radar } from '../../../../src/features/radar/service/radar.ts';
import { readDetails } from '../../../../src/features/repos/service/details.ts';
import { findFinish } from '../../../../src/git/finish/finish.ts';
import { readFlow } from '../../../../src/git/flow.ts';
import { readStatus } from '../../../../src/git/status/status.ts';
import { chooseBase } from '../../../../src/git/worktrees/branch.ts';
import type { WorkerPlace } from '../../../../src/git/worktrees/inspect.ts';
import {
  createPlace,
  expectProblem,
  expectValue,
  hook,
  type Place,
  write,
} from '../../../support/gitPlace.ts';
import { lines } from './edits.ts';

interface Scene {
  readonly place: Place;
  readonly repo: Repo;
  readonly radar: Radar;
  readonly workers: readonly WorkerPlace[];
  /** Worktrees of the workers, by task. */
  readonly at: Readonly<Record<string, string>>;
  look(changed?: readonly string[]): Promise<RadarReport>;
}

/** Workers on a repository whose `code.ts` has thirty lines. */
async function createScene(...tasks: string[]): Promise<Scene> {
  const place = await createPlace();
  const repo = await place.repo();
  await place.sh(repo.path, 'switch', '--quiet', 'develop');
  await place.commit(repo.path, {
    'code.ts': lines('code'),
    'other.ts': lines('other'),
    '.gitignore': '*.log\n',
  });
  await place.sh(repo.path, 'switch', '--quiet', 'main');
  const workers: WorkerPlace[] = [];
  for (const task of tasks) workers.push(await place.worker(repo, task));
  const radar = new Radar(place.git, repo);
  onTestFinished(() => radar.close());
  const look = async (changed?: readonly string[]) => {
    const ids = changed && new Set(changed.map((task) => `backend/${task}`));
    return expectValue(await radar.look(workers, 'develop', ids));
  };
  const at = Object.fromEntries(workers.map(({ task, worktree }) => [task, worktree]));
  return { place, repo, radar, workers, at, look };
}

/** `code.ts` with some lines changed. */
function code(who: string, ...changed: number[]): string {
  return lines('code')
    .split('\n')
    .map((line, n) => (changed.includes(n + 1) ? `${line} by ${who}` : line))
    .join('\n');
}

/** Returns the result for two workers, or for one and the base. */
function between(report: RadarReport, a: string, b?: string) {
  const found = b
    ? report.pairs.find((pair) => pair.a === `backend/${a}` && pair.b === `backend/${b}`)
    : report.base.find((one) => one.worker === `backend/${a}`);
  return { verdict: found?.verdict, files: found?.files };
}

const clean = { verdict: 'clean', files: [] };

test('The same line in two worktrees is a conflict, other lines of the file are an overlap', async () => {
  const { place, at, look } = await createScene('one', 'two', 'three', 'four');
  await write(at.one ?? '', { 'code.ts': code('one', 3, 20) });
  await write(at.two ?? '', { 'code.ts': code('two', 4, 28) });
  await place.commit(at.three ?? '', { 'code.ts': code('three', 12) });
  await write(at.four ?? '', { 'other.ts': 'all new\n' });
  const report = await look();
  expect(between(report, 'one', 'two')).toEqual({
    verdict: 'conflict',
    files: [
      { path: 'code.ts', kind: 'content', ranges: { a: [{ from: 3, to: 3 }], b: [{ from: 4, to: 4 }] } },
    ],
  });
  expect(between(report, 'two', 'three')).toEqual({
    verdict: 'overlap',
    files: [
      {
        path: 'code.ts',
        kind: 'overlap',
        ranges: {
          a: [
            { from: 4, to: 4 },
            { from: 28, to: 28 },
          ],
          b: [{ from: 12, to: 12 }],
        },
      },
    ],
  });
  expect(between(report, 'three', 'four')).toEqual(clean);
  for (const task of ['one', 'two', 'three', 'four']) expect(between(report, task)).toEqual(clean);
  expect(report.order).toEqual(['one', 'three', 'four', 'two'].map((task) => `backend/${task}`));
  expect(report.worktrees.every((one) => one.problem === null && one.limits.length === 0)).toBe(true);
});

test('New commits of the base are compared, too', async () => {
  const { place, repo, at, look } = await createScene('one', 'two');
  await write(at.one ?? '', { 'code.ts': code('one', 5) });
  await place.sh(repo.path, 'switch', '--quiet', 'develop');
  await place.commit(repo.path, { 'code.ts': code('develop', 5) });
  const report = await look();
  expect(between(report, 'one')).toMatchObject({ verdict: 'conflict', files: [{ path: 'code.ts' }] });
  expect(between(report, 'two')).toEqual(clean);
  expect(report.order).toEqual(['backend/two', 'backend/one']);
});

test('Untracked files conflict as well', async () => {
  const { at, look } = await createScene('one', 'two');
  await write(at.one ?? '', { 'new/file': 'one\n', same: 'same\n', 'trace.log': 'one\n' });
  await write(at.two ?? '', { 'new/file': 'two\n', same: 'same\n', 'trace.log': 'two\n' });
  const none = { a: [], b: [] };
  expect(between(await look(), 'one', 'two')).toEqual({
    verdict: 'conflict',
    files: [
      { path: 'new/file', kind: 'add/add', ranges: none },
      { path: 'same', kind: 'overlap', ranges: none },
    ],
  });
});

test('A conflict in a renamed file has lines, too', async () => {
  const { place, at, look } = await createScene('one', 'two');
  await place.sh(at.one ?? '', 'mv', 'code.ts', 'moved.ts');
  await write(at.one ?? '', { 'moved.ts': code('one', 7) });
  await write(at.two ?? '', { 'code.ts': code('two', 7) });
  expect(between(await look(), 'one', 'two')).toMatchObject({
    verdict: 'conflict',
    files: expect.arrayContaining([
      { path: 'moved.ts', kind: 'content', ranges: { a: [{ from: 7, to: 7 }], b: [{ from: 7, to: 7 }] } },
    ]),
  });
});

test('Only the named worktrees are read; commits are always detected', async () => {
  const { place, at, look } = await createScene('one', 'two');
  await write(at.one ?? '', { 'code.ts': code('one', 3) });
  await look();
  await write(at.two ?? '', { 'code.ts': code('two', 3) });
  expect(between(await look([]), 'one', 'two').verdict).toBe('clean');
  expect(between(await look(['two']), 'one', 'two').verdict).toBe('conflict');
  await place.sh(at.two ?? '', 'checkout', '--quiet', '--', 'code.ts');
  expect(between(await look([]), 'one', 'two').verdict).toBe('clean');
  await place.commit(at.two ?? '', { 'code.ts': code('two', 3) });
  expect(between(await look([]), 'one', 'two').verdict).toBe('conflict');
});

test('A change that keeps size and time of a file is detected', async () => {
  const { at, look } = await createScene('one', 'two');
  const time = new Date('2026-01-01');
  const put = async (dir: string, content: string) => {
    await write(dir, { 'code.ts': content });
    await utimes(join(dir, 'code.ts'), time, time);
  };
  await put(at.one ?? '', code('1', 3));
  await put(at.two ?? '', code('2', 13));
  expect(between(await look(), 'one', 'two').verdict).toBe('overlap');
  await put(at.two ?? '', code('2', 3));
  expect(between(await look([]), 'one', 'two').verdict).toBe('conflict');
});

test('The workers that change a file are returned at once, with their lines', async () => {
  const { at, look, radar } = await createScene('one', 'two', 'three');
  expect(radar.whoIsChanging('code.ts')).toEqual([]);
  await write(at.one ?? '', { 'code.ts': code('one', 3, 4), fresh: 'x' });
  await rm(join(at.two ?? '', 'code.ts'));
  await look();
  expect(radar.whoIsChanging('code.ts')).toEqual([
    { id: 'backend/one', path: 'code.ts', change: 'changed', ranges: [{ from: 3, to: 4 }] },
    { id: 'backend/two', path: 'code.ts', change: 'deleted', ranges: [{ from: 1, to: 30 }] },
  ]);
  expect(radar.whoIsChanging('fresh')).toMatchObject([{ id: 'backend/one', change: 'added', ranges: [] }]);
});

test('The plan says which workers conflict with which', async () => {
  const { at, look, radar } = await createScene('one', 'two', 'three');
  await write(at.one ?? '', { 'code.ts': code('one', 3) });
  await write(at.two ?? '', { 'code.ts': code('two', 3) });
  await write(at.three ?? '', { 'code.ts': code('three', 13) });
  await look();
  expect(expectValue(await radar.plan()).map(({ id, verdict, why }) => `${id} ${verdict}: ${why}`)).toEqual([
    'backend/one clean: merges into develop',
    'backend/three clean: merges into develop',
    'backend/two conflict: conflicts with backend/one in code.ts',
  ]);
});

test('Three that merge two by two, but not together, are found by the plan', async () => {
  const { place, at, look, radar } = await createScene('one', 'two', 'three');
  const twelve = (from: number) => Array.from({ length: 12 }, (_, n) => from + n);
  // Changed by both, the renamed file is too unlike the old one to be taken for it.
  await place.sh(at.one ?? '', 'mv', 'code.ts', 'moved.ts');
  await write(at.one ?? '', { 'moved.ts': code('one', ...twelve(1)) });
  await write(at.two ?? '', { 'code.ts': code('two', ...twelve(15)) });
  await write(at.three ?? '', { 'code.ts': code('three', 29) });
  const report = await look();
  expect(report.pairs.map((pair) => pair.verdict)).toEqual(['overlap', 'overlap', 'overlap']);
  const [, , last] = expectValue(await radar.plan());
  expect(last).toEqual({
    id: 'backend/three',
    verdict: 'conflict',
    files: [{ path: 'code.ts', kind: 'modify/delete' }],
    with: ['backend/one', 'backend/two'],
    why: 'conflicts in code.ts with what backend/one and backend/two give together',
  });
});

test('Unreadable worktrees are named, the others are compared', async () => {
  const { place, repo, workers, at, look, radar } = await createScene(
    'one',
    'two',
    'gone',
    'torn',
    'stranger',
    'bare',
    'index',
    'head',
    'lost',
  );
  await write(at.one ?? '', { 'code.ts': code('one', 3) });
  await write(at.two ?? '', { 'code.ts': code('two', 3) });
  await rename(at.gone ?? '', `${at.gone}-moved`);
  await writeFile(join(at.torn ?? '', '.git'), 'nonsense');
  const foreign = await place.repo('foreign');
  await writeFile(join(at.stranger ?? '', '.git'), `gitdir: ${foreign.path}/.git\n`);
  await rm(join(at.bare ?? '', '.git'));
  const own = (task: string, file: string) => join(repo.path, '.git/worktrees', `backend-${task}`, file);
  await writeFile(own('index', 'index'), 'nonsense');
  await writeFile(own('head', 'HEAD'), 'nonsense\n');
  await writeFile(own('lost', 'HEAD'), `${'1'.repeat(40)}\n`);
  const report = await look();
  expect(Object.fromEntries(report.worktrees.map(({ id, problem }) => [id, problem?.code ?? null]))).toEqual({
    'backend/one': null,
    'backend/two': null,
    'backend/gone': 'worktree_missing',
    'backend/torn': 'not_a_worktree',
    'backend/stranger': 'not_a_worktree',
    'backend/bare': 'not_a_worktree',
    'backend/index': 'git_refused',
    'backend/head': 'worktree_unreadable',
    'backend/lost': 'git_refused',
  });
  expect(report.pairs).toHaveLength(1);
  expect(between(report, 'one', 'two').verdict).toBe('conflict');
  await rename(`${at.gone}-moved`, at.gone ?? '');
  expect(between(await look([]), 'one', 'gone')).toEqual(clean);
  const elsewhere = new Radar(place.git, { ...repo, path: join(place.root, 'nowhere') });
  expectProblem(await elsewhere.look(workers, 'develop'));
  await elsewhere.close();
  await radar.close();
});

test('Without a base workers are compared with each other only, with a problem', async () => {
  const { workers, at, radar } = await createScene('one', 'two');
  await write(at.one ?? '', { 'code.ts': code('one', 3) });
  await write(at.two ?? '', { 'code.ts': code('two', 9) });
  for (const base of ['missing', null]) {
    const report = expectValue(await radar.look(workers, base));
    expect(report).toMatchObject({ base: [], baseProblem: { code: 'no_base' } });
    expect(between(report, 'one', 'two').verdict).toBe('overlap');
    expect(expectValue(await radar.plan())).toEqual([]);
  }
});

test('A base that only the remote has is compared with, as a finish merges into it', async () => {
  const { place, repo, workers, at, radar } = await createScene('one');
  await write(at.one ?? '', { 'code.ts': code('one', 3) });
  await place.sh(repo.path, 'switch', '--quiet', 'develop');
  const theirs = await place.commit(repo.path, { 'code.ts': code('develop', 3) });
  await place.sh(repo.path, 'update-ref', 'refs/remotes/origin/develop', theirs);
  await place.sh(repo.path, 'config', 'remote.origin.url', 'nowhere');
  const conflict = async () => {
    const flow = expectValue(await readFlow(place.git, repo));
    const report = expectValue(await radar.look(workers, flow.base, undefined, flow.remote));
    expect(between(report, 'one')).toMatchObject({ verdict: 'conflict', files: [{ path: 'code.ts' }] });
    return { against: report.against, into: flow.base };
  };
  // Diverged: ours counts, here as everywhere.
  await place.sh(repo.path, 'reset', '--quiet', '--hard', 'HEAD~1');
  await place.commit(repo.path, { 'code.ts': code('us', 3) });
  expect(await conflict()).toEqual({ against: undefined, into: 'develop' });
  await place.sh(repo.path, 'switch', '--quiet', '--detach', 'main');
  await place.sh(repo.path, 'branch', '--quiet', '-D', 'develop');
  expect(await conflict()).toEqual({ against: 'origin/develop', into: 'develop' });
  const [worker] = workers;
  if (!worker) expect.fail('no worker');
  await place.sh(at.one ?? '', 'commit', '--quiet', '--all', '-m', 'One');
  expect(expectValue(await findFinish(place.git, repo, worker))).toMatchObject({
    into: 'develop',
    conflicts: ['code.ts'],
  });
  expect(expectValue(await chooseBase(place.git, repo)).base).toMatchObject({
    branch: 'origin/develop',
    commit: theirs,
  });
  expect(await readStatus(place.git, repo)).toMatchObject({ base: 'develop', behindBase: 2 });
  const { branches } = expectValue(await readDetails(place.git, repo, place.root));
  expect(branches.find(({ kind }) => kind === 'feature')).toMatchObject({ ahead: 1, behind: 1 });
});

test('A merge with unresolved files is compared as it is', async () => {
  const { place, repo, at, look } = await createScene('one', 'two');
  await place.commit(at.one ?? '', { 'code.ts': code('one', 3) });
  await place.sh(repo.path, 'switch', '--quiet', 'develop');
  await place.commit(repo.path, { 'code.ts': code('develop', 3) });
  expect(between(await look(), 'one').verdict).toBe('conflict');
  await expect(place.sh(at.one ?? '', 'merge', 'develop')).rejects.toThrow();
  const report = await look();
  expect(report.worktrees[0]?.limits).toEqual([expect.stringContaining('unresolved')]);
  await write(at.one ?? '', { 'code.ts': code('both', 3) });
  // Resolved in the files, and not yet said to git: it will merge.
  expect(between(await look(['one']), 'one')).toEqual(clean);
  await place.sh(at.one ?? '', 'checkout', '--quiet', '--force', '--detach', 'HEAD');
  expect((await look(['one'])).worktrees[0]).toEqual({ id: 'backend/one', problem: null, limits: [] });
});

test('Large files, nested repositories and too many new files are omitted, with a note', async () => {
  const { place, at, look } = await createScene('one', 'two', 'three');
  for (const [n, dir] of [at.one, at.two].entries())
    await writeFile(join(dir ?? '', 'large'), Buffer.alloc(5 * 1024 * 1024 + 1, 65 + n));
  await place.sh(at.two ?? '', 'init', '--quiet', 'inner');
  await place.sh(
    at.two ?? '',
    '-C',
    'inner',
    '-c',
    'user.name=A',
    '-c',
    'user.email=a@b',
    'commit',
    '--quiet',
    '--allow-empty',
    '-m',
    'x',
  );
  await mkdir(join(at.three ?? '', 'flood'));
  for (let n = 0; n < 2001; n++) await writeFile(join(at.three ?? '', 'flood', `${n}`), '');
  const report = await look();
  expect(report.worktrees.map((one) => one.limits)).toEqual([
    ['1 large file was compared by size and time only.'],
    ['The repository in inner/ was not compared.', '1 large file was compared by size and time only.'],
    ['2001 untracked files were not compared: more than 2000.'],
  ]);
  expect(between(report, 'one', 'two')).toMatchObject({
    verdict: 'conflict',
    files: [{ path: 'large', kind: 'binary' }],
  });
});

test('Files of Git LFS are compared by their pointers, and its filter is not run', async () => {
  const { place, repo, at, look } = await createScene('one', 'two', 'three');
  const ran = join(place.root, 'ran');
  await place.sh(repo.path, 'config', 'filter.lfs.clean', `touch '${ran}'; cat`);
  await place.sh(repo.path, 'config', 'filter.lfs.required', 'true');
  await write(repo.path, { '.git/info/attributes': '*.psd filter=lfs -text\n' });
  await write(at.one ?? '', { 'a.psd': 'one' });
  await write(at.two ?? '', { 'a.psd': 'two' });
  await write(at.three ?? '', { 'a.psd': 'one' });
  const report = await look();
  expect(between(report, 'one', 'two')).toMatchObject({ verdict: 'conflict', files: [{ path: 'a.psd' }] });
  expect(between(report, 'one', 'three')).toMatchObject({ verdict: 'overlap', files: [{ path: 'a.psd' }] });
  expect(await readdir(place.root)).not.toContain('ran');
});

test('Links, sparse checkouts, submodules and locked indexes are taken as they are', async () => {
  const { place, repo, at, look } = await createScene('link', 'sparse', 'sub', 'locked');
  await mkdir(join(at.link ?? '', 'elsewhere'));
  await write(at.link ?? '', { 'elsewhere/app.ts': 'not tracked as src/app.ts\n', '.gitignore': 'src\n' });
  await rm(join(at.link ?? '', 'src'), { recursive: true });
  await symlink('elsewhere', join(at.link ?? '', 'src'));
  await place.sh(at.sparse ?? '', 'sparse-checkout', 'set', 'src');
  await write(at.sparse ?? '', { 'src/app.ts': 'changed\n' });
  const inner = await place.repo('inner');
  await place.sh(
    at.sub ?? '',
    '-c',
    'protocol.file.allow=always',
    'submodule',
    '--quiet',
    'add',
    inner.path,
    'vendor',
  );
  await writeFile(join(await place.sh(at.locked ?? '', 'rev-parse', '--absolute-git-dir'), 'index.lock'), '');
  await write(at.locked ?? '', { 'src/app.ts': 'x\ny\nz\n', vendor: 'a file\n' });
  const report = await look();
  expect(report.worktrees.map((one) => one.problem)).toEqual([null, null, null, null]);
  const said = (a: string, b: string) =>
    between(report, a, b).files?.map(({ path, kind }) => `${path}: ${kind}`);
  expect(said('link', 'sparse')).toEqual(['src/app.ts: modify/delete']);
  expect(said('sparse', 'locked')).toEqual(['src/app.ts: content']);
  expect(said('sparse', 'sub')).toEqual([]);
  expect(between(report, 'sub', 'locked').verdict).toBe('conflict');
  await place.sh(repo.path, 'worktree', 'prune');
});

test('Hooks that watch indexes are not run', async () => {
  const { place, repo, at, look } = await createScene('one', 'two');
  const ran = join(place.root, 'ran');
  await hook(repo, 'post-index-change', `touch '${ran}'`);
  await write(at.one ?? '', { 'code.ts': code('one', 3) });
  await look();
  expect(await readdir(place.root)).not.toContain('ran');
});

test('Its temporary folder is deleted with it, and may vanish earlier', async () => {
  const { at, look, radar } = await createScene('one', 'two');
  await write(at.one ?? '', { 'code.ts': code('one', 3) });
  await write(at.two ?? '', { 'code.ts': code('two', 3) });
  const folders = async () =>
    (await readdir(tmpdir())).filter((name) => name.startsWith(`orch-tui-git-${process.pid}-`));
  expect(await folders()).toEqual([]);
  await look();
  const [folder, ...more] = await folders();
  expect(more).toEqual([]);
  await rm(join(tmpdir(), folder ?? ''), { recursive: true });
  await appendFile(join(at.one ?? '', 'code.ts'), 'more\n');
  expect(between(await look([]), 'one', 'two').verdict).toBe('conflict');
  expect(await folders()).not.toEqual([folder]);
  await radar.close();
  expect(await folders()).toEqual([]);
});

test('Leftovers of a killed process are deleted, folders in use or young stay', async () => {
  const { look, radar } = await createScene('one');
  const make = async (pid: number, age: number) => {
    const path = join(tmpdir(), `orch-tui-git-${pid}-test${age}`);
    await mkdir(path);
    onTestFinished(() => rm(path, { recursive: true, force: true }));
    const then = new Date(Date.now() - age);
    await utimes(path, then, then);
    return path.slice(tmpdir().length + 1);
  };
  const nobody = 2 ** 22 + 1;
  const [old, young, alive] = [
    await make(nobody, 7_200_000),
    await make(nobody, 1000),
    await make(1, 7_200_000),
  ];
  await look();
  const left = await readdir(tmpdir());
  expect(left).not.toContain(old);
  expect(left).toEqual(expect.arrayContaining([young, alive]));
  await radar.close();
});
