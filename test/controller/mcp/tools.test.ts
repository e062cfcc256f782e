import { describe, expect, test } from 'vitest';
import { auth, bill, call, orchestrator, ToolPlace } from './place.ts';

const workers = [
  'report_progress',
  'report_blocked',
  'report_done',
  'list_updates',
  'who_is_changing',
  'send_message',
  'memory_store',
  'memory_search',
];
const orchestrators = [
  'status',
  'list_workers',
  'worker_screen',
  'read_diff',
  'conflicts',
  'propose_worker',
  'propose_finish',
];

async function names(place: ToolPlace, id: string): Promise<string[]> {
  const { tools } = await (await place.client(id)).listTools();
  return tools.map(({ name }) => name);
}

test('each role is offered its own tools', async () => {
  await using place = new ToolPlace();
  expect(await names(place, auth)).toEqual(workers);
  expect(await names(place, orchestrator)).toEqual([...workers, ...orchestrators]);
  expect(place.told).toContainEqual({ type: 'tools-met', id: auth, listed: true });
});

test('a worker that calls the orchestrator’s tools is refused in words', async () => {
  await using place = new ToolPlace();
  const client = await place.client(auth);
  for (const name of orchestrators) {
    const refused = await call(client, name, { repo: 'web', task: 'x', brief: 'x', worker: bill });
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining('orchestrator’s alone') });
  }
  expect(await call(client, 'approve', { n: 1 })).toMatchObject({ isError: true });
  expect(place.effects).toEqual([]);
});

describe('reports', () => {
  test('are the sender’s, whatever they say, and plain', async () => {
    await using place = new ToolPlace();
    const client = await place.client(auth);
    const report = { summary: 'Half\u001b[2J way', percent: 50, minutes: 12, next: 'docs', worker: bill };
    expect(await call(client, 'report_progress', report)).toEqual({ text: 'Noted.', isError: false });
    expect(place.scene.worker(auth)?.update).toMatchObject({
      worker: auth,
      status: 'working',
      summary: 'Half [2J way',
      percent: 50,
      minutes: 12,
      next: ['docs'],
    });
    expect(place.scene.worker(bill)?.update).toBeNull();
    await call(client, 'report_blocked', { summary: 'No key' });
    expect(place.scene.worker(auth)?.update).toMatchObject({ status: 'blocked', blockers: ['No key'] });
    await call(client, 'report_done', { summary: 'All done' });
    expect(place.scene.worker(auth)?.update).toMatchObject({
      status: 'done',
      readyToMerge: true,
      percent: 100,
    });
    const { text } = await call(client, 'list_updates', { worker: auth, limit: 2 });
    expect(JSON.parse(text).map((one: { summary: string }) => one.summary)).toEqual(['All done', 'No key']);
  });

  test.each([
    ['without a summary', {}],
    ['beyond all bounds', { summary: 'x', percent: 1000 }],
    ['of another shape', { summary: { a: 1 } }],
  ])('%s are refused so that a model can mend them', async (_, args) => {
    await using place = new ToolPlace();
    const refused = await call(await place.client(auth), 'report_progress', args);
    expect(refused.isError).toBe(true);
    expect(refused.text).toMatch(/^Error: The arguments of report_progress are wrong\. .*(summary|percent)/s);
    expect(place.scene.worker(auth)?.update).toBeNull();
  });
});

test('messages reach those they are for', async () => {
  await using place = new ToolPlace();
  const client = await place.client(auth);
  expect(await call(client, 'send_message', { to: bill, text: 'I own User.ts' })).toMatchObject({
    isError: false,
  });
  expect(place.scene.state.log.notes).toMatchObject([{ from: auth, to: bill, text: 'I own User.ts' }]);
  expect(await call(client, 'send_message', { to: 'web/none', text: 'x' })).toMatchObject({ isError: true });
  expect(JSON.parse((await call(client, 'who_is_changing', { path: 'a.ts' })).text)).toEqual([
    { worker: bill, ranges: [{ from: 4, to: 9 }] },
  ]);
});

describe('the memory', () => {
  test('is shared, and answers as copilot-memory does', async () => {
    await using place = new ToolPlace();
    const [one, two] = [await place.client(auth), await place.client(bill)];
    const content = 'We sign tokens with ed25519';
    const stored = JSON.parse(
      (await call(one, 'memory_store', { content, type: 'decision', tags: ['auth'] })).text,
    );
    await call(one, 'memory_store', { content: 'Buttons are green' });
    const found = JSON.parse((await call(two, 'memory_search', { query: 'singing tokens' })).text);
    expect(found[0]).toEqual(stored);
    expect(Object.keys(stored).sort()).toEqual(
      [
        'content',
        'createdAt',
        'distance',
        'id',
        'metadata',
        'projectId',
        'sessionId',
        'tags',
        'type',
        'updatedAt',
      ].sort(),
    );
    expect(JSON.parse((await call(two, 'memory_search', { query: 'x', type: 'lesson' })).text)).toEqual([]);
    expect(await call(two, 'memory_store', { content: 'x', type: 'poem' })).toMatchObject({ isError: true });
  });

  test('takes a [WORKER UPDATE] block for a report, too, and finds it again', async () => {
    await using place = new ToolPlace();
    const client = await place.client(auth);
    const content = '[WORKER UPDATE]\nStatus: blocked\nBlockers: the port is taken';
    await call(client, 'memory_store', { content });
    expect(place.scene.worker(auth)?.update).toMatchObject({
      status: 'blocked',
      blockers: ['the port is taken'],
    });
    expect(JSON.parse((await call(client, 'memory_search', { query: '[WORKER UPDATE]' })).text)).toHaveLength(
      1,
    );
  });
});

test('the orchestrator looks and proposes; nothing it can call starts anything', async () => {
  await using place = new ToolPlace();
  const client = await place.client(orchestrator);
  const status = JSON.parse((await call(client, 'status')).text);
  expect(status.workers.map(({ id }: { id: string }) => id)).toEqual([auth, bill]);
  expect(await call(client, 'worker_screen', { worker: auth })).toMatchObject({
    text: `screen of ${auth}[2J`,
  });
  expect((await call(client, 'read_diff', { worker: auth })).text).toContain('offset 60000');
  expect(await call(client, 'read_diff', { worker: 'web/none' })).toMatchObject({ isError: true });
  expect(await call(client, 'conflicts')).toMatchObject({ text: '[]' });
  const proposed = await call(client, 'propose_worker', {
    repo: 'web',
    task: 'theme',
    brief: 'Make it dark.',
  });
  expect(proposed).toMatchObject({ isError: false });
  expect([...place.scene.state.log.proposals.values()]).toMatchObject([
    { by: 'orchestrator', draft: { task: 'theme' } },
  ]);
  expect(await call(client, 'propose_worker', { repo: 'none', task: 'x', brief: '' })).toMatchObject({
    isError: true,
  });
  await call(client, 'propose_finish', { worker: auth, why: 'reviewed' });
  expect(place.scene.worker(auth)?.finishWish).toMatchObject({ by: orchestrator, why: 'reviewed' });
  const worldly = place.effects.filter((type) => !['reply', 'reply-proposal', 'plan'].includes(type));
  expect(worldly).toEqual([]);
});
