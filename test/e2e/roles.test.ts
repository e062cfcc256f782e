import { access } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readAll, Shop } from './shop.ts';

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

test('the orchestrator is started with O, cannot write, and is found again from the command line', async () => {
  const shop = await Shop.open({ repos: { backend: {} } });
  try {
    const room = shop.room();
    await room.until('1 repo');
    room.press('O');
    await room.until('Start orchestrator?');
    expect(await room.until('--disallowedTools')).toContain('cannot write files or run commands');
    await readAll(room);
    room.press('y');
    await room.until('O orchestrator ○ idle');
    await room.until('cannot write');
    room.press('O');
    await room.until('ctrl-q leaves');
    room.type(`run: touch ${shop.path('canary')}\r`);
    await room.until('The orchestrator coordinates and changes nothing itself');
    expect(await isThere(shop.path('canary'))).toBe(false);
    await room.until('orchestrator was kept from');
    room.type('propose backend cart: Say hello\r');
    await room.until('Proposed as number 2; a person decides.');
    await room.until('Needs you (1)');
    expect(await shop.json('proposals')).toMatchObject([
      { n: 2, by: 'orchestrator', draft: { repo: 'backend', task: 'cart', brief: 'Say hello' } },
    ]);
    expect(await isThere(shop.path('.worktrees'))).toBe(false);
    room.press('ctrl-q');
    const again = await shop.json<{ id: string; role: string; state: string }>('orchestrator', '--yes');
    expect(again).toMatchObject({ id: 'orchestrator', role: 'orchestrator', worktree: shop.path() });
    const refused = await shop.run(['worker', 'finish', 'orchestrator', '--yes', '--json']);
    expect(refused.code).toBe(1);
  } finally {
    await shop.close();
  }
});

test('the orchestrator needs a yes like everything else, and is resumed in its role', async () => {
  const shop = await Shop.open({ repos: { backend: {} } });
  try {
    const without = await shop.run(['orchestrator', '--json']);
    expect(JSON.parse(without.stdout)).toMatchObject({ error: { code: 'approval_required' } });
    const first = await shop.json('orchestrator', '--yes');
    await shop.untilState('orchestrator', 'idle');
    await shop.json('worker', 'stop', 'orchestrator');
    const second = await shop.json('orchestrator', '--yes');
    expect(second).toMatchObject({ run: 2, role: 'orchestrator', sessionId: first.sessionId });
  } finally {
    await shop.close();
  }
});

test('a worker is kept in its worktree and told why', async () => {
  const shop = await Shop.open({ repos: { backend: {} } });
  try {
    await shop.start('backend', 'door', `run: touch ${shop.path('canary')}`);
    const { stdout } = await shop.run(['worker', 'screen', 'backend/door']);
    expect(stdout.replace(/\s+/g, ' ')).toContain('is outside your worktree');
    expect(await isThere(shop.path('canary'))).toBe(false);
    const log = await shop.json<{ type: string; what?: string }[]>('worker', 'log', 'backend/door');
    expect(log.filter(({ type }) => type === 'denied').map(({ what }) => what)).toEqual([
      `Bash: touch ${shop.path('canary')}`,
    ]);
  } finally {
    await shop.close();
  }
});
