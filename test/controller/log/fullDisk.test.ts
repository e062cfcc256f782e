import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Log, openLog } from '../../../src/controller/log/log.ts';
import type { DomainEvent, LogEvent } from '../../../src/features/log.ts';
import { noSmallDisk, pageBytes, SmallDisk } from '../../lib/smallDisk.ts';
import { samples } from './samples.ts';

const at = new Date('2026-11-22T12:00:00.000Z');

function open(file: string): { log: Log; events: LogEvent[] } {
  const events: LogEvent[] = [];
  return { log: openLog(file, (event) => events.push(event)), events };
}

/** A log whose last byte is so many before the end of a page. Empty lines count for nothing. */
function writeLog(file: string, before: number): string {
  const first = `${JSON.stringify({ v: 1, seq: 1, at: at.toISOString(), type: 'lost', id: 'backend/first' })}\n`;
  const text = '\n'.repeat(pageBytes - before - first.length) + first;
  rmSync(file, { force: true });
  writeFileSync(file, text);
  return text;
}

const kinds = Object.entries(samples) as [DomainEvent['type'], DomainEvent][];

describe.skipIf(noSmallDisk !== null)(`a log on a full disk${noSmallDisk ? `: ${noSmallDisk}` : ''}`, () => {
  let disk: SmallDisk;
  let file: string;
  beforeAll(async () => {
    disk = await SmallDisk.make(48);
    file = join(disk.folder, 'log.jsonl');
  });
  afterAll(() => disk[Symbol.dispose]());

  it.each(kinds)('refuses %s at every possible cut, loses nothing, and goes on', (_, happening) => {
    const line = `${JSON.stringify({ v: 1, seq: 2, at: at.toISOString(), ...happening })}\n`;
    for (let cut = 0; cut < Buffer.byteLength(line); cut++) {
      disk.free();
      const before = writeLog(file, cut);
      const { log } = open(file);
      disk.fill();
      expect(log.append([happening], at, true)).toMatchObject({
        problem: { code: 'log_not_written', message: expect.stringContaining('ENOSPC') },
      });
      expect(readFileSync(file, 'utf8')).toBe(before);
      // The next acknowledged event is the one that once was lost.
      disk.free();
      expect(log.append([{ type: 'set-aside', id: 'backend/next' }], at, true)).toMatchObject({ ok: true });
      log.close();
      const again = open(file);
      expect(again.log.problems).toEqual([]);
      expect(again.events.map(({ seq, type }) => [seq, type])).toEqual([
        [1, 'lost'],
        [2, 'set-aside'],
      ]);
      again.log.close();
    }
  });

  it('writes all events of a decision or none, however many lines fit', () => {
    const decision = [samples.approved, samples.started];
    const size = decision.map((one) => JSON.stringify(one).length + 60).reduce((a, b) => a + b);
    for (let cut = 0; cut < size - 120; cut += 7) {
      disk.free();
      const before = writeLog(file, cut);
      const { log } = open(file);
      disk.fill();
      expect(log.append(decision, at, true).ok).toBe(false);
      expect(readFileSync(file, 'utf8')).toBe(before);
      log.close();
    }
  });

  it('keeps facts in order and writes them once there is room, each once', () => {
    disk.free();
    writeLog(file, 10);
    const { log } = open(file);
    disk.fill();
    for (const id of ['backend/a', 'backend/b', 'backend/c'])
      expect(log.take([{ type: 'exited', id, exitCode: 0, signal: 0 }], at)).toHaveLength(1);
    expect([log.waiting, log.fault?.code]).toEqual([3, 'log_not_written']);
    expect(log.retry().ok).toBe(false);
    disk.free();
    expect(log.retry().ok).toBe(true);
    expect([log.waiting, log.fault]).toEqual([0, null]);
    log.close();
    const again = open(file);
    expect(again.events.map((event) => [event.seq, 'id' in event && event.id])).toEqual([
      [1, 'backend/first'],
      [2, 'backend/a'],
      [3, 'backend/b'],
      [4, 'backend/c'],
    ]);
    again.log.close();
  });

  it('opens for reading, says so, and tells of damage again until there is room', () => {
    for (const tail of ['{"v":1,"seq":2,"at":"2026', '\u0000\u0000\n', '']) {
      disk.free();
      rmSync(join(disk.folder, 'log.told.json'), { force: true });
      writeFileSync(file, writeLog(file, tail.length + 1) + tail);
      const before = readFileSync(file, 'utf8');
      disk.fill();
      const { log, events } = open(file);
      expect(events).toHaveLength(1);
      expect(log.fault?.message).toContain('ENOSPC');
      expect(log.append([samples.lost], at, true).ok).toBe(false);
      expect(readFileSync(file, 'utf8')).toBe(before);
      disk.free();
      expect(log.append([samples.lost], at, true).ok).toBe(true);
      log.close();
      const again = open(file);
      expect([again.events.length, again.log.problems]).toEqual([2, []]);
      again.log.close();
    }
  });

  it('is there where nothing was ever written, and begins when there is room', () => {
    const fresh = join(disk.folder, 'sub', 'log.jsonl');
    disk.fill();
    const { log, events } = open(fresh);
    expect([events, log.fault?.code]).toEqual([[], 'log_not_written']);
    expect(log.append([samples.lost], at, true).ok).toBe(false);
    disk.free();
    expect(log.append([samples.lost], at, true).ok).toBe(true);
    log.close();
    const again = open(fresh);
    expect(again.events).toHaveLength(1);
    again.log.close();
    expect(statSync(fresh).mode & 0o777).toBe(0o600);
  });
});
