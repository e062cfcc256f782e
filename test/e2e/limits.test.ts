import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readAll, Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open({ repos: { backend: {}, web: {} } });
});
afterEach(() => shop.close());

type List<T> = T[] & Record<string, unknown>;
interface Item {
  readonly kind: string;
  readonly worker: string;
}

const hour = 3600;

/** Steps that stop at limits of so many seconds, one after the other, and what is said behind them. */
const brief = (said: string, ...seconds: readonly number[]) =>
  ['say: Up to here.', ...seconds.map((one) => `limit ${one}`), `say: ${said}`].join('\n');

const kinds = async () =>
  (await shop.json<List<Item>>('queue')).map(({ kind, worker }) => `${kind} ${worker}`).sort();
const untilQueue = (...wanted: readonly string[]) =>
  shop.until(`the queue holds ${wanted}`, async () => (await kinds()).join() === [...wanted].sort().join());

/** What a command is refused for. */
async function refusalOf(...args: string[]): Promise<{ code: string; message: string }> {
  return JSON.parse((await shop.run([...args, '--json'])).stdout).error;
}

async function configure(limits: object): Promise<void> {
  const file = shop.path('.orch/config.json');
  const config = JSON.parse(await readFile(file, 'utf8'));
  await shop.configure({ limits: { ...config.limits, ...limits } });
}

it('a worker at its limit keeps others of its agent from starting, until its person insists', async () => {
  await shop.start('backend', 'first', brief('Never said.', hour), 'limited');
  const held = await refusalOf('worker', 'start', 'web', 'next', '--yes');
  expect(held.code).toBe('agent_limited');
  expect(held.message).toMatch(
    /^demo has reached its usage limit in backend\/first, until .*\d\d:\d\d\. It stays/,
  );
  const room = shop.room();
  await room.until('limit until');
  room.press('tab', 'G', 'enter');
  const card = await room.until('Start web/next?');
  expect(card).toContain('! demo has reached its usage limit in backend/first, until');
  await room.until('y start');
  await readAll(room);
  room.press('y');
  await room.until('y again starts it.');
  room.press('y');
  await room.until('web/next was started.');
  await room.until(/next\s+idle/);
  room.press('q');
  await room.exited;
});

it('once its limit is over the queue says so, and one key lets it go on; nobody goes on by itself', async () => {
  await shop.start('backend', 'first', brief('It is all done.', 2), 'limited');
  await untilQueue('limit-over backend/first');
  process.kill(await shop.pidOf('controller'), 'SIGKILL');
  await untilQueue('limit-over backend/first');
  expect(await shop.json('worker', 'show', 'backend/first')).toMatchObject({ state: 'limited' });
  const room = shop.room();
  await room.until('go on?');
  room.press('tab');
  await room.until('y go on');
  expect(room.screen()).not.toContain('● It is all done.');
  room.press('y');
  await room.until('● It is all done.');
  await untilQueue();
  room.press('q');
  await room.exited;
});

/** Starts one whatever the others say, and waits until it has stopped. */
async function stopAtLimit(repo: string, task: string, text: string): Promise<void> {
  await shop.json('worker', 'start', repo, task, '--brief', text, '--yes', '--over-limit');
  await shop.untilState(`${repo}/${task}`, 'limited');
}

it('one dialog lists all that stopped, lets those go on that can, and asks to resume those that ended', async () => {
  await stopAtLimit('backend', 'over', brief('Over is done.', 2));
  await stopAtLimit('backend', 'gone', brief('Gone is done.', 2));
  await stopAtLimit('web', 'unknown', brief('Unknown is done.', 0));
  await stopAtLimit('web', 'held', brief('Never said.', hour));
  await shop.json('worker', 'send', 'backend/gone', '/exit', '--command');
  await untilQueue('limit-over backend/over', 'limited web/held', 'limited web/unknown');
  await shop.untilState('backend/gone', 'exited');

  const room = shop.room({ cols: 80, rows: 24 });
  await room.until('3 limited');
  await room.until('n new');
  room.press('C');
  const dialog = await room.until('Let 3 workers go on?');
  expect(dialog).toMatch(/At their prompts[ │\n]+backend\/over[ │\n]+web\/unknown: the end is not known/);
  expect(dialog).toMatch(/Ended: each becomes a proposal to resume[ │\n]+backend\/gone/);
  expect(dialog).toMatch(/Their limit still holds[ │\n]+web\/held: until/);
  room.press('y');
  await room.until('backend/over, web/unknown were asked to continue.');
  await shop.untilState('backend/over', 'idle');
  await shop.untilState('web/unknown', 'idle');
  await untilQueue('limited web/held', 'proposal backend/gone');
  expect(await shop.json('proposals')).toMatchObject([{ kind: 'resume', limit: { code: 'agent_limited' } }]);
  room.press('q');
  await room.exited;
});

it('a limit that is reached again stops those of its agent who had not had their turn', async () => {
  await stopAtLimit('backend', 'again', brief('Never said.', 2, hour));
  await stopAtLimit('web', 'next', brief('Next is done.', 2));
  await untilQueue('limit-over backend/again', 'limit-over web/next');
  // Longer than the first one takes to be refused again.
  await configure({ staggerMs: 15_000 });
  expect(await refusalOf('worker', 'go-on', '--all')).toMatchObject({ code: 'approval_required' });
  const told = await shop.json('worker', 'go-on', '--all', '--yes');
  expect(told).toEqual({ going: ['backend/again', 'web/next'], left: [], ended: [] });
  await untilQueue('limited backend/again', 'limit-over web/next');
  const { notices } = await shop.json<{ notices: { message: string }[] } & Record<string, unknown>>('status');
  expect(notices.map(({ message }) => message)).toContain(
    'backend/again reached the usage limit again; not told to go on: web/next.',
  );
  const one = await shop.run(['worker', 'go-on', 'backend/again', 'web/next']);
  expect(one.code).toBe(1);
  expect(one.stdout).toMatch(
    /Told web\/next to go on\.\nNot told: The usage limit of backend\/again holds until/,
  );
});

it('go-on names workers, or says --all', async () => {
  expect((await shop.run(['worker', 'go-on'])).code).toBe(2);
  expect((await shop.run(['worker', 'go-on', 'backend/a', '--all'])).code).toBe(2);
  expect((await shop.run(['worker', 'go-on', '--all', '--yes'])).stdout).toBe(
    'No worker has stopped at a usage limit.\n',
  );
});
