/**
 * How soon what an agent asks is in the queue of a client, and what hooks add to the use of a tool.
 * `node test/bench/requests.ts`, after a build.
 */
import { readFile, writeFile } from 'node:fs/promises';
import type { Facts } from '../../src/core/facts.ts';
import type { ControllerApi, ControllerNotices } from '../../src/features/commands.ts';
import { connectDaemon } from '../../src/ipc/connect.ts';
import { version } from '../../src/ipc/version.ts';
import { Shop } from '../e2e/shop.ts';

const requests = 200;

/** An agent that does nothing but what hooks tell of it: a tool used, then a question, again and again. */
const agent = `
import { writeFileSync } from 'node:fs';
const { origin } = new URL(process.env.ORCH_HOOK_URL);
const headers = { 'content-type': 'application/json', authorization: 'Bearer ' + process.env.ORCH_TOKEN };
const post = async (topic, event, fields) => {
  const body = JSON.stringify({ hook_event_name: event, cwd: process.cwd(), ...fields });
  return (await fetch(origin + '/' + topic, { method: 'POST', headers, body })).json();
};
const used = [];
await post('hook', 'UserPromptSubmit', { prompt: 'go' });
for (let n = 0; n < ${requests}; n++) {
  const read = { tool_name: 'Read', tool_input: { file_path: process.cwd() + '/README.md' } };
  const before = performance.now();
  await post('guard', 'PreToolUse', read);
  await post('hook', 'PostToolUse', { ...read, tool_response: { text: 'x'.repeat(2000) } });
  used.push(performance.now() - before);
  const ask = { tool_name: 'Bash', tool_input: { command: 'echo ' + n + ' ' + Date.now() } };
  const { hookSpecificOutput } = await post('ask', 'PermissionRequest', ask);
  if (hookSpecificOutput?.decision.behavior !== 'allow') throw new Error('not allowed: ' + n);
  await post('hook', 'PostToolUse', ask);
}
writeFileSync(process.env.OUT, JSON.stringify(used));
setInterval(() => {}, 1e6);
`;

const shop = await Shop.open({
  repos: { backend: {} },
  agents: async (place) => {
    const file = `${place.root}/agent.mjs`;
    await writeFile(file, agent);
    const env = { OUT: `${place.root}/used.json` };
    return { asker: { command: [process.execPath, file], env, speaks: 'claude' } };
  },
  defaultAgent: 'asker',
});
process.env.XDG_RUNTIME_DIR = shop.place.runtime;
try {
  await shop.json('status');
  const seen = new Map<string, number>();
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const link = await connectDaemon({
    ...{ root: shop.place.workspace, program: 'controller', version, role: 'client' },
    approvalKey: shop.place.approvalKey,
    prepare: (made) =>
      made.onNotice<ControllerNotices, 'facts'>('facts', ({ queue }: Facts) => {
        for (const { request } of queue) {
          if (!request || seen.has(request.id)) continue;
          seen.set(request.id, Date.now() - Number(request.text.split(' ').at(-1)));
          void made.caller<ControllerApi>()('answer', { request: request.id, answer: { say: 'allow' } });
        }
        if (seen.size === requests) resolve();
      }),
  });
  if (!link.ok) throw new Error(link.problem.message);
  await shop.json('worker', 'start', 'backend', 'asks', '--yes');
  await done;
  await shop.until('the agent has measured', () =>
    readFile(`${shop.place.root}/used.json`).then(
      () => true,
      () => false,
    ),
  );
  link.value.close();
  tell('from the hook to the queue', [...seen.values()]);
  tell('hooks of one tool', JSON.parse(await readFile(`${shop.place.root}/used.json`, 'utf8')));
} finally {
  await shop.run(['host', 'stop', '--yes']);
  await shop.close();
}

function tell(what: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)]?.toFixed(1);
  console.log(`${what}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, of ${sorted.length}`);
}
