import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect as openSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createApprovalKey, isApprovalKey, keyProblem } from '../../src/ipc/keys.ts';
import { Link } from '../../src/ipc/link.ts';
import {
  hasLimitMark,
  isWorker,
  markedCommand,
  type OriginProcess,
  originOf,
  parsePsTable,
  terminalOf,
} from '../../src/ipc/origin.ts';
import { type ClaimApi, identifyPeer, offerProof, type Peer, peerStanding } from '../../src/ipc/peer.ts';
import { protocolVersion } from '../../src/ipc/version.ts';
import { success } from '../../src/lib/result.ts';
import { Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const isLinux = process.platform === 'linux';
let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-peer-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Both ends of a socket in the folder, as a daemon and a client have them. */
async function ends(): Promise<{ near: Link; far: Link; socket: string; close: () => void }> {
  const socket = join(folder, 'controller.0badcafe.sock');
  const server = createServer();
  await new Promise<void>((done) => server.listen(socket, done));
  const accepted = new Promise<Link>((done) => server.once('connection', (one) => done(new Link(one))));
  const near = new Link(openSocket(socket));
  const far = await accepted;
  const close = () => {
    near.close();
    far.close();
    server.close();
  };
  return { near, far, socket, close };
}

/** How a daemon judges a client that claims to be a process. @param prepare what the client does about proofs */
async function met(pid: number, prepare: (near: Link, socket: string) => void): Promise<Peer> {
  const { near, far, socket, close } = await ends();
  prepare(near, socket);
  near.start();
  far.start();
  const hello = { protocol: protocolVersion, version: '1.0.0', role: 'client', pid } as const;
  const peer = await identifyPeer(far, hello, dirname(socket));
  expect(readdirSync(folder)).toEqual(['controller.0badcafe.sock']);
  close();
  return peer;
}

function sleeper(): number {
  const child = spawn('sleep', ['1000']);
  children.push(child);
  return child.pid ?? 0;
}

describe.runIf(isLinux)('a process id', () => {
  test('is proven by the process that has it', async () => {
    expect(await met(process.pid, offerProof)).toMatchObject({ pid: process.pid, isProven: true });
  });

  test.each([
    ['of a child', sleeper],
    ['of the parent', () => process.ppid],
    ['of no process', () => 2 ** 22 + 1],
    ['of the first process', () => 1],
    ['that is none', () => Number.NaN],
  ])('%s is not', async (_, pid) => {
    expect((await met(pid(), offerProof)).isProven).toBe(false);
  });

  test.each<[string, (near: Link) => void]>([
    ['that has no answer, as older ones', () => {}],
    ['that opens another file', (near) => near.serve<ClaimApi>({ prove: () => success({ fd: 0 }) })],
    ['that names no descriptor', (near) => near.serve<ClaimApi>({ prove: () => success({ fd: 1.5 }) })],
    [
      'that names a path',
      (near) => near.serve<ClaimApi>({ prove: () => success({ fd: '../exe' as unknown as number }) }),
    ],
  ])('is not proven by a client %s', async (_, prepare) => {
    expect((await met(process.pid, prepare)).isProven).toBe(false);
  });

  test('is proven with no other file than the one beside the socket', async () => {
    const { near, far, socket, close } = await ends();
    writeFileSync(join(folder, 'secret'), 'x');
    offerProof(near, socket);
    near.start();
    far.start();
    for (const path of [join(folder, 'secret'), '/etc/passwd', `${folder}/../claim.${'0'.repeat(32)}`])
      expect(await far.caller<ClaimApi>()('prove', { path })).toMatchObject({ ok: false });
    close();
  });
});

describe.runIf(isLinux)('what a host started', () => {
  test('carries its mark as an orphan in a session of its own, with an empty environment', async () => {
    const file = join(folder, 'pid');
    const orphan = `setsid -f env -i PATH="$PATH" sh -c 'echo $$ >${file}; exec sleep 1000'`;
    const [program = '', ...args] = markedCommand(['sh', '-c', orphan]);
    await new Promise((done) => spawn(program, args).once('exit', done));
    const pid = () => Number(readdirSync(folder).includes('pid') ? readFileSync(file, 'utf8') : 0);
    await until(() => pid() > 0, 'the orphan');
    try {
      expect(originOf(pid()).all.some((one) => one.pid === process.pid)).toBe(false);
      expect(isWorker(originOf(pid()))).toBe(true);
    } finally {
      process.kill(pid(), 'SIGKILL');
    }
  });

  test('is a worker also by the process and the terminal of one', () => {
    const pid = sleeper();
    expect(isWorker(originOf(pid))).toBe(isWorker(originOf(process.pid)));
    expect(isWorker(originOf(pid), [pid])).toBe(true);
    expect(isWorker(originOf(pid), [process.pid])).toBe(true);
    expect(terminalOf(2 ** 22 + 1)).toBe('');
  });

  test('is told by its environment, which a person’s own variables are not taken for', () => {
    const carries = (env: Record<string, string>) => {
      const child = spawn('sleep', ['1000'], { env: { PATH: process.env.PATH, ...env } });
      children.push(child);
      return originOf(child.pid ?? 0).caller;
    };
    expect(carries({ ORCH_WORKER: 'a/b' })).toMatchObject({ isMarked: true, worker: 'a/b' });
    expect(carries({ ORCH_TOKEN: 'x'.repeat(43) })).toMatchObject({ isMarked: true, worker: null });
    expect(carries({ ORCH_TOKEN: 'my deploy token' })?.isMarked).toBe(false);
    expect(carries({ NOT_ORCH_WORKER: 'a/b' })?.isMarked).toBe(false);
  });
});

test('the mark is read from what the kernel says of limits', () => {
  const line = (value: string) =>
    `Limit   Soft Limit  Hard Limit  Units\nMax file locks            ${value}             ${value}             locks     \n`;
  expect(hasLimitMark(line('77041127'))).toBe(true);
  expect(hasLimitMark(line('unlimited'))).toBe(false);
  expect(hasLimitMark(line('770411270'))).toBe(false);
  expect(hasLimitMark('')).toBe(false);
});

test('a table of ps is read where there is no /proc', () => {
  const table = parsePsTable(
    '    1     0     1 ??\n  501     1   501 ttys003\n  502   501   501 ttys003\nnonsense\n',
  );
  expect([...table.keys()]).toEqual([1, 501, 502]);
  expect(table.get(1)?.terminal).toBe('');
  expect(table.get(502)).toMatchObject({ parent: 501, group: 501, terminal: 'ttys003' });
});

describe('who acts for a person', () => {
  const one = (changes: Partial<OriginProcess>): OriginProcess => ({
    ...{ pid: 10, parent: 9, group: 10, session: 10, terminal: '', isMarked: false, worker: null },
    ...changes,
  });
  const peer = (
    caller: OriginProcess,
    more: readonly OriginProcess[] = [],
    changes: Partial<Peer> = {},
  ): Peer => ({
    ...{ pid: caller.pid, isProven: true, approvalKey: undefined },
    origin: { caller, all: [caller, ...more] },
    ...changes,
  });
  const inTerminal = one({ terminal: '34816' });

  test('has a terminal, and no worker above', () => {
    expect(peerStanding(peer(inTerminal), []).person).toBe(true);
    const above = one({ pid: 9, isMarked: true, worker: 'a/b' });
    expect(peerStanding(peer(inTerminal, [above]), [])).toMatchObject({
      person: false,
      isWorker: true,
      problem: { code: 'approval_forbidden', message: expect.stringContaining('inside a/b') },
    });
    expect(peerStanding(peer(inTerminal, [one({ pid: 9 })]), [9])).toMatchObject({ isWorker: true });
    expect(peerStanding(peer(inTerminal, [], { isProven: false }), [])).toMatchObject({
      person: false,
      problem: { code: 'approval_required' },
    });
    expect(peerStanding({ ...peer(inTerminal), origin: { caller: null, all: [] } }, []).person).toBe(false);
  });

  test('or the key, which helps no worker', async () => {
    await using sandbox = new Sandbox();
    const { env, approvalKey } = sandbox;
    expect(isApprovalKey(approvalKey, env)).toBe(true);
    for (const wrong of ['', ' ', approvalKey.slice(1), `${approvalKey} `, undefined, null, 7, [approvalKey]])
      expect(isApprovalKey(wrong, env)).toBe(false);
    const own = { ...env, ORCH_OWN_KEY_DIGEST: '' };
    expect(isApprovalKey('', own)).toBe(false);
    const before = process.env.XDG_STATE_HOME;
    process.env.XDG_STATE_HOME = join(sandbox.home, '.local/state');
    try {
      expect(peerStanding(peer(one({}), [], { approvalKey }), []).person).toBe(true);
      expect(peerStanding(peer(one({}), [], { approvalKey, isProven: false }), []).person).toBe(true);
      expect(peerStanding(peer(one({ isMarked: true }), [], { approvalKey }), []).person).toBe(false);
      expect(peerStanding(peer(one({}), [], { approvalKey: 'wrong' }), []).person).toBe(false);
    } finally {
      if (before === undefined) delete process.env.XDG_STATE_HOME;
      else process.env.XDG_STATE_HOME = before;
    }
  });

  test('several that create the key at once come to the same one', async () => {
    await using sandbox = new Sandbox();
    const env = { ...sandbox.env, HOME: join(sandbox.home, 'new') };
    expect(keyProblem(undefined, env).hint).toContain('Run it in a terminal once');
    const paths = Array.from({ length: 5 }, () => createApprovalKey(env));
    expect(new Set(paths.map((one) => one.ok && one.value)).size).toBe(1);
    expect(readdirSync(join(env.HOME, '.local/state/orch-tui'))).toEqual(['approval-key']);
    expect(keyProblem(undefined, env).hint).toContain('ORCH_APPROVAL_KEY="$(cat ');
  });
});
