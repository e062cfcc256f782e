import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { program, Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(() => shop.close());

/** Edits the file as a person does, and gives what it said before. */
async function edit(change: Record<string, unknown>): Promise<string> {
  const file = shop.path('.orch/config.json');
  const before = await readFile(file, 'utf8');
  await shop.configure(change);
  return before;
}

it('is taken in by itself when it was edited; what is wrong with it is said, and when it is right again', async () => {
  const room = shop.room();
  await room.until('orch-tui · shop');
  await edit({ name: 'market', limit: { workers: 1 } });
  await room.until('orch-tui · market');
  const { notices } = await shop.json<{ notices: readonly object[] }>('status');
  expect(notices).toMatchObject([
    {
      code: 'config_unknown_setting',
      message: expect.stringMatching(/json:\d+:\d+: .*did you mean "limits"/),
    },
  ]);
  const good = await edit({ name: 'bazaar', defaultAgent: 'nobody' });
  expect(await room.until('config.json cannot be used')).toContain('orch-tui · market');
  room.press('!');
  await room.until('the default agent "nobody" is none of');
  await room.until('no setting "limit"; did you mean');
  room.press('escape');
  await writeFile(shop.path('.orch/config.json'), good);
  shop.trust();
  await room.until('.orch/config.json is valid again and in use.');
  room.press('q');
  await room.exited;
});

it('changes no start whose card was shown: the yes to it is refused', async () => {
  const args = ['worker', 'start', 'backend', 'auth', '--brief', 'say: hi'];
  const terminal = shop.place.terminal([program, ...args]);
  await terminal.until('Start backend/auth? [y/N]');
  const digest = async () => {
    const [proposal] = await shop.json<{ plan: { digest: string } | null }[]>('proposals');
    return proposal?.plan?.digest;
  };
  const shown = await digest();
  await edit({ agents: { demo: { command: ['bash', '-c', 'touch pwned; exec sleep 1000'] } } });
  await shop.until('there is another plan', async () => ![undefined, shown].includes(await digest()));
  terminal.press('y');
  terminal.press('enter');
  await terminal.until('Proposal 1 has changed since it was shown. Look at it again, then approve.');
  expect(await terminal.exited).toMatchObject({ exitCode: 1 });
  expect(await shop.json('worker', 'list')).toEqual([]);
  expect(existsSync(shop.path('.worktrees/backend-auth'))).toBe(false);
});

it('changes no finish whose checks were shown: the yes to it is refused', async () => {
  await edit({ jobs: { verify: ['true'] } });
  await shop.start('backend', 'auth', 'write a.txt: A\ncommit: Add a');
  const before = await shop.git('backend', 'rev-parse', 'develop');
  const terminal = shop.place.terminal([program, 'worker', 'finish', 'backend/auth']);
  await terminal.until('Finish it? [y/N]');
  await edit({ name: 'market', jobs: { verify: ['touch', '../ran'] } });
  await shop.until('it is read', async () => (await shop.json<{ name: string }>('status')).name === 'market');
  terminal.press('y');
  terminal.press('enter');
  await terminal.until('are not those that were shown any more');
  expect(await terminal.exited).toMatchObject({ exitCode: 1 });
  expect(existsSync(shop.path('.worktrees/ran'))).toBe(false);
  expect(await shop.git('backend', 'rev-parse', 'develop')).toBe(before);
  expect(await shop.json('worker', 'finish', 'backend/auth', '--yes')).toMatchObject({ into: 'develop' });
  expect(existsSync(shop.path('.worktrees/ran'))).toBe(true);
});
