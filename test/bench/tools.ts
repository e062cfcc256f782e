/**
 * What agents' tools cost: memory of the controller with sixteen sessions connected, and the time of a call.
 * `node test/bench/tools.ts`, after a build; Linux alone, where a process's environment can be read.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Shop } from '../e2e/shop.ts';

const sessions = 16;
const calls = 300;

const shop = await Shop.open({
  repos: { backend: {} },
  agents: { quiet: { command: ['cat'], speaks: 'none' } },
  defaultAgent: 'quiet',
});
try {
  for (let at = 0; at < sessions; at++)
    await shop.json('worker', 'start', 'backend', `w${at}`, '--yes', '--agent', 'quiet');
  const before = await memory();
  const clients = await Promise.all(addresses(shop.place.workspace).map(connect));
  const after = await memory();
  const times: number[] = [];
  for (let at = 0; at < calls; at++) {
    const client = clients[at % clients.length];
    const begun = performance.now();
    await client?.callTool({ name: 'report_progress', arguments: { summary: `step ${at}`, percent: 10 } });
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)]?.toFixed(1);
  console.log(
    `controller ${before} MB, with ${clients.length} sessions ${after} MB, after ${calls} calls ${await memory()} MB`,
  );
  console.log(`a call p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`);
  for (const client of clients) await client.close();
} finally {
  await shop.run(['host', 'stop', '--yes']);
  await shop.close();
}

async function connect({ url, token }: { url: string; token: string }): Promise<Client> {
  const client = new Client({ name: 'bench', version: '1' });
  const headers = { authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  return client;
}

/** Resident megabytes of the controller, what it shares with other Node processes included. */
async function memory(): Promise<number> {
  const pid = await shop.pidOf('controller');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);
}

/** What the workers of this workspace were given, from their environments. */
function addresses(root: string): { url: string; token: string }[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      const value = (name: string) =>
        environment.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
      const [url, token] = [value('ORCH_MCP_URL'), value('ORCH_TOKEN')];
      return value('ORCH_WORKSPACE') === root && url && token ? [{ url, token }] : [];
    } catch {
      // Gone meanwhile, or another person's.
      return [];
    }
  });
}
