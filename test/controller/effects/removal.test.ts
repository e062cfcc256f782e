import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { HostPort } from '../../../src/controller/effects/hostPort.ts';
import { cleanWorker, finishWorker, runChecks } from '../../../src/controller/effects/removal.ts';
import type { Tools } from '../../../src/controller/effects/tools.ts';
import type { Worker } from '../../../src/core/worker.ts';
import { failure, type Result, success } from '../../../src/lib/result.ts';
import { createPlace, expectProblem, expectValue, write } from '../../support/gitPlace.ts';
import { terminal } from '../scene.ts';

/** A worker with one commit, and a host that notes whom it was told to end. */
async function scene(find?: Result<never>) {
  const place = await createPlace();
  const repo = await place.repo();
  const worker = (await place.worker(repo)) as Worker;
  const tip = await place.commit(worker.worktree, { 'a.txt': 'a' });
  const ended: string[] = [];
  const call = async (_method: string, { id }: { id: string }) => {
    ended.push(id);
    return success(terminal(id));
  };
  const host = { find: async () => find ?? success(call) } as unknown as HostPort;
  const config = { name: 'shop', root: place.root, repos: [repo], agents: {}, defaultAgent: 'claude' };
  const tools: Tools = { git: place.git, ambient: place.env, config };
  const there = { ...worker, repo: repo.name };
  return { place, tools, host, worker: there, tip, ended };
}

type Ending = typeof cleanWorker;

const finishUnchecked = (...args: Parameters<Ending>) => finishWorker(...args, async () => success([]));
const endings = { finish: finishUnchecked, clean: cleanWorker };

test.each([['finish'], ['clean']] as const)(
  '%s ends the process and then removes the worktree',
  async (how) => {
    const { tools, host, worker, tip, ended } = await scene();
    const done = expectValue(await endings[how](tools, host, worker, { tip, confirm: worker.task }));
    expect(done).toMatchObject({
      id: worker.id,
      backup: expect.stringMatching(/^refs\/orch\/backup\/fix\//),
    });
    expect(ended).toEqual([worker.id]);
    await expect(access(worker.worktree)).rejects.toThrow();
  },
);

test('what is known to be refused is refused before the process is touched', async () => {
  const { place, tools, host, worker, tip, ended } = await scene();
  const code = async (how: keyof typeof endings, wanted: { tip: string; confirm: string | null }) =>
    expectProblem(await endings[how](tools, host, worker, wanted)).code;
  expect(await code('finish', { tip: 'another', confirm: null })).toBe('tip_moved');
  expect(await code('clean', { tip: 'another', confirm: worker.task })).toBe('tip_moved');
  expect(await code('clean', { tip, confirm: null })).toBe('confirm_loss');
  expect(await code('clean', { tip, confirm: 'other' })).toBe('confirm_loss');
  await write(worker.worktree, { 'draft.txt': 'not committed' });
  expect(await code('finish', { tip, confirm: null })).toBe('cannot_finish');
  const gone = { ...tools, config: { ...tools.config, repos: [] } };
  expect(expectProblem(await finishUnchecked(gone, host, worker, { tip, confirm: null })).code).toBe(
    'unknown_repo',
  );
  expect(ended).toEqual([]);
  await access(worker.worktree);
  expect(await place.sh(worker.worktree, 'rev-parse', 'HEAD')).toBe(tip);
});

test('without a host there is no process to end; with one that cannot be asked nothing is removed', async () => {
  const away = await scene(failure('version_mismatch', 'Another version runs.'));
  const wanted = { tip: away.tip, confirm: null };
  expect(expectProblem(await finishUnchecked(away.tools, away.host, away.worker, wanted)).code).toBe(
    'version_mismatch',
  );
  await access(away.worker.worktree);
  const none = await scene(failure('not_running', 'No host is running.'));
  expectValue(await finishUnchecked(none.tools, none.host, none.worker, { tip: none.tip, confirm: null }));
});

/** A configuration with checks, and what runs them as the controller does. */
async function checked(code: string) {
  const place = await scene();
  const config = {
    ...place.tools.config,
    root: place.place.root,
    jobs: { [place.worker.repo]: { verify: [process.execPath, '-e', code] } },
  };
  const tools = { ...place.tools, ambient: { PATH: process.env.PATH }, config };
  const stop = new AbortController();
  const check = (worker: Worker) => runChecks(tools, worker, stop.signal);
  const finish = () =>
    finishWorker(tools, place.host, place.worker, { tip: place.tip, confirm: null }, check);
  return { ...place, stop, finish };
}

test('checks run in the worktree before anything is ended, and their failure is shown with its last lines', async () => {
  const code = 'console.log("in " + process.cwd()); console.error("1 test failed"); process.exit(4)';
  const { place, finish, worker, ended } = await checked(code);
  const problem = expectProblem(await finish());
  expect(problem.code).toBe('checks_failed');
  expect(problem.message).toContain('ended with 4');
  expect(problem.message).toContain(`in ${worker.worktree}`);
  expect(problem.message).toContain('1 test failed');
  expect(ended).toEqual([]);
  const log = join(place.root, '.orch/jobs', `${worker.repo}-${worker.task}-verify.log`);
  expect(problem.hint).toBe(`All of it: ${log}`);
  expect(await readFile(log, 'utf8')).toContain('1 test failed');
});

test('what checks left running beyond their group is named with the finish and not waited for', async () => {
  const start = `require('node:child_process').spawn('sleep', ['300'], { detached: true, stdio: 'inherit' })`;
  const { finish } = await checked(`console.log(${start}.pid); process.exit()`);
  const [warning = ''] = expectValue(await finish()).warnings ?? [];
  const pid = Number(/(\d+) \(sleep 300\)/.exec(warning)?.[1]);
  process.kill(pid, 'SIGKILL');
});

test('checks that succeed are followed by the merge; cancelled ones by nothing', async () => {
  const good = await checked('');
  expectValue(await good.finish());
  expect(good.ended).toEqual([good.worker.id]);
  const slow = await checked('setInterval(() => {}, 1000)');
  const finishing = slow.finish();
  slow.stop.abort();
  expect(expectProblem(await finishing).code).toBe('cancelled');
  expect(slow.ended).toEqual([]);
  await access(slow.worker.worktree);
});
