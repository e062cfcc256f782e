import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RawStream, Watch } from '../../src/host/view.ts';
import { createScreen } from '../../src/terminal/screen.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A stream beside a watch of a terminal of 80×24, and what both sent. */
function open() {
  const source = { size: { cols: 80, rows: 24 }, breaks: 0, wholeScreen: (): string | null => 'WHOLE' };
  const sent: string[] = [];
  const watch = new Watch(
    () => createScreen(80, 24),
    () => sent.push('screen'),
  );
  watch.viewport = { cols: 80, rows: 24 };
  const raw = new RawStream(watch, source, (bytes) => sent.push(Buffer.from(bytes).toString()));
  const print = (text: string) => {
    raw.output(Buffer.from(text));
    watch.changed(true);
  };
  return { source, sent, watch, raw, print };
}

test('a stream begins with all there is, goes on byte for byte, and ends in a screen', () => {
  const { sent, raw, print } = open();
  raw.want(true);
  print('one');
  print('\x1b[1m');
  raw.want(false);
  vi.advanceTimersByTime(20);
  expect(sent).toEqual(['WHOLE', 'one', '\x1b[1m', 'screen']);
});

test('asked for again it begins anew, once all it sent has been taken', () => {
  const { sent, raw, print } = open();
  raw.want(true);
  raw.want(true);
  print('lost');
  raw.taken(5);
  print('next');
  expect(sent).toEqual(['WHOLE', 'WHOLE', 'next']);
});

test('a link that falls behind misses what is too much, and then begins anew', () => {
  const { sent, raw, print } = open();
  raw.want(true);
  const chunk = 'x'.repeat(16 * 1024);
  for (let n = 0; n < 100; n++) print(chunk);
  vi.advanceTimersByTime(10_000);
  expect(sent.slice(1).every((one) => one === chunk)).toBe(true);
  expect(sent.join('').length).toBeLessThanOrEqual(256 * 1024);
  const count = sent.length;
  raw.taken(sent.join('').length - 1);
  expect(sent).toHaveLength(count);
  raw.taken(1);
  print('then');
  expect(sent.slice(count)).toEqual(['WHOLE', 'then']);
});

test('another size is bridged for a moment, and longer by screens', () => {
  const { source, sent, watch, raw, print } = open();
  raw.want(true);
  raw.taken(5);
  source.size = { cols: 60, rows: 20 };
  raw.output(null);
  vi.advanceTimersByTime(50);
  expect(sent).toEqual(['WHOLE']);
  source.size = { cols: 80, rows: 24 };
  raw.output(null);
  expect(sent).toEqual(['WHOLE', 'WHOLE']);
  raw.taken(5);
  watch.viewport = { cols: 90, rows: 30 };
  print('not for this size');
  vi.advanceTimersByTime(150);
  expect(sent.slice(2)).toEqual(['screen']);
  watch.seen();
  source.size = { cols: 90, rows: 30 };
  raw.output(null);
  print('at last');
  expect(sent.slice(3)).toEqual(['WHOLE', 'at last']);
});

test('where a program goes to another screen the new one is sent instead of the way there', () => {
  const { source, sent, raw, print } = open();
  raw.want(true);
  raw.taken(5);
  source.breaks += 1;
  print('\x1b[?1049h and a menu');
  print('more');
  expect(sent).toEqual(['WHOLE', 'WHOLE', 'more']);
});

test('in the middle of a sequence the stream waits for its end', () => {
  const { source, sent, raw, print } = open();
  source.wholeScreen = () => null;
  raw.want(true);
  print('\x1b[1');
  source.wholeScreen = () => 'WHOLE';
  print('mbold');
  print('!');
  expect(sent).toEqual(['WHOLE', '!']);
});

test('after its end nothing is sent any more', () => {
  const { sent, raw, watch, print } = open();
  raw.want(true);
  raw.stop();
  watch.stop();
  print('late');
  raw.taken(5);
  vi.advanceTimersByTime(1000);
  expect(sent).toEqual(['WHOLE']);
});
