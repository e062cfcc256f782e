import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAll, Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(() => shop.close());

/** Fills the form that `n` opens, and waits for the card. */
async function propose(room: ReturnType<Shop['room']>, task: string, brief: string): Promise<string> {
  room.press('n');
  await room.until('New worker');
  room.type(task);
  room.press('tab');
  room.paste(brief);
  room.press('enter');
  await room.until(`Start backend/${task}?`);
  await room.until('Worktree');
  return readAll(room);
}

describe('the main job', () => {
  it('proposes, approves with one key, watches, answers and finishes a worker', async () => {
    const room = shop.room();
    await room.until('No workers yet.');
    const brief =
      'write src/jwt.mjs: export const jwt = 1;\nrun: node --check src/jwt.mjs\ncommit: Add tokens\nsay: All done.';
    const card = await propose(room, 'jwt', brief);
    for (const part of [
      'feature/jwt',
      'develop',
      'First commit',
      '.worktrees/backend-jwt',
      'demo-agent.js',
      'commit: Add tokens',
    ])
      expect(card).toContain(part);
    expect(existsSync(shop.path('.worktrees/backend-jwt'))).toBe(false);
    room.press('y');

    await room.until(/jwt\s+waiting/);
    await room.until('Do you want to proceed?');
    room.press('enter');
    await room.until('ctrl-q leaves');
    room.press('y');
    await room.until('All done.');
    await room.until(/jwt\s+idle/);
    room.press('ctrl-q');
    await room.until('f finish');

    room.press('f');
    await room.until('Finish backend/jwt?');
    const preview = await room.until('src/jwt.mjs | 1 +');
    expect(preview).toContain('feature/jwt');
    room.press('y');
    await room.until('No workers yet.');

    expect(await shop.git('backend', 'log', '-1', '--format=%s', 'develop')).toBe(
      "Merge branch 'feature/jwt' into develop",
    );
    expect(await shop.git('backend', 'show', 'develop:src/jwt.mjs')).toContain('jwt = 1');
    expect(await shop.git('backend', 'branch', '--list', 'feature/*')).toBe('');
    expect(await shop.git('backend', 'for-each-ref', '--format=%(refname)', 'refs/orch/backup/')).toContain(
      'refs/orch/backup/jwt/',
    );
    expect(await shop.git('backend', 'branch', '--show-current')).toBe('main');
    expect(existsSync(shop.path('.worktrees/backend-jwt'))).toBe(false);

    room.press('q');
    expect(await room.exited).toMatchObject({ exitCode: 0 });
    expect(room.modes).toMatchObject({
      alternateScreen: false,
      mouse: 'none',
      bracketedPaste: false,
      wrap: true,
    });
  });

  it('starts nothing without a yes, and tells the reason of a no', async () => {
    const room = shop.room();
    await room.until('No workers yet.');
    await propose(room, 'later', 'say: hello');
    room.press('l');
    await room.until(/Needs you \(1\)/);
    expect(await shop.json('worker', 'list')).toEqual([]);
    room.press('tab', 'enter');
    await room.until('Start backend/later?');
    room.press('n');
    await room.until(/[Rr]eason/);
    room.type('not now');
    room.press('enter');
    // The dialog lies over the queue.
    await room.until((screen) => !/Reject backend|Needs you \(1\)/.test(screen));
    expect(await readFile(shop.path('.orch/log.jsonl'), 'utf8')).toContain('"why":"not now"');
    expect(existsSync(shop.path('.worktrees'))).toBe(false);
  });

  it('refuses to finish what conflicts, naming the files and changing nothing', async () => {
    await shop.start('backend', 'left', 'write README.md: left\ncommit: Left');
    await writeFile(shop.path('backend/README.md'), 'right\n');
    await shop.git('backend', 'switch', '-q', 'develop');
    await shop.git('backend', 'commit', '-q', '-am', 'Right');
    const before = await shop.git('backend', 'for-each-ref');
    const room = shop.room();
    await room.until(/left (✗1)? +idle/);
    room.press('f');
    await room.until('Finish backend/left?');
    await room.until('Conflicts');
    expect(await room.until('README.md')).not.toContain('y merge');
    room.press('y', 'n');
    await room.until((screen) => !screen.includes('Finish backend/left?'));
    expect(await shop.git('backend', 'for-each-ref')).toBe(before);
    const refused = await shop.run(['worker', 'finish', 'backend/left', '--yes', '--json']);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout).error.message).toContain('README.md');
    expect((await shop.json<{ state: string }>('worker', 'show', 'backend/left')).state).toBe('idle');
  });

  it('cleans work that is nowhere else only when its name is typed, and keeps it all the same', async () => {
    await shop.start('backend', 'draft', 'write a.txt: one\ncommit: One\nwrite b.txt: two');
    const room = shop.room();
    await room.until(/draft\s+idle/);
    room.press('x');
    await room.until('Remove backend/draft without merging?');
    await room.until('Type draft to confirm');
    room.type('wrong');
    room.press('enter');
    await room.until('Remove backend/draft without merging?');
    expect(existsSync(shop.path('.worktrees/backend-draft/b.txt'))).toBe(true);
    room.press('ctrl-u');
    room.type('draft');
    room.press('enter');
    await room.until('No workers yet.');
    const refs = await shop.git('backend', 'for-each-ref', '--format=%(refname)', 'refs/orch/');
    const wip = refs.split('\n').find((ref) => ref.startsWith('refs/orch/wip/draft/')) ?? '';
    expect(await shop.git('backend', 'show', `${wip}:b.txt`)).toBe('two');
    expect(await shop.git('backend', 'show', `${wip}:a.txt`)).toBe('one');
    expect(existsSync(shop.path('.worktrees/backend-draft'))).toBe(false);
  });
});
