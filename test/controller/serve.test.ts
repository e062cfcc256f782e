import { duplexPair } from 'node:stream';
import { expect, test } from 'vitest';
import { Core } from '../../src/controller/core.ts';
import type { Documents } from '../../src/controller/documents.ts';
import { Queries } from '../../src/controller/effects/queries.ts';
import type { Edge } from '../../src/controller/effects/runEffect.ts';
import { Environments } from '../../src/controller/effects/tools.ts';
import { Typist } from '../../src/controller/effects/typist.ts';
import type { Log } from '../../src/controller/log/log.ts';
import { serveClient } from '../../src/controller/serve.ts';
import {
  agentCommands,
  type CommandName,
  type CommandParams,
  type ControllerApi,
  commands,
} from '../../src/features/commands.ts';
import * as schemas from '../../src/features/params.ts';
import { initialState } from '../../src/features/state.ts';
import { Link } from '../../src/ipc/link.ts';
import { originOf } from '../../src/ipc/origin.ts';
import { failure, type Result, success } from '../../src/lib/result.ts';
import { pathsOf, withValue } from '../support/wrongValues.ts';
import { config, terminal } from './scene.ts';

class LooksAtNoFile extends Queries {
  override readConfig(): void {}
}

/** A client, and the controller's loop without a world. `inside`: the client runs below this process's terminal. */
function connect(inside: boolean, ready: Promise<void> = Promise.resolve()) {
  const written: string[] = [];
  const log: Log = {
    problems: [],
    fault: null,
    waiting: 0,
    append: (events, at) => success(log.take(events, at)),
    take: (events, at) =>
      events.map((happening) => {
        written.push(happening.type);
        return { v: 1, seq: written.length, at: at.toISOString(), ...happening };
      }),
    retry: () => success(null),
    close: () => {},
  };
  const core = new Core(initialState(config), log, () => {});
  core.dispatch({
    type: 'host-connected',
    terminals: inside ? [terminal('backend/x', { pid: process.ppid })] : [],
  });
  const edge = {
    typist: new Typist({ find: async () => failure('no_host', 'No host.') }, () => core.state),
  } as Partial<Edge> as Edge;
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
      queries: new LooksAtNoFile(core, edge),
      changeTheirs: async () => success(null),
      searchMemory: async () => [],
      documents: {} as Documents,
      environments: new Environments({ PATH: '/usr/bin' }),
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

const one = { id: 'backend/x' };
const entry = { task: 't', repo: 'r', worker: 'w', date: '2026-11-22', minutes: 5 };

/** Parameters that every request takes. */
const samples: { readonly [K in CommandName]: CommandParams<K> } = {
  ...{ facts: {}, check: { do: 'undo', id: 'backend/x' }, propose: draft, proposeResume: one },
  ...{ edit: { n: 1, draft }, approve: { n: 1, digest: 'd' }, reject: { n: 1, why: '' } },
  ...{ answer: { request: 'r', answer: { say: 'choose', options: [1, [1, 2]] } }, setAside: one },
  ...{ deliverBrief: one, goOn: { ids: ['backend/x'] }, stop: one, previewFinish: one },
  ...{
    finish: { ...one, tip: 't', checks: ['c'] },
    previewClean: one,
    clean: { ...one, tip: 't' },
    cancel: one,
  },
  ...{ undo: one, bringBase: one, snapshots: one, diffSnapshot: { ...one, ref: 'r' } },
  ...{
    restoreSnapshot: { ...one, ref: 'r', exact: true },
    backups: {},
    usage: {},
    repoDetails: { repo: 'r' },
  },
  ...{ conflicts: {}, fileSides: { a: 'a', b: null, path: 'p' }, send: { ...one, text: 'y' }, updates: {} },
  ...{
    muteNotes: { ...one, muted: true },
    leaveUnfinished: one,
    rename: { ...one, title: 't' },
    weighTime: { ...one, minutes: 90, said: '3 units' },
    searchMemory: { query: '' },
    board: {},
  },
  remember: { kind: 'lesson', content: 'c', tags: [], metadata: { any: [1] } },
  correctMemory: { id: 'orch-1', content: 'd' },
  removeMemory: { id: 'orch-1' },
  ...{ addCard: { column: 'To Do', fields: { task: 't', repo: null } }, giveCardIds: {}, invoices: {} },
  changeCard: { card: { line: 1, task: 't' }, seen: { column: 'Done', task: 't' }, fields: { repo: null } },
  ...{
    addEntry: entry,
    changeEntry: { ...one, fields: { minutes: 5 } },
    markEntries: { status: 'paid', entries: [one] },
    giveEntryIds: {},
    correctTotals: {},
  },
  ...{
    exportEntries: { format: 'csv' },
    saveInvoice: { client: 'c' },
    lendToken: { token: 't', source: 's' },
    lendEnvironment: { variables: { PATH: '/bin', LC_ALL: 'C' }, plans: true },
  },
  ...{ proposeNotion: { map: { a: 'b' } }, connectNotion: { keep: true }, notionStatus: {}, sync: {} },
  ...{ rebuildSync: { tables: ['board'] }, cancelSync: {}, syncConflicts: {}, log: one },
  ...{
    resolveSync: { ...one, field: 'f', choice: { edited: null } },
    createDevelop: { repo: 'r' },
    stopAll: {},
  },
};
/** A program that speaks to the controller as it likes. */
type Ask = (name: string, params: unknown) => Promise<Result<unknown>>;

const names = Object.keys(commands) as CommandName[];

test('whatever acts for a person is refused below a worker, with its reason', async () => {
  const { call, written, done, close } = connect(true);
  const ask = call as unknown as Ask;
  const approving = ['check', 'propose', 'proposeResume', 'edit', 'approve', 'reject', 'answer'];
  for (const name of names.filter((one) => commands[one].by === 'person')) {
    const code = approving.includes(name) ? 'approval_forbidden' : 'not_allowed';
    expect([name, await ask(name, samples[name])]).toMatchObject([
      name,
      { ok: false, problem: { code, message: expect.stringMatching(/^A worker cannot \w.*: this was run/) } },
    ]);
  }
  expect({ written, done }).toEqual({ written: [], done: [] });
  close();
});

test('an environment is taken with the variables of the list alone, and nothing of what was sent is said again', async () => {
  const { call, written, close } = connect(false);
  const ask = call as unknown as Ask;
  for (const variables of [
    ...[
      { EVIL: '1' },
      { LD_PRELOAD: 'x' },
      { ORCH_WORKER: 'a' },
      { NOTION_TOKEN: 'secret' },
      { path: '/bin' },
    ],
    ...[
      { PATH: 'a\0b' },
      { PATH: '/bin\nEVIL=1' },
      { TZ: '\x1b[31m' },
      { PATH: 'x'.repeat(33_000) },
      { PATH: 1 },
    ],
    ...[{ '\x1b[31m': 'x' }, [], null, 'PATH'],
  ]) {
    const answer = await ask('lendEnvironment', { variables });
    expect(answer, JSON.stringify(variables).slice(0, 80)).toMatchObject({
      problem: { code: 'bad_request' },
    });
    expect(JSON.stringify(answer)).not.toMatch(/EVIL|secret|31m|xxx/);
  }
  expect(await ask('lendEnvironment', samples.lendEnvironment)).toEqual(success(null));
  expect(written).toEqual([]);
  close();
});

test('what only agents ask for is no request of clients', async () => {
  const { call, written, done, close } = connect(false);
  const ask = call as unknown as Ask;
  const theirs = Object.keys(agentCommands).filter((name) => !Object.hasOwn(commands, name));
  expect(theirs).toContain('report');
  for (const name of theirs) expect(await ask(name, {}), name).toMatchObject({ ok: false });
  expect({ written, done }).toEqual({ written: [], done: [] });
  close();
});

test('only what changes nothing is open to anybody', () => {
  expect(names.filter((name) => commands[name].by === 'anyone').sort()).toEqual(
    [
      ...['facts', 'previewFinish', 'previewClean', 'snapshots', 'diffSnapshot', 'backups', 'usage'],
      ...['repoDetails', 'conflicts', 'fileSides', 'updates', 'searchMemory', 'board', 'invoices'],
      ...['exportEntries', 'syncConflicts', 'log'],
    ].sort(),
  );
});

test('while the state is foreign only looking, answering and stopping are served', () => {
  // Nothing that runs git in a folder that only the log names.
  expect(names.filter((name) => 'onForeignState' in commands[name]).sort()).toEqual(
    [
      ...[
        'facts',
        'answer',
        'stop',
        'snapshots',
        'diffSnapshot',
        'backups',
        'usage',
        'repoDetails',
        'updates',
      ],
      ...['searchMemory', 'board', 'invoices', 'exportEntries', 'notionStatus', 'log', 'stopAll'],
    ].sort(),
  );
});

test('what is no request, or not shaped as one, reaches no handler', async () => {
  const { call, written, done, close } = connect(false);
  const ask = call as unknown as Ask;
  for (const name of names) {
    expect([name, commands[name].params(schemas).safeParse(samples[name])]).toEqual([
      name,
      { success: true, data: samples[name] },
    ]);
    for (const params of [null, [], 'x', { ...samples[name], evil: 1 }])
      expect([name, await ask(name, params)]).toMatchObject([name, { problem: { code: 'bad_request' } }]);
  }
  expect(await ask('approve', { n: '1', digest: 'd' })).toMatchObject({
    problem: { code: 'bad_request', message: expect.stringMatching(/^approve\.n: /) },
  });
  expect(await ask('addCard', { column: 'Nowhere', fields: { task: 't' } })).toMatchObject({
    problem: { code: 'bad_request' },
  });
  expect({ written, done }).toEqual({ written: [], done: [] });
  close();
});

test('a field that is wrong or missing is named, in every request and at any depth', async () => {
  const { call, written, done, close } = connect(false);
  const ask = call as unknown as Ask;
  const wrong = [undefined, null, 7.5, -1, true, [], ['x'], [null], {}, 'x'.repeat(20_000)];
  let refused = 0;
  for (const name of names)
    for (const path of pathsOf(samples[name]))
      for (const value of wrong) {
        const params = JSON.parse(JSON.stringify(withValue(samples[name], path, value)));
        if (commands[name].params(schemas).safeParse(params).success) continue;
        refused += 1;
        expect(await ask(name, params)).toMatchObject({
          problem: { code: 'bad_request', message: expect.stringContaining(`${name}.${path[0]}`) },
        });
      }
  let deep: unknown = 'x';
  for (let n = 0; n < 400; n++) deep = [deep];
  const nested = { kind: 'lesson', content: 'c', tags: [], metadata: { deep } };
  expect(await ask('remember', nested)).toMatchObject({
    problem: { code: 'bad_request', message: 'remember is nested too deep.' },
  });
  expect(refused).toBeGreaterThan(500);
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
