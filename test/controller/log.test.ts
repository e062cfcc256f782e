import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLog } from '../../src/controller/log.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-log-'));
  file = join(folder, 'log.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = new Date('2026-11-22T12:00:00.000Z');

function write(count: number): void {
  const log = openLog(file);
  for (let i = 0; i < count; i++) log.append({ type: 'lost', id: `backend/${i}` }, at);
  log.close();
}

it('gives back what was appended, and counts on', () => {
  write(2);
  const log = openLog(file);
  expect(log.events.map((event) => event.seq)).toEqual([1, 2]);
  expect(log.problems).toEqual([]);
  expect(log.append({ type: 'lost', id: 'x/y' }, at)).toMatchObject({ seq: 3, v: 1, at: at.toISOString() });
  log.close();
});

it('sets a half-written last line aside, says so once and uses the rest', () => {
  write(2);
  const whole = readFileSync(file, 'utf8');
  writeFileSync(file, `${whole}{"v":1,"seq":3,"at":"2026`);
  const log = openLog(file);
  expect(log.events).toHaveLength(2);
  expect(log.problems.map((problem) => problem.code)).toEqual(['log_damaged']);
  log.close();
  expect(readFileSync(join(folder, 'log.damaged-1.jsonl'), 'utf8')).toBe('{"v":1,"seq":3,"at":"2026\n');
  expect(readFileSync(file, 'utf8')).toBe(whole);
  const again = openLog(file);
  expect(again.problems).toEqual([]);
  again.close();
});

it('keeps a last event that only lacks its newline', () => {
  write(2);
  writeFileSync(file, readFileSync(file, 'utf8').trimEnd());
  const log = openLog(file);
  expect(log.events).toHaveLength(2);
  log.append({ type: 'lost', id: 'x/y' }, at);
  log.close();
  expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(3);
});

it('sets damage in the middle aside, under a name of its own each time', () => {
  for (const round of [1, 2]) {
    write(1);
    writeFileSync(file, `\u0000garbage ${round}\n"text"\n${readFileSync(file, 'utf8')}`);
    const log = openLog(file);
    expect(log.events).toHaveLength(round);
    expect(log.problems[0]?.message).toContain('2 lines');
    log.close();
  }
  expect(readdirSync(folder).sort()).toEqual(['log.damaged-1.jsonl', 'log.damaged-2.jsonl', 'log.jsonl']);
});
