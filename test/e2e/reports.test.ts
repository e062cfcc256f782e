import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { QueueItem } from '../../src/core/queue.ts';
import type { Update } from '../../src/core/worker.ts';
import { blockReport, storedReport } from './oldReports.ts';
import { program, Shop } from './shop.ts';

type List<T> = T[] & Record<string, unknown>;

/** The form for the memory: all in one line. */
const oneLine =
  '[WORKER UPDATE] Ready for merge: yes Task: Login Status: done Branch: feature/login Time: 8 hours Notes: see docs';

/** Two workers of tasks with one name: what each reports is its own. */
const script = `
case "$ORCH_REPO" in
backend)
  echo fixed > fix.txt; git add .; git commit -qm fix
  ${blockReport('Task: Login', 'Branch: feature/login', 'Status: in progress', 'Time: 1 hour')}
  ${blockReport('Task: Login', 'Status: in progress', 'Blockers: None', 'Time: 3 hours')}
  ${storedReport(oneLine)} ;;
*)
  ${blockReport('Task: Page', 'Status: in progress', 'Blockers: Which colour?', 'Time: 1 day')}
  ${blockReport('Task: Page', 'Status: in progress', 'Blockers: Which colour?', 'Time: 3 units')} ;;
esac
exec cat`;

test('reports of the old forms become money, questions and merges, each of its own worker', async () => {
  const shop = await Shop.open({
    agents: { teller: { command: ['sh', '-c', script, program], speaks: 'none' } },
  });
  try {
    await shop.configure({ invoices: { currency: 'USD', rate: 8000, time: 'claim' } });
    for (const repo of ['backend', 'web'])
      await shop.json('worker', 'start', repo, 'login', '--agent', 'teller', '--yes');
    const updates = (id: string) => shop.json<List<Update>>('updates', id);
    await shop.until('all is reported', async () => (await updates('web/login')).length === 2);
    await shop.until('all is reported', async () => (await updates('backend/login')).length === 3);
    expect(await updates('backend/login')).toMatchObject([
      {
        status: 'done',
        readyToMerge: true,
        summary: 'Login',
        branch: 'feature/login',
        total: 480,
        minutes: 300,
      },
      { status: 'working', summary: 'Login', total: 180, minutes: 120 },
      { status: 'working', summary: 'Login', total: 60, minutes: 60 },
    ]);

    await shop.untilState('web/login', 'idle');
    const queue = await shop.json<List<QueueItem>>('queue');
    expect(queue.filter(({ worker }) => worker === 'web/login')).toMatchObject([
      { kind: 'blocked', text: 'Which colour?' },
      { kind: 'time', text: expect.stringContaining('3 units') },
    ]);
    expect((await shop.run(['worker', 'list'])).stdout).toContain('blocked: Which colour?');
    expect((await updates('web/login'))[1]).toMatchObject({ total: 480 });
    const room = shop.room();
    const screen = await room.until('blocked: Which colour?');
    expect(screen).toMatch(/web\/login +Which colour\?/);
    room.press('tab', 'G', 'y');
    await room.until('It said: 3 units');
    room.type('1h 30m');
    room.press('enter');
    await room.until('web/login has worked 1h 30m in all.');
    const times = async () =>
      (await shop.json<List<QueueItem>>('queue')).filter(({ kind }) => kind === 'time').length;
    expect(await times()).toBe(0);
    await shop.json('worker', 'time', 'web/login', '--undo');
    expect(await times()).toBe(1);
    expect(await shop.json('worker', 'time', 'web/login', '2h')).toMatchObject({ minutes: 120 });
    room.press('q');
    await room.exited;

    await shop.json('worker', 'finish', 'backend/login', '--yes');
    await shop.until('it is entered', async () => existsSync(shop.path('INVOICES.md')));
    expect(await shop.json<List<unknown>>('invoice')).toMatchObject([
      { worker: 'backend/login', minutes: 480, amountCents: 64_000, claimed: 480, status: 'pending' },
    ]);
  } finally {
    await shop.close();
  }
});
