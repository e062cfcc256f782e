import { expect, test } from 'vitest';
import { hostShapes } from '../../src/ipc/hostShapes.ts';
import type { Result } from '../../src/lib/result.ts';
import { Sandbox } from '../support/sandbox.ts';
import { Room, value } from './room.ts';

type Ask = (method: string, params: unknown) => Promise<Result<unknown>>;

const cell = { x: 0, y: 0 };
const rules = { role: 'worker', worktree: '/w', branch: 'b', workspace: '/', writable: ['/tmp'], allow: [] };

/** What a request takes, except that nothing of it is there: each is answered without a change. */
const samples: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  open: {
    ...{ id: 'x', command: ['true'], cwd: '/', env: { A: 'b' }, cols: 80, rows: 24, token: 'x'.repeat(16) },
    scrollback: { visible: 10, hidden: 10 },
    ending: { interrupt: '', idleMs: 0, quit: '', quitMs: 0, termMs: 0 },
    guard: { ...rules, variables: {} },
  },
  ...{ list: {}, inbox: {}, status: {}, text: { id: 'no' }, watch: { id: 'no', channel: 1 } },
  ...{ unwatch: { channel: 9 }, fit: { channel: 9, cols: 80, rows: 24 }, scroll: { channel: 9, by: 1 } },
  search: { channel: 9, text: 't', direction: 'back' },
  select: { channel: 9, from: cell, to: cell, shape: 'words' },
  ...{ copy: { channel: 9 }, paste: { id: 'no', text: 't', submit: true }, end: { id: 'no' } },
  ...{ forget: { id: 'no' }, identify: { token: 't' }, holdHooks: { ids: ['no'] } },
  hello: { protocol: 1, version: '1', role: 'client', pid: 1, approvalKey: 'k', key: 'k' },
};

const huge = 'x'.repeat(20_000);
const wrong = [
  undefined,
  null,
  7.5,
  Number.MAX_VALUE,
  -1,
  '',
  huge,
  true,
  [],
  ['x'],
  [null],
  {},
  { a: huge },
];

test('whatever a request holds, the host names the field or answers, and goes on', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open('x', 'setInterval(()=>{},1e6)');
  const ask = room.call as unknown as Ask;
  let refused = 0;
  const tryOne = async (method: string, params: unknown, field?: string) => {
    const answer = await ask(method, params);
    const code = answer.ok ? 'ok' : answer.problem.code;
    expect(code, `${method} ${JSON.stringify(params)?.slice(0, 200)}`).not.toBe('peer_failed');
    if (
      answer.ok ||
      code !== 'bad_request' ||
      /^Nothing is watched|^Hello was said/.test(answer.problem.message)
    )
      return;
    refused += 1;
    expect(answer.problem.message).toContain(field ?? method);
  };
  for (const method of ['stop', ...Object.keys(samples)])
    for (const params of [undefined, null, 'x', 7, [], [1, 2], huge]) await tryOne(method, params);
  for (const [method, sample] of Object.entries(samples)) {
    for (const [field, good] of Object.entries(sample)) {
      const { [field]: _, ...without } = sample;
      await tryOne(method, without);
      for (const value of wrong) await tryOne(method, { ...sample, [field]: value });
      if (typeof good === 'object' && good !== null)
        for (const inner of Object.keys(good))
          for (const value of wrong)
            await tryOne(method, { ...sample, [field]: { ...good, [inner]: value } }, field);
    }
  }
  for (const endAll of [null, 1, 'x', {}]) await tryOne('stop', { endAll });
  let deep: unknown = 'x';
  for (let n = 0; n < 400; n++) deep = [deep];
  await tryOne('text', { id: deep });
  await tryOne('paste', { id: 'no', text: 'x'.repeat(15_000_000), submit: 'x' });
  expect(refused).toBeGreaterThan(400);
  expect(await ask('watch', { id: 'x', channel: '1' })).toMatchObject({
    problem: { message: 'watch.channel is not a whole number from 0 to 4294967295.' },
  });
  expect(Object.keys(hostShapes).sort()).toEqual(
    ['stop', ...Object.keys(samples)].filter((name) => name !== 'hello').sort(),
  );
  expect(value(await room.call('list', {})).map(({ id }) => id)).toEqual(['x']);
  await room.leave();
});
