import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runtimeFolder } from '../../src/ipc/guard.ts';
import { value } from '../host/room.ts';
import type { TestTerminal } from './harness/terminal.ts';
import { Shop } from './shop.ts';

/** Prints 2500 numbered lines, and 200 more for each line that is typed; every five hundredth is another. */
const counter = `
let n = 0;
const print = (count) => {
  const lines = Array.from({ length: count }, () => 'line ' + ++n + (n % 500 ? ' ' + '.'.repeat(40) : ' milestone'));
  process.stdout.write(lines.join('\\r\\n') + '\\r\\n');
};
process.stdin.setRawMode(true).on('data', () => print(200));
print(2500);
`;

const agents = { counter: { command: [process.execPath, '-e', counter] } };
const id = 'backend/count';
const size = { cols: 120, rows: 30 };

let shop: Shop;
let room: TestTerminal;
beforeEach(async () => {
  shop = await Shop.open({ repos: { backend: {} }, agents });
  await shop.json('worker', 'start', 'backend', 'count', '--agent', 'counter', '--yes');
  room = shop.room(size);
  await room.until(shows(2500));
});
afterEach(() => shop.close());

/** Types into it. The counter shows nothing of what it reads, so no Enter follows, and that is said. */
async function type(worker: string, text: string): Promise<void> {
  const { stdout } = await shop.run(['worker', 'send', worker, text, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'not_shown' } });
}

/** The numbers of the lines on the screen. */
function numbers(screen: string): number[] {
  return Array.from(screen.matchAll(/line (\d+)/g), ([, number]) => Number(number));
}

function shows(number: number): (screen: string) => boolean {
  return (screen) => numbers(screen).includes(number);
}

function startsWith(number: number): (screen: string) => boolean {
  return (screen) => numbers(screen)[0] === number;
}

/** The cell at which a line of the worker begins. */
function cellOf(screen: string, text: string): readonly [x: number, y: number] {
  const rows = screen.split('\n');
  const y = rows.findIndex((row) => row.includes(text));
  return [rows[y]?.indexOf(text) ?? 0, y];
}

async function copied(): Promise<string | null> {
  await room.until(/Copied \d+ lines?\./);
  return room.clipboard;
}

describe('the wheel', () => {
  it('scrolls a pane, which stays where it is while output arrives, until one types into it', async () => {
    const before = numbers(room.screen())[0] ?? 0;
    room.wheel(80, 10, -5);
    await room.until(startsWith(before - 15));
    await room.until('[15/');
    await type(id, 'more');
    await room.until('[215/');
    expect(numbers(room.screen())[0]).toBe(before - 15);
    room.wheel(80, 10, 1);
    await room.until(startsWith(before - 12));
    await room.until('[212/');
    room.press('enter');
    await room.until('ctrl-q leaves');
    expect(numbers(room.screen())[0]).toBe(before - 12);
    room.press('x');
    await room.until(shows(2900));
    await room.until((screen) => !/\[\d+\/\d+\]/.test(screen));
  });

  it('belongs to each control room alone', async () => {
    const other = shop.room(size);
    await other.until(shows(2500));
    room.wheel(80, 10, -10);
    await room.until('[30/');
    expect(shows(2500)(other.screen())).toBe(true);
  });
});

describe('copy mode', () => {
  it('pages, moves, goes to both ends and comes back to the newest output', async () => {
    const page = numbers(room.screen()).length;
    room.press('pageup');
    await room.until('copy mode · q leaves');
    await room.until(startsWith(2500 - 2 * page + 1));
    room.press('k', 'k');
    await room.until(startsWith(2500 - 2 * page - 1));
    room.press('g');
    await room.until(startsWith(1));
    const { x, y } = room.cursor;
    expect([x, y]).toEqual(cellOf(room.screen(), 'line 1 '));
    room.press('j', 'l');
    await room.until(() => room.cursor.x === x + 1 && room.cursor.y === y + 1);
    room.press('G');
    await room.until('[0/');
    room.press('pageup', 'q');
    await room.until((screen) => !screen.includes('copy mode ·'));
    await room.until(shows(2500));
    // Not one of these keys was the worker's.
    expect(shows(2501)(room.screen())).toBe(false);
  });

  it('searches towards older lines, counts, and goes to and fro between the matches', async () => {
    room.press('/');
    await room.until('search:');
    room.type('milestone');
    await room.until('search: milestone');
    room.press('enter');
    await room.until('5 of 5 matches');
    room.press('n');
    await room.until('4 of 5 matches');
    expect(shows(2000)(room.screen())).toBe(true);
    expect([room.cursor.x, room.cursor.y]).toEqual(cellOf(room.screen(), 'milestone'));
    expect(room.backgroundAt(...cellOf(room.screen(), 'milestone'))).not.toBe(
      room.backgroundAt(...cellOf(room.screen(), 'line 2000')),
    );
    room.press('N');
    await room.until('5 of 5 matches');
    room.press('N');
    await room.until('1 of 5 matches');
    expect(shows(500)(room.screen())).toBe(true);
    await type(id, 'more');
    room.press('N', 'N', 'N', 'N', 'N');
    await room.until('1 of 5 matches');
    room.press('/');
    await room.until('search:');
    room.type('nowhere at all');
    room.press('enter');
    await room.until('“nowhere at all” was not found.');
    room.press('escape');
    await room.until((screen) => !screen.includes('nowhere'));
    room.press('escape');
    await room.until((screen) => !screen.includes('copy mode ·'));
  });

  it('selects by keys and copies to the clipboard of the terminal', async () => {
    room.press('pageup', 'g');
    await room.until(startsWith(1));
    room.press('v', 'j', 'l', 'l', 'l', 'y');
    expect(await copied()).toBe(`line 1 ${'.'.repeat(40)}\nline`);
    room.press('V', 'j', 'j', 'enter');
    await room.until('Copied 3 lines.');
    expect(room.clipboard).toBe([2, 3, 4].map((n) => `line ${n} ${'.'.repeat(40)}`).join('\n'));
  });

  it('puts what is too long for a clipboard into a file of the person’s alone', async () => {
    room.press('pageup', 'g');
    await room.until(startsWith(1));
    room.press('V', 'G', 'y');
    await room.until('Copied 2501 lines to the file /');
    expect(room.clipboard).toBeNull();
    const folder = runtimeFolder(shop.place.workspace, { XDG_RUNTIME_DIR: shop.place.runtime });
    const path = join(value(folder), 'copied.txt');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(numbers(lines.join('\n'))).toEqual(Array.from({ length: 2500 }, (_, at) => at + 1));
  });

  it('goes on through a resize, and ends with the worker’s screen', async () => {
    room.press('pageup', 'pageup');
    await room.until('copy mode · q leaves');
    room.resize(80, 24);
    await room.until((screen) => screen.split('\n')[22]?.startsWith('╰') === true);
    await room.until('copy mode · q leaves');
    await room.until(/\[\d+\/\d+\]/);
    await shop.json('worker', 'stop', id);
    await room.until(/count +exited/);
    room.press('g');
    await room.until(startsWith(1));
    await shop.json('worker', 'clean', id, '--yes');
    await room.until((screen) => !screen.includes('copy mode ·'));
  });
});

describe('the mouse', () => {
  it('selects what it is dragged over, words and lines, and copies them', async () => {
    const [x, y] = cellOf(room.screen(), 'line 2495');
    room.drag([x, y], [x + 2, y], [x + 8, y + 1]);
    expect(await copied()).toBe(`line 2495 ${'.'.repeat(40)}\nline 2496`);
    room.drag([x + 6, y]);
    room.drag([x + 6, y]);
    await room.until('Copied 1 line.');
    await room.until(() => room.clipboard === '2495');
    room.drag([x + 6, y]);
    await room.until(() => room.clipboard === `line 2495 ${'.'.repeat(40)}`);
  });

  it('scrolls and selects on above the pane', async () => {
    const first = numbers(room.screen())[0] ?? 0;
    const [x, y] = cellOf(room.screen(), `line ${first} `);
    room.drag([x + 8, y], [x, 0], [x, 0], [x, 0]);
    await room.until(/Copied \d+ lines\./);
    const [from = 0] = numbers(room.clipboard ?? '');
    expect(from).toBeLessThan(first);
    expect(room.clipboard?.endsWith(`line ${first}`)).toBe(true);
    await room.until((screen) => numbers(screen)[0] === from);
  });
});
