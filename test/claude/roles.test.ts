import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { oldestSupported } from '../../src/agents/claude/launch.ts';
import { program } from '../e2e/shop.ts';
import type { Person } from './claudePlace.ts';
import { ClaudeShop } from './claudeShop.ts';
import type { ScriptedTurn } from './fakeApi.ts';
import { installClaude, version } from './install.ts';

const claude = await installClaude();

/** A person whose own settings open everything and silence every hook. */
const careless: Person = {
  settings: {
    disableAllHooks: true,
    skipDangerousModePermissionPrompt: true,
    permissions: {
      allow: [
        'Bash',
        'Write',
        'Edit',
        'MultiEdit',
        'NotebookEdit',
        'Agent',
        'Task',
        'Skill',
        'Workflow',
        'mcp__files',
      ],
      defaultMode: 'bypassPermissions',
    },
  },
  // Claude Code asks nobody as root only where this is set.
  env: { IS_SANDBOX: '1' },
};

/** A server on stdio whose one tool writes a file. */
const writingServer = `
const { writeFileSync } = require('node:fs');
let text = '';
process.stdin.on('data', (chunk) => {
  text += chunk;
  for (let end = text.indexOf('\\n'); end >= 0; end = text.indexOf('\\n')) {
    const { id, method, params } = JSON.parse(text.slice(0, end));
    text = text.slice(end + 1);
    const tool = { name: 'write', description: 'Writes.', inputSchema: { type: 'object', properties: {} } };
    const results = {
      initialize: { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'files', version: '1' } },
      'tools/list': { tools: [tool] },
    };
    if (method === 'tools/call') writeFileSync(process.env.CANARY, 'x');
    if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? { content: [] } }));
  }
});`;

type Tool = NonNullable<ScriptedTurn['tools']>[number];
const bash = (command: string): Tool => ({ name: 'Bash', input: { command, description: 'x' } });

/** Whether each tool of the last turn came to an error, by the tool's place. */
function failures(place: ClaudeShop): boolean[] {
  const messages: { role: string; content: string | { type: string; is_error?: boolean }[] }[] = JSON.parse(
    place.api.conversations.at(-1) ?? '[]',
  );
  const last = messages.findLast(
    ({ role, content }) =>
      role === 'user' && typeof content !== 'string' && content.some(({ type }) => type === 'tool_result'),
  );
  return typeof last?.content === 'object'
    ? last.content.flatMap(({ type, is_error }) => (type === 'tool_result' ? [is_error === true] : []))
    : [];
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

async function isIdle(place: ClaudeShop, id: string, text: string): Promise<void> {
  await place.shop.until(`${id} rests after "${text}"`, async () => {
    const { state, said } = await place.shop.json<{ state: string; said?: { text: string } | null }>(
      'worker',
      'show',
      id,
    );
    return state === 'idle' && said?.text === text;
  });
}

describe.skipIf(claude === null)('the orchestrator', () => {
  test.each([
    ['whose settings open everything', []],
    ['who starts it without any permissions asked', ['--dangerously-skip-permissions']],
  ])('cannot write for a person %s', async (_, args) => {
    const person = {
      ...careless,
      args,
      mcpServers: {
        files: { command: process.execPath, args: ['-e', writingServer], env: { CANARY: '/nowhere' } },
      },
    };
    await using place = await ClaudeShop.open(claude ?? '', { person });
    const { shop, api } = place;
    const canary = (n: number) => shop.path(`canary-${n}`);
    const config = join(shop.place.root, 'claude-config', '.claude.json');
    await writeFile(config, (await readFile(config, 'utf8')).replace('/nowhere', canary(11)));
    const readme = shop.path('backend/README.md');
    const tools: Tool[] = [
      { name: 'Write', input: { file_path: canary(0), content: 'x' } },
      { name: 'Edit', input: { file_path: readme, old_string: 'backend', new_string: 'changed' } },
      {
        name: 'MultiEdit',
        input: { file_path: readme, edits: [{ old_string: 'backend', new_string: 'changed' }] },
      },
      { name: 'NotebookEdit', input: { notebook_path: canary(3), new_source: 'x', edit_mode: 'insert' } },
      bash(`echo x > ${canary(4)}`),
      bash(`sed -i s/backend/changed/ ${readme}`),
      bash(`python3 -c "open('${canary(6)}', 'w').write('x')"`),
      bash(`sh -c 'cd ${shop.path('backend')} && git commit --allow-empty -m x'`),
      {
        name: 'Agent',
        input: { description: 'x', prompt: 'the subagent writes', subagent_type: 'general-purpose' },
      },
      {
        name: 'Task',
        input: { description: 'x', prompt: 'the subagent writes', subagent_type: 'general-purpose' },
      },
      {
        name: 'Monitor',
        input: { command: `touch ${canary(10)}`, description: 'x', timeout_ms: 1000, persistent: false },
      },
      { name: 'mcp__files__write', input: {} },
      { name: 'Skill', input: { skill: 'orch:worker-start' } },
      { name: 'Workflow', input: { script: `agent('the subagent writes')` } },
      { name: 'EnterWorktree', input: { name: 'mine' } },
      { name: 'CronCreate', input: { cron: '* * * * *', prompt: 'the subagent writes' } },
    ];
    api.turns.push({ to: 'Try everything.', tools }, { text: 'Nothing went.' });
    const before = await shop.git('backend', 'rev-parse', 'HEAD');
    await shop.json('orchestrator', '--brief', 'Try everything.', '--yes');
    await isIdle(place, 'orchestrator', 'Nothing went.');
    expect(failures(place)).toEqual(tools.map(() => true));
    expect(await Promise.all(tools.map((_tool, n) => isThere(canary(n))))).toEqual(tools.map(() => false));
    expect(await shop.git('backend', 'rev-parse', 'HEAD')).toBe(before);
    expect(await shop.git('backend', 'status', '--porcelain')).toBe('');
    expect(
      api.conversations
        .filter((text) => text.includes('the subagent writes'))
        .every((text) => text.includes('Try everything.')),
    ).toBe(true);
    const { role, worktree } = await shop.json<{ role: string; worktree: string }>(
      'worker',
      'show',
      'orchestrator',
    );
    expect({ role, worktree }).toEqual({ role: 'orchestrator', worktree: shop.path() });
  });
});

describe.skipIf(claude === null)('a worker', () => {
  test('stays in its worktree and on its branch, also without a controller, and ends with the host', async () => {
    await using place = await ClaudeShop.open(claude ?? '', {
      person: { ...careless, args: ['--dangerously-skip-permissions'] },
    });
    const { shop, api } = place;
    const own = shop.path('.worktrees/backend-door');
    const readme = shop.path('backend/README.md');
    await shop.git('backend', 'init', '-q', '--bare', shop.path('remote.git'));
    await shop.git('backend', 'remote', 'add', 'origin', shop.path('remote.git'));
    const tools: Tool[] = [
      bash('echo x >> README.md; git stash'),
      bash('git switch -c other'),
      bash('git checkout -b other'),
      bash('git push origin HEAD'),
      bash('git worktree add ../extra'),
      bash('git branch -D develop'),
      bash(`sh -c 'cd ${shop.path('backend')} && git commit --allow-empty -m x'`),
      bash(`${program} worker start backend more --yes`),
      bash('echo x > ../outside-1'),
      bash(`sed -i s/backend/changed/ ${readme}`),
      bash(`python3 -c "open('${shop.path('outside-2')}', 'w').write('x')"`),
      { name: 'Write', input: { file_path: shop.path('outside-3'), content: 'x' } },
      { name: 'Edit', input: { file_path: readme, old_string: 'backend', new_string: 'changed' } },
    ];
    const good: Tool[] = [
      { name: 'Write', input: { file_path: join(own, 'door.txt'), content: 'open\n' } },
      bash('git add -A && git commit -qm "Add a door"'),
    ];
    const sub: Tool = {
      name: 'Agent',
      input: { description: 'x', prompt: 'the subagent stashes', subagent_type: 'general-purpose' },
    };
    const mine = { to: 'Try everything.' };
    const theirs = { to: 'the subagent stashes' };
    const outside = { name: 'Write', input: { file_path: shop.path('outside-4'), content: 'x' } };
    api.turns.push(
      ...[tools, [sub], ...good.map((tool) => [tool])].map((some) => ({ ...mine, tools: some })),
      { ...mine, text: 'Done what goes.' },
      // Later versions run the subagent beside all this, and come back to the conversation as it ends.
      { ...mine, text: 'Done what goes.' },
      { ...theirs, tools: [bash('git stash -u'), outside] },
      { ...theirs, text: 'The subagent could not.' },
    );
    const before = await shop.git('backend', 'show-ref');
    await place.start('door', 'Try everything.');
    await isIdle(place, 'backend/door', 'Done what goes.');
    const conversation = api.conversations.at(-1) ?? '';
    // The Edit of 2.1.197 does not come to us: it refuses by itself to edit what it has not read.
    const judged = version === oldestSupported ? tools.length - 1 : tools.length;
    expect(conversation.match(/orch-tui: /g)?.length).toBeGreaterThanOrEqual(tools.length - 1);
    expect(await shop.git('backend', 'stash', 'list')).toBe('');
    expect(await shop.git('backend', 'log', '-1', '--format=%s', 'feature/door')).toBe('Add a door');
    const refs = (text: string) =>
      text.split('\n').filter((line) => !/feature\/door|refs\/orch\//.test(line));
    expect(refs(await shop.git('backend', 'show-ref'))).toEqual(refs(before));
    for (const n of [1, 2, 3, 4]) {
      expect(await isThere(shop.path(`outside-${n}`))).toBe(false);
      expect(await isThere(shop.path('.worktrees', `outside-${n}`))).toBe(false);
    }
    expect(await readFile(readme, 'utf8')).toBe('# backend\n');
    expect(await readFile(join(own, 'README.md'), 'utf8')).toBe('# backend\n');
    const denied = await shop.json<{ type: string; what?: string }[]>('worker', 'log', 'backend/door');
    const kept = denied.filter(({ type }) => type === 'denied');
    expect(kept).toHaveLength(judged + 2);
    expect(kept.map(({ what }) => what)).toContain('Bash: git switch -c other');

    // It comes to its attempts while no controller is there, and none is started meanwhile.
    const pid = await place.pidOf('door');
    const wait = 'touch waiting; until test -e go; do sleep 0.1; done';
    const attempts = [bash('git stash -u'), bash('echo x > ../outside-1')];
    api.turns.splice(
      0,
      api.turns.length,
      { tools: [bash(wait)] },
      { tools: attempts },
      { text: 'Still not.' },
    );
    await shop.json('worker', 'send', 'backend/door', 'Once more.');
    await expect.poll(() => isThere(join(own, 'waiting')), { timeout: 20_000 }).toBe(true);
    const controller = await shop.pidOf('controller');
    const host = await shop.pidOf('host');
    process.kill(controller, 'SIGKILL');
    const seen = api.conversations.length;
    await writeFile(join(own, 'go'), '');
    await expect.poll(() => api.conversations.length, { timeout: 20_000 }).toBe(seen + 2);
    expect(failures(place)).toEqual([true, true]);
    expect(await isThere(shop.path('.worktrees/outside-1'))).toBe(false);
    expect(await isThere(join(own, 'waiting'))).toBe(true);

    process.kill(host, 'SIGKILL');
    await shop.until('the agent ends with its terminal', async () => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    });
  });
});

test.skipIf(claude === null)(
  'workers know their skills; the orchestrator’s are typed by its person',
  async () => {
    await using place = await ClaudeShop.open(claude ?? '');
    const { shop, api } = place;
    api.turns.push({ to: 'Hello there.', text: 'Hello.' });
    await shop.json('orchestrator', '--brief', 'Hello there.', '--yes');
    await isIdle(place, 'orchestrator', 'Hello.');
    await shop.json('worker', 'send', 'orchestrator', '/orchestrator-status backend', '--command');
    await expect.poll(() => api.conversations.at(-1), { timeout: 20_000 }).toContain('# How things stand');
    expect(api.conversations.at(-1)).toContain('if it is named here: backend');
    api.turns.push({ to: 'Work there.', text: 'Worked.' });
    await place.start('skilled', 'Work there.');
    await isIdle(place, 'backend/skilled', 'Worked.');
    expect(api.conversations.at(-1)).toContain('orch:worker-done');
    expect(api.conversations.at(-1)).not.toContain('orch:orchestrator');
  },
);
