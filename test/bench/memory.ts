/**
 * What floods leave behind: resident memory of the built program (`dist/` of the folder it is called in), before, at the
 * end, and 30 and 60 seconds after it: `node test/bench/memory.ts`, with `-- frames` or `-- resizes` for one of them.
 * Prints MB, and the ratio to the start.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { program, Shop } from '../e2e/shop.ts';
import { Outer } from './panes/outer.ts';

const line = '        \\x1b[32mINFO\\x1b[0m  src/app.ts:42  request served in 12 ms, cache hit, for ';
/** Prints log text in lines of up to 160 columns, as long as there is a file `flood`. */
const flood = `s=$(i=0; while [ $i -lt 500 ]; do printf '%06d ${line}%0'$((i % 80))'d\\n' $i 7; i=$((i+1)); done); until [ -e flood ]; do sleep 0.1; done; while [ -e flood ]; do printf '%s\\n' "$s"; done; sleep 1000`;
const resizes = 600;
const [large, small] = [
  { cols: 200, rows: 50 },
  { cols: 80, rows: 24 },
];
const lookAfterMs = [0, 30_000, 60_000];
const frameBytes = 16 * 1024 * 1024;

type Processes = Readonly<Record<string, number>>;

function lockOf(shop: Shop, name: string): { pid: number; socket: string } {
  return JSON.parse(readFileSync(shop.path('.orch', `${name}.lock`), 'utf8'));
}

/** Resident memory of a process in MB. */
function resident(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Prints the memory of each process before, and so long after what is done meanwhile. */
async function measure(what: string, processes: Processes, act: () => Promise<void>): Promise<void> {
  const look = () => Object.values(processes).map(resident);
  const before = look();
  await act();
  const seen: number[][] = [];
  for (const [nth, after] of lookAfterMs.entries()) {
    await setTimeout(after - (lookAfterMs[nth - 1] ?? 0));
    seen.push(look());
  }
  for (const [nth, name] of Object.keys(processes).entries()) {
    const start = before[nth] ?? 0;
    const later = seen.map((row) => `${row[nth]?.toFixed(0)} (${((row[nth] ?? 0) / start).toFixed(2)})`);
    console.log(`${what}: ${name.padEnd(10)} ${start.toFixed(0)} MB → ${later.join(' → ')}`);
  }
}

/** Resizes a room between two sizes while an agent floods its pane. */
async function resizing(): Promise<void> {
  const agents = { flood: { command: ['sh', '-c', flood, '{brief}'] } };
  const shop = await Shop.open({ repos: { bench: {} }, agents });
  const outer = new Outer([program], shop.path(), shop.place.env({ TERM: 'xterm-256color' }));
  try {
    await shop.json('worker', 'start', 'bench', 'one', '--brief', 'x', '--agent', 'flood', '--yes');
    outer.press('1');
    await setTimeout(3000);
    const processes = { host: lockOf(shop, 'host').pid, room: outer.pid };
    const worktree = shop.path('.worktrees', 'bench-one');
    await measure('600 resizes in a flood', processes, async () => {
      writeFileSync(`${worktree}/flood`, '');
      for (let nth = 0; nth < resizes; nth++) {
        outer.resize(nth % 2 === 0 ? large : small);
        await setTimeout(50);
      }
      rmSync(`${worktree}/flood`);
    });
  } finally {
    await outer.close();
    await shop.close();
  }
}

/** Sends so many bytes; resolves once the kernel has them all, which it has not when the other end reads no further. */
function send(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    socket.write(bytes, () => resolve());
    socket.once('close', () => resolve());
  });
}

/** Holds large frames that lack a byte, then ends some and leaves the others. */
async function frames(): Promise<void> {
  const shop = await Shop.open({ repos: { bench: {} } });
  const outer = new Outer([program], shop.path(), shop.place.env({ TERM: 'xterm-256color' }));
  try {
    await shop.json('worker', 'start', 'bench', 'one', '--brief', '', '--agent', 'demo', '--yes');
    await setTimeout(3000);
    for (const name of ['controller', 'host']) {
      const { pid, socket: path } = lockOf(shop, name);
      const frame = Buffer.alloc(frameBytes, 0x20);
      frame.writeUInt32BE(frameBytes - 4);
      // A kind of frame that is not known: it is ignored.
      frame[4] = 200;
      await measure('frames of 16 MB', { [name]: pid }, async () => {
        const sockets = await Promise.all(
          Array.from({ length: 10 }, async () => {
            const socket = connect(path);
            socket.on('error', () => {});
            await send(socket, frame.subarray(0, -1));
            return socket;
          }),
        );
        console.log(`  held by ${name}: ${resident(pid).toFixed(0)} MB`);
        for (const socket of sockets.slice(0, 5)) await send(socket, frame.subarray(-1));
        for (const socket of sockets) socket.destroy();
      });
    }
  } finally {
    await outer.close();
    await shop.close();
  }
}

const wanted = process.argv.slice(2).filter((word) => word !== '--');
if (wanted.length === 0 || wanted.includes('frames')) await frames();
if (wanted.length === 0 || wanted.includes('resizes')) await resizing();
