// How quick the host is: `node test/bench/host.ts`. Prints milliseconds, MB/s and MB.
import { spawn } from 'node-pty';
import { Room, terminal, value } from '../host/room.ts';
import { Sandbox } from '../support/sandbox.ts';

const echo =
  'process.stdin.setRawMode(true).on("data",(d)=>process.stdout.write(d));process.stdout.write("go")';
/** Log text, for ever. */
const flood = `let s="";for(let n=0;n<1000;n++)s+=String(n).padStart(8)+"  \\x1b[32mINFO\\x1b[0m  src/app.ts:42  request served in 12 ms, cache hit\\r\\n";const w=()=>process.stdout.write(s,w);w()`;
const megabytes = 40;
/** The same text, so much of it and no more. */
const ingest = `let s="";for(let n=0;n<1000;n++)s+=String(n).padStart(8)+"  \\x1b[32mINFO\\x1b[0m  src/app.ts:42  request served in 12 ms, cache hit\\r\\n";const fs=require("fs");for(let b=0;b<${megabytes}e6;b+=s.length)fs.writeFileSync(1,s)`;
const presses = 1000;

function percentile(sorted: readonly number[], part: number): string {
  return (sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN).toFixed(2);
}

/** Milliseconds from a key sent to the frame that shows it. */
async function latency(room: Room, what: string): Promise<void> {
  await room.call('open', terminal('echo', [process.execPath, '-e', echo]));
  const view = await room.watch('echo', { cols: 98, rows: 27 });
  await view.until('go');
  const times: number[] = [];
  for (let press = 0; press < presses; press++) {
    const key = String.fromCharCode(97 + (press % 26));
    const { frames } = view;
    const started = performance.now();
    room.type('echo', `\r${key}`);
    await view.until((text) => view.frames > frames && text.startsWith(key));
    times.push(performance.now() - started);
    // Not in step with the flood.
    await new Promise((resolve) => setTimeout(resolve, press % 7));
  }
  times.sort((a, b) => a - b);
  console.log(
    `key to frame, ${what}: p50 ${percentile(times, 0.5)} p90 ${percentile(times, 0.9)} p99 ${percentile(times, 0.99)} max ${percentile(times, 1)}`,
  );
  value(await room.call('end', { id: 'echo' }));
  value(await room.call('forget', { id: 'echo' }));
}

async function discard(): Promise<number> {
  const started = performance.now();
  const pty = spawn(process.execPath, ['-e', ingest], { encoding: null, env: { PATH: process.env.PATH } });
  pty.onData(() => {});
  await new Promise<void>((resolve) => pty.onExit(() => resolve()));
  return megabytes / ((performance.now() - started) / 1000);
}

async function hosted(room: Room, id: string): Promise<number> {
  const started = performance.now();
  await room.call('open', terminal(id, [process.execPath, '-e', ingest], { cols: 200, rows: 50 }));
  const view = await room.watch(id);
  await room.exited(id);
  const speed = megabytes / ((performance.now() - started) / 1000);
  console.log(`  ${view.frames} frames`);
  value(await room.call('forget', { id }));
  return speed;
}

async function memory(room: Room): Promise<number> {
  return value(await room.call('status', {})).memory / 1e6;
}

await using sandbox = new Sandbox();
const room = await Room.join(sandbox);
console.log(`memory, empty: ${(await memory(room)).toFixed(0)} MB`);
await latency(room, 'idle');
await room.open('flood', flood);
await room.watch('flood', { cols: 98, rows: 27 });
await latency(room, 'one terminal flooding');
value(await room.call('end', { id: 'flood' }));
for (let round = 0; round < 3; round++) {
  console.log(`ingest, node-pty and nothing else: ${(await discard()).toFixed(1)} MB/s`);
  console.log(`ingest, host with a watcher: ${(await hosted(room, `i${round}`)).toFixed(1)} MB/s`);
}
await room.leave();
await room.link.closed;

await using second = new Sandbox();
const crowd = await Room.join(second);
const fill = `let s="";for(let n=0;n<3000;n++)s+=("line "+n).padEnd(190,".")+"\\r\\n";process.stdout.write(s);setInterval(()=>{},1e6)`;
for (let n = 0; n < 16; n++) {
  await crowd.call('open', terminal(`t${n}`, [process.execPath, '-e', fill], { cols: 200, rows: 50 }));
  await (await crowd.watch(`t${n}`)).until('line 2999');
}
console.log(`memory, 16 terminals of 200x50 with full scrollback: ${(await memory(crowd)).toFixed(0)} MB`);
await crowd.leave();
