import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CopilotMemory } from '../../../src/features/memory/service/copilotMemory.ts';
import { entriesIn } from '../../../src/features/memory/service/memoryAnswers.ts';
import {
  copilotWorkspace,
  memoryId,
  memoryServers,
} from '../../../src/features/memory/service/memoryServer.ts';
import type { Problem } from '../../../src/lib/result.ts';
import { Sandbox } from '../../support/sandbox.ts';

const program = resolve('test/support/memoryServer.mjs');

/** A store of the server, and its reader. */
class Store implements AsyncDisposable {
  readonly sandbox = new Sandbox();
  readonly problems: Problem[] = [];
  readonly memory = new CopilotMemory((problem) => this.problems.push(problem));
  readonly folder = join(this.sandbox.root, 'memory');
  readonly server: object;

  constructor(env: Readonly<Record<string, string>> = {}, server: object = {}) {
    mkdirSync(this.folder);
    this.server = {
      ...{ command: process.execPath, args: [program], env: { MEMORY_FOLDER: this.folder, ...env } },
      ...server,
    };
  }

  get config() {
    return { root: this.sandbox.root, memory: { server: this.server, serverName: 'project-memory' } };
  }

  get ambient() {
    return { ...this.sandbox.env, NOTION_TOKEN: 'ntn_secret' };
  }

  put(id: string, memories: readonly object[], initiative: object | null = null): void {
    writeFileSync(join(this.folder, `${id}.json`), JSON.stringify({ memories, initiative }));
  }

  read() {
    return this.memory.read(this.config, this.ambient);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.memory.close();
    await this.sandbox[Symbol.asyncDispose]();
  }
}

const entry = (n: number, content: string) => ({
  ...{ id: `m${n}`, content, type: n % 2 ? 'decision' : 'of no known kind', tags: ['t'] },
  createdAt: '2026-11-20T10:00:00.000Z',
});

test('decisions, lessons and reports that were left with it are read from their own id, page by page', async () => {
  await using store = new Store({ WORKSPACE_ID: 'theirs' });
  const many = Array.from({ length: 250 }, (_, n) => entry(n, `note ${n}`));
  store.put('theirs', many, { name: 'login', decisions: ['cost 12'], lessons: [{ content: 'salt it' }] });
  const read = await store.read();
  expect(store.problems).toEqual([]);
  expect(read).toHaveLength(253);
  expect(read[1]).toEqual({
    ...{ id: 'copilot-m1', by: 'project-memory', at: '2026-11-20T10:00:00.000Z' },
    ...{ kind: 'decision', content: 'note 1', tags: ['t'], metadata: {} },
  });
  expect(read.slice(-3).map(({ kind, content }) => [kind, content])).toEqual([
    ['decision', 'cost 12'],
    ['lesson', 'salt it'],
    ['initiative', 'login'],
  ]);
  expect(readFileSync(join(store.folder, 'ran'), 'utf8')).toBe(`theirs no token ${store.sandbox.root}`);
});

test('it is searched by meaning, and entries are corrected and removed by its own tools', async () => {
  await using store = new Store({ WORKSPACE_ID: 'theirs', MEMORY_WITHOUT: 'memory_list,initiative_get' });
  store.put('theirs', [entry(1, 'feature/login: bcrypt, cost 12'), entry(2, 'Postgres 17')]);
  const search = (query: string) => store.memory.search(store.config, store.ambient, query, 10);
  expect((await search('password hashing')).map(({ memory }) => memory.content)).toEqual([
    'feature/login: bcrypt, cost 12',
  ]);
  const change = (id: string, text: string | null) =>
    store.memory.change(store.config, store.ambient, id, text);
  expect(await change('copilot-m1', 'feature/login: bcrypt, cost 14')).toEqual({ ok: true, value: null });
  expect((await search('bcrypt'))[0]?.memory.content).toContain('cost 14');
  expect(await change('copilot-m1', null)).toEqual({ ok: true, value: null });
  expect(await search('bcrypt')).toEqual([]);
});

describe('a server', () => {
  test.each([
    ['that does not start', {}, { command: '/nowhere/at/all' }],
    ['that ends at once', {}, { args: ['-e', ''] }],
    ['that answers nonsense', { MEMORY_MANNERS: 'nonsense' }, {}],
    ['that floods', { MEMORY_MANNERS: 'flood' }, {}],
  ])('%s is told once, and not started again by the next search', async (_, env, server) => {
    await using store = new Store(env, server);
    expect(await store.read()).toEqual([]);
    expect(await store.memory.search(store.config, store.ambient, 'x', 3)).toEqual([]);
    expect(store.problems.map(({ code }) => code)).toEqual(['copilot_unavailable']);
  });

  test('of another shape, or none, runs nothing', async () => {
    for (const server of [{ command: 7 }, { url: 'http://x' }, null, { command: 'a\0b' }]) {
      await using store = new Store();
      const config = { root: store.sandbox.root, memory: { server } };
      expect(await store.memory.read(config, store.ambient)).toEqual([]);
      expect(memoryServers(config, {})).toEqual({});
    }
  });
});

describe('the id of the memory', () => {
  const root = '/shop';
  const ours = copilotWorkspace(root);
  const variable = '$' + '{WORKSPACE_ID}';
  const server = (id?: string) => ({
    command: 'mem',
    ...(id !== undefined && { env: { WORKSPACE_ID: id } }),
  });

  test.each([
    ['of .mcp.json', { server: server('theirs') }, { WORKSPACE_ID: 'exported' }, 'theirs'],
    ['of the environment', { server: server() }, { WORKSPACE_ID: 'exported' }, 'exported'],
    ['of the environment, without a server', undefined, { WORKSPACE_ID: 'exported' }, 'exported'],
    ['that .mcp.json takes from the environment', { server: server(variable) }, { WORKSPACE_ID: 'x' }, 'x'],
    [
      'that it says where none is exported',
      { server: server(variable.replace('}', ':-usual}')) },
      {},
      'usual',
    ],
    ['with copilot on, too', { copilot: true, server: server('theirs') }, {}, 'theirs'],
    ['ours, for a server without one', { server: server() }, {}, ours],
    ['ours, with copilot on', { copilot: true }, {}, ours],
    ['none, without a server', undefined, {}, null],
  ])('is the one %s', (_, memory, ambient, id) => {
    expect(memoryId({ root, ...(memory && { memory }) }, ambient)).toBe(id);
  });

  test('is part of what sessions get, with paths of the workspace', () => {
    const memory = { server: { command: './mem', args: ['../x.js', '-v'] }, serverName: 'm' };
    expect(memoryServers({ root, memory }, { WORKSPACE_ID: 'x' })).toEqual({
      m: { type: 'stdio', command: '/shop/mem', args: ['/x.js', '-v'], env: { WORKSPACE_ID: 'x' } },
    });
  });
});

test.each([
  ['a list under a name', '{"results":[{"id":1,"text":"a"}]}', ['a']],
  ['entries beside their distance', '[{"memory":{"id":"x","content":"a"},"distance":0.2}]', ['a']],
  ['lines of a list', 'Found 2:\n- a\n2. b', ['a', 'b']],
  ['a sentence', 'Nothing was found.', []],
  ['no entries', '[1,null,"x",{"content":""},{"content":7}]', []],
])('%s is read as far as it can be', (_, answer, contents) => {
  expect(entriesIn(answer, 'm').map(({ memory }) => memory.content)).toEqual(contents);
});
