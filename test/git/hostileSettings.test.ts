import { execFileSync } from 'node:child_process';
import { appendFile, chmod, mkdir, readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Repo } from '../../src/core/repo.ts';
import { Radar } from '../../src/features/radar/service/radar.ts';
import { readFlowStatus } from '../../src/features/releases/service/status.ts';
import { readBranches, readDetails } from '../../src/features/repos/service/details.ts';
import { findRemoval } from '../../src/git/finish/clean.ts';
import { assess, findFinish } from '../../src/git/finish/finish.ts';
import { readFlow } from '../../src/git/flow.ts';
import { readCommit, readHistory, workDiff } from '../../src/git/history.ts';
import { listBackups } from '../../src/git/refs.ts';
import { Git } from '../../src/git/run.ts';
import { diffOfSnapshot, keepSnapshot, listSnapshots } from '../../src/git/snapshots/snapshots.ts';
import { readStatus } from '../../src/git/status/status.ts';
import { listIncluded } from '../../src/git/worktrees/include.ts';
import { inspectWorker, type WorkerPlace } from '../../src/git/worktrees/inspect.ts';
import { createPlace, expectValue, type Place, write } from '../support/gitPlace.ts';

interface Scene {
  readonly place: Place;
  readonly repo: Repo;
  readonly worker: WorkerPlace;
  /** Names of the programs that were run since the last call. */
  ran(): Promise<string[]>;
}

const lines = Array.from({ length: 9 }, (_, n) => `${n}\n`).join('');

/** A repository in which every setting that names a program names one that leaves a mark. */
async function createScene(): Promise<Scene> {
  const place = await createPlace();
  const marks = join(place.root, 'marks');
  await mkdir(marks);
  const program = async (name: string, does = 'true') => {
    const path = join(place.root, 'programs', name);
    await write(place.root, { [`programs/${name}`]: `#!/bin/sh\ntouch '${marks}/${name}'\n${does}\n` });
    await chmod(path, 0o755);
    return path;
  };
  const ran = async () => {
    const names = (await readdir(marks)).sort();
    for (const name of names) await rm(join(marks, name));
    return names;
  };
  const repo = await place.repo();
  const inner = await place.repo('inner');
  await place.commit(repo.path, {
    '.gitattributes': '*.txt diff=external\n*.bin diff=text\n',
    '.gitmodules': '[submodule "sub"]\n\tpath = sub\n\turl = ../inner\n',
    'a.txt': lines,
    'b.bin': lines,
  });
  await place.sh(repo.path, '-c', 'protocol.file.allow=always', 'clone', '--quiet', inner.path, 'sub');
  await place.sh(repo.path, 'add', 'sub');
  await place.sh(repo.path, 'commit', '--quiet', '-m', 'Submodule');
  await place.sh(repo.path, 'branch', '--force', 'develop');
  const worker = await place.worker(repo);
  await place.commit(worker.worktree, { 'a.txt': `x${lines}`, 'b.bin': `x${lines}` });
  await sign(place, worker.worktree);
  await write(repo.path, { 'a.txt': `${lines}stashed\n` });
  await place.sh(repo.path, 'stash', '--quiet');
  for (const dir of [repo.path, worker.worktree]) await edit(dir);
  const hooks = join(place.root, 'hooks');
  for (const name of ['post-index-change', 'reference-transaction', 'pre-auto-gc', 'post-checkout']) {
    await write(place.root, { [`hooks/${name}`]: `#!/bin/sh\ntouch '${marks}/hook-${name}'\n` });
    await chmod(join(hooks, name), 0o755);
  }
  await mkdir(join(repo.path, 'sub'), { recursive: true });
  for (const [dir, where] of [
    [repo.path, ''],
    [join(repo.path, 'sub'), 'sub-'],
  ] as const) {
    const settings: Record<string, string> = {
      'core.fsmonitor': await program(`${where}fsmonitor`),
      'core.hooksPath': hooks,
      'core.pager': await program(`${where}pager`, 'cat'),
      'core.editor': await program(`${where}editor`),
      'core.askPass': await program(`${where}askpass`),
      'core.sshCommand': await program(`${where}ssh`),
      'core.alternateRefsCommand': await program(`${where}alternates`),
      'credential.helper': await program(`${where}credentials`),
      'diff.external': await program(`${where}external`),
      'diff.external.command': await program(`${where}driver`),
      'diff.text.textconv': await program(`${where}textconv`, 'cat "$1"'),
      'gpg.program': await program(`${where}gpg`),
      'interactive.diffFilter': await program(`${where}filter`),
      'alias.status': `!${await program(`${where}alias-status`)}`,
      'alias.log': `!${await program(`${where}alias-log`)}`,
      'alias.merge-tree': `!${await program(`${where}alias-merge-tree`)}`,
      'pager.diff': await program(`${where}pager-diff`, 'cat'),
    };
    await configure(dir, {
      ...settings,
      'log.showSignature': 'true',
      'diff.submodule': 'diff',
      'status.submoduleSummary': 'true',
      'submodule.recurse': 'true',
    });
  }
  await write(repo.path, { 'sub/README.md': 'changed\n' });
  await ran();
  return { place, repo, worker, ran };
}

/** Writes settings into a repository's own file, as they come along with one that was copied. */
async function configure(dir: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const text = Object.entries(settings).map(([key, value]) => {
    const [section, name] = [key.slice(0, key.indexOf('.')), key.slice(key.lastIndexOf('.') + 1)];
    const inner = key.slice(section.length + 1, -name.length - 1);
    return `[${section}${inner === '' ? '' : ` "${inner}"`}]\n\t${name} = "${value}"\n`;
  });
  await appendFile(join(dir, '.git/config'), text.join(''));
}

/** Gives the last commit what looks like a signature, so that who shows it has to check it. */
async function sign(place: Place, dir: string): Promise<void> {
  const text = await place.sh(dir, 'cat-file', 'commit', 'HEAD');
  const signature = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n abcd\n -----END PGP SIGNATURE-----';
  const signed = `${text.replace('\n\n', `\n${signature}\n\n`)}\n`;
  const hashed = execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], {
    ...{ cwd: dir, env: place.env, input: signed, encoding: 'utf8' },
  });
  await place.sh(dir, 'update-ref', 'HEAD', hashed.trim());
}

/** Changes files, also to the same size and at another time, so that git has to look into them. */
async function edit(dir: string): Promise<void> {
  await write(dir, { 'a.txt': `${lines}edited\n`, 'b.bin': lines.replace('4', 'x'), 'new.txt': 'new\n' });
  const later = new Date(Date.now() + 5000);
  for (const name of ['README.md', 'b.bin']) await utimes(join(dir, name), later, later);
}

test('Nothing that reads runs a program that settings of the repository name', async () => {
  const { place, repo, worker, ran } = await createScene();
  const { git } = place;
  const radar = new Radar(git, repo);
  onTestFinished(() => radar.close());
  const flow = expectValue(await readFlow(git, repo));
  const looks: Record<string, () => Promise<unknown>> = {
    status: () => readStatus(git, repo),
    details: () => readDetails(git, repo, place.root),
    branches: () => readBranches(git, repo, flow),
    flow: () => readFlowStatus(git, repo),
    inspection: () => inspectWorker(git, repo, worker),
    assessment: () => assess(git, repo, worker),
    preview: () => findFinish(git, repo, worker),
    'clean preview': () => findRemoval(git, repo, worker),
    'diff of the work': () => workDiff(git, worker),
    history: () => readHistory(git, repo, { from: worker.branch, path: null, limit: 9, offset: 0 }),
    commit: () => readCommit(git, repo, { commit: worker.branch, path: null }),
    included: () => listIncluded(git, repo),
    backups: () => listBackups(git, repo),
    snapshots: () => listSnapshots(git, repo, worker.task),
    radar: () => radar.look([{ id: worker.id, worktree: worker.worktree }], 'develop'),
    plan: () => radar.plan(),
    sides: () => radar.sides(worker.id, null, 'a.txt'),
  };
  for (const [name, look] of Object.entries(looks)) {
    await look();
    expect([name, await ran()]).toEqual([name, []]);
  }
  // A snapshot writes a ref, which runs a hook; reading it runs nothing.
  expectValue(await keepSnapshot(git, repo, worker, 'Work', new Date()));
  expect((await ran()).filter((mark) => mark !== 'hook-reference-transaction')).toEqual([]);
  const [snapshot] = expectValue(await listSnapshots(git, repo, worker.task));
  expect(expectValue(await diffOfSnapshot(git, repo, snapshot as never))).toContain('+edited');
  expect(await ran()).toEqual([]);
});

test('Every reading command of git runs nothing, whichever options stand before it', async () => {
  const { place, repo, worker, ran } = await createScene();
  const { git } = place;
  for (const args of [
    ['status'],
    ['status', '--porcelain=v2', '-v'],
    ['diff', 'HEAD'],
    ['diff', '--stat', 'develop', worker.branch],
    ['--no-optional-locks', '-c', 'core.bigFileThreshold=2m', 'diff', 'HEAD'],
    ['diff-index', '-p', 'HEAD'],
    ['diff-files', '-p'],
    ['diff-tree', '-p', 'develop', worker.branch],
    ['log', '-p', '-3', worker.branch],
    ['show', worker.branch],
    ['blame', 'b.bin'],
    ['grep', 'edited'],
    ['stash', 'list', '-p'],
    ['merge-tree', '--write-tree', 'develop', worker.branch],
    ['update-index', '--refresh'],
    ['describe', '--always', '--dirty'],
    ['ls-files', '-m', '-o'],
    ['rev-list', '--all', '--objects'],
  ]) {
    await git.run(repo.path, args);
    expect([args.join(' '), await ran()]).toEqual([args.join(' '), []]);
  }
});

test('A program in the address of a partial clone is not run to read what is missing', async () => {
  const { place, repo, ran } = await createScene();
  const program = join(place.root, 'programs/ssh');
  await configure(repo.path, {
    'remote.origin.url': `ext::${program} %S`,
    'remote.origin.promisor': 'true',
    'protocol.ext.allow': 'always',
    'extensions.partialClone': 'origin',
    'core.repositoryFormatVersion': '1',
  });
  const missing = '1'.repeat(40);
  expect((await place.git.run(repo.path, ['cat-file', 'blob', missing])).exitCode).not.toBe(0);
  expect(await ran()).toEqual([]);
});

test("A change runs hooks as a person's own command does", async () => {
  const { place, repo, ran } = await createScene();
  await place.git.change(repo.path, ['update-ref', 'refs/orch/test', 'HEAD']);
  expect(await ran()).toContain('hook-reference-transaction');
});

test('Settings and programs that the environment brings along reach no command', async () => {
  const { place, repo, ran } = await createScene();
  const program = join(place.root, 'programs/external');
  const env = {
    ...place.env,
    ...{ GIT_EXTERNAL_DIFF: program, GIT_PAGER: program, GIT_EDITOR: program, GIT_ASKPASS: program },
    ...{ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.fsmonitor', GIT_CONFIG_VALUE_0: program },
    ...{ GIT_CONFIG_PARAMETERS: `'core.fsmonitor'='${program}'`, GIT_CONFIG: '/nowhere' },
    ...{ GIT_TRACE: join(place.root, 'trace'), GIT_TRACE2_EVENT: join(place.root, 'trace2') },
    ...{ GIT_ATTR_SOURCE: 'HEAD', GIT_TEMPLATE_DIR: place.root, GIT_NAMESPACE: 'x' },
    ...{ GIT_OBJECT_DIRECTORY: '/nowhere', GIT_ALTERNATE_OBJECT_DIRECTORIES: '/nowhere' },
  };
  const git = new Git(env);
  expect((await git.run(repo.path, ['diff', 'HEAD'])).stdout).toContain('+edited');
  expect((await git.change(repo.path, ['rev-parse', 'HEAD'])).exitCode).toBe(0);
  expect(await ran()).toEqual([]);
  expect(await readdir(place.root)).not.toContain('trace');
});
