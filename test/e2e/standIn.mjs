// Stands in for an agent that runs commands: reads `$TASKS`, a JSON list of `{ "id", "line" }`, runs each line of bash, and
// waits for the answer it leaves. A line that leaves its process behind says so by "detached", and writes `$ANSWER.code` last.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const { TASKS, ANSWERS, AT_ONCE = '3' } = process.env;
const tasks = JSON.parse(readFileSync(TASKS, 'utf8'));

async function run({ id, line }) {
  const answer = `${ANSWERS}/${id}`;
  const env = { ...process.env, ANSWER: answer };
  const child = spawn('bash', ['-c', line], { env, stdio: ['ignore', 'ignore', 'ignore'] });
  await new Promise((done) => child.once('exit', done));
  const deadline = Date.now() + 60_000;
  // What was left behind is no child of ours, so nothing tells of its end.
  while (!existsSync(`${answer}.code`) && Date.now() < deadline) await setTimeout(20);
}

const waiting = [...tasks];
const work = async () => {
  for (let task = waiting.shift(); task; task = waiting.shift()) await run(task);
};
process.stdout.write('at work\r\n');
await Promise.all(Array.from({ length: Number(AT_ONCE) }, work));
writeFileSync(`${ANSWERS}/all.tmp`, 'done');
renameSync(`${ANSWERS}/all.tmp`, `${ANSWERS}/all`);
process.stdout.write('done\r\n');
setInterval(() => {}, 60_000);
