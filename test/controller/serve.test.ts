import { duplexPair } from 'node:stream';
import { expect, test } from 'vitest';
import { Core } from '../../src/controller/core.ts';
import type { Documents } from '../../src/controller/documents/documents.ts';
import { Looks } from '../../src/controller/edge/looks.ts';
import type { Edge } from '../../src/controller/edge/runEffect.ts';
import type { Desk } from '../../src/controller/mcp/desk.ts';
import type { Log } from '../../src/controller/record/log.ts';
import { serveClient } from '../../src/controller/serve.ts';
import { initialState } from '../../src/controller/update/state.ts';
import { success } from '../../src/domain/problem.ts';
import type { ControllerApi } from '../../src/protocol/controllerApi.ts';
import { Link } from '../../src/protocol/link.ts';
import { originOf } from '../../src/protocol/origin.ts';
import { config, terminal } from './scene.ts';

class LooksAtNoFile extends Looks {
  override readConfig(): void {}
}

/** A client, and the controller's loop without a world. `inside`: the client runs below this process's terminal. */
function connect(inside: boolean, ready: Promise<void> = Promise.resolve()) {
  const written: string[] = [];
  const log: Log = {
    problems: [],
    fault: null,
    waiting: 0,
    append: (happenings, at) => success(log.take(happenings, at)),
    take: (happenings, at) =>
      happenings.map((happening) => {
        written.push(happening.type);
        return { v: 1, seq: written.length, at: at.toISOString(), ...happening };
      }),
    retry: () => success(null),
    close: () => {},
  };
  const core = new Core(initialState(config), log, () => {});
  core.tell({
    type: 'host-connected',
    terminals: inside ? [terminal('backend/x', { pid: process.ppid })] : [],
  });
  const done: string[] = [];
  const [left, right] = duplexPair();
  const [near, far] = [new Link(left), new Link(right)];
  // Proven and on a terminal of its own, wherever this test runs.
  const { caller, all } = originOf(process.pid);
  const origin = { caller: caller && { ...caller, terminal: 'own' }, all };
  serveClient(
    far,
    { pid: process.pid, origin, isProven: true, approvalKey: undefined },
    {
      core,
      looks: new LooksAtNoFile(core, {} as Edge),
      desk: {} as Desk,
      documents: {} as Documents,
      ready,
      stopAll: async () => {
        done.push('stopAll');
        return success(null);
      },
    },
  );
  near.start();
  far.start();
  return { call: near.caller<ControllerApi>(), written, done, close: () => near.close() };
}

const draft = { repo: 'backend', task: 'auth', brief: '', agent: null };

test('below a worker nothing can be wished for, decided, typed or ended', async () => {
  const { call, written, done, close } = connect(true);
  const answers = [
    await call('propose', draft),
    await call('proposeResume', { id: 'backend/x' }),
    await call('edit', { n: 1, draft }),
    await call('approve', { n: 1, digest: 'd' }),
    await call('reject', { n: 1, why: '' }),
    await call('stop', { id: 'backend/x' }),
    await call('finish', { id: 'backend/x', tip: 't' }),
    await call('clean', { id: 'backend/x', tip: 't' }),
    await call('send', { id: 'backend/x', text: 'y' }),
    await call('createDevelop', { repo: 'backend' }),
    await call('stopAll', {}),
  ];
  const codes = answers.map((answer) => (answer.ok ? 'ok' : answer.problem.code));
  expect(codes).toEqual([...Array(5).fill('approval_forbidden'), ...Array(6).fill('not_allowed')]);
  expect({ written, done }).toEqual({ written: [], done: [] });
  close();
});

test('a person is served', async () => {
  const { call, written, done, close } = connect(false);
  expect(await call('propose', draft)).toMatchObject({ ok: true, value: { n: 1, draft } });
  expect(await call('approve', { n: 1, digest: 'd' })).toMatchObject({ problem: { code: 'plan_pending' } });
  expect(await call('send', { id: 'backend/x', text: 'y' })).toMatchObject({
    problem: { code: 'no_such_worker' },
  });
  expect(await call('stopAll', {})).toEqual(success(null));
  expect({ written, done }).toEqual({ written: ['proposed'], done: ['stopAll'] });
  close();
});

test('nobody is answered before the log has been compared with what is there', async () => {
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const { call, written, close } = connect(false, ready);
  const asked = call('propose', draft);
  // Requests are answered in order of arrival once nothing holds them back; this one is not held.
  await new Promise((done) => setImmediate(done));
  expect(written).toEqual([]);
  resolve();
  expect(await asked).toMatchObject({ ok: true });
  close();
});
