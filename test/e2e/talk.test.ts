import { expect, test } from 'vitest';
import type { Update } from '../../src/core/worker.ts';
import { program, Shop } from './shop.ts';

type List<T> = T[] & Record<string, unknown>;

const hello = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'sh', version: '1' } },
};
const store = {
  jsonrpc: '2.0',
  id: 2,
  method: 'tools/call',
  params: { name: 'memory_store', arguments: { content: 'Ports begin at 20000', type: 'lesson' } },
};
const forbidden = {
  jsonrpc: '2.0',
  id: 3,
  method: 'tools/call',
  params: { name: 'propose_worker', arguments: { repo: 'backend', task: 'more', brief: '' } },
};
const lines = [hello, store, forbidden].map((message) => `'${JSON.stringify(message)}'`).join(' ');

/** What an agent without our hooks does: it reports by the command, and reaches the tools by the relay. */
const script = `
"$0" report 'Half way' --percent 50 --done parser tests --minutes 12
printf '[WORKER UPDATE]\\nStatus: done\\nReady for merge: yes\\n' | "$0" report --block -
"$0" report || echo refused: nothing said
"$0" messages mute backend/talk || echo refused: no person
printf '%s\\n' ${lines} 'no json' | "$0" mcp
echo all said
exec cat`;

function open(): Promise<Shop> {
  return Shop.open({
    repos: { backend: {} },
    agents: { talker: { command: ['sh', '-c', script, program], speaks: 'none' } },
  });
}

test('a worker without hooks reports by the command and reaches the tools by the relay', async () => {
  const shop = await open();
  try {
    await shop.json('worker', 'start', 'backend', 'talk', '--agent', 'talker', '--yes');
    const screen = () => shop.run(['worker', 'screen', 'backend/talk', '--scrollback', '200']);
    await shop.until('all is said', async () => /^all said$/m.test((await screen()).stdout));
    const said = (await screen()).stdout.replaceAll('\n', '');
    expect(said).toContain('refused: nothing said');
    expect(said).toContain('refused: no person');
    expect(said).toContain('orchestrator’s alone');
    expect(said).toContain('not JSON');

    const updates = await shop.json<List<Update>>('updates', 'backend/talk');
    expect(updates).toMatchObject([
      { worker: 'backend/talk', status: 'done', readyToMerge: true },
      { summary: 'Half way', percent: 50, minutes: 12, done: ['parser', 'tests'] },
    ]);
    const { stdout } = await shop.run(['updates', '--blocks']);
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      '[WORKER UPDATE]',
      'Worker: backend/talk',
      'Status: done',
    ]);
    expect(await shop.json<List<unknown>>('memory', 'search', 'port')).toMatchObject([
      { by: 'backend/talk', kind: 'lesson', content: 'Ports begin at 20000', distance: 0 },
    ]);
    expect((await shop.json<List<unknown>>('proposals')).length).toBe(0);
    await shop.json('memory', 'store', 'Use tabs', '--kind', 'decision', '--tag', 'style');
    expect(await shop.json<List<unknown>>('memory', 'search', 'style')).toMatchObject([{ by: 'person' }]);
  } finally {
    await shop.close();
  }
});

test('outside of workers nobody reports, and what is wrong is said', async () => {
  const shop = await open();
  try {
    expect(await shop.run(['report', 'x'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('inside a worker'),
    });
    expect(await shop.run(['report', 'x', '--percent', '101'])).toMatchObject({ code: 2 });
    expect(await shop.run(['mcp'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('inside a session'),
    });
    expect(await shop.run(['updates', 'backend/none'])).toMatchObject({ code: 1 });
    expect(await shop.run(['messages', 'mute', 'backend/none'])).toMatchObject({ code: 1 });
    expect(await shop.run(['memory', 'store', 'x', '--kind', 'poem'])).toMatchObject({ code: 2 });
    expect((await shop.run(['updates'])).stdout).toBe('Nothing was reported yet.\n');
  } finally {
    await shop.close();
  }
});
