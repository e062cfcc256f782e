import { existsSync } from 'node:fs';
import { appendFile, chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogQuery, Repo } from '../../src/core/repo.ts';
import { mostPatchBytes, readCommit, readHistory } from '../../src/git/history.ts';
import { createPlace, expectProblem, expectValue, type Place, refsOf, write } from '../support/gitPlace.ts';

const all: LogQuery = { from: null, path: null, limit: 20, offset: 0 };

/** A repository whose `main` has three commits, the last of them a merge. */
async function open() {
  const place = await createPlace();
  const prepare = async (repo: Repo) => {
    await place.sh(repo.path, 'switch', '--quiet', '-c', 'side', 'main');
    await place.commit(repo.path, { 'docs/page.md': 'page\n' }, 'Write a page\n\nWith a body.');
    await place.sh(repo.path, 'switch', '--quiet', 'main');
    await place.commit(repo.path, { 'src/app.ts': 'a\nB\nc\n' }, 'Change b');
    await place.sh(repo.path, 'merge', '--quiet', '--no-ff', '-m', 'Merge side', 'side');
  };
  return { place, repo: await place.repo('backend', { like: { kind: 'merged', prepare } }) };
}

describe('history', () => {
  it('is told newest first, page by page', async () => {
    const { place, repo } = await open();
    const first = expectValue(await readHistory(place.git, repo, { ...all, limit: 2 }));
    const head = await place.sh(repo.path, 'rev-parse', 'HEAD');
    expect(first.more).toBe(true);
    expect(first.commits[0]).toMatchObject({ commit: head, author: 'Ada', subject: 'Merge side' });
    expect(first.commits[0]?.parents).toHaveLength(2);
    expect(Number.isNaN(Date.parse(first.commits[0]?.at ?? ''))).toBe(false);
    const rest = expectValue(await readHistory(place.git, repo, { ...all, limit: 2, offset: 2 }));
    expect([...first.commits, ...rest.commits].map(({ subject }) => subject).sort()).toEqual([
      'Change b',
      'First',
      'Merge side',
      'Write a page',
    ]);
    expect(rest.more).toBe(false);
  });

  it('is that of a branch and of a file', async () => {
    const { place, repo } = await open();
    const subjects = async (wish: Partial<LogQuery>) =>
      expectValue(await readHistory(place.git, repo, { ...all, ...wish })).commits.map((one) => one.subject);
    expect(await subjects({ from: 'side' })).toEqual(['Write a page', 'First']);
    expect(await subjects({ from: 'main^2' })).toEqual(['Write a page', 'First']);
    expect(await subjects({ path: 'docs' })).toEqual(['Write a page']);
    expect(await subjects({ path: 'none' })).toEqual([]);
  });

  it('cuts what is endless', async () => {
    const { place, repo } = await open();
    await place.commit(repo.path, { 'a.txt': 'a' }, 'x'.repeat(100_000));
    const { commits } = expectValue(await readHistory(place.git, repo, { ...all, limit: 1 }));
    expect(commits[0]?.subject.length).toBeLessThanOrEqual(300);
  });
});

describe('a commit', () => {
  it('is told with its message, its files and its patch', async () => {
    const { place, repo } = await open();
    const { text, isCut } = expectValue(await readCommit(place.git, repo, { commit: 'side', path: null }));
    for (const part of ['author Ada', 'Write a page', 'With a body.', 'docs/page.md | 1 +', '+page'])
      expect(text).toContain(part);
    expect(isCut).toBe(false);
  });

  it('of a merge is told by what it brought to its first parent, of one file where that is wanted', async () => {
    const { place, repo } = await open();
    const merge = expectValue(await readCommit(place.git, repo, { commit: 'HEAD', path: null }));
    expect(merge.text).toContain('+page');
    expect(merge.text).not.toContain('+B');
    const other = expectValue(await readCommit(place.git, repo, { commit: 'HEAD', path: 'src/app.ts' }));
    expect(other.text).not.toContain('+page');
  });

  it('that is huge is cut, and files that are huge are only named', async () => {
    const { place, repo } = await open();
    const line = `${'x'.repeat(99)}\n`;
    const files = Object.fromEntries(
      Array.from({ length: 4 }, (_, n) => [`big-${n}.txt`, `${n}${line.repeat(15_000)}`]),
    );
    await place.commit(repo.path, { ...files, 'huge.txt': `h${line.repeat(30_000)}` }, 'Much');
    const { text, isCut } = expectValue(await readCommit(place.git, repo, { commit: 'HEAD', path: null }));
    expect(isCut).toBe(true);
    expect(text.length).toBe(mostPatchBytes);
    const huge = expectValue(await readCommit(place.git, repo, { commit: 'HEAD', path: 'huge.txt' }));
    expect(huge.isCut).toBe(false);
    expect(huge.text).toContain('Binary files /dev/null and b/huge.txt differ');
  });
});

describe('a name', () => {
  it.each([
    ['an option', '--output=canary'],
    ['a short option', '-Ocanary'],
    ['a search through messages', ':/First'],
    ['a search below a branch', 'main^{/First}'],
    ['a place in the index', ':src/app.ts'],
    ['a file of a commit', 'main:src/app.ts'],
    ['a range', 'side..main'],
    ['a symmetric range', 'side...main'],
    ['an exclusion', '^side'],
    ['a reflog', 'main@{1}'],
    ['the branch before', '@{-1}'],
    ['two names', 'main side'],
    ['a line break', 'main\nside'],
    ['a zero byte', 'main\0side'],
    ['a pattern', 'ma*'],
    ['nothing', ''],
    ['a stranger', 'nobody'],
    ['something endless', 'x'.repeat(5000)],
    ['a folder up', '../../etc/passwd'],
  ])('that is %s names no commit', async (_, name) => {
    const { place, repo } = await open();
    const before = await refsOf(place, repo);
    for (const result of [
      await readHistory(place.git, repo, { ...all, from: name }),
      await readCommit(place.git, repo, { commit: name, path: null }),
    ]) {
      const problem = expectProblem(result);
      expect(problem.code).toBe('no_such_commit');
      expect(problem.message.length).toBeLessThan(300);
    }
    expect(existsSync(join(repo.path, 'canary'))).toBe(false);
    expect(await refsOf(place, repo)).toBe(before);
  });

  it.each(['main', 'side', 'refs/heads/side', 'HEAD', 'HEAD~1', 'main^2~1', 'v1.0', 'feature/grün#1'])(
    'such as %s does',
    async (name) => {
      const { place, repo } = await open();
      await place.sh(repo.path, 'tag', '-a', '-m', 'One', 'v1.0');
      await place.sh(repo.path, 'branch', 'feature/grün#1');
      expectValue(await readHistory(place.git, repo, { ...all, from: name }));
      expectValue(await readCommit(place.git, repo, { commit: name, path: null }));
    },
  );
});

describe('a path', () => {
  it.each([
    ['an option', '--output=canary', null],
    ['magic', ':(top,exclude)src', null],
    ['more magic', ':/', null],
    ['outside', '../../..', 'git_refused'],
    ['elsewhere', '/etc/passwd', 'git_refused'],
    ['with a zero byte', 'src\0app', 'bad_path'],
    ['with a line break', 'src\napp', 'bad_path'],
  ])('that is %s is no more than a name', async (_, path, code) => {
    const { place, repo } = await open();
    const history = await readHistory(place.git, repo, { ...all, path });
    if (code === null) expect(expectValue(history).commits).toEqual([]);
    else expect(expectProblem(history).code).toBe(code);
    const commit = await readCommit(place.git, repo, { commit: 'HEAD', path });
    if (code !== null) expect(expectProblem(commit).code).toBe(code);
    expect(existsSync(join(repo.path, 'canary'))).toBe(false);
  });
});

/** A program that leaves a file behind, whatever it is run as. */
async function trap(place: Place): Promise<{ program: string; canary: string }> {
  const [program, canary] = [join(place.root, 'trap'), join(place.root, 'canary')];
  await writeFile(program, `#!/bin/sh\necho run >> '${canary}'\nexit 1\n`);
  await chmod(program, 0o755);
  return { program, canary };
}

describe('what a repository’s configuration names', () => {
  it('is not run: pagers, diff drivers, filters, signatures, watchers', async () => {
    const { place, repo } = await open();
    const { program, canary } = await trap(place);
    await write(repo.path, { '.gitattributes': '* diff=mine filter=mine\n', 'x.txt': 'x\n' });
    await place.sh(repo.path, 'add', '--all');
    const tree = await place.sh(repo.path, 'write-tree');
    const signature = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----';
    const who = 'Ada <ada@example.com> 1760000000 +0000';
    const text = `tree ${tree}\nparent ${await place.sh(repo.path, 'rev-parse', 'HEAD')}\nauthor ${who}\ncommitter ${who}\n${signature}\n\nSigned\n`;
    await writeFile(join(place.root, 'commit'), text);
    const signed = await place.sh(repo.path, 'hash-object', '-t', 'commit', '-w', join(place.root, 'commit'));
    await appendFile(
      join(repo.path, '.git/config'),
      `[core]\n\tpager = ${program}\n\tfsmonitor = ${program}\n\tsshCommand = ${program}\n\teditor = ${program}
[pager]\n\tlog = ${program}\n\tshow = ${program}
[diff]\n\texternal = ${program}\n\ttool = mine
[diff "mine"]\n\tcommand = ${program}\n\ttextconv = ${program}
[filter "mine"]\n\tsmudge = ${program}\n\tclean = ${program}\n\tprocess = ${program}
[gpg]\n\tprogram = ${program}
[log]\n\tshowSignature = true\n\tfollow = true\n\tdiffMerges = remerge
[format]\n\tpretty = raw
[i18n]\n\tlogOutputEncoding = utf-16
[alias]\n\tlog = !${program}\n\tshow = !${program}\n\trev-parse = !${program}
`,
    );
    const { commits } = expectValue(await readHistory(place.git, repo, { ...all, from: signed }));
    expect(commits[0]).toMatchObject({ commit: signed, subject: 'Signed', author: 'Ada' });
    const shown = expectValue(await readCommit(place.git, repo, { commit: signed, path: null }));
    expect(shown.text).toContain('+x');
    const merge = expectValue(await readCommit(place.git, repo, { commit: 'HEAD', path: null }));
    expect(merge.text).toContain('+page');
    expect(existsSync(canary)).toBe(false);
    // Checks that the trap works at all.
    await place.sh(repo.path, 'log', '-p', signed).catch(() => '');
    expect(existsSync(canary)).toBe(true);
  });

  it('is not asked for objects that a partial clone does not have', async () => {
    const { place, repo } = await open();
    const { program, canary } = await trap(place);
    await place.sh(repo.path, 'config', 'uploadpack.allowFilter', 'true');
    const path = join(place.root, 'partial');
    const filter = ['--filter=blob:none', '--no-checkout', '--quiet'];
    await place.sh(place.root, 'clone', ...filter, `file://${repo.path}`, path);
    await place.sh(path, 'config', 'remote.origin.uploadpack', program);
    const partial = { name: 'partial', path };
    expect(expectValue(await readHistory(place.git, partial, all)).commits).toHaveLength(4);
    expect(expectProblem(await readCommit(place.git, partial, { commit: 'HEAD', path: null })).code).toBe(
      'git_refused',
    );
    expect(existsSync(canary)).toBe(false);
    await place.sh(path, 'cat-file', '-p', 'HEAD:README.md').catch(() => '');
    expect(existsSync(canary)).toBe(true);
  });
});
