import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandPolicies } from '../../src/cli/commandPolicy.ts';
import { type CommandLine, commandLines, variants } from './everyCommand.ts';
import { type Answer, propose, quoted, runInside, standIn, type Tasks } from './insideWorker.ts';
import { program, Shop } from './shop.ts';

/** Commands that talk to an agent's own inbox know it by the environment, which an orphan without one has not. */
const wantsInbox = new Set(['report', 'mcp', 'hook']);

/** What a command says where there is nothing to do; it was run all the same. */
const mayFail: Readonly<Record<string, RegExp>> = {
  // No work was snapshotted, no Notion is connected, and this machine may lack what a person needs.
  'worker snapshots diff': /no_snapshot/,
  'sync conflicts': /not_connected/,
  doctor: /"checks"|checks|node/i,
  // The empty file that it is given is none.
  replay: /no trace/,
};

function tasksOf(all: readonly CommandLine[], env: string): Tasks {
  const tasks: Record<string, string> = {};
  all.forEach(({ name, line }, at) => {
    const say = `${quoted(program)} ${line} >"$ANSWER" 2>&1; echo $? >"$ANSWER.code"`;
    tasks[`${at}-child`] = say;
    if (!wantsInbox.has(name.split(' ')[0] ?? ''))
      tasks[`${at}-orphan`] =
        `env -i PATH="$PATH" ${env} ANSWER="$ANSWER" setsid -f sh -c ${quoted(say)} </dev/null >/dev/null 2>&1`;
  });
  tasks.room = `script -qec ${quoted(`${quoted(program)} .`)} "$ANSWER" </dev/null >/dev/null 2>&1; echo $? >"$ANSWER.code"`;
  tasks.hook = `echo '{}' | ${quoted(program)} hook >"$ANSWER" 2>&1; echo $? >"$ANSWER.code"`;
  return tasks;
}

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open({
    repos: { backend: {}, web: {} },
    agents: async ({ root, runtime }) => ({
      tester: standIn(root, { XDG_RUNTIME_DIR: runtime, AT_ONCE: '4' }),
    }),
  });
  const file = shop.path('.orch/config.json');
  const _config = JSON.parse(await readFile(file, 'utf8'));
  await shop.configure({ invoices: { currency: 'EUR', rate: 8000 } });
  await shop.json('board', 'add', 'A card');
  await propose(shop, 'web', 'wanted');
});
afterAll(() => shop.close());

/** All that a command that a worker may not run could change; what is observed of the worker itself is left out. */
async function world(): Promise<object> {
  const read = (file: string) => readFile(shop.path(file), 'utf8').catch(() => null);
  const log = ((await read('.orch/log.jsonl')) ?? '')
    .split('\n')
    .filter(
      (line) =>
        line !== '' && !/"type":"(observed|titled|sized|reported|used|tools-\w+|radar-\w+)"/.test(line),
    )
    .map((line) => JSON.parse(line).type);
  return {
    log: log.filter((type) => !['proposed', 'approved', 'started', 'spawned'].includes(type)),
    starts: log.filter((type) => type === 'started').length,
    config: await read('.orch/config.json'),
    board: await read('SPRINT_BOARD.md'),
    invoices: await read('INVOICES.md'),
    refs: [
      await shop.git('web', 'for-each-ref'),
      await shop.git('backend', 'for-each-ref', 'refs/heads/main', 'refs/heads/develop'),
    ],
    settings: [await shop.git('web', 'config', '--local', '--list')],
    // Their plans are worked out meanwhile.
    proposals: (await shop.json<{ n: number; draft: object }[]>('proposals')).map(({ n, draft }) => ({
      n,
      draft,
    })),
    pids: [await shop.pidOf('controller')],
  };
}

it('lets a worker run what agents may run and nothing else, as a child and as an orphan', {
  timeout: 240_000,
}, async () => {
  const all = commandLines();
  const before = await world();
  const { home, runtime } = shop.place;
  const env = `HOME=${quoted(home)} XDG_RUNTIME_DIR=${quoted(runtime)} TERM=xterm`;
  const answers = await runInside(shop, tasksOf(all, env));
  const wrong: string[] = [];
  all.forEach(({ name, policy }, at) => {
    for (const how of ['child', 'orphan']) {
      const answer = answers.get(`${at}-${how}`);
      if (answer) wrong.push(...faultsOf(name, policy, answer).map((fault) => `${name} (${how}): ${fault}`));
    }
  });
  expect(wrong).toEqual([]);
  expect(answers.get('room')?.text).toContain('A worker cannot open the control room');
  expect(answers.get('hook')?.code).toBe(0);
  expect(Object.keys(commandPolicies)).toHaveLength(
    new Set(all.map(({ line }) => line.split(' --json')[0])).size - Object.keys(variants).length + 2,
  );
  const after = await world();
  // The worker itself was started, and reported.
  expect(after).toEqual({ ...before, starts: 1, log: ['updated'] });
});

/** What is wrong about an answer. */
function faultsOf(name: string, policy: CommandLine['policy'], { code, text }: Answer): readonly string[] {
  if (policy.agent === 'allowed') {
    const [, excuse] = Object.entries(mayFail).find(([one]) => name.startsWith(one)) ?? [];
    return code === 0 || excuse?.test(text) ? [] : [`ended with ${code}: ${text.slice(0, 300)}`];
  }
  const reason = `A worker cannot ${policy.what}`;
  return code === 1 && text.includes('"approval_forbidden"') && text.includes(reason)
    ? []
    : [`ended with ${code}: ${text.slice(0, 300)}`];
}
