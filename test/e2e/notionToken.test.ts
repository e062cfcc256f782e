import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Fault } from '../features/notion/standIn.ts';
import { NotionShop } from './notionShop.ts';

let notion: NotionShop;
beforeEach(async () => {
  notion = await NotionShop.open();
});
afterEach(() => notion.close());

/** The token as it is, and as it would stand in a header, an address or a dump. */
function shapes(): readonly string[] {
  const { token } = notion.service;
  return [token, Buffer.from(token).toString('base64'), Buffer.from(token).toString('hex'), 'canary'];
}

function holds(text: string): boolean {
  return shapes().some((shape) => text.includes(shape));
}

/** Everything below a folder, what daemons log beside their sockets included. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}

/** What every process of this place was started with, but for those that a person's shell started. */
function processes(but: readonly number[]): { pid: number; name: string; text: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && !but.includes(Number(name)))
    .map((name) => ({
      pid: Number(name),
      environ: read(`/proc/${name}/environ`),
      line: read(`/proc/${name}/cmdline`),
    }))
    .filter(({ environ }) => environ.split('\0').includes(`HOME=${notion.shop.place.home}`))
    .map(({ pid, environ, line }) => ({
      pid,
      name: line.replaceAll('\0', ' ').trim(),
      text: `${environ}\n${line}`,
    }));
}

/** A program that writes down what it was started with, and then is the one it stands for. */
async function spyOn(name: string, real: string): Promise<string> {
  const log = join(notion.shop.place.root, `${name}.log`);
  const folder = join(notion.shop.place.root, 'bin');
  await mkdir(folder, { recursive: true });
  const script = `#!/bin/sh\n{ echo "$0 $*"; env; } >> '${log}'\n${real}\n`;
  await writeFile(join(folder, name), script, { mode: 0o755 });
  return log;
}

it('is in no process that is started, no file, no screen and no answer, also where Notion fails', {
  timeout: 120_000,
}, async () => {
  const { shop, service } = notion;
  const git = await spyOn('git', 'exec /usr/bin/git "$@"');
  const told = await spyOn('told', 'exit 0');
  const job = await spyOn('job', 'exit 0');
  const bin = join(shop.place.root, 'bin');
  const path = shop.place.env().PATH ?? '';
  const env = { ...notion.tokenEnv, PATH: `${bin}:${path}` };
  await mkdir(join(shop.place.home, '.config/orch-tui'), { recursive: true });
  await writeFile(
    join(shop.place.home, '.config/orch-tui/settings.json'),
    JSON.stringify({ notifyCommand: [join(bin, 'told')] }),
  );
  const file = shop.path('.orch/config.json');
  const config = JSON.parse(await readFile(file, 'utf8'));
  const teller = {
    ...{ command: ['sh', '-c', 'env; cat /proc/$PPID/environ; exec cat'], speaks: 'none' },
    pass: ['NOTION_*', 'NOTION_TOKEN'],
  };
  const jobs = { lint: [join(bin, 'job')], verify: [join(bin, 'job')] };
  await shop.configure({ jobs, agents: { ...config.agents, teller } });

  const answers: string[] = [];
  const say = async (...args: string[]) => {
    const { stdout, stderr, code } = await notion.say(args, env);
    answers.push(stdout, stderr);
    return { stdout, code };
  };
  await say('notion', 'connect', '--board', notion.source, '--wanted', 'Ready', '--comment', '--yes');
  expect((await say('sync', '--json')).stdout).toContain('"created": 2');
  expect(existsSync(join(shop.place.home, '.config/orch-tui/credentials.json'))).toBe(false);
  expect((await say('notion', 'status', '--json')).stdout).toContain('"source": "NOTION_TOKEN"');
  expect((await say('doctor')).stdout).toMatch(/notion +token from NOTION_TOKEN, ending in …nary/);
  const room = notion.room({ cols: 120, rows: 36 }, env);
  await room.until('No workers yet.');
  await say('worker', 'start', 'backend', 'fix', '--brief', '', '--agent', 'teller', '--yes');
  await say('worker', 'start', 'web', 'page', '--brief', 'say: hello', '--yes');
  await shop.untilState('web/page', 'idle');
  await say('run', 'lint');
  // The person is told of what the board wants, by a program of theirs.
  service.edit(notion.page('Write a page'), { Status: 'Ready' });
  await say('sync');
  await vi.waitFor(() => expect(read(told)).not.toBe(''));

  // Whatever goes wrong, nothing tells of it. Reads are repeated after pauses, so that it is writes that fail.
  await notion.addCards(7);
  const refused: Fault = { kind: 'status', when: 'before', status: 400 };
  const faults: Fault[] = [
    ...[
      refused,
      { kind: 'html', when: 'before' } as const,
      refused,
      { kind: 'half', when: 'after' } as const,
    ],
    ...[
      refused,
      { kind: 'drop', when: 'after' } as const,
      { kind: 'status', when: 'before', status: 401 } as const,
    ],
  ];
  service.fault = ({ method, path }) =>
    method === 'POST' && path === 'pages' ? (faults.shift() ?? null) : null;
  expect((await say('sync', '--json')).stdout).toContain('notion_unauthorized');
  expect(faults).toEqual([]);
  await say('sync');
  service.fault = () => null;
  const { token } = service;
  service.token = 'ntn_another_one_000000000000000000000000';
  expect((await say('sync', '--json')).stdout).toContain('notion_unauthorized');
  room.press('b');
  await room.until('Fix the migration');
  room.press('s');
  await room.until('Notion refused the token.');
  room.press('escape');
  service.token = token;

  const screens = ['backend/fix', 'web/page'].map((id) => say('worker', 'screen', id, '--scrollback', '500'));
  const [screen] = await Promise.all(screens);
  expect(screen?.stdout).toContain(`HOME=${shop.place.home}`);
  await say('worker', 'log', 'backend/fix');

  const running = processes([room.pid]);
  const names = running.map(({ name }) => name).join('\n');
  for (const daemon of ['controller.js', 'host.js']) expect(names).toContain(daemon);
  expect(running.filter(({ text }) => holds(text)).map(({ name }) => name)).toEqual([]);
  for (const log of [git, told, job])
    expect([log, holds(read(log)), read(log) === '']).toEqual([log, false, false]);
  const folders = [
    shop.path('.orch'),
    shop.place.runtime,
    shop.place.home,
    shop.place.temporary,
    shop.path('.worktrees'),
  ];
  const found = folders.flatMap(filesBelow).filter((name) => holds(read(name)));
  expect(found).toEqual([]);
  expect(
    answers.filter((answer) => holds(answer.replaceAll('…nary', '').replaceAll('"lastFour": "nary"', ''))),
  ).toEqual([]);
  expect(holds(room.said)).toBe(false);
});

it('lets the room sync with the token of the shell that it was opened in, and no other room', async () => {
  await notion.say(['notion', 'connect', '--board', notion.source, '--yes'], notion.tokenEnv);
  const without = notion.room();
  const room = notion.room({ cols: 120, rows: 36 }, notion.tokenEnv);
  for (const one of [without, room]) {
    await one.until('No workers yet.');
    one.press('b');
    await one.until('Fix the migration');
  }
  without.press('s');
  await without.until('There is no token.');
  room.press('s');
  await room.until('2 pages created in Notion');
  expect(notion.service.living(notion.source)).toHaveLength(2);
});

it('comments on the page of a finished card with the token of the shell that finishes it', async () => {
  const { shop } = notion;
  const say = (...args: string[]) => notion.say([...args, '--json'], notion.tokenEnv);
  await say('notion', 'connect', '--board', notion.source, '--comment', '--yes');
  await say('sync');
  await shop.start('backend', 'fix-the-migration', 'write notes.md: hello\ncommit: Add notes', 'idle');
  const page = notion.page('Fix the migration');
  expect(page.comments).toEqual([]);
  const finished = await say('worker', 'finish', 'backend/fix-the-migration', '--yes');
  expect(finished.code, finished.stdout).toBe(0);
  await vi.waitFor(() =>
    expect(page.comments).toEqual([
      expect.stringMatching(/^feature\/fix-the-migration was merged into develop\./),
    ]),
  );
});
