import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open({
    repos: { backend: {} },
    agents: { telling: { command: ['telling'], quit: { interrupt: '', type: '' } } },
  });
});
afterEach(() => shop.close());

/** A second shell, with an agent and a program to sign with that the first one does not find. */
async function secondShell(): Promise<Record<string, string>> {
  const bin = join(shop.place.root, 'bin');
  await mkdir(bin);
  const told = shop.path('told.txt');
  const programs = {
    telling: `echo "$SSH_AUTH_SOCK|$DISPLAY|$LC_ALL|$GPG_TTY|$EVIL" >> '${told}'; exec cat`,
    signer: `echo "$GPG_TTY" > '${shop.path('signed.txt')}'; cat >/dev/null
printf '\\n[GNUPG:] SIG_CREATED \\n' >&2; echo '-----BEGIN PGP SIGNATURE-----'`,
  };
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(bin, name), 0o755);
  }
  const { PATH = '' } = shop.place.env();
  return {
    PATH: `${bin}:${PATH}`,
    SSH_AUTH_SOCK: '/second',
    DISPLAY: ':7',
    GPG_TTY: '/dev/pts/7',
    EVIL: 'x',
  };
}

it('gives workers, resumes and signed finishes what belongs to the shell of whoever approves', async () => {
  await shop.json('status'); // The controller is the first shell's.
  const second = await secondShell();
  const as = async (env: Record<string, string>, ...args: string[]) => {
    const { stdout } = await shop.run([...args, '--json'], { env });
    return JSON.parse(stdout);
  };
  const start = ['worker', 'start', 'backend', 'auth', '--brief', '', '--agent', 'telling', '--yes'];
  expect(await as({}, ...start)).toMatchObject({ error: { code: 'agent_missing' } });
  const told = async (lines: number) => {
    const path = shop.path('told.txt');
    await shop.until('it has told', async () => {
      const text = await readFile(path, 'utf8').catch(() => '');
      return text.split('\n').length > lines;
    });
    return (await readFile(path, 'utf8')).trimEnd().split('\n');
  };
  expect(await as(second, ...start)).toMatchObject({ id: 'backend/auth' });
  expect(await told(1)).toEqual(['/second|:7|||']);
  await shop.json('worker', 'stop', 'backend/auth');

  const third = { ...second, SSH_AUTH_SOCK: '/third', LC_ALL: 'C.UTF-8' };
  await as(third, 'worker', 'resume', 'backend/auth', '--yes');
  expect(await told(2)).toEqual(['/second|:7|||', '/third|:7|C.UTF-8||']);

  const worktree = shop.path('.worktrees/backend-auth');
  await shop.place.git(worktree, 'commit', '-q', '--allow-empty', '-m', 'Work');
  await shop.git('backend', 'config', 'commit.gpgSign', 'true');
  await shop.git('backend', 'config', 'gpg.program', 'signer');
  expect(await as(third, 'worker', 'finish', 'backend/auth', '--yes')).toMatchObject({ into: 'develop' });
  expect(await readFile(shop.path('signed.txt'), 'utf8')).toBe('/dev/pts/7\n');

  const log = await readFile(shop.path('.orch/log.jsonl'), 'utf8');
  expect(log).not.toMatch(/\/second|\/third|pts\/7/);
});
