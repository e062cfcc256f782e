import { expect, test, vi } from 'vitest';
import { Input, PtyOutput } from '../../src/host/pty.ts';
import { cleanTitle } from '../../src/host/terminal.ts';
import { smallestViewport, Watch } from '../../src/host/view.ts';
import { findTree } from '../../src/lib/processes.ts';
import { createScreen } from '../../src/terminal/screen.ts';

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function output() {
  const parsed: number[] = [];
  const calls: string[] = [];
  const output = new PtyOutput({
    parse: (bytes) => parsed.push(bytes.length),
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
  });
  return { output, parsed, calls };
}

test('a small chunk on an empty queue is parsed at once, a second one in its turn', async () => {
  const { output: queue, parsed } = output();
  queue.push(Buffer.alloc(10));
  expect(parsed).toEqual([10]);
  queue.push(Buffer.alloc(20));
  expect(parsed).toEqual([10]);
  await turn();
  expect(parsed).toEqual([10, 20]);
});

test('a flood is parsed in slices, one of each terminal in a turn', async () => {
  const order: string[] = [];
  const [a, b] = ['a', 'b'].map(
    (name) =>
      new PtyOutput({
        parse: (bytes) => order.push(`${name}${bytes.length / 1024}`),
        pause() {},
        resume() {},
      }),
  );
  a?.push(Buffer.alloc(40 * 1024));
  b?.push(Buffer.alloc(20 * 1024));
  for (let turns = 0; turns < 5; turns++) await turn();
  expect(order).toEqual(['a16', 'b16', 'a16', 'b4', 'a8']);
});

test('too much waiting makes the child wait, until little is left', async () => {
  const { output: queue, parsed, calls } = output();
  for (let n = 0; n < 10; n++) queue.push(Buffer.alloc(16 * 1024));
  expect(calls).toEqual(['pause']);
  while (calls.length < 2) await turn();
  expect(calls).toEqual(['pause', 'resume']);
  const left = 10 * 16 - parsed.reduce((sum, bytes) => sum + bytes, 0) / 1024;
  expect(left).toBeLessThan(32);
});

test('the end is told when nothing waits any more, and no earlier', async () => {
  const { output: queue, parsed } = output();
  queue.push(Buffer.alloc(40 * 1024));
  const ended = new Promise<void>((resolve) => queue.whenEmpty(resolve));
  expect(parsed).toEqual([]);
  await ended;
  expect(parsed).toEqual([16, 16, 8].map((kilobytes) => kilobytes * 1024));
  expect(await new Promise((resolve) => queue.whenEmpty(() => resolve('at once')))).toBe('at once');
});

test('input is written in order and in small pieces, as far as there is room', async () => {
  const taken: string[] = [];
  let room = 5;
  const input = new Input((bytes) => {
    const count = Math.min(room, bytes.length);
    room -= count;
    if (count > 0) taken.push(Buffer.from(bytes.subarray(0, count)).toString());
    return count;
  });
  expect(input.push(Buffer.from('abc'))).toBe(true);
  expect(input.push(Buffer.from('defg'))).toBe(true);
  await turn();
  expect([taken.join(''), input.pending]).toEqual(['abcde', 2]);
  room = 100;
  input.nudge();
  expect([taken.join(''), input.pending]).toEqual(['abcdefg', 0]);
});

test('a piece is at most a kilobyte, and sixteen of them are enough for one turn', () => {
  const sizes: number[] = [];
  const input = new Input((bytes) => {
    sizes.push(bytes.length);
    return bytes.length;
  });
  input.push(Buffer.alloc(20 * 1024));
  expect(sizes).toEqual(Array.from({ length: 16 }, () => 1024));
  input.clear();
});

test('what exceeds the limit is refused as a whole', () => {
  const input = new Input(() => 0);
  expect(input.push(Buffer.alloc(60), 100)).toBe(true);
  expect(input.push(Buffer.alloc(60), 100)).toBe(false);
  expect(input.pending).toBe(60);
  input.clear();
});

function watch() {
  const screen = createScreen(10, 2);
  const frames: Buffer[] = [];
  const watch = new Watch(
    () => screen,
    (update) => frames.push(update),
  );
  const change = (isEcho: boolean) => {
    screen.cursor = { ...screen.cursor, x: (screen.cursor.x + 1) % 10 };
    watch.changed(isEcho);
  };
  return { watch, frames, change };
}

test('an echo is sent at once, other output sixty times a second, nothing before the last was seen', () => {
  vi.useFakeTimers();
  const { watch: watched, frames, change } = watch();
  change(false);
  expect(frames).toHaveLength(1);
  watched.seen();
  change(false);
  expect(frames).toHaveLength(1);
  change(true);
  expect(frames).toHaveLength(2);
  change(true);
  expect(frames).toHaveLength(2);
  watched.seen();
  expect(frames).toHaveLength(3);
  watched.seen();
  change(false);
  vi.advanceTimersByTime(20);
  expect(frames).toHaveLength(4);
  watched.seen();
  vi.advanceTimersByTime(100);
  expect(frames).toHaveLength(4);
  watched.stop();
  change(true);
  vi.advanceTimersByTime(100);
  expect(frames).toHaveLength(4);
  vi.useRealTimers();
});

test('a screen that did not change is no frame', () => {
  const { watch: watched, frames } = watch();
  watched.changed(true);
  watched.seen();
  watched.changed(true);
  expect(frames).toHaveLength(1);
});

test.each([
  [[], null],
  [[null], null],
  [[{ cols: 80, rows: 24 }, null], { cols: 80, rows: 24 }],
  [
    [
      { cols: 80, rows: 50 },
      { cols: 120, rows: 24 },
    ],
    { cols: 80, rows: 24 },
  ],
])('the smallest of %j is %j', (rooms, smallest) => {
  expect(smallestViewport(rooms)).toEqual(smallest);
});

test.each([
  ['✳ fix-migration', '✳ fix-migration'],
  ['a\x00b\x1b[31mc\x7fd\x9be', 'ab[31mcde'],
  ['\u202egnp.exe\u2066', 'gnp.exe'],
  ['two\nlines\u2028here', 'twolineshere'],
  ['👩'.repeat(300), '👩'.repeat(200)],
])('title %j is shown as %j', (title, clean) => {
  expect(cleanTitle(title)).toBe(clean);
});

test('a process’s tree is everything below it, and nothing when the pid is another’s by now', () => {
  const entry = (pid: number, parent: number) => ({ pid, parent, group: pid, start: `s${pid}` });
  const all = [entry(1, 0), entry(10, 1), entry(11, 10), entry(12, 11), entry(20, 1), entry(13, 10)];
  expect(findTree(10, 's10', all).map(({ pid }) => pid)).toEqual([10, 11, 13, 12]);
  expect(findTree(10, 'other', all)).toEqual([]);
  expect(findTree(99, 's99', all)).toEqual([]);
});
