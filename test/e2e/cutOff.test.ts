import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { program, Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(() => shop.close());

interface Status {
  readonly workers: { readonly id: string; readonly state: string }[];
  readonly proposals: { readonly n: number; readonly kind: string }[];
}

/** Where the world stands, read off the disk: nobody tells a test that a program is between two steps. */
const log = () => read('.orch/log.jsonl');
const refs = () => read('backend/.git/logs/refs/heads/develop');
const hasBranch = () => existsSync(shop.path('backend/.git/refs/heads/feature/auth'));

function read(file: string): string {
  return existsSync(shop.path(file)) ? readFileSync(shop.path(file), 'utf8') : '';
}

/** Runs a command and kills the controller the moment something is so; the command ends by itself. */
async function killWhen(isSo: () => boolean, ...args: string[]): Promise<{ code: number }> {
  await shop.json('status');
  const controller = await shop.pidOf('controller');
  const options = { cwd: shop.place.workspace, env: shop.place.scriptEnv({ ORCH_LINGER_MS: '3000' }) };
  const ended = new Promise<{ code: number }>((done) => {
    execFile(program, [...args, '--yes', '--json'], options, (error) =>
      done({ code: error ? Number(error.code) : 0 }),
    );
  });
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  while (!isSo() && !hasEnded) await new Promise((resolve) => setImmediate(resolve));
  process.kill(controller, 'SIGKILL');
  return ended;
}

describe('the controller killed during a start', () => {
  it.each([
    ['when the approval is written', () => log().includes('"approved"')],
    ['when the start is written', () => log().includes('"started"')],
    ['when the branch is there', () => hasBranch()],
    ['when the worktree is there', () => existsSync(shop.path('.worktrees/backend-auth/README.md'))],
    ['when the agent is being started', () => existsSync(shop.path('.orch/agent-settings.json'))],
  ])('%s leaves something to go on with, and nothing twice', async (_, isSo) => {
    const brief = 'write a.txt: A\ncommit: Add a\nsay: Done.';
    await killWhen(isSo, 'worker', 'start', 'backend', 'auth', '--brief', brief);
    const { workers, proposals } = await shop.json<Status>('status');
    expect([...workers.map(({ id }) => id), ...proposals.map(({ kind }) => kind)]).toHaveLength(1);
    if (proposals[0]) await shop.json('approve', String(proposals[0].n));
    else if (workers[0]?.state === 'lost') await shop.json('worker', 'resume', 'backend/auth', '--yes');
    await shop.untilState('backend/auth', 'idle');
    expect(await shop.json('worker', 'finish', 'backend/auth', '--yes')).toMatchObject({ into: 'develop' });
    expect(await shop.git('backend', 'show', 'develop:a.txt')).toBe('A');
  });
});

describe('the controller killed during a finish', () => {
  it.each([
    ['when it is merged', () => refs().includes('feature/auth')],
    ['when the worktree is gone', () => !existsSync(shop.path('.worktrees/backend-auth'))],
    ['when the branch is gone', () => !hasBranch()],
  ])('%s: finishing again completes it', async (_, isSo) => {
    await shop.start('backend', 'auth', 'write a.txt: A\ncommit: Add a\nsay: Done.');
    await killWhen(isSo, 'worker', 'finish', 'backend/auth');
    const { stdout } = await shop.run(['worker', 'finish', 'backend/auth', '--yes', '--json']);
    const answer = JSON.parse(stdout) as { into?: string; error?: { code: string } };
    expect(answer.error?.code ?? answer.into).toMatch(/^(develop|already_finished)$/);
    expect((await shop.json<Status>('status')).workers).toEqual([]);
    expect(await shop.git('backend', 'log', '--format=%s', '-1', 'develop')).toBe(
      "Merge branch 'feature/auth' into develop",
    );
    expect(await shop.git('backend', 'branch', '--list', 'feature/*')).toBe('');
    // The name is free again, and so is the terminal's place.
    await shop.start('backend', 'auth', 'say: Once more.');
  });
});
