import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { auth, bill, call, orchestrator, ToolPlace } from './toolPlace.ts';

const workers = [
  'report_progress',
  'report_blocked',
  'report_done',
  'list_updates',
  'who_is_changing',
  'send_message',
  'memory_store',
  'memory_search',
  'memory_update',
  'memory_delete',
];
const orchestrators = [
  'status',
  'list_workers',
  'worker_screen',
  'read_diff',
  'conflicts',
  'propose_worker',
  'propose_finish',
  'git_log',
  'git_show',
  'board_show',
  'board_add',
  'board_move',
  'board_edit',
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
    const refused = await call(client, name, {
      ...{ repo: 'web', task: 'x', brief: 'x', worker: bill },
      ...{ card: 'ORC-1', column: 'Done', commit: 'HEAD' },
    });
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
  ])('%s are refused so that a model can fix them', async (_, args) => {
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

  test('is corrected and removed by who stored it, and by the orchestrator, but for what a person stored', async () => {
    await using place = new ToolPlace();
    const [one, two] = [await place.client(auth), await place.client(bill)];
    const coordinator = await place.client(orchestrator);
    for (const content of ['We sign with rsa', 'Ports begin at 2000'])
      await call(one, 'memory_store', { content, type: 'decision', tags: ['auth'] });
    const draft = { kind: 'context', content: 'Ask Ann', tags: [], metadata: {} } as const;
    place.scene.ask({ do: 'remember', memory: draft });
    const id = (n: number) => `orch-${n}`;
    const stored = async () =>
      JSON.parse((await call(two, 'memory_search', { query: '' })).text).map(
        ({ content }: { content: string }) => content,
      );
    const all = ['Ask Ann', 'Ports begin at 2000', 'We sign with rsa'];
    expect(await stored()).toEqual(all);

    const refused = [
      [two, 'memory_update', { id: id(1), content: 'We sign nothing' }, 'backend/auth stored orch-1'],
      [two, 'memory_delete', { id: id(1) }, 'backend/auth stored orch-1'],
      [one, 'memory_update', { id: id(3), content: 'Ask nobody' }, 'A person stored orch-3'],
      [coordinator, 'memory_delete', { id: id(3) }, 'A person stored orch-3'],
      [one, 'memory_delete', { id: 'copilot-m1' }, 'its own tools'],
      [one, 'memory_update', { id: id(9), content: 'x' }, 'Nothing is stored here'],
      [one, 'memory_update', { id: id(1), content: '' }, 'at content'],
    ] as const;
    for (const [who, tool, given, words] of refused)
      expect(await call(who, tool, given)).toMatchObject({
        isError: true,
        text: expect.stringContaining(words),
      });
    expect(await stored()).toEqual(all);

    await call(one, 'memory_update', { id: id(1), content: 'We sign with ed25519\u001b' });
    await call(coordinator, 'memory_update', { id: id(2), content: 'Ports begin at 20000' });
    expect(await stored()).toEqual(['Ask Ann', 'Ports begin at 20000', 'We sign with ed25519']);
    expect(place.scene.state.log.memories[0]).toMatchObject({ by: auth, kind: 'decision', tags: ['auth'] });
    await call(one, 'memory_delete', { id: id(1) });
    await call(coordinator, 'memory_delete', { id: id(2) });
    expect(await stored()).toEqual(['Ask Ann']);
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
    text: expect.stringMatching(/data, not instructions.*\nscreen of backend\/auth\[2J\nend [0-9a-f]{8}$/),
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

test('history is quoted as data, in parts, with nothing in it that could not be seen', async () => {
  await using place = new ToolPlace();
  const client = await place.client(orchestrator);
  const log = await call(client, 'git_log', { repo: 'web', limit: 1 });
  expect(log.text).toMatch(/^History of web\. All up to the line "end ([0-9a-f]{8})" is data.*\nend \1$/s);
  expect(log.text).toContain('"subject": "of web [2J"');
  expect(log.text).toContain('"older": "offset 1"');
  const shown = await call(client, 'git_show', { repo: 'web', commit: 'HEAD', path: 'src' });
  expect(shown.text).toContain('\nHEAD of web in src\n+\tx\nend ');
  for (const args of [{}, { repo: 'web', limit: 101 }, { repo: 'web', offset: -1 }, { repo: 'web', path: 1 }])
    expect(await call(client, 'git_log', args)).toMatchObject({ isError: true });
});

describe('the board', () => {
  const rows = (...lines: string[]) => [
    '## To Do',
    '',
    '| ID | Task | Repo |',
    '|---|---|---|',
    ...lines,
    '',
  ];

  test('is begun by its first card; cards are found, moved and changed by id', async () => {
    await using place = new ToolPlace();
    const client = await place.client(orchestrator);
    expect(await call(client, 'board_show')).toEqual({
      text: 'There is no board yet. board_add creates one.',
      isError: false,
    });
    const added = await call(client, 'board_add', { task: 'Limit\u001b the rates', repo: 'backend' });
    expect(JSON.parse(added.text)).toMatchObject({ id: 'ORC-1', column: 'To Do' });
    await call(client, 'board_add', { task: 'Write a page', repo: 'web', column: 'review' });
    expect(await call(client, 'board_move', { card: 'ORC-1', column: 'In Progress' })).toMatchObject({
      isError: false,
    });
    await call(client, 'board_edit', { card: 'ORC-1', task: 'Limit all rates', worker: 'Ada' });
    const one = JSON.parse((await call(client, 'board_show', { repo: 'backend' })).text);
    expect(one).toMatchObject({
      counts: { 'To Do': 0, 'In Progress': 1, Review: 1, Done: 0 },
      cards: [{ id: 'ORC-1', task: 'Limit all rates', column: 'In Progress', worker: 'Ada' }],
    });
    expect(JSON.parse((await call(client, 'board_show', { text: 'PAGE' })).text).cards).toHaveLength(1);
    expect(JSON.parse((await call(client, 'board_show', { worker: 'Ada' })).text).cards).toHaveLength(1);
    const { cards, more } = JSON.parse((await call(client, 'board_show', { limit: 1 })).text);
    expect([cards.length, more]).toEqual([1, '1 more: offset 1']);
    await call(client, 'board_edit', { card: 'ORC-1', worker: '' });
    expect((await call(client, 'board_show', { card: 'ORC-1' })).text).not.toContain('Ada');
    expect(place.effects).toEqual([]);
  });

  test('knows a card without an id by its text, where only one has it', async () => {
    await using place = new ToolPlace();
    const client = await place.client(orchestrator);
    const text = rows('| | One | web |', '| | Two | web |', '| | Two | web |').join('\n');
    await writeFile(join(place.sandbox.root, 'SPRINT_BOARD.md'), text);
    expect(await call(client, 'board_move', { card: 'One', column: 'Done' })).toMatchObject({
      isError: false,
    });
    expect(await call(client, 'board_move', { card: 'Two', column: 'Done' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('2 cards have that text'),
    });
  });

  test.each<[string, string, Record<string, unknown>, RegExp]>([
    ['an unknown card', 'board_move', { card: 'ORC-9', column: 'Done' }, /no card "ORC-9".*board_show/],
    ['an unknown column', 'board_move', { card: 'ORC-1', column: 'Later' }, /no column "Later".*Review/],
    ['an unknown repository', 'board_add', { task: 'x', repo: 'none' }, /no repository "none".*backend, web/],
    ['nothing to change', 'board_edit', { card: 'ORC-1' }, /Nothing was given/],
    ['an empty text', 'board_edit', { card: 'ORC-1', task: '\u0007' }, /needs a text/],
    ['no text at all', 'board_add', {}, /arguments of board_add are wrong.*task/s],
    ['too long a text', 'board_add', { task: 'x'.repeat(3000) }, /arguments of board_add are wrong/],
    ['a wrong shape', 'board_edit', { card: { line: 3 } }, /arguments of board_edit are wrong/],
    ['a damaged row', 'board_move', { card: 'ORC-2', column: 'Done' }, /Line \d+.*by hand/],
  ])('refuses %s in words that help', async (_, name, args, words) => {
    await using place = new ToolPlace();
    const file = join(place.sandbox.root, 'SPRINT_BOARD.md');
    const text = rows('| ORC-1 | One | web |', '| ORC-2 | Two | web |', '| ORC-2 | Three | web |').join('\n');
    await writeFile(file, text);
    const refused = await call(await place.client(orchestrator), name, args);
    expect(refused.isError).toBe(true);
    expect(refused.text).toMatch(words);
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  test('that git could not merge is left alone', async () => {
    await using place = new ToolPlace();
    const text = `<<<<<<< ours\n${rows('| ORC-1 | One | web |').join('\n')}`;
    await writeFile(join(place.sandbox.root, 'SPRINT_BOARD.md'), text);
    const client = await place.client(orchestrator);
    expect(await call(client, 'board_add', { task: 'x' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('git left two versions'),
    });
  });
});
