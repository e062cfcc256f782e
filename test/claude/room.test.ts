import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { oldestSupported } from '../../src/agents/claude/launch.ts';
import { readAll } from '../e2e/shop.ts';
import { ClaudeShop } from './claudeShop.ts';
import { fileHolds } from './fileHolds.ts';
import { installClaude, version } from './install.ts';
import { insist, markIn } from './mark.ts';

const claude = await installClaude();
const patient = { timeout: 25_000 };

type Room = Awaited<ReturnType<ClaudeShop['room']>>;

const open = (options: Parameters<typeof ClaudeShop.open>[1] = {}) => ClaudeShop.open(claude ?? '', options);
const isShown = (task: string, state: string) => new RegExp(`${task}\\s+${state}`);

/** The command on a card, wherever it is wrapped. */
const resumes = (sessionId: string) => new RegExp(`--resume[\\s│]+${sessionId}`);

/** Presses `r`, reads the card and says yes. @returns the card */
async function resume(room: Room, task: string): Promise<string> {
  room.press('r');
  await room.until(`Resume backend/${task}?`);
  const card = await room.until(/--(?:session-id|resume)[\s│]+[\da-f-]{36}/, patient);
  await readAll(room);
  room.press('y');
  return card;
}

/** Presses a key of a room until it shows what follows. */
function insistIn(room: Room, key: string, sight: string | RegExp): Promise<void> {
  return insist(
    () => room.press(key),
    () => room.until(sight, { timeout: 6000 }),
  );
}

/** Writes into the pane as a person does: looks at the words, and presses enter until they are taken. */
async function say(room: Room, words: string, taken: RegExp): Promise<void> {
  room.type(words);
  await room.until(new RegExp(`❯\\s${words}`), patient);
  await insistIn(room, 'enter', taken);
}

describe.skipIf(claude === null)('a room with the real Claude Code', () => {
  test('takes a task from its proposal to develop', async () => {
    await using place = await open();
    const { shop, api } = place;
    const command = 'git add -A && git commit -qm "Add hello"';
    const hello = { file_path: shop.path('.worktrees/backend-hello/hello.txt'), content: 'hi\n' };
    api.turns.push(
      { text: 'A file first.', tools: [{ name: 'Write', input: hello }] },
      { tools: [{ name: 'Bash', input: { command, description: 'Commit it' } }] },
      { text: 'All done.' },
    );
    const room = await place.room();
    room.press('n');
    await room.until('New worker');
    room.type('hello');
    room.press('tab');
    room.paste('Please greet.\n\nIn a file.');
    room.press('enter');
    await room.until('Start backend/hello?');
    await room.until('--session-id', patient);
    const card = await readAll(room);
    for (const part of ['--settings', '-n backend/hello', 'Please greet.', 'claude (default)'])
      expect(card).toContain(part);
    expect(api.conversations).toEqual([]);
    room.press('y');

    await room.until(isShown('hello', 'waiting'), patient);
    await room.until('Do you want to create hello.txt?');
    expect(await place.worker('hello')).toMatchObject({ state: 'waiting', asks: 'Write: hello.txt' });
    room.press('enter');
    await room.until('ctrl-q leaves');
    room.press('enter');
    await room.until('Do you want to proceed?', patient);
    await room.until(isShown('hello', 'waiting'));
    expect(await place.worker('hello')).toMatchObject({ state: 'waiting', asks: `Bash: ${command}` });
    room.press('1');
    await room.until('All done.', patient);
    await room.until(isShown('hello', 'idle'));
    room.press('ctrl-q');
    await room.until('f finish');
    expect(await place.history('hello')).toEqual([
      'idle',
      'working',
      'waiting: Write: hello.txt',
      'working',
      `waiting: Bash: ${command}`,
      'working',
      'idle',
    ]);

    room.press('f');
    await room.until('hello.txt | 1 +');
    room.press('y');
    await room.until('No workers yet.', patient);
    expect(await shop.git('backend', 'show', 'develop:hello.txt')).toBe('hi');
    expect(await shop.git('backend', 'status', '--porcelain', '--branch')).toBe('## main');
    room.press('q');
    expect(await room.exited).toMatchObject({ exitCode: 0 });
  });

  test('shows Esc in mid-turn and at a question as idle', async () => {
    await using place = await open();
    place.api.turns.push(
      { text: 'Let me think about it for long.', hangs: true },
      { tools: [{ name: 'Bash', input: { command: 'touch never.txt', description: 'x' } }] },
    );
    await place.start('esc', 'Think.');
    const room = await place.room();
    // Before a word was said, Esc would put the brief back into the prompt.
    await room.until('Let me think about it for long.', patient);
    await room.until(isShown('esc', 'working'));
    room.press('enter');
    await room.until('ctrl-q leaves');
    room.press('escape');
    await room.until(isShown('esc', 'idle'), patient);
    room.type('Now a command.');
    await room.until('Now a command.');
    room.press('enter');
    await room.until('Do you want to proceed?', patient);
    await room.until(isShown('esc', 'waiting'));
    room.press('escape');
    await room.until(isShown('esc', 'idle'), patient);
    expect(await place.history('esc')).toEqual([
      'idle',
      'working',
      'idle',
      'working',
      'waiting: Bash: touch never.txt',
      'idle',
    ]);
  });

  test('keeps waiting while other tools end, and goes through questions one by one', async () => {
    // Only tools that change nothing run beside others: the person's own hook tells that the last one has ended.
    const PostToolUse = [{ matcher: 'Bash', hooks: [{ type: 'command', command: 'touch ended' }] }];
    // Without `skipWebFetchPreflight` it asks its vendor about each address first.
    await using place = await open({
      person: { settings: { skipWebFetchPreflight: true, hooks: { PostToolUse } } },
    });
    const fetch = (url: string) => ({ name: 'WebFetch', input: { url, prompt: 'x' } });
    const own = (file: string) => place.shop.path('.worktrees/backend-both', file);
    place.api.turns.push(
      {
        tools: [
          fetch('http://127.0.0.1:9/one'),
          fetch('http://127.0.0.2:9/two'),
          { name: 'Read', input: { file_path: own('README.md') } },
          { name: 'Bash', input: { command: 'sleep 1; ls', description: 'x' } },
        ],
      },
      { text: 'All read.' },
    );
    await place.start('both', 'Read it.');
    const room = await place.room();
    await room.until('Do you want to allow Claude to fetch', patient);
    await fileHolds(own('ended'), '');
    room.press('enter');
    await room.until('ctrl-q leaves');
    // 2.1.197 shows the last one that was asked first, later versions the first one.
    const isLastFirst = version === oldestSupported;
    const left = isLastFirst ? 'WebFetch: http://127.0.0.1:9/one' : 'WebFetch: http://127.0.0.2:9/two';
    await insistIn(room, 'enter', /ECONNREFUSED/);
    await room.until(new RegExp(`waiting \\S+: ${left}`));
    await insistIn(room, 'enter', 'All read.');
    await room.until(isShown('both', 'idle'));
    const [one, two] = [
      'waiting: WebFetch: http://127.0.0.1:9/one',
      'waiting: WebFetch: http://127.0.0.2:9/two',
    ];
    expect(await place.history('both')).toEqual([
      ...['idle', 'working', one, two],
      ...[`waiting: ${left}`, 'working', 'idle'],
    ]);
  });

  test('keeps waiting for one subagent while another works', async () => {
    await using place = await open();
    const agent = (prompt: string) => ({ name: 'Agent', input: { description: prompt, prompt } });
    const bash = (command: string) => ({ name: 'Bash', input: { command, description: 'x' } });
    place.api.turns.push(
      { to: 'Share it.', tools: [agent('first part'), agent('second part')] },
      // Later versions run them in the background, and come back to the conversation as each of them ends.
      ...['Both run.', 'One has ended.', 'Both have ended.'].map((text) => ({ to: 'Share it.', text })),
      { to: 'first part', tools: [bash('touch a.txt')] },
      { to: 'second part', tools: [bash('sleep 1; ls')] },
      { to: 'README.md', tools: [bash('sleep 1; ls -a')] },
    );
    await place.start('share', 'Share it.');
    const room = await place.room();
    // Later versions tell the conversation, which goes on above the question.
    const sign = version === oldestSupported ? /README\.md.*\.git/ : /Share it\..*<task-notification>/;
    await expect.poll(() => place.api.conversations.some((one) => sign.test(one)), patient).toBe(true);
    // Later versions may not show the dialog again; the queue does.
    await room.until(/waiting \S+: Bash: touch a\.txt/);
    room.press('tab');
    await room.until('y look');
    room.press('y');
    await room.until('y allow');
    await readAll(room);
    room.press('y');
    await room.until(isShown('share', 'idle'), patient);
    const states = ['idle', 'working', 'waiting: Bash: touch a.txt', 'working', 'idle'];
    expect(await place.history('share')).toEqual(states);
  });

  test('shows a worker whose account is limited', async () => {
    await using place = await open();
    const fails = { status: 429, type: 'rate_limit_error', message: 'This would exceed your rate limit.' };
    place.api.turns.push({ fails }, { text: 'Here I am again.' });
    await place.start('much', 'Do a lot.');
    const room = await place.room();
    await room.until(isShown('much', 'limited'), patient);
    await room.until('This would exceed your rate limit.');
    room.press('enter');
    await room.until('ctrl-q leaves');
    await say(room, 'go on', /much\s+working|Here I am again\./);
    await room.until('Here I am again.', patient);
    await room.until(isShown('much', 'idle'));
  });

  test('resumes the conversation after the process, and after the host, is killed', async () => {
    await using place = await open();
    const { api, shop } = place;
    // An answer that comes sooner is written before its question, and dropped by a resume.
    const isWritten = () => place.keeps('door', 'The first question.');
    api.turns.push({ text: 'The first answer.', after: isWritten });
    await place.start('door', 'The first question.');
    const room = await place.room();
    await room.until('The first answer.', patient);
    await room.until(isShown('door', 'idle'));
    const { sessionId } = await place.worker('door');
    await place.keeps('door', 'turn_duration');
    process.kill(await place.pidOf('door'), 'SIGKILL');
    await room.until(isShown('door', 'exited 137'));

    api.turns.push({ tools: [{ name: 'Bash', input: { command: 'touch never.txt', description: 'x' } }] });
    expect(await resume(room, 'door')).toMatch(resumes(sessionId));
    await room.until(isShown('door', 'idle'), patient);
    await room.until('The first answer.');
    room.press('enter');
    await room.until('ctrl-q leaves');
    await say(room, 'The second question.', /door\s+working|Do you want to proceed\?/);
    await room.until('Do you want to proceed?', patient);
    await room.until(isShown('door', 'waiting'));
    expect(api.conversations.at(-1)).toContain('The first question.');
    room.press('ctrl-q');
    await room.until('f finish');

    await place.keeps('door', 'touch never.txt');
    process.kill(await shop.pidOf('host'), 'SIGKILL');
    await room.until(isShown('door', 'lost'));
    api.turns.push({ text: 'The third answer.' });
    expect(await resume(room, 'door')).toMatch(resumes(sessionId));
    await room.until(isShown('door', 'idle'), patient);
    await room.until('The first answer.');
    room.press('enter');
    await room.until('ctrl-q leaves');
    await say(room, 'The third question.', /door\s+working|The third answer\./);
    await room.until('The third answer.', patient);
    for (const said of ['The first question.', 'The first answer.', 'The second question.'])
      expect(api.conversations.at(-1)).toContain(said);
  });

  test('tells when nothing was kept of a conversation, and begins it anew', async () => {
    await using place = await open();
    const { api, shop } = place;
    api.turns.push({ text: 'The first answer.' });
    await place.start('door', 'Paint the door.');
    const room = await place.room();
    await room.until('The first answer.', patient);
    await room.until(isShown('door', 'idle'));
    const before = await place.worker('door');
    process.kill(await place.pidOf('door'), 'SIGKILL');
    await room.until(isShown('door', 'exited 137'));
    await rm(join(shop.place.root, 'claude-config', 'projects'), { recursive: true });

    await resume(room, 'door');
    await room.until(isShown('door', 'exited 1 '), patient);
    await room.until('No conversation found');
    api.turns.push({ text: 'Painted anew.' });
    const card = await resume(room, 'door');
    const { sessionId } = await place.worker('door');
    expect(sessionId).not.toBe(before.sessionId);
    expect(card).toContain('--session-id');
    expect(card).toContain(sessionId);
    expect(card).toContain('starts over');
    await room.until('Painted anew.', patient);
    expect(api.conversations.at(-1)).toContain('Paint the door.');
    expect(await place.worker('door')).toMatchObject({ sessionId });
  });

  test('leaves the question of trust to the person, and begins again after a no', async () => {
    await using place = await open({ trusted: false });
    place.api.turns.push({ text: 'Hello.' });
    await place.start('trust', 'Say hello.');
    const room = await place.room();
    await room.until(isShown('trust', 'needs trust'), patient);
    await room.until(/Needs you \(1\)/);
    await room.until('I trust this folder');
    expect(place.api.conversations).toEqual([]);
    room.press('enter');
    await room.until('ctrl-q leaves');
    await markIn(room, 'No, exit');
    await insistIn(room, 'enter', isShown('trust', 'exited 1 '));
    room.press('ctrl-q');
    await room.until('f finish');

    expect(await resume(room, 'trust')).toContain('--session-id');
    await room.until(isShown('trust', 'needs trust'), patient);
    await room.until('I trust this folder');
    room.press('enter');
    await room.until('ctrl-q leaves');
    await markIn(room, 'Yes, I trust');
    await insistIn(room, 'enter', 'Hello.');
    await room.until(isShown('trust', 'idle'));
    expect(await place.history('trust')).toEqual([
      'needs-trust',
      'exited',
      'needs-trust',
      'idle',
      'working',
      'idle',
    ]);
  });

  test('leaves any other question before the start to the person, too', async () => {
    const server = { mcpServers: { tools: { command: 'true' } } };
    await using place = await open({ files: { '.mcp.json': JSON.stringify(server) } });
    await place.start('server', 'Say hello.');
    const room = await place.room();
    await room.until('New MCP server found', patient);
    await room.until(isShown('server', 'needs trust'), patient);
    room.press('enter');
    await room.until('ctrl-q leaves');
    await markIn(room, 'Continue without using');
    await insistIn(room, 'enter', 'The script is over.');
    await room.until(isShown('server', 'idle'));
  });
});
