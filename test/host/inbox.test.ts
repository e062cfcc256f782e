import { request } from 'node:http';
import { expect, test } from 'vitest';
import type { InboxMessage } from '../../src/ipc/hostApi.ts';
import { success } from '../../src/lib/result.ts';
import { Sandbox } from '../support/sandbox.ts';
import { Room, tokenOf, value } from './room.ts';

const idle = 'setInterval(()=>{},1e6)';
const token = tokenOf('w');

interface Post {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Posts as a child would, what it wants an answer to; `headers` replace or, when empty, remove the usual ones. */
function post(url: string, { method = 'POST', path = '/report', headers = {}, body = '{}' }: Post = {}) {
  const usual = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const all = Object.entries({ ...usual, ...headers }).filter(([, text]) => text !== '');
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const sent = request(
      `${url}${path}`,
      { method, headers: Object.fromEntries(all), agent: false },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

async function inboxOf(room: Room): Promise<string> {
  return value(await room.call('inbox', {})).url;
}

test('a child’s message reaches the controller, and its answer the child', async () => {
  await using sandbox = new Sandbox();
  const heard: InboxMessage[] = [];
  const received = (message: InboxMessage) => {
    heard.push(message);
    return success({ decision: 'allow' });
  };
  const room = await Room.join(sandbox, { received });
  // The child itself, with nothing but what its environment says.
  const script = `
    fetch(process.env.ORCH_HOOK_URL, { method: "POST", body: JSON.stringify({ hé: 1 }), headers: {
      "content-type": "application/json", authorization: "Bearer " + process.env.ORCH_TOKEN } })
      .then(async (response) => console.log(response.status, await response.text()));`;
  await room.call('holdHooks', { ids: ['w'] });
  await room.open('w', script);
  await room.exited('w');
  expect(value(await room.call('text', { id: 'w' })).text).toBe('200 {"decision":"allow"}');
  expect(heard).toMatchObject([{ id: 'w', topic: 'hook', body: { hé: 1 } }]);
  await room.leave();
});

const refusals: readonly [string, number, Post][] = [
  ['a forged token', 401, { headers: { authorization: `Bearer ${token.slice(0, -1)}X` } }],
  ['no token', 401, { headers: { authorization: '' } }],
  ['a name of its own for us', 421, { headers: { host: 'evil.example' } }],
  ['the origin of a web page', 403, { headers: { origin: 'http://127.0.0.1' } }],
  ['another method', 405, { method: 'PUT' }],
  ['a form, as a web page may send', 415, { headers: { 'content-type': 'text/plain' } }],
  ['no JSON', 400, { body: '{' }],
  ['a path of its own', 404, { path: '/Not~ours' }],
  ['more than a megabyte', 413, { body: JSON.stringify('x'.repeat(1024 * 1024)) }],
];

test('whatever is not a child’s own JSON is refused and never delivered', async () => {
  await using sandbox = new Sandbox();
  const heard: unknown[] = [];
  const room = await Room.join(sandbox, {
    received: ({ body }) => {
      heard.push(body);
      return success({});
    },
  });
  await room.open('w', idle);
  const url = await inboxOf(room);
  const answers = await Promise.all(refusals.map(([, , options]) => post(url, options)));
  expect(answers.map((answer, index) => [refusals[index]?.[0], answer.status])).toEqual(
    refusals.map(([what, status]) => [what, status]),
  );
  expect(await post(url, { body: '"real"' })).toEqual({ status: 200, body: '{}' });
  expect(heard).toEqual(['real']);
  await room.leave();
});

test('without a controller messages are kept, and handed over in order before new ones', async () => {
  await using sandbox = new Sandbox();
  const first = await Room.join(sandbox);
  await first.open('w', idle);
  const url = await inboxOf(first);
  await first.leave();
  for (let n = 0; n < 20; n++)
    expect(await post(url, { body: String(n) })).toEqual({ status: 200, body: '{}' });

  const heard: unknown[] = [];
  const room = await Room.join(sandbox, {
    received: ({ body }) => {
      heard.push(body);
      return success({ heard: body });
    },
  });
  expect(await post(url, { body: '20' })).toEqual({ status: 200, body: '{"heard":20}' });
  expect(heard).toEqual(Array.from({ length: 21 }, (_, n) => n));
  await room.leave();
});

test('a message that a controller took and never answered goes to the next one', async () => {
  await using sandbox = new Sandbox();
  const { promise: taken, resolve: take } = Promise.withResolvers<void>();
  const first = await Room.join(sandbox, {
    received: () => {
      take();
      return new Promise(() => {});
    },
  });
  await first.open('w', idle);
  const url = await inboxOf(first);
  const answer = post(url, { body: '"again"' });
  await taken;
  await first.leave();
  // The child is let go on meanwhile.
  expect(await answer).toEqual({ status: 200, body: '{}' });
  const { promise: heard, resolve: hear } = Promise.withResolvers<InboxMessage>();
  const room = await Room.join(sandbox, {
    received: (message) => {
      hear(message);
      return success({});
    },
  });
  expect((await heard).body).toBe('again');
  await room.leave();
});

test('a slow answer holds up no other message', async () => {
  await using sandbox = new Sandbox();
  const { promise, resolve } = Promise.withResolvers<ReturnType<typeof success<unknown>>>();
  const room = await Room.join(sandbox, {
    received: ({ body }) => (body === 'wait' ? promise : success({ body })),
  });
  await room.open('w', idle);
  const url = await inboxOf(room);
  const waiting = post(url, { body: '"wait"' });
  expect((await post(url, { body: '"quick"' })).body).toBe('{"body":"quick"}');
  resolve(success({ at: 'last' }));
  expect((await waiting).body).toBe('{"at":"last"}');
  await room.leave();
});

test('a hook waits only while the controller has something to say to its agent', async () => {
  await using sandbox = new Sandbox();
  const heard: InboxMessage[] = [];
  const { promise, resolve } = Promise.withResolvers<ReturnType<typeof success<unknown>>>();
  const room = await Room.join(sandbox, {
    received: (message) => {
      heard.push(message);
      return message.body === 'slow' ? promise : success({ note: 'read this' });
    },
  });
  await room.open('w', idle);
  await room.open('v', idle);
  const hook = async (id: string, body: string) =>
    post(url, { path: '/hook', body, headers: { authorization: `Bearer ${tokenOf(id)}` } });
  const url = await inboxOf(room);
  // Answered although the controller has not answered.
  expect(await hook('w', '"slow"')).toEqual({ status: 200, body: '{}' });
  await room.call('holdHooks', { ids: ['w'] });
  expect((await hook('w', '1')).body).toBe('{"note":"read this"}');
  expect((await hook('v', '2')).body).toBe('{}');
  await room.call('holdHooks', { ids: [] });
  expect((await hook('w', '3')).body).toBe('{}');
  resolve(success({}));
  // What waits for an answer comes behind all of them.
  await post(url);
  expect(heard.map(({ body, late }) => [body, late === true])).toEqual([
    ['slow', true],
    [1, false],
    [2, true],
    [3, true],
    [{}, false],
  ]);
  await room.leave();
});

test('what a terminal showed before a post is told before it', async () => {
  await using sandbox = new Sandbox();
  const titles: (string | undefined)[] = [];
  const room = await Room.join(sandbox, {
    received: ({ id }) => {
      titles.push(room.records.get(id)?.title);
      return success({});
    },
  });
  // An answer to what is asked behind a title shows that the title was read.
  const script = `
    process.stdin.setRawMode(true);
    let n = 0;
    const next = () => process.stdout.write('\\x1b]0;title ' + n + '\\x07\\x1b[5n');
    process.stdin.on('data', async () => {
      await fetch(process.env.ORCH_HOOK_URL, { method: 'POST', body: '{}', headers: {
        'content-type': 'application/json', authorization: 'Bearer ' + process.env.ORCH_TOKEN } });
      if (++n === 5) process.exit();
      next();
    });
    next();`;
  await room.open('w', script);
  await room.exited('w');
  expect(titles).toEqual([0, 1, 2, 3, 4].map((n) => `title ${n}`));
  await room.leave();
});

test('a controller’s refusal is told as such', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox, {
    received: () => ({ ok: false, problem: { code: 'unknown_topic', message: 'What?' } }),
  });
  await room.open('w', idle);
  expect(await post(await inboxOf(room))).toEqual({
    status: 422,
    body: '{"error":{"code":"unknown_topic","message":"What?"}}',
  });
  await room.leave();
});

test('of what nobody fetches the oldest goes, terminal by terminal', async () => {
  await using sandbox = new Sandbox();
  const first = await Room.join(sandbox);
  await first.open('w', idle);
  await first.open('v', idle);
  const url = await inboxOf(first);
  await first.leave();
  await post(url, { body: '"of v"', headers: { authorization: `Bearer ${tokenOf('v')}` } });
  // Five of a megabyte each: four are kept.
  const large = (n: number) => JSON.stringify(`${n}${'x'.repeat(1024 * 1024 - 64)}`);
  for (let n = 0; n < 5; n++) expect((await post(url, { body: large(n) })).status).toBe(200);
  const heard: string[] = [];
  const room = await Room.join(sandbox, {
    received: ({ body }) => {
      heard.push(String(body).slice(0, 4));
      return success({});
    },
  });
  await post(url, { body: '"new"' });
  expect(heard).toEqual(['of v', '1xxx', '2xxx', '3xxx', '4xxx', 'new']);
  expect(value(await room.call('status', {}))).toMatchObject({ dropped: 1 });
  await room.leave();
});

test('JSON too deep to be passed on is answered and harms nobody', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox, { received: () => success({ well: true }) });
  await room.open('w', idle);
  const url = await inboxOf(room);
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  expect((await post(url, { body: deep })).status).toBe(400);
  expect(await post(url)).toEqual({ status: 200, body: '{"well":true}' });
  await room.leave();
});

test('a child that posts without end is told to be quiet', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox, { received: () => success({}) });
  await room.open('w', idle);
  const url = await inboxOf(room);
  const statuses: number[] = [];
  while (statuses.at(-1) !== 429 && statuses.length < 4000) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(url)));
    statuses.push(...answers.map((answer) => answer.status).sort());
  }
  expect(statuses.at(-1)).toBe(429);
  await room.leave();
});
