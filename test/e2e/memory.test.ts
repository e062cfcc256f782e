import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { Shop } from './shop.ts';

type List<T> = T[] & Record<string, unknown>;

const program = resolve('test/support/memoryServer.mjs');

test('a memory server of .mcp.json is every session’s once it is trusted, under its own id', async () => {
  const shop = await Shop.open({
    repos: { backend: {} },
    // It writes down what it was given, as Claude Code would read it.
    agents: {
      teller: {
        command: [
          'sh',
          '-c',
          'env | grep ^WORKSPACE_ID > given; printf "%s\\n" "$0" "$@" >> given; exec cat',
        ],
        speaks: 'claude',
      },
    },
  });
  try {
    const folder = shop.path('store');
    await mkdir(folder);
    const ran = join(folder, 'ran');
    const env = { WORKSPACE_ID: 'theirs', MEMORY_FOLDER: folder };
    const servers = { 'team-memory': { command: process.execPath, args: [program], env } };
    await writeFile(shop.path('.mcp.json'), JSON.stringify({ mcpServers: servers }));
    const memories = [{ id: 'm1', content: 'feature/login: bcrypt, cost 12', type: 'decision', tags: [] }];
    await writeFile(join(folder, 'theirs.json'), JSON.stringify({ memories, initiative: null }));

    const search = (query: string) => shop.json<List<Record<string, unknown>>>('memory', 'search', query);
    expect(await search('bcrypt')).toEqual([]);
    expect(existsSync(ran)).toBe(false);
    const { code } = await shop.run(['worker', 'start', 'backend', 'fix', '--agent', 'teller', '--yes']);
    expect(code).not.toBe(0);

    shop.trust();
    await shop.json('memory', 'store', 'Buttons are green');
    for (const query of ['bcrypt', 'password hashing'])
      expect(await search(query)).toMatchObject([
        { id: 'copilot-m1', by: 'team-memory', kind: 'decision', content: memories[0]?.content },
      ]);
    expect(await readFile(ran, 'utf8')).toMatch(/^theirs /);
    await shop.json('memory', 'correct', 'copilot-m1', 'feature/login: argon2');
    await shop.json('memory', 'correct', 'orch-1', 'Buttons are blue');
    expect(await search('argon2')).toMatchObject([{ content: 'feature/login: argon2' }]);
    expect((await search('')).map(({ content }) => content)).toEqual([
      'Buttons are blue',
      'feature/login: argon2',
    ]);
    for (const id of ['copilot-m1', 'orch-1']) await shop.json('memory', 'remove', id);
    expect(await search('')).toEqual([]);
    expect((await shop.run(['memory', 'remove', 'orch-1'])).code).not.toBe(0);

    await shop.json('worker', 'start', 'backend', 'fix', '--agent', 'teller', '--yes');
    const given = shop.path('.worktrees', 'backend-fix', 'given');
    await shop.until(
      'it was started',
      async () => existsSync(given) && /--session-id/.test(await readFile(given, 'utf8')),
    );
    const words = (await readFile(given, 'utf8')).split('\n');
    expect(words[0]).toBe('WORKSPACE_ID=theirs');
    expect(words[words.indexOf('--allowedTools') + 1]).toContain('mcp__team-memory__memory_search');
    const config = JSON.parse(await readFile(words[words.indexOf('--mcp-config') + 1] ?? '', 'utf8'));
    expect(config.mcpServers).toMatchObject({
      orch: { type: 'http' },
      'team-memory': { args: [program], env },
    });

    for (const [spec, words] of [
      [{ type: 'http', url: 'http://127.0.0.1:9/mcp' }, 'team-memory of .mcp.json: sessions use it, but'],
      [{ type: 'sse', url: 'http://127.0.0.1:9/sse' }, 'our own search reads only'],
      [{ type: 'ws', url: 'ws://127.0.0.1:9' }, 'neither sessions nor our own search use it'],
    ] as const) {
      await writeFile(shop.path('.mcp.json'), JSON.stringify({ mcpServers: { 'team-memory': spec } }));
      shop.trust();
      expect((await shop.run(['doctor'])).stdout).toContain(words);
      expect((await shop.run(['memory', 'remove', 'copilot-m1'])).stderr).toContain(
        spec.type === 'ws' ? 'neither a command' : 'only servers that are started',
      );
    }
  } finally {
    await shop.close();
  }
});
