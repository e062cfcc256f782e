import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readFlow } from '../../src/git/flow.ts';
import { Git, refusal } from '../../src/git/run.ts';
import { createPlace, expectProblem, expectValue, hook, write } from '../support/gitPlace.ts';

test('Exit code, output and messages of git are separate', async () => {
  const { git, ...place } = await createPlace();
  const repo = await place.repo();
  expect(await git.run(repo.path, ['rev-parse', '--abbrev-ref', 'HEAD'])).toEqual({
    exitCode: 0,
    stdout: 'main\n',
    stderr: '',
    timedOut: false,
  });
  expect(await git.run(repo.path, ['config', '--get', 'no.such'])).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: '',
  });
  const failed = await git.run(repo.path, ['rev-parse', '--verify', 'nowhere']);
  expect(failed.exitCode).toBe(128);
  expect(refusal(failed)).toEqual({ code: 'git_refused', message: 'fatal: Needed a single revision' });
});

test("A missing folder is reported in git's words", async () => {
  const { git, root } = await createPlace();
  const outcome = await git.run(join(root, 'nowhere'), ['status']);
  expect(outcome.exitCode).toBe(128);
  expect(outcome.stderr).toContain('No such file or directory');
});

test('A repository above the folder is not used', async () => {
  const { git, ...place } = await createPlace();
  const outer = await place.repo();
  await mkdir(join(outer.path, 'inner'));
  expect((await git.run(join(outer.path, 'inner'), ['status'])).stderr).toContain('not a git repository');
});

test('A missing git is an answer, not a crash', async () => {
  const place = await createPlace();
  const outcome = await new Git({ PATH: place.root }).run(place.root, ['status']);
  expect(outcome).toMatchObject({ exitCode: 128, stderr: 'Error: spawn git ENOENT' });
});

test('Ambient variables do not redirect git', async () => {
  const place = await createPlace();
  const [repo, other] = [await place.repo(), await place.repo('other')];
  await write(repo.path, { 'marker.sh': '#!/bin/sh\ntouch ran\n' });
  await chmod(join(repo.path, 'marker.sh'), 0o755);
  const marker = join(repo.path, 'marker.sh');
  await place.sh(repo.path, 'config', 'core.fsmonitor', marker);
  const git = new Git({
    ...place.env,
    GIT_DIR: join(other.path, '.git'),
    GIT_WORK_TREE: other.path,
    GIT_INDEX_FILE: '/nowhere',
    GIT_EXTERNAL_DIFF: marker,
    EDITOR: marker,
    VISUAL: marker,
    PAGER: marker,
    GIT_PAGER: marker,
    GIT_EDITOR: marker,
    LC_ALL: 'de_DE.UTF-8',
    GIT_AUTHOR_NAME: 'Grace',
  });
  const { stdout } = await git.run(repo.path, ['status', '--porcelain']);
  expect(stdout).toBe('?? marker.sh\n');
  expect((await git.run(repo.path, ['rev-parse', '--show-toplevel'])).stdout).toBe(`${repo.path}\n`);
  expect((await git.run(repo.path, ['var', 'GIT_AUTHOR_IDENT'])).stdout).toMatch(/^Grace <ada@example.com>/);
  expect((await git.run(repo.path, ['commit', '--amend', '--allow-empty'])).exitCode).toBe(0);
  expect((await git.run(repo.path, ['status', '--porcelain'])).stdout).toBe('?? marker.sh\n');
});

test("Settings from the person's environment reach git, and our own take precedence", async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await hook(repo, 'reference-transaction', 'echo ran >> "$(git rev-parse --git-common-dir)/ran"');
  const given = (...pairs: readonly (readonly [string, string])[]) => ({
    ...place.env,
    GIT_CONFIG_COUNT: String(pairs.length),
    ...Object.fromEntries(
      pairs.flatMap(([key, value], n) => [
        [`GIT_CONFIG_KEY_${n}`, key],
        [`GIT_CONFIG_VALUE_${n}`, value],
      ]),
    ),
  });
  const git = new Git({
    ...given(
      ['user.name', 'Grace'],
      ['alias.mine', '!touch ran'],
      ['core.sshCommand', 'ssh -v'],
      ['core.hooksPath', join(repo.path, '.git/hooks')],
    ),
    GIT_CONFIG_PARAMETERS: "'user.name'='Eve'",
  });
  expect((await git.run(repo.path, ['var', 'GIT_AUTHOR_IDENT'])).stdout).toMatch(/^Grace /);
  // A command that reads runs no hook, wherever hooks are.
  expect((await git.run(repo.path, ['update-ref', 'refs/heads/a', 'HEAD'])).exitCode).toBe(0);
  await expect(readFile(join(repo.path, '.git/ran'))).rejects.toThrow('ENOENT');
  const flowOf = async (one: Git) => expectValue(await readFlow(one, repo)).base;
  expect(await flowOf(git.withEnvironment(given(['gitflow.branch.develop', 'main'])))).toBe('main');
  expect(await flowOf(git)).toBe('develop');
  for (const GIT_CONFIG_COUNT of ['two', '-1', '7']) {
    const read = await new Git({ ...given(['user.name', 'Grace']), GIT_CONFIG_COUNT }).text(repo.path, [
      'status',
    ]);
    expect(expectProblem(read).hint).toContain('correct or unset GIT_CONFIG_COUNT');
  }
});

test('Variables for reaching servers are passed on', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await write(repo.path, { 'ssh.sh': '#!/bin/sh\necho "agent=$SSH_AUTH_SOCK" >&2\nexit 7\n' });
  await chmod(join(repo.path, 'ssh.sh'), 0o755);
  const git = new Git({
    ...place.env,
    GIT_SSH_COMMAND: join(repo.path, 'ssh.sh'),
    SSH_AUTH_SOCK: '/the/agent',
  });
  const outcome = await git.run(repo.path, ['ls-remote', 'ssh://example.invalid/x']);
  expect(outcome.stderr).toContain('agent=/the/agent');
});

test('Input is given whole, and without any git does not wait for it', async () => {
  const { git, ...place } = await createPlace();
  const repo = await place.repo();
  const text = 'ü\0'.repeat(200_000);
  const { stdout } = await git.run(repo.path, ['hash-object', '-w', '--stdin'], { input: text });
  expect((await git.run(repo.path, ['cat-file', 'blob', stdout.trim()])).stdout).toBe(text);
  expect((await git.run(repo.path, ['hash-object', '--stdin'])).exitCode).toBe(0);
});

test('Names of fifty thousand files arrive complete', async () => {
  const { git, ...place } = await createPlace();
  const repo = await place.repo();
  const blob = await place.sh(repo.path, 'rev-parse', 'HEAD:README.md');
  const names = Array.from({ length: 50_000 }, (_, n) => `folder/of/some/length/file-${n}.ts`);
  const input = names.map((name) => `100644 ${blob}\t${name}\n`).join('');
  expect((await git.run(repo.path, ['update-index', '--index-info'], { input })).exitCode).toBe(0);
  const { stdout } = await git.run(repo.path, ['ls-files', '-z', 'folder']);
  expect(stdout.split('\0').length - 1).toBe(50_000);
});

test('A command that hangs is ended at its time limit, though what it started lives on', async () => {
  const place = await createPlace();
  const repo = await place.repo();
  await write(repo.path, { 'hang.sh': `#!/bin/sh\necho $$ > '${place.root}/pid'\nexec sleep 30\n` });
  await chmod(join(repo.path, 'hang.sh'), 0o755);
  const git = new Git({ ...place.env, GIT_SSH_COMMAND: join(repo.path, 'hang.sh') });
  const began = performance.now();
  const outcome = await git.run(repo.path, ['ls-remote', 'ssh://example.invalid/x'], { timeoutMs: 300 });
  expect(outcome.timedOut).toBe(true);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(refusal(outcome).code).toBe('git_timeout');
  try {
    process.kill(Number(await readFile(join(place.root, 'pid'), 'utf8')));
  } catch (error) {
    expect(error).toMatchObject({ code: 'ESRCH' });
  }
});

test.each(['fix-alias', 'core.pager', 'filter-clean', 'merge.driver'])(
  'A branch may be called feature/%s',
  async (task) => {
    const place = await createPlace();
    const repo = await place.repo();
    const worker = await place.worker(repo, task);
    expect(await place.sh(repo.path, 'config', `gitflow.branch.${worker.branch}.base`)).toBe('develop');
  },
);

test('Work under one key runs in order, and a failure does not stop the rest', async () => {
  const git = new Git({});
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = git.enqueue('a', async () => {
    await gate.promise;
    order.push('first');
    throw new Error('mine alone');
  });
  const second = git.enqueue('a', async () => order.push('second'));
  const other = git.enqueue('b', async () => order.push('other'));
  await other;
  gate.resolve();
  await expect(first).rejects.toThrow('mine alone');
  await second;
  expect(order).toEqual(['other', 'first', 'second']);
});

test("A command that reads does not wait for ever at a pipe in the place of a file of git's", async () => {
  const place = await createPlace();
  const repo = await place.repo();
  const git = new Git(place.env, { readingMs: 300 });
  // As long as before: git has to read it, and with it the attributes.
  await write(repo.path, { 'README.md': 'ONE\ntwo\nthree\n' });
  for (const name of ['.gitignore', '.gitattributes', '.git/info/exclude']) {
    await rm(join(repo.path, name), { force: true });
    await mkdir(join(repo.path, name, '..'), { recursive: true });
    execFileSync('mkfifo', [join(repo.path, name)]);
    expect(await git.text(repo.path, ['status', '--porcelain'])).toMatchObject({
      ok: false,
      problem: { code: 'git_timeout' },
    });
    await rm(join(repo.path, name));
  }
});
