import { duplexPair } from 'node:stream';
import { expect, test, vi } from 'vitest';
import type { Facts } from '../../src/core/facts.ts';
import type { ControllerNotices } from '../../src/features/commands.ts';
import { selectFacts } from '../../src/features/state.ts';
import { Link, Publisher } from '../../src/ipc/link.ts';
import { Scene } from '../controller/scene.ts';

test('a client that does not read is told no more than it can keep, and the latest once it reads again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const [left, right] = duplexPair();
  const link = new Link(left);
  link.start();
  let round = 0;
  const facts = (): Facts => {
    const { workspace, ...rest } = selectFacts(new Scene().state);
    return { ...rest, workspace: { ...workspace, name: `${round}`.padEnd(100_000, '.') } };
  };
  const announcer = new Publisher<'facts', Facts>({
    everyMs: 33,
    first: 'soon',
    read: facts,
    send: (to, newest) => to.notify<ControllerNotices>('facts', newest),
  });
  announcer.join(link);
  for (round = 1; round <= 20; round++) {
    announcer.changed('facts');
    vi.advanceTimersByTime(40);
  }
  vi.useRealTimers();
  expect(link.backlog).toBeLessThan(500_000);

  const reader = new Link(right);
  const { promise, resolve } = Promise.withResolvers<void>();
  const heard: number[] = [];
  reader.onNotice<ControllerNotices, 'facts'>('facts', ({ workspace }) => {
    heard.push(Number.parseInt(workspace.name, 10));
    if (heard.at(-1) === round) resolve();
  });
  reader.start();
  await promise;
  expect(heard.length).toBeLessThan(8);
  reader.close();
  link.close();
});
