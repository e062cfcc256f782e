import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Log, openLog } from '../../../src/controller/log/log.ts';
import type { LogEvent } from '../../../src/features/log.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-log-'));
  file = join(folder, 'log.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = new Date('2026-11-22T12:00:00.000Z');

function open(): Log & { readonly events: readonly LogEvent[] } {
  const events: LogEvent[] = [];
  return Object.assign(
    openLog(file, (event) => events.push(event)),
    { events },
  );
}

function write(count: number): void {
  const log = open();
  for (let i = 0; i < count; i++) log.take([{ type: 'lost', id: `backend/${i}` }], at);
  log.close();
}

it('gives back what was appended, and counts on', () => {
  write(2);
  const log = open();
  expect(log.events.map((event) => event.seq)).toEqual([1, 2]);
  expect(log.problems).toEqual([]);
  expect(log.take([{ type: 'lost', id: 'x/y' }], at)).toMatchObject([{ seq: 3, v: 1, at: at.toISOString() }]);
  log.close();
});

it('skips a half-written last line, says so once, and begins the next event on a line of its own', () => {
  write(2);
  const torn = `${readFileSync(file, 'utf8')}{"v":1,"seq":3,"at":"2026`;
  writeFileSync(file, torn);
  const log = open();
  expect(log.events).toHaveLength(2);
  expect(log.problems).toMatchObject([
    { code: 'log_damaged', message: expect.stringContaining('line 3: This is not JSON.') },
  ]);
  expect(readFileSync(file, 'utf8')).toBe(torn);
  log.take([{ type: 'lost', id: 'x/y' }], at);
  log.close();
  const [before, after] = [torn, readFileSync(file, 'utf8')];
  expect(after.slice(0, before.length)).toBe(before);
  expect(after.slice(before.length)).toMatch(/^\n[^\n]+\n$/);
  const again = open();
  expect(again.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(again.problems).toEqual([]);
  again.close();
});

it('keeps a last event that only lacks its newline', () => {
  write(2);
  writeFileSync(file, readFileSync(file, 'utf8').trimEnd());
  const log = open();
  expect(log.events).toHaveLength(2);
  log.take([{ type: 'lost', id: 'x/y' }], at);
  log.close();
  expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(3);
});

it('leaves damage where it is, and tells of what is new alone', () => {
  for (const round of [1, 2]) {
    write(1);
    writeFileSync(file, `${readFileSync(file, 'utf8')}\u0000garbage ${round}\n"text"\n{"v":2,"seq":1}\n`);
    const before = readFileSync(file, 'utf8');
    const log = open();
    expect(log.events).toHaveLength(round);
    expect(log.problems.map(({ message }) => message)).toEqual([
      `3 lines of ${file} cannot be used and are skipped; all else is used, and the file stays as it is. ` +
        `line ${4 * round - 2}: This is not JSON. line ${4 * round - 1}: This is not an object. line ${4 * round}: v is not 1.`,
    ]);
    log.close();
    expect(readFileSync(file, 'utf8')).toBe(before);
  }
});

it('tells of damage in a log that took the place of another', () => {
  write(20);
  writeFileSync(file, `${readFileSync(file, 'utf8')}?\n`);
  open().close();
  writeFileSync(file, '?\n');
  const log = open();
  expect(log.problems).toHaveLength(1);
  log.close();
});

it('reads lines of any length, in whatever pieces the file comes', () => {
  const log = open();
  const texts = ['é'.repeat(700_000), 'short', 'x'.repeat(2 * 1024 * 1024), '🙂'.repeat(300_000)];
  for (const text of texts) log.take([{ type: 'said', id: 'backend/a', text }], at);
  log.close();
  const again = open();
  expect(again.events.map((event) => event.type === 'said' && event.text === texts[event.seq - 1])).toEqual(
    texts.map(() => true),
  );
  again.close();
});
