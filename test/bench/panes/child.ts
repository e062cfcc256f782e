/**
 * What runs in a pane: `node child.ts SOCKET NAME`. Prints a thousand lines, echoes keys, and does what it is told on
 * the socket; floods are printed by `cat`, so that this program never is what limits them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { Order } from './children.ts';

const [socketPath = '', name = ''] = process.argv.slice(2);
/** Asks for the cursor's place: the answer shows that everything before it has been parsed. */
const query = '\x1b[6n';
const answer = /^\x1b\[\d+;\d+R/;
/** About what an agent prints while it works: a spinner and a line now and then. */
const chatterMs = 50;

const socket = connect(socketPath);
let printer: ChildProcess | null = null;
let chatter: NodeJS.Timeout | undefined;
let armed: (Order & { do: 'stream' }) | null = null;
let told = 'ready';

process.stdin.setRawMode(true).on('data', read);
for (let line = 0; line < 1000; line++) print(`${logLine(line)}\r\n`);
print(query);
createInterface(socket).on('line', (line) => obey(JSON.parse(line) as Order));
socket.on('close', () => process.exit());

function print(text: string): void {
  writeSync(1, text);
}

function tell(what: string): void {
  socket.write(`${JSON.stringify({ name, told: what })}\n`);
}

function read(keys: Buffer): void {
  const text = keys.toString();
  if (answer.test(text)) tell(told);
  else if (armed) stream(armed);
  else print(`\r\x1b[K${text}`);
}

function obey(order: Order): void {
  switch (order.do) {
    case 'stream':
      armed = order.onKey ? order : null;
      if (armed) tell('armed');
      else stream(order);
      break;
    case 'flood':
      flood(order.file);
      tell('flooding');
      break;
    case 'chat':
      chatter = setInterval(() => print(chat()), chatterMs);
      tell('chatting');
      break;
    case 'show':
      clearInterval(chatter);
      finish(order.mark, 'shown');
  }
}

function stream({ file, mark }: Order & { do: 'stream' }): void {
  armed = null;
  spawn('cat', [file], { stdio: 'inherit' }).on('exit', () => end(mark, 'streamed'));
}

function flood(file: string): void {
  printer = spawn('cat', [file], { stdio: 'inherit' }).on('exit', () => printer && flood(file));
}

/** Ends a flood, if there is one, before anything else is printed. */
function finish(mark: string, what: string): void {
  const flooding = printer;
  printer = null;
  if (flooding) {
    flooding.removeAllListeners('exit').on('exit', () => end(mark, what));
    flooding.kill('SIGKILL');
  } else end(mark, what);
}

/** Leaves nothing but a mark on the screen, and tells once it is parsed. */
function end(mark: string, what: string): void {
  told = what;
  // A flood may have been cut in the middle of a sequence.
  print(`\x18\x1b[0m\x1b[2J\x1b[H${mark}${query}`);
}

let beat = 0;
function chat(): string {
  beat++;
  const log = beat % 5 === 0 ? `\r\x1b[K${logLine(beat)}\r\n`.repeat(8) : '';
  return `${log}\r\x1b[K\x1b[35m${'·✢✳✶✻✽'[beat % 6]}\x1b[0m Working… (${beat} ticks · esc to interrupt)`;
}

function logLine(n: number): string {
  return `${String(n).padStart(6)}  \x1b[32mINFO\x1b[0m  src/server/request.ts:42  served in ${n % 97} ms, cache hit`;
}
