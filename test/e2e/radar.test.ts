import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Shop } from './shop.ts';

/** Makes each line that is typed into it the second one of `app.txt`. */
const editor = `echo ready; while IFS= read -r line; do
  { sed -n 1p app.txt; printf '%s\\n' "$line"; sed -n '3,$p' app.txt; } > .app && mv .app app.txt; echo "wrote it"
done`;

interface File {
  readonly path: string;
  readonly kind: string;
  readonly ranges: unknown;
}

interface Conflicts {
  readonly pairs: readonly { repo: string; a: string; b: string; verdict: string; files: readonly File[] }[];
  readonly base: readonly { repo: string; worker: string; verdict: string; files: readonly File[] }[];
  readonly order: readonly string[];
}

let shop: Shop;
beforeEach(async () => {
  const files = { 'app.txt': 'one\ntwo\nthree\nfour\nfive\n' };
  shop = await Shop.open({
    repos: { backend: { files }, web: {} },
    agents: { editor: { command: ['bash', '-c', editor] } },
    defaultAgent: 'editor',
  });
});
afterEach(() => shop.close());

async function start(...tasks: string[]): Promise<void> {
  for (const task of tasks) {
    await shop.json('worker', 'start', 'backend', task, '--yes');
    await shop.untilState(`backend/${task}`, 'idle');
  }
}

function conflicts(...more: string[]): Promise<Conflicts> {
  return shop.json<Conflicts>('conflicts', ...more);
}

const lineTwo = {
  path: 'app.txt',
  kind: 'content',
  ranges: { a: [{ from: 2, to: 2 }], b: [{ from: 2, to: 2 }] },
};

test('Two workers on the same line: seen by itself, shown, told to them, and one of them against develop once the other is merged', async () => {
  await start('one', 'two');
  const room = shop.room({ cols: 120, rows: 36 });
  await room.until(/one .*idle[\s\S]*two .*idle/);
  expect(room.screen()).not.toContain('radar');
  for (const task of ['one', 'two']) await shop.json('worker', 'send', `backend/${task}`, `TWO of ${task}`);

  // Nobody asks: the mark, the number and the notice come when the terminals have fallen quiet.
  await room.until(/one ✗1[\s\S]*two ✗1/);
  await room.until((screen) => /radar 1/.test(screen.split('\n')[0] ?? ''));
  await room.until('backend/one and backend/two will not merge.');
  room.press('c');
  const matrix = await room.until('✗ one does not merge with two');
  expect(matrix).toContain('app.txt  content');
  expect(matrix).toMatch(/2 two +conflicts with backend\/one in app.txt/);
  room.press('enter');
  const lines = await room.until('- two');
  expect(lines).toMatch(/\+ TWO of one +│ .*\+ TWO of two/);
  room.press('escape');
  await room.until('Radar · backend');

  expect(await conflicts()).toEqual({
    pairs: [{ repo: 'backend', a: 'backend/one', b: 'backend/two', verdict: 'conflict', files: [lineTwo] }],
    base: ['backend/one', 'backend/two'].map((worker) => ({
      ...{ repo: 'backend', worker, verdict: 'clean', files: [] },
    })),
    order: ['backend/one', 'backend/two'],
    ...{ problems: [], limits: [] },
  });
  const text = await shop.run(['conflicts', 'backend', '--wait']);
  expect(text.stdout).toContain('✗ backend/one does not merge with backend/two');
  expect(text.stdout).toMatch(/app.txt +does not merge: one line 2 · two line 2/);
  expect(text.stdout.trimEnd()).toMatch(/2 +backend\/two +conflicts with backend\/one in app.txt$/);

  room.press('m');
  await room.until('To backend/one and backend/two');
  room.press('tab', 'tab', 'ctrl-u');
  await room.until(/To backend\/two\b/);
  room.type('Leave line two to one');
  await room.until('Leave line two to one');
  room.press('enter');
  await room.until('Sent to backend/two.');
  await shop.until('two got the message', async () =>
    (await readFile(shop.path('.worktrees/backend-two/app.txt'), 'utf8')).includes('Leave line two to one'),
  );
  room.press('escape');

  const one = shop.path('.worktrees/backend-one');
  await shop.place.git(one, 'commit', '--quiet', '--all', '-m', 'Change line two');
  const preview = await shop.json<{ conflictsAfter: string[] }>(
    'worker',
    'finish',
    'backend/one',
    '--dry-run',
  );
  expect(preview.conflictsAfter).toEqual(['backend/two']);
  await shop.json('worker', 'finish', 'backend/one', '--yes');
  await room.until('backend/two and develop will not merge.');
  await room.until(/two ✗1/);
  expect(await conflicts('backend')).toMatchObject({
    pairs: [],
    base: [{ worker: 'backend/two', verdict: 'conflict', files: [{ path: 'app.txt' }] }],
    order: ['backend/two'],
  });
  const log = await shop.json<{ type: string; a?: string; b?: string; verdict?: string }[]>(
    ...['worker', 'log', 'backend/two'],
  );
  expect(log.filter(({ type }) => type === 'radar-turned')).toMatchObject([
    { a: 'backend/one', b: 'backend/two', verdict: 'conflict', files: ['app.txt'] },
    { a: 'backend/two', b: null, verdict: 'conflict', files: ['app.txt'] },
  ]);
  room.press('q');
  await room.exited;
});

test('With the radar off nobody looks, and the command still does', async () => {
  const config = JSON.parse(await readFile(shop.path('.orch/config.json'), 'utf8'));
  await writeFile(shop.path('.orch/config.json'), JSON.stringify({ ...config, radar: false }));
  await start('one', 'two');
  for (const task of ['one', 'two'])
    await writeFile(shop.path(`.worktrees/backend-${task}/app.txt`), `one\nby ${task}\nthree\nfour\nfive\n`);
  expect((await conflicts()).pairs).toMatchObject([{ verdict: 'conflict', files: [lineTwo] }]);
  const room = shop.room({ cols: 100, rows: 30 });
  await room.until(/one .*idle/);
  room.press('c');
  await room.until('The radar is off: "radar" is false in .orch/config.json.');
  expect(room.screen()).not.toMatch(/✗|will not merge/);
  room.press('q');
  await room.exited;
});

test('Without workers there is nothing to compare, and an unknown repository is refused', async () => {
  expect(await conflicts()).toEqual({ pairs: [], base: [], order: [], problems: [], limits: [] });
  expect((await shop.run(['conflicts'])).stdout).toContain('No workers to compare.');
  const refused = await shop.run(['conflicts', 'nowhere', '--json']);
  expect([refused.code, JSON.parse(refused.stdout).error.code]).toEqual([1, 'unknown_repo']);
});
