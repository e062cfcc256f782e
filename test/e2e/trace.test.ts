import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TraceLine } from '../../src/core/trace.ts';
import { readAll, Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open({ repos: { backend: {} } });
});
afterEach(() => shop.close());

interface Replayed {
  readonly same: boolean;
  readonly processes: readonly {
    readonly process: string;
    readonly replayed: number;
    readonly withheld: number;
    readonly events: number;
    readonly difference: unknown;
    readonly frames?: { readonly count: number };
  }[];
}

it('a start and a permission request are traced without a word that was typed, and replayed', async () => {
  const file = join(shop.place.root, 'trace.jsonl');
  const env = { ORCH_TRACE: file, DEPLOY_TOKEN: 'canary-of-the-environment' };
  const room = shop.room(undefined, env);
  await room.until('1 repo');
  room.press('n');
  await room.until('New worker');
  room.type('list');
  room.press('tab');
  room.type('run: git status');
  room.press('enter');
  await room.until('y start');
  await readAll(room);
  room.press('y');
  await room.until('backend/list was started.');
  await shop.untilState('backend/list', 'waiting');
  await room.until('Needs you (1)');
  room.press('tab', 'enter');
  await room.until('Allow backend/list to use Bash?');
  room.press('y');
  await shop.untilState('backend/list', 'idle');
  room.press('1');
  await room.until('ctrl-q');
  room.type('canary-typed');
  await room.until('canary-typed');
  room.type('\x1b[200~canary-pasted\x1b[201~');
  await room.until('canary-pasted');
  room.press('ctrl-q');
  await room.until('? help');
  room.press('q');
  await room.exited;

  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const text = await readFile(file, 'utf8');
  expect(text).not.toMatch(/canary|git status/);
  const lines = text
    .trim()
    .split('\n')
    .map((line): TraceLine => JSON.parse(line));
  expect(new Set(lines.map(({ process }) => process))).toEqual(new Set(['room', 'controller']));
  const events = lines.flatMap((line) =>
    line.kind === 'event' ? [(line.event as { type: string }).type] : [],
  );
  for (const type of ['proposed', 'approved', 'started', 'observed', 'answered'])
    expect(events).toContain(type);

  const replayed = await shop.json<Replayed & Record<string, unknown>>('replay', file);
  expect(replayed).toMatchObject({ same: true });
  const of = (process: string) => replayed.processes.find((one) => one.process === process);
  expect(of('controller')).toMatchObject({ withheld: 0, difference: null });
  expect(of('controller')?.events).toBe(events.length);
  expect(of('room')?.withheld).toBeGreaterThan(10);
  expect(of('room')?.replayed).toBeGreaterThan(5);
  expect(of('room')?.frames?.count).toBeGreaterThan(5);
});
