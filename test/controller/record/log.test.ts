import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Log, openLog } from '../../../src/controller/record/log.ts';
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

it('sets a half-written last line aside, says so once and uses the rest', () => {
  write(2);
  const whole = readFileSync(file, 'utf8');
  writeFileSync(file, `${whole}{"v":1,"seq":3,"at":"2026`);
  const log = open();
  expect(log.events).toHaveLength(2);
  expect(log.problems.map((problem) => problem.code)).toEqual(['log_damaged']);
  log.close();
  expect(readFileSync(join(folder, 'log.damaged-1.jsonl'), 'utf8')).toBe('{"v":1,"seq":3,"at":"2026\n');
  expect(readFileSync(file, 'utf8')).toBe(whole);
  const again = open();
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

it('sets damage in the middle aside, under a name of its own each time', () => {
  for (const round of [1, 2]) {
    write(1);
    writeFileSync(file, `\u0000garbage ${round}\n"text"\n${readFileSync(file, 'utf8')}`);
    const log = open();
    expect(log.events).toHaveLength(round);
    expect(log.problems[0]?.message).toContain('2 lines');
    log.close();
  }
  expect(readdirSync(folder).sort()).toEqual(['log.damaged-1.jsonl', 'log.damaged-2.jsonl', 'log.jsonl']);
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
