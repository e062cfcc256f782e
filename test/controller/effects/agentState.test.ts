import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lookAtAgent, lookAtRestless } from '../../../src/controller/effects/agentState.ts';
import type { HostPort } from '../../../src/controller/effects/hostPort.ts';
import type { Message } from '../../../src/features/messages.ts';
import { processStart } from '../../../src/lib/processes.ts';
import { success } from '../../../src/lib/result.ts';
import { Scene, terminal } from '../scene.ts';

const id = 'backend/auth';
/** After every state of a scene. */
const later = Date.parse('2026-11-22T12:00:01.000Z');
const question = 'Do you want to proceed?\n❯ 1. Yes\n  2. No';
const rule = '─'.repeat(40);
const prompt = `${rule}\n❯ \n${rule}`;

/** A script with an agent below it, and what that agent keeps of itself. */
async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'orch-looks-'));
  await mkdir(join(folder, 'sessions'));
  const script = spawn('sh', ['-c', 'sleep 100 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [said] = await once(script.stdout, 'data');
  const agent = Number(said);
  onTestFinished(async () => {
    process.kill(agent);
    await once(script, 'exit');
    await rm(folder, { recursive: true });
  });
  const scene = new Scene().started();
  scene.tell({
    type: 'signed',
    id,
    sign: { source: 'hook', report: { kind: 'prompted' } },
    sessionId: null,
  });
  const shows = (title: string) =>
    scene.tell({ type: 'terminal-changed', terminal: terminal(id, { pid: script.pid ?? 0, title }) });
  shows('');
  const keep = (pid: number, status: string, at = later) => {
    const procStart = processStart(pid)?.split(':').at(-1);
    const text = JSON.stringify({ pid, procStart, status, statusUpdatedAt: at });
    return writeFile(join(folder, 'sessions', `${pid}.json`), text);
  };
  const look = async (text: string | (() => string) = question, how = lookAtAgent): Promise<Message[]> => {
    const told: Message[] = [];
    const host = {
      find: async () => success(async () => success({ text: typeof text === 'string' ? text : text() })),
    };
    const world = {
      host: host as unknown as Pick<HostPort, 'find'>,
      ambient: { CLAUDE_CONFIG_DIR: folder },
      dispatch: (message: Message) => told.push(message),
    };
    await how(world, scene.state, id);
    return told;
  };
  return { scene, agent, script: script.pid ?? 0, shows, keep, look };
}

const signs = (told: readonly Message[]) => told.flatMap((one) => (one.type === 'signed' ? [one.sign] : []));

test('an agent is asked itself, also below a script, and its screen is not read then', async () => {
  const { agent, keep, look } = await open();
  await keep(agent, 'idle');
  expect(signs(await look())).toEqual([{ source: 'session', says: 'resting', at: later }]);
});

test('the pane’s own process is asked first', async () => {
  const { agent, script, keep, look } = await open();
  await keep(agent, 'idle');
  await keep(script, 'busy');
  expect(signs(await look())).toEqual([{ source: 'session', says: 'working', at: later }]);
});

test('its screen is read where it keeps nothing, nothing that is news, or another process does', async () => {
  const { agent, keep, look } = await open();
  const shown = [{ source: 'screen', says: 'question' }];
  expect(signs(await look())).toEqual(shown);
  await keep(process.pid, 'idle');
  expect(signs(await look())).toEqual(shown);
  await keep(agent, 'idle', later - 60_000);
  expect(signs(await look())).toEqual(shown);
});

test('a title that rests is told only where neither the agent nor its screen asks', async () => {
  const { agent, keep, shows, look } = await open();
  shows('✳ auth');
  const [rests, isPrompt] = [
    { source: 'title', says: 'resting' },
    { source: 'screen', says: 'prompt' },
  ];
  expect(signs(await look(prompt))).toEqual([rests, isPrompt]);
  expect(signs(await look(''))).toEqual([rests]);
  expect(signs(await look(question))).toEqual([{ source: 'screen', says: 'question' }]);
  await keep(agent, 'waiting');
  for (const screen of [prompt, '', question])
    expect(signs(await look(screen))).toEqual([{ source: 'session', says: 'asking', at: later }]);
});

test('a pane that looks as if it rested is looked at again while its agent says that it works', async () => {
  const { agent, shows, keep, look } = await open();
  shows('✳ auth');
  await keep(agent, 'busy', later - 60_000);
  const screens = [prompt, prompt, question];
  expect(signs(await look(() => screens.shift() ?? ''))).toEqual([{ source: 'screen', says: 'question' }]);
  expect(screens).toEqual([]);
  // In the end its pane is believed, for nothing would be looked at any more.
  expect(signs(await look(prompt))).toEqual([
    { source: 'title', says: 'resting' },
    { source: 'screen', says: 'prompt' },
  ]);
  await keep(agent, 'waiting', later - 60_000);
  expect(signs(await look(prompt))).toEqual([{ source: 'screen', says: 'question' }]);
});

test('a title that works tells nothing', async () => {
  const { shows, look } = await open();
  shows('◐ auth');
  expect(signs(await look(''))).toEqual([]);
});

test('an agent that prints on is asked a little later, and only a question counts', async () => {
  const { agent, keep, look } = await open();
  expect(await look(question, lookAtRestless)).toEqual([]);
  for (const [status, told] of [
    ['waiting', [{ source: 'session', says: 'asking', at: later }]],
    ['idle', []],
    ['busy', []],
  ] as const) {
    await keep(agent, status);
    expect(signs(await look(question, lookAtRestless))).toEqual(told);
  }
});
