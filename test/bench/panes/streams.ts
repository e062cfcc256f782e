import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export const streamNames = ['log', 'redraw', 'true colour'] as const;
export type StreamName = (typeof streamNames)[number];
export type Streams = Readonly<Record<StreamName, string>>;

const width = 78;
const lines = 24;

/** Writes what is to be printed into files of so many bytes. @returns their paths */
export function writeStreams(folder: string, bytes: number): Streams {
  return {
    log: write(join(folder, 'log'), bytes, log),
    redraw: write(join(folder, 'redraw'), bytes, redraw),
    'true colour': write(join(folder, 'true-colour'), bytes, trueColor),
  };
}

function write(path: string, bytes: number, part: (n: number) => string): string {
  const file = openSync(path, 'w');
  for (let n = 0, written = 0; written < bytes; n++) written += writeSync(file, part(n));
  closeSync(file);
  return path;
}

/** Log lines with colours, and now and then a line written over, as progress bars do. */
function log(n: number): string {
  const level = n % 7 === 0 ? '\x1b[33mWARN\x1b[0m' : '\x1b[32mINFO\x1b[0m';
  const line = `${String(n).padStart(7)} ${level}  \x1b[2msrc/server/request-${n % 89}.ts:${n % 997}\x1b[0m  served in \x1b[1m${n % 211} ms\x1b[0m`;
  const progress = n % 5 === 0 ? `\x1b[1A\x1b[2K${'━'.repeat(n % 40)} ${n % 100} %\r\n` : '';
  return `${line}\r\n${progress}`;
}

/** A whole screen from the top left corner, each line with a style of its own. */
function redraw(n: number): string {
  let screen = '\x1b[H';
  for (let y = 0; y < lines; y++) {
    const text = `${n} row ${y} ${'abcdefghij klmnopqrst uvwxyz '.repeat(3)}`.slice((n + y) % 9);
    screen += `\x1b[3${(n + y) % 8}m${text.slice(0, width)}\x1b[0m\x1b[K\r\n`;
  }
  return screen;
}

/** Words in 24-bit colours, before and behind them. */
function trueColor(n: number): string {
  let line = '';
  for (let word = 0; word < 8; word++) {
    const [red, green, blue] = [(n * 7 + word * 31) % 256, (n * 3 + word * 17) % 256, (n + word * 53) % 256];
    line += `\x1b[38;2;${red};${green};${blue};48;2;${blue >> 2};${red >> 2};${green >> 2}mword-${word}-${n % 10} `;
  }
  return `${line}\x1b[0m\r\n`;
}
