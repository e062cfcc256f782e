import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mcpConfigFile } from '../../../src/controller/effects/tools.ts';
import { auth, bill, call, knock, ToolPlace } from './toolPlace.ts';

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
});

test('only a living session’s token, our own name and no web page get in', async () => {
  await using place = new ToolPlace();
  const url = await place.url();
  const own = { authorization: `Bearer ${place.tokens.get(auth)}` };
  const statuses = await Promise.all([
    knock(url, { headers: own, body: initialize }),
    knock(url, {}),
    knock(url, { headers: { authorization: 'Bearer forged-forged-forged-forged' } }),
    knock(url, { headers: { authorization: 'Bearer short' } }),
    knock(url, { headers: { ...own, host: 'evil.example' } }),
    knock(url, { headers: { ...own, origin: 'http://127.0.0.1' } }),
    knock(url, { headers: own, method: 'GET', body: '' }),
    knock(url, { headers: own, path: '/hook' }),
    knock(url, { headers: { ...own, 'content-type': 'text/plain' } }),
    knock(url, { headers: own, body: '{' }),
    knock(url, { headers: own, body: JSON.stringify({ x: 'x'.repeat(1024 * 1024) }) }),
    knock(url, { headers: { ...own, 'mcp-session-id': 'nobody' }, body: initialize }),
    knock(url, { headers: own, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }) }),
    knock(url, { headers: own, body: '[]' }),
    knock(url, { headers: own, body: '"text"' }),
  ]);
  expect(statuses).toEqual([200, 401, 401, 401, 421, 403, 405, 404, 415, 400, 413, 404, 400, 400, 400]);
  expect(place.faults).toEqual([]);
});

test('a session that a token opened is closed to every other token', async () => {
  await using place = new ToolPlace();
  const client = await place.client(auth);
  const key = client.transport?.sessionId ?? '';
  const asOther = { authorization: `Bearer ${place.tokens.get(bill)}`, 'mcp-session-id': key };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
  const url = await place.url();
  expect(await knock(url, { headers: asOther, body })).toBe(404);
  expect(
    await knock(url, { headers: { ...asOther, authorization: `Bearer ${place.tokens.get(auth)}` }, body }),
  ).toBe(200);
});

test('who asks too much is told to be quiet, others are served', async () => {
  await using place = new ToolPlace();
  const url = await place.url();
  const own = { authorization: `Bearer ${place.tokens.get(auth)}` };
  const statuses: number[] = [];
  // A busy machine may be slow enough to be let ask for a while.
  for (let round = 0; round < 60 && !statuses.includes(429); round++)
    statuses.push(
      ...(await Promise.all(Array.from({ length: 100 }, () => knock(url, { headers: own, body: '{' })))),
    );
  expect(statuses).toContain(429);
  expect(statuses[0]).toBe(400);
  await place.client(bill);
});

test('a token that ended is nobody’s', async () => {
  await using place = new ToolPlace();
  const client = await place.client(auth);
  place.tokens.delete(auth);
  await expect(call(client, 'list_updates')).rejects.toThrow(/unknown token/);
});

test('the port outlives a restart, and clients begin anew there', async () => {
  await using place = new ToolPlace();
  const before = await place.url();
  const client = await place.client(auth);
  await place.restart();
  expect(await place.url()).toBe(before);
  await expect(call(client, 'list_updates')).rejects.toThrow(/Session not found/);
  const again = await place.client(auth);
  expect(await call(again, 'list_updates')).toEqual({ text: '[]', isError: false });
});

test('another port is taken where somebody has that of last time', async () => {
  await using place = new ToolPlace();
  const first = await place.url();
  await using other = new ToolPlace();
  const { writeMcpConfig } = await import('../../../src/controller/effects/tools.ts');
  await writeMcpConfig(other.sandbox.root, first);
  expect(await other.url()).not.toBe(first);
  expect(readFileSync(mcpConfigFile(other.sandbox.root), 'utf8')).toContain(await other.url());
});

test('the file that names it holds no token and is the person’s alone', async () => {
  await using place = new ToolPlace();
  await place.url();
  const file = mcpConfigFile(place.sandbox.root);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const server = JSON.parse(readFileSync(file, 'utf8')).mcpServers.orch;
  expect(server).toMatchObject({ type: 'http', headers: { Authorization: 'Bearer $' + '{ORCH_TOKEN}' } });
});

test('sixteen sessions are served side by side, one that reconnects for ever keeps but a few', async () => {
  await using place = new ToolPlace();
  for (let at = 0; at < 16; at++) place.tokens.set(`web/w${at}`, `token-of-worker-number-${at}`);
  const clients = await Promise.all(Array.from({ length: 16 }, (_, at) => place.client(`web/w${at}`)));
  const answers = await Promise.all(clients.map((client) => call(client, 'list_updates')));
  expect(answers.every(({ isError }) => !isError)).toBe(true);
  const first = await place.client(auth);
  for (let at = 0; at < 8; at++) await place.client(auth);
  await expect(call(first, 'list_updates')).rejects.toThrow(/Session not found/);
});
