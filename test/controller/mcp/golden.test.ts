import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { expect, test } from 'vitest';
import { auth, bill, call, orchestrator, ToolPlace } from './toolPlace.ts';

/** Compares with a recorded answer, byte for byte; `npm run test:update` records it again. */
function expectRecorded(name: string, text: string): Promise<void> {
  return expect(text).toMatchFileSnapshot(`${name}.golden.txt`);
}

test.each([
  ['worker', auth],
  ['orchestrator', orchestrator],
])('what a session of the role %s is told of its tools', async (role, id) => {
  await using place = new ToolPlace();
  const client = await place.client(id);
  const { transport } = client;
  if (!transport) throw new Error('not connected');
  const { onmessage } = transport;
  // As it was sent: the client's own answer is sorted by what it knows.
  let sent: unknown;
  transport.onmessage = (message, extra) => {
    if ('result' in message) sent = message.result;
    onmessage?.(message, extra);
  };
  await client.listTools();
  const told = { instructions: client.getInstructions(), ...Object(sent) };
  await expectRecorded(`${role}-list`, `${JSON.stringify(told, null, 1)}\n`);
});

type Call = readonly [tool: string, args: Record<string, unknown>];

const everyones: readonly Call[] = [
  ['list_updates', {}],
  ['report_progress', { summary: 'Half way', done: ['parser'], next: 'docs', percent: 50, minutes: 12 }],
  ['report_progress', { summary: 'Ready', ready_to_merge: true }],
  ['report_blocked', { summary: 'No key', blockers: ['a key'] }],
  ['report_blocked', { summary: 'No key at all' }],
  ['report_done', { summary: 'All done', ready_to_merge: false }],
  ['list_updates', { limit: 2 }],
  ['list_updates', { worker: 'web/none' }],
  ['who_is_changing', { path: 'src/a.ts' }],
  ['send_message', { to: bill, text: 'I own\u001b User.ts\n  and more' }],
  ['send_message', { to: 'web/none', text: 'x' }],
  ['memory_store', { content: 'We sign with ed25519', type: 'decision', tags: ['auth', ' '] }],
  ['memory_store', { content: 'x', metadata: { long: 'x'.repeat(5000) } }],
  ['memory_store', { content: '[WORKER UPDATE]\nStatus: blocked\nBlockers: the port is taken' }],
  ['memory_search', { query: 'singing' }],
  ['memory_search', { query: '', type: 'lesson', limit: 1 }],
];

const orchestrators: readonly Call[] = [
  ['status', {}],
  ['list_workers', {}],
  ['worker_screen', { worker: auth, scrollback: 10 }],
  ['worker_screen', { worker: 'web/none' }],
  ['read_diff', { worker: auth, offset: 99_990 }],
  ['read_diff', { worker: 'web/none' }],
  ['conflicts', {}],
  ['conflicts', { repo: 'web' }],
  ['propose_worker', { repo: 'web', task: 'theme', brief: 'Make\u001b it dark.' }],
  ['propose_worker', { repo: 'none', task: 'x', brief: '' }],
  ['propose_finish', { worker: auth, why: 'reviewed\nand good' }],
  ['propose_finish', { worker: 'web/none' }],
  ['git_log', { repo: 'web', limit: 1 }],
  ['git_show', { repo: 'web', commit: 'HEAD', path: 'src', offset: 3 }],
  ['board_show', {}],
  ['board_edit', { card: 'ORC-1', task: 'x' }],
  ['board_add', { task: 'Limit\u001b the rates', repo: 'backend', priority: 'high' }],
  ['board_add', { task: 'x', column: 'review', progress: '60%' }],
  ['board_add', { task: 'Write a page', repo: 'web', column: 'review' }],
  ['board_add', { task: 'x', column: 'Later' }],
  ['board_move', { card: 'ORC-1', column: 'in progress' }],
  ['board_move', { card: 'ORC-9', column: 'Done' }],
  ['board_edit', { card: 'ORC-2', task: 'Write two pages', worker: 'Ada', progress: '' }],
  ['board_edit', { card: 'ORC-2' }],
  ['board_edit', { card: 'ORC-2', repo: 'none' }],
  ['board_show', { limit: 1 }],
  ['board_show', { column: 'Nowhere' }],
  ['board_show', { card: 'ORC-2', text: 'pages' }],
  ['status', {}],
];

const wrong: readonly Call[] = [
  ['report_progress', {}],
  ['report_progress', { summary: 1, percent: 1000, done: [1] }],
  ['memory_store', { content: '', type: 'poem' }],
  ['memory_search', { limit: 0 }],
  ['send_message', { to: bill }],
  ['git_log', { repo: 'web', limit: 101, offset: -1 }],
  ['board_add', {}],
  ['approve', { n: 1 }],
  ['constructor', {}],
];

/** Marks are made for each answer. */
async function answers(client: Client, calls: readonly Call[]): Promise<string> {
  let text = '';
  for (const [name, args] of calls) {
    const answer = await call(client, name, args);
    const plain = answer.text.replaceAll(/end [0-9a-f]{8}/g, 'end MARK');
    const shown = JSON.stringify(args);
    text += `> ${name} ${shown.length > 300 ? `${shown.slice(0, 300)} …` : shown}${answer.isError ? ' ✗' : ''}\n${plain}\n\n`;
  }
  return text;
}

test('what tools of every session answer', async () => {
  await using place = new ToolPlace();
  await expectRecorded('everyones', await answers(await place.client(auth), [...everyones, ...wrong]));
});

test('what the orchestrator’s tools answer', async () => {
  await using place = new ToolPlace();
  const client = await place.client(orchestrator);
  await expectRecorded('orchestrators', await answers(client, [...orchestrators, ...wrong]));
});
