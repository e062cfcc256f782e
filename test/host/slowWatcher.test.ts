import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { readDaemonHolder } from '../../src/ipc/guard.ts';
import type { HostApi } from '../../src/ipc/hostApi.ts';
import { Link } from '../../src/ipc/link.ts';
import type { HelloApi } from '../../src/ipc/peer.ts';
import { protocolVersion } from '../../src/ipc/version.ts';
import { Sandbox } from '../support/sandbox.ts';
import { Room, View, value } from './room.ts';

const echo =
  'process.stdin.setRawMode(true).on("data",(d)=>process.stdout.write(d));process.stdout.write("go")';
/** Fills its screen over and over in changing colours; a key ends that. */
const flood = `
let n = 0, ended = false;
const fill = () => {
  if (ended) return process.stdout.write('\\x1b[0m\\x1b[2J\\x1b[Hthe end of ' + n);
  let text = '\\x1b[H';
  for (let y = 0; y < 24; y++) {
    for (let x = 0; x < 79; x++) text += '\\x1b[3' + ((x + y + n) % 8) + 'm' + ((x + n) % 10);
    text += '\\r\\n';
  }
  n++;
  process.stdout.write(text, () => setImmediate(fill));
};
process.stdin.setRawMode(true).on('data', () => { ended = true; });
fill();
`;

/** The host's socket behind a line that lets bytes through only as they are granted. */
class SlowLine extends Duplex {
  readonly #socket: Socket;
  #granted = Number.POSITIVE_INFINITY;

  constructor(path: string) {
    super();
    this.#socket = connect(path);
    this.#socket.on('readable', () => this.#pass()).on('close', () => this.destroy());
  }

  limit(bytes: number): void {
    this.#granted = bytes;
  }

  grant(bytes: number): void {
    this.#granted += bytes;
    this.#pass();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#socket.write(chunk, () => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #pass(): void {
    while (this.#granted > 0 && this.#socket.readableLength > 0) {
      const chunk: Buffer = this.#socket.read(Math.min(this.#granted, this.#socket.readableLength));
      this.#granted -= chunk.length;
      this.push(chunk);
    }
  }
}

async function lookSlowly(sandbox: Sandbox, id: string): Promise<{ line: SlowLine; link: Link; view: View }> {
  const line = new SlowLine(readDaemonHolder(sandbox.root, 'host')?.socket ?? '');
  const link = new Link(line);
  link.start();
  const hello = { protocol: protocolVersion, version: '1.0.0', role: 'client' as const, pid: process.pid };
  value(await link.caller<HelloApi>()('hello', hello));
  const view = new View(link, 1);
  value(await link.caller<HostApi>()('watch', { id, channel: 1 }));
  return { line, link, view };
}

test('a client that reads a kilobyte now and then holds up nobody, and gets the newest screen', async () => {
  await using sandbox = new Sandbox();
  const room = await Room.join(sandbox);
  await room.open('echo', echo);
  await room.open('flood', flood);
  const typed = await room.watch('echo');
  await typed.until('go');
  const fast = await room.watch('flood');
  const { line, link, view: slow } = await lookSlowly(sandbox, 'flood');
  await slow.until((text) => text.trim() !== '');

  line.limit(0);
  const { memory } = value(await room.call('status', {}));
  const [fastBefore, slowBefore] = [fast.frames, slow.frames];
  for (let count = 1; count <= 100; count++) {
    await fast.until(() => fast.frames >= fastBefore + 2 * count);
    room.type('echo', `\r${count}!`);
    await typed.until(`${count}!`);
    if (count % 4 === 0) line.grant(1024);
  }
  const received = slow.frames - slowBefore;
  // What a slow client has not read is one picture and no more.
  expect(received).toBeGreaterThan(0);
  expect(received).toBeLessThan(20);
  expect(value(await room.call('status', {})).memory - memory).toBeLessThan(30e6);

  room.type('flood', 'q');
  await fast.until('the end of');
  const behind = slow.frames;
  line.grant(Number.POSITIVE_INFINITY);
  await slow.until('the end of');
  expect(slow.text).toBe(fast.text);
  expect(slow.frames - behind).toBeLessThanOrEqual(2);
  link.close();
  await link.closed;
  await room.leave();
});
