import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { answerRefused, InboxServer } from '../../src/host/inbox.ts';
import { success } from '../../src/lib/result.ts';
import { until } from '../support/until.ts';

const token = 'a'.repeat(32);
const wrong = 'b'.repeat(32);
let inbox: InboxServer;
let port: number;
let flood: Socket[] = [];

beforeEach(async () => {
  inbox = await InboxServer.listen({
    tokens: () => [['w', token]],
    post: async ({ topic, body }) => success({ topic, body }),
    answerRefused,
  });
  port = Number(new URL(inbox.url).port);
  flood = [];
});

afterEach(async () => {
  for (const socket of flood) socket.destroy();
  inbox.close();
});

/** Many connections that are opened as fast as they can be; each says its piece and stays. */
async function open(count: number, piece: string, again: string | null = null): Promise<void> {
  for (let done = 0; done < count; done += 200)
    await Promise.all(
      Array.from({ length: Math.min(200, count - done) }, async () => {
        const socket = connect(port, '127.0.0.1');
        flood.push(socket);
        socket.on('error', () => {});
        await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
        if (piece !== '') socket.write(piece);
        if (again === null) return;
        const drip = setInterval(() => socket.write(again), 100);
        socket.once('close', () => clearInterval(drip));
      }),
    );
}

/** What a hook of a worker is answered, and how long it waited. */
function post(topic: string, key = token): Promise<{ text: string; ms: number }> {
  const began = performance.now();
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  return new Promise((resolve, reject) => {
    const sent = request(`${inbox.url}/${topic}`, { method: 'POST', headers, agent: false }, (response) => {
      let text = `${response.statusCode} `;
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ text, ms: performance.now() - began }));
    });
    sent.on('error', reject);
    sent.end('{"x":1}');
  });
}

const head = (key: string, length = 100) =>
  `POST /hook HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nAuthorization: Bearer ${key}\r\nContent-Length: ${length}\r\n\r\n`;

/** Before that no agent goes on without an answer, even on a machine that is busy besides. */
const fastMs = 5000;

const floods: readonly [string, () => Promise<void>][] = [
  ['2,000 idle connections', () => open(2000, '')],
  ['heads that never end', () => open(600, 'POST /hook HTTP/1.1\r\n', 'X: y\r\n')],
  ['one byte now and then', () => open(600, 'P', 'O')],
  ['whole heads with a wrong token and half a body', () => open(600, `${head(wrong)}{"half":`)],
  ['whole requests with a wrong token', () => open(600, `${head(wrong, 2)}{}`)],
  ['heads with a token of the wrong length', () => open(600, head('short', 2))],
  ['half a head with the right token', () => open(600, head(token).slice(0, -4))],
];

it.each(floods)('%s keep no hook with a token waiting, and the guard answers', async (_, begin) => {
  const flooding = begin();
  for (let round = 0; round < 10; round++) {
    const [hook, guard, denied] = await Promise.all([post('hook'), post('guard'), post('guard', wrong)]);
    expect(hook.text).toBe('200 {"topic":"hook","body":{"x":1}}');
    expect(guard.text).toMatch(/^200 /);
    expect(denied.text).toContain('"permissionDecision":"deny"');
    expect(Math.max(hook.ms, guard.ms)).toBeLessThan(fastMs);
  }
  await flooding;
  const after = await post('hook');
  expect(after.text).toMatch(/^200 /);
  expect(after.ms).toBeLessThan(fastMs);
});

it('keeps few connections that have shown no token, and none for long', async () => {
  await open(1000, '');
  const left = () => flood.filter((socket) => !socket.closed).length;
  for (const most of [128, 0])
    await until(() => left() <= most, `at most ${most} connections to be left`, 20_000);
});

it('lets a worker that opens hundreds keep only itself out', async () => {
  const other = 'c'.repeat(32);
  inbox.close();
  inbox = await InboxServer.listen({
    tokens: () => [
      ['w', token],
      ['o', other],
    ],
    post: async () => success({}),
    answerRefused,
  });
  port = Number(new URL(inbox.url).port);
  await open(400, `${head(token, 100)}{"half":`);
  expect((await post('hook', other)).text).toBe('200 {}');
  expect((await post('guard', token)).text).toMatch(/^200 \{"hookSpecificOutput".*deny/);
});
