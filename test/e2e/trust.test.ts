import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(() => shop.close());

const file = () => shop.path('.orch/config.json');
const edit = async (change: object) =>
  writeFile(file(), JSON.stringify({ ...JSON.parse(await readFile(file(), 'utf8')), ...change }));
const stateFolder = () => join(shop.place.home, '.local/state/orch-tui');
const forget = () => rm(join(stateFolder(), 'trust'), { recursive: true });

async function problemOf(...args: string[]): Promise<{ code: string; message: string }> {
  const { stdout } = await shop.run([...args, '--json']);
  return (JSON.parse(stdout) as { error: { code: string; message: string } }).error;
}

interface Status {
  readonly trust: { configuration: string; state: string; hash: string };
  readonly notices: readonly { code: string }[];
}
const status = () => shop.json<Status & Record<string, unknown>>('status');

describe('an edited configuration', () => {
  it('waits until it is trusted, while workers and all that goes on with them do not', async () => {
    await shop.start(
      'backend',
      'auth',
      'write a.txt: A\ncommit: Add a\nrun: git status\nsay: Done.',
      'waiting',
    );
    const command = ['sh', '-c', `touch ${shop.path('evil')}; exec cat`];
    await edit({ agents: { demo: { command } }, jobs: { lint: command, verify: command } });
    const { trust, notices } = await status();
    expect(trust).toMatchObject({ configuration: 'changed', state: 'own' });
    expect(notices).toContainEqual(expect.objectContaining({ code: 'untrusted_workspace' }));

    expect(await problemOf('worker', 'start', 'web', 'cart', '--yes')).toMatchObject({
      code: 'untrusted_workspace',
      message: expect.stringContaining(trust.hash),
    });
    expect(await problemOf('run', 'lint')).toMatchObject({ code: 'untrusted_workspace' });
    const [question] = await shop.json<{ id: string }[]>('queue');
    await shop.json('answer', question?.id ?? '', 'allow');
    await shop.untilState('backend/auth', 'idle');
    expect(await shop.json('worker', 'finish', 'backend/auth', '--yes')).toMatchObject({ into: 'develop' });
    expect(existsSync(shop.path('evil'))).toBe(false);

    expect(await problemOf('trust', '--yes', '--hash', '0'.repeat(64))).toMatchObject({
      code: 'trust_changed',
    });
    expect(await problemOf('trust', '--yes')).toMatchObject({ code: 'usage' });
    expect(await shop.json('trust', '--yes', '--hash', trust.hash)).toMatchObject({
      trust: { configuration: 'trusted' },
    });
    expect((await status()).notices).toEqual([]);
    await shop.run(['run', 'lint', 'backend'], { env: {} });
    expect(existsSync(shop.path('evil'))).toBe(true);
  });

  it('stays away from a controller that is started meanwhile', async () => {
    await shop.start('backend', 'auth', 'say: hi');
    await shop.json('controller', 'stop');
    await edit({ agents: { demo: { command: ['/nowhere'] } } });
    expect(await status()).toMatchObject({
      trust: { configuration: 'changed' },
      notices: [{ code: 'untrusted_workspace' }],
      workers: [{ id: 'backend/auth', state: 'idle' }],
    });
  });

  it('is shown with what changed before the room opens, and a no leaves it waiting', async () => {
    await edit({ jobs: { lint: ['./evil.sh'] } });
    const room = shop.room();
    const card = await room.until('Trust this configuration? [y/N]');
    expect(card).toMatch(/\+ jobs\.lint +\.\/evil\.sh/);
    room.press('n', 'enter');
    await room.until('orch-tui · shop');
    await room.until(/The configuration changed and is not trusted yet/);
    room.press('q');
    await room.exited;
    const again = shop.room();
    await again.until('Trust this configuration? [y/N]');
    again.press('y', 'enter');
    await again.until(/No workers yet|auth/);
    again.press('q');
    await again.exited;
    expect(await status()).toMatchObject({ trust: { configuration: 'trusted' }, notices: [] });
  });
});

describe('a workspace of an earlier version', () => {
  it('is asked about once, then opens with all it had and goes on', async () => {
    await shop.start('backend', 'auth', 'write a.txt: A\ncommit: Add a\nsay: Done.');
    const log = await readFile(shop.path('.orch/log.jsonl'), 'utf8');
    await shop.json('controller', 'stop');
    await forget();
    await rm(shop.path('.orch/id'));
    const room = shop.room();
    await room.until('State: 1 workers (backend/auth); 0 open proposals.');
    await room.until('[y/d/l/N]');
    room.press('y', 'enter');
    await room.until(/auth .*idle/);
    room.press('q');
    await room.exited;
    expect((await readFile(shop.path('.orch/log.jsonl'), 'utf8')).startsWith(log)).toBe(true);
    expect(await shop.json('worker', 'finish', 'backend/auth', '--yes')).toMatchObject({ into: 'develop' });
    const again = shop.room();
    await again.until(/No workers yet|auth/);
    again.press('q');
    await again.exited;
  });
});

describe('state that was not written here', () => {
  it('is only shown; workers that live can be answered and stopped', async () => {
    await shop.start('backend', 'auth', 'run: git status\nsay: Done.', 'waiting');
    await shop.json('controller', 'stop');
    await writeFile(shop.path('.orch/id'), `${'a'.repeat(32)}\n`);
    const log = await readFile(shop.path('.orch/log.jsonl'), 'utf8');
    const { trust, workers } = await status();
    expect(trust).toMatchObject({ configuration: 'trusted', state: 'foreign' });
    expect(workers).toMatchObject([{ id: 'backend/auth', state: 'waiting' }]);
    for (const args of [
      ['worker', 'start', 'web', 'cart', '--yes'],
      ['worker', 'clean', 'backend/auth', '--yes', '--confirm', 'auth'],
      ['worker', 'send', 'backend/auth', 'hello'],
      ['board', 'add', 'A card'],
      ['memory', 'store', 'x'],
    ])
      expect([args, await problemOf(...args)]).toEqual([
        args,
        expect.objectContaining({ code: 'foreign_state' }),
      ]);
    const [question] = await shop.json<{ id: string }[]>('queue');
    await shop.json('answer', question?.id ?? '', 'allow');
    await shop.untilState('backend/auth', 'idle');
    await shop.json('worker', 'stop', 'backend/auth');
    expect(await readFile(shop.path('.orch/log.jsonl'), 'utf8')).toBe(log);

    await shop.json('trust', '--state', '--yes', '--hash', trust.hash);
    expect(await status()).toMatchObject({ trust: { state: 'own' }, workers: [{ id: 'backend/auth' }] });
  });

  it('can be put aside whole, and a new one begins', async () => {
    await shop.json('board', 'add', 'A card');
    await shop.start('backend', 'auth', 'say: hi');
    await shop.json('host', 'stop', '--yes');
    await shop.json('controller', 'stop');
    await forget();
    shop.trust();
    const log = await readFile(shop.path('.orch/log.jsonl'), 'utf8');
    const { trust } = await status();
    expect(trust.state).toBe('foreign');
    await shop.json('trust', '--state', '--discard', '--yes', '--hash', trust.hash);
    expect(await readFile(shop.path('.orch/discarded-1/log.jsonl'), 'utf8')).toBe(log);
    expect(await status()).toMatchObject({ trust: { state: 'own' }, workers: [] });
  });
});
