import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open({ repos: { backend: { files: { VERSION: '1.2.3\n' } } } });
});
afterEach(() => shop.close());
vi.setConfig({ testTimeout: 60_000 });

const size = { cols: 100, rows: 30 };

test('A person starts a release, reads what would move, says no, then yes', async () => {
  const started = await shop.json('flow', 'release', 'start', 'backend', '--bump', 'minor');
  expect(started).toMatchObject({ branch: 'release/1.3.0', base: 'develop', files: ['VERSION'] });
  const before = await shop.git('backend', 'for-each-ref');

  const no = shop.inTerminal(['flow', 'release', 'finish', 'backend', '1.3.0'], size);
  await no.until('Finish it? [y/N]');
  expect(no.screen()).toContain('merge release/1.3.0 into main');
  no.type('n\r');
  expect(await no.exited).toMatchObject({ exitCode: 1 });
  expect(await shop.git('backend', 'for-each-ref')).toBe(before);

  const yes = shop.inTerminal(['flow', 'release', 'finish', 'backend', '1.3.0'], size);
  await yes.until('Finish it? [y/N]');
  yes.type('y\r');
  await yes.until('release/1.3.0 is finished as 1.3.0.');
  expect(await yes.exited).toMatchObject({ exitCode: 0 });
  expect(await shop.git('backend', 'show', 'main:VERSION')).toBe('1.3.0');
  expect(await shop.json('flow', 'status', 'backend')).toMatchObject({ version: '1.3.0', releases: [] });
});

test('Without a terminal a finish needs --yes, a look does not, and a worker gets neither', async () => {
  await shop.json('flow', 'feature', 'start', 'backend', 'login');
  const finish = ['flow', 'feature', 'finish', 'backend', 'login'];
  expect(await shop.run(finish)).toMatchObject({ code: 1, stderr: expect.stringContaining('--yes') });
  expect(await shop.json(...finish, '--dry-run')).toMatchObject({ branch: 'feature/login', blockers: [] });
  const asWorker = await shop.run([...finish, '--yes'], { env: { ORCH_WORKER: 'backend/x' } });
  expect(asWorker).toMatchObject({ code: 1, stderr: expect.stringContaining('A worker cannot') });
  expect(await shop.json(...finish, '--yes')).toMatchObject({ branch: 'feature/login', tag: null });
  expect(await shop.git('backend', 'branch', '--list', 'feature/*')).toBe('');
});

test('Wrong use is told apart from what is refused', async () => {
  expect(await shop.run(['flow', 'release', 'start', 'backend', '--bump', 'huge'])).toMatchObject({
    code: 2,
  });
  expect(await shop.run(['flow', 'init', 'backend', '--prefix', 'feature'])).toMatchObject({ code: 2 });
  expect(await shop.run(['flow', 'release', 'start', 'backend'])).toMatchObject({ code: 2 });
  expect(await shop.run(['flow', 'status', 'nothing'])).toMatchObject({ code: 1 });
});
