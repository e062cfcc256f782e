import { expect, it } from 'vitest';
import { checkBaseUrl, openNotion } from '../../../src/features/notion/service/client.ts';
import { NotionToken } from '../../../src/features/notion/service/token.ts';
import type { RequestLine } from '../../../src/features/notion/service/transport.ts';
import { type Fault, NotionStandIn, type StandInRequest } from './standIn.ts';
import { VirtualClock } from './virtualClock.ts';

const title = [{ name: 'Task', type: 'title' }];

async function open(secret?: string, signal?: AbortSignal) {
  const clock = new VirtualClock();
  const service = new NotionStandIn(clock);
  const source = service.addSource(title);
  const lines: RequestLine[] = [];
  const token = new NotionToken(secret ?? service.token, 'a test');
  const opened = await openNotion({
    token,
    clock,
    signal,
    fetch: service.fetch,
    log: (line) => lines.push(line),
  });
  if (!opened.ok) throw new Error(opened.problem.message);
  return { clock, service, source, lines, notion: opened.value };
}

/** Injects these faults, one for each request, then none. */
function inTurn(...faults: (Fault | null)[]): (request: StandInRequest) => Fault | null {
  return () => faults.shift() ?? null;
}

const titled = { title: { title: [{ type: 'text' as const, text: { content: 'One' } }] } };
const broken: Fault[] = [
  { kind: 'drop', when: 'after' },
  { kind: 'timeout', when: 'after' },
  { kind: 'html', when: 'after' },
  { kind: 'half', when: 'after' },
  { kind: 'stall', when: 'after' },
  { kind: 'status', when: 'after', status: 500 },
  { kind: 'status', when: 'after', status: 503 },
  { kind: 'status', when: 'after', status: 504 },
];

it.each(broken)('repeats a read after $kind $status', async (fault) => {
  const { service, source, notion } = await open();
  service.fault = inTurn(fault, fault);
  expect(await notion.schema(source)).toMatchObject({ ok: true, value: { dataSourceId: source } });
  expect(service.requests).toHaveLength(3);
});

it.each(broken)('requests a page once and reports an unknown result after $kind $status', async (fault) => {
  const { service, source, notion } = await open();
  service.fault = inTurn(fault);
  let sent = 0;
  const created = await notion.create(source, titled, () => {
    sent += 1;
  });
  expect(created).toMatchObject({ ok: false, problem: { code: 'notion_unanswered' } });
  expect([sent, service.living(source).length]).toEqual([1, 1]);
});

it.each([409, 429, 529])('requests a page again after %s, after the requested delay', async (status) => {
  const { clock, service, source, notion } = await open();
  service.fault = inTurn({ kind: 'status', when: 'before', status, retryAfter: '17' });
  const start = clock.now();
  let sent = 0;
  expect(await notion.create(source, titled, () => sent++)).toMatchObject({ ok: true });
  expect([sent, service.living(source).length]).toEqual([2, 1]);
  expect(clock.now() - start).toBeGreaterThanOrEqual(17_000);
});

it('does not repeat a change of a page by itself, because the page may have been edited meanwhile', async () => {
  const { service, source, notion } = await open();
  const page = service.addPage(source, { Task: 'One' });
  service.fault = inTurn({ kind: 'status', when: 'before', status: 429, retryAfter: '5' });
  expect(await notion.update(page.id, titled)).toMatchObject({ problem: { code: 'notion_busy' } });
  expect(service.requests).toHaveLength(1);
});

it('gives up on a service that never answers, with a problem', async () => {
  const { service, source, notion } = await open();
  service.fault = () => ({ kind: 'drop', when: 'before' });
  expect(await notion.schema(source)).toMatchObject({ problem: { code: 'notion_unreachable' } });
  expect(service.requests).toHaveLength(5);
});

it('keeps below three requests a second, with a burst at the start', async () => {
  const { clock, service, source, notion } = await open();
  const start = clock.now();
  for (let i = 0; i < 28; i++) await notion.schema(source);
  expect(service.requests).toHaveLength(28);
  expect(clock.now() - start).toBeGreaterThanOrEqual(10_000);
  expect(clock.now() - start).toBeLessThan(11_000);
});

it('writes one at a time', async () => {
  const { service, source, notion } = await open();
  let running = 0;
  let most = 0;
  const answer = service.fetch;
  const slow = async (url: string, init: RequestInit) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return answer(url, init);
  };
  const opened = await openNotion({
    token: new NotionToken(service.token, 'a test'),
    clock: new VirtualClock(),
    fetch: slow,
  });
  if (!opened.ok) throw new Error('not open');
  await Promise.all([1, 2, 3].map(() => opened.value.create(source, titled, () => {})));
  expect([most, service.living(source).length]).toEqual([1, 3]);
  expect((await notion.schema(source)).ok).toBe(true);
});

it('reports the fault, and never the token', async () => {
  const { notion, source, service, lines } = await open('ntn_wrong00000000000000000000000000secret');
  const refused = await notion.schema(source);
  expect(refused).toMatchObject({ problem: { code: 'notion_unauthorized' } });
  expect(JSON.stringify([refused, lines])).not.toContain('secret');
  expect(lines).toEqual([
    { method: 'GET', path: `/v1/data_sources/${source}`, status: 401, requestId: expect.any(String) },
  ]);
  expect(service.requests[0]?.headers.get('notion-version')).toBe('2026-03-11');
});

it('distinguishes unshared from refused', async () => {
  const { notion, source } = await open();
  const nowhere = await notion.page('00000000-0000-4000-8000-000000000000');
  expect(nowhere).toMatchObject({
    problem: { code: 'notion_not_shared', hint: expect.stringContaining('Connections') },
  });
  const wrong = await notion.create(source, { nothing: { number: 1 } }, () => {});
  expect(wrong).toMatchObject({
    problem: { code: 'notion_refused', message: expect.stringContaining('nothing') },
  });
});

it('is cancelled by its signal, also while it waits', async () => {
  const stop = new AbortController();
  const { service, source, notion } = await open(undefined, stop.signal);
  service.fault = () => {
    stop.abort();
    return { kind: 'status', when: 'before', status: 429, retryAfter: '60' };
  };
  expect(await notion.schema(source)).toMatchObject({ problem: { code: 'cancelled' } });
  expect(service.requests).toHaveLength(1);
});

it('has a limit for bodies that stall, with real time and a real socket', async () => {
  const { service, source } = await open();
  const { url, server } = await service.listen();
  try {
    const real = { now: Date.now, sleep: async () => {}, timeout: () => AbortSignal.timeout(50) };
    const fetchHanging = async (address: string, init: RequestInit) => {
      const response = await fetch(address, init);
      const { signal } = init;
      const body = new ReadableStream({
        start: (controller) => signal?.addEventListener('abort', () => controller.error(signal.reason)),
      });
      return new Response(body, { headers: response.headers });
    };
    const token = new NotionToken(service.token, 'a test');
    const opened = await openNotion({ token, baseUrl: url, clock: real, fetch: fetchHanging });
    if (!opened.ok) throw new Error(opened.problem.message);
    expect(await opened.value.schema(source)).toMatchObject({ problem: { code: 'notion_unreachable' } });
    const plain = await openNotion({ token, baseUrl: `${url}/` });
    expect(plain.ok && (await plain.value.schema(source))).toMatchObject({ ok: true });
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

it.each([
  ['http://127.0.0.1:8080', true],
  ['http://[::1]:8080/', true],
  ['http://localhost:1', true],
  ['https://api.notion.com', false],
  ['http://127.0.0.1.evil.example', false],
  ['http://localhost@evil.example', false],
  ['http://user@127.0.0.1', false],
  ['file://localhost/x', false],
  ['nonsense', false],
])('takes %s for another address: %s', (url, isTaken) => {
  expect(checkBaseUrl(url).ok).toBe(isTaken);
});
