import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseHook } from '../../src/agents/claude/hooks.ts';
import { claudeSettings } from '../../src/agents/claude/launch.ts';
import {
  readTitle,
  showsKeptConversation,
  showsMissingConversation,
  showsTrustQuestion,
} from '../../src/agents/claude/screen.ts';
import { agentEnvironment, agentPrograms, commandLine } from '../../src/agents/launch.ts';
import { probeAgent } from '../../src/agents/probe.ts';
import { Pane } from '../agents/pane.ts';
import { StandInInbox } from '../agents/standInInbox.ts';
import { createClaudePlace } from './claudePlace.ts';
import { FakeApi } from './fakeApi.ts';
import { fileHolds } from './fileHolds.ts';
import { installClaude, version } from './install.ts';
import { insist, mark } from './mark.ts';

const program = await installClaude();

/** Everything a worker on the real CLI consists of, without the control room. */
async function createWorker(options: { isTrusted?: boolean } = {}) {
  const disposal = new AsyncDisposableStack();
  const api = disposal.use(await new FakeApi().open());
  const inbox = disposal.use(await new StandInInbox().open());
  const made = await createClaudePlace(program ?? '', api, options);
  const place = disposal.use(made.place);
  const preset = { ...made.preset, pass: [], speaks: 'claude' as const };
  const { node, hook, statusLine } = agentPrograms();
  const settingsFile = join(place.root, 'settings.json');
  const settings = claudeSettings({
    node,
    hookProgram: hook,
    statusProgram: statusLine,
    hookUrl: inbox.url,
    guardUrl: inbox.url,
    askUrl: inbox.url,
  });
  await writeFile(settingsFile, JSON.stringify(settings), { mode: 0o600 });
  const sessionId = randomUUID();
  const start = (brief: string, { resume = false, ambient = {} } = {}) => {
    const command = commandLine({ preset, sessionId, resume, brief, name: 'repo/task', settingsFile });
    const env = agentEnvironment({ ...place.ambient, ...ambient }, preset, inbox.env);
    return disposal.use(new Pane({ command, cwd: place.worktree, env }));
  };
  const reports = () => inbox.received.flatMap(({ body }) => parseHook(body)?.report ?? []);
  return {
    ...{ api, inbox, place, preset, sessionId, start, reports },
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}

const isResting = (pane: Pane) => readTitle(pane.title) === 'resting';
const isWorking = (pane: Pane) => readTitle(pane.title) === 'working';

describe.skipIf(program === null)('the real Claude Code', () => {
  test('answers the probe with its version', async () => {
    await using worker = await createWorker();
    const env = agentEnvironment(worker.place.ambient, worker.preset);
    expect(await probeAgent('claude', worker.preset, env, worker.place.root)).toMatchObject({
      value: { version: `${version} (Claude Code)` },
    });
  });

  test('reports a whole life: its start by the hook program, the rest posted with the token', async () => {
    await using worker = await createWorker();
    const { api, inbox, place, sessionId } = worker;
    const command = 'git add -A && git commit -qm "Add hello"';
    api.turns.push(
      {
        text: 'A file.',
        tools: [{ name: 'Write', input: { file_path: `${place.worktree}/hello.txt`, content: 'hi\n' } }],
      },
      { tools: [{ name: 'Bash', input: { command, description: 'Commit' } }] },
      { text: 'All done.' },
    );
    const pane = worker.start('Please greet.\n\nIn a file.');
    await pane.shows(/Do you want to create hello.txt/);
    await inbox.got('PermissionRequest');
    expect(isResting(pane)).toBe(true);
    pane.write('\r');
    await pane.shows(/Do you want to proceed/);
    await inbox.got('PermissionRequest', 2);
    pane.write('1');
    await inbox.got('Stop');
    expect(await place.commits()).toEqual(['Add hello']);
    await pane.until(() => isResting(pane), 'the title to rest');
    pane.write('/exit');
    await pane.shows('/exit');
    pane.write('\r');
    expect(await pane.exited).toMatchObject({ exitCode: 0 });

    expect(worker.reports()).toEqual([
      { kind: 'session-started', sessionId },
      { kind: 'prompted' },
      { kind: 'tool-started' },
      { kind: 'asked', what: 'Write: hello.txt' },
      { kind: 'tool-ended', what: 'Write: hello.txt' },
      { kind: 'tool-started' },
      { kind: 'asked', what: `Bash: ${command}` },
      { kind: 'tool-ended', what: `Bash: ${command}` },
      { kind: 'turn-ended', said: 'All done.' },
      { kind: 'session-ended' },
    ]);
    expect(inbox.refused).toBe(0);
    expect(pane.titles.some((title) => readTitle(title) === 'working')).toBe(true);
    expect(await inbox.got('UserPromptSubmit')).toMatchObject({ prompt: 'Please greet.\n\nIn a file.' });
  });

  test('takes a decision from the inbox, also behind a proxy that would not let loopback through', async () => {
    await using worker = await createWorker();
    const { api, inbox } = worker;
    api.turns.push(
      { tools: [{ name: 'Bash', input: { command: 'touch made.txt', description: 'x' } }] },
      { text: 'Made.' },
    );
    inbox.answer = ({ event }) =>
      event === 'PermissionRequest'
        ? { hookSpecificOutput: { hookEventName: event, decision: { behavior: 'allow' } } }
        : {};
    const proxy = 'http://127.0.0.1:9';
    worker.start('Make it.', { ambient: { HTTP_PROXY: proxy, http_proxy: proxy } });
    await inbox.got('Stop');
    expect(await worker.place.git(worker.place.worktree, 'status', '--porcelain')).toBe('?? made.txt');
  });

  test('tells of a turn stopped by Esc by its title alone', async () => {
    await using worker = await createWorker();
    worker.api.turns.push({ text: 'Let me think about it for long.', hangs: true });
    const pane = worker.start('Think.');
    await worker.inbox.got('UserPromptSubmit');
    await pane.until(() => isWorking(pane), 'the title to work');
    await pane.until(() => /esc to interrupt|tokens\)/.test(pane.screen()), 'the turn to be under way');
    pane.write('\x1b');
    await pane.until(() => isResting(pane), 'the title to rest');
    // What the status line posts is no event.
    const events = worker.inbox.events.filter((event) => event !== 'undefined');
    expect(events).toEqual(['SessionStart', 'UserPromptSubmit']);
  });

  test('brings the conversation back after kill -9', async () => {
    await using worker = await createWorker();
    const { api, inbox, sessionId } = worker;
    api.turns.push(
      { text: 'The first answer.' },
      { tools: [{ name: 'Bash', input: { command: 'touch never.txt', description: 'x' } }] },
      { text: 'The answer after all.' },
    );
    const killed = worker.start('The first question.');
    await inbox.got('Stop');
    killed.write('Now a command.');
    await killed.shows('Now a command.');
    killed.write('\r');
    const { transcript_path: transcript } = await inbox.got('PermissionRequest');
    // The transcript is written about 0.1 s after the hooks have fired.
    await fileHolds(String(transcript), 'touch never.txt');
    await killed.kill('SIGKILL');

    const pane = worker.start('', { resume: true });
    expect(parseHook(await inbox.got('SessionStart', 2))).toMatchObject({ report: { sessionId } });
    expect(await inbox.got('SessionStart', 2)).toMatchObject({ source: 'resume' });
    await pane.shows('The first answer.');
    pane.write('go on');
    await pane.shows('go on');
    pane.write('\r');
    await pane.shows('The answer after all.');
    expect(api.conversations.at(-1)).toContain('The first question.');
  });

  test('says when it kept nothing of a conversation', async () => {
    await using worker = await createWorker();
    const pane = worker.start('', { resume: true });
    expect(await pane.exited).toMatchObject({ exitCode: 1 });
    expect(showsMissingConversation(pane.screen())).toBe(true);
  });

  test('says when a conversation of that id is there already', async () => {
    await using worker = await createWorker();
    worker.api.turns.push({ text: 'Here.' });
    const first = worker.start('Say hello.');
    await worker.inbox.got('Stop');
    first.write('/exit');
    await first.shows('/exit');
    first.write('\r');
    await first.exited;
    const pane = worker.start('Say hello.');
    expect(await pane.exited).toMatchObject({ exitCode: 1 });
    expect(showsKeptConversation(pane.screen())).toBe(true);
  });

  test('asks for trust before any hook of ours runs', async () => {
    await using worker = await createWorker({ isTrusted: false });
    worker.api.turns.push({ text: 'Hello.' });
    const pane = worker.start('Say hello.');
    await pane.until(() => showsTrustQuestion(pane.screen()), 'the question');
    expect(worker.inbox.events).toEqual([]);
    expect(pane.titles).toEqual([]);
    const keys = { up: '\x1b[A', down: '\x1b[B' };
    const until = (isTrue: (screen: string) => boolean) =>
      pane.until(() => isTrue(pane.screen()), 'a key to be taken');
    await mark({ screen: () => pane.screen(), press: (key) => pane.write(keys[key]), until }, 'Yes, I trust');
    await insist(
      () => pane.write('\r'),
      () => until((screen) => !showsTrustQuestion(screen)),
    );
    await worker.inbox.got('Stop');
  });

  test('is seen to ask for trust where its words are broken into lines', async () => {
    await using worker = await createWorker({ isTrusted: false });
    const pane = worker.start('Say hello.');
    await pane.until(() => showsTrustQuestion(pane.screen()), 'the question');
    pane.resize(24, 24);
    await pane.until(
      () => showsTrustQuestion(pane.screen()) && /trust this\n/.test(pane.screen()),
      'it wrapped',
    );
    expect(worker.inbox.events).toEqual([]);
  });
});
