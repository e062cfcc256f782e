import { describe, expect, test } from 'vitest';
import { cleanUpdate, parseUpdateBlock, updateBlock } from '../../src/agents/updateBlock.ts';
import { paragraphs } from '../../src/lib/sanitize.ts';

const nothing = {
  status: 'working',
  summary: '',
  done: [],
  next: [],
  blockers: [],
  minutes: null,
  percent: null,
  readyToMerge: false,
} as const;

describe('a [WORKER UPDATE] block', () => {
  test.each([
    [
      'with lists and words',
      '[WORKER UPDATE]\nStatus: in progress\nDone:\n- parser\n- tests\nNext: docs\nBlockers: none\nTime: 1h 30m\nReady for merge: no',
      { done: ['parser', 'tests'], next: ['docs'], minutes: 90 },
    ],
    [
      'of a worker that is done',
      '[WORKER UPDATE]\nStatus: Done\nCompleted: all of it\nReady for merge: Yes',
      { status: 'done', done: ['all of it'], readyToMerge: true },
    ],
    [
      'of a blocked one',
      '  [worker update]\nWorker: x/y\nstatus: waiting for a key\nBlockers:\n1. no key\n',
      { status: 'blocked', blockers: ['no key'] },
    ],
    ['in bold', '[WORKER UPDATE]\n**Progress:** 60%\n**Time**: 45', { percent: 60, minutes: 45 }],
    [
      'with blockers alone',
      '[WORKER UPDATE]\nBlockers: the port is taken',
      { status: 'blocked', blockers: ['the port is taken'] },
    ],
    ['with hours', '[WORKER UPDATE]\r\nTime spent: 1.5 hours\r\n', { minutes: 90 }],
    ['without anything', '[WORKER UPDATE]', {}],
  ])('%s is read', (_, text, expected) => {
    expect(parseUpdateBlock(text)).toEqual({ ...nothing, ...expected });
  });

  test('is none without its head', () => {
    expect(parseUpdateBlock('Status: done')).toBeNull();
  });

  test('comes back as it was printed', () => {
    const draft = {
      ...nothing,
      status: 'blocked',
      summary: 'Half way',
      done: ['a', 'b'],
      blockers: ['c'],
      minutes: 12,
      percent: 40,
    } as const;
    const update = { worker: 'web/a', at: '2026-11-22T12:00:00.000Z', ...draft };
    expect(parseUpdateBlock(updateBlock(update))).toEqual(draft);
  });
});

test('hostile values become plain ones within bounds', () => {
  const clean = cleanUpdate({
    summary: '\u001b[2Jgone\u202e\nx',
    done: Array.from({ length: 50 }, (_, at) => `step ${at}`),
    minutes: -5,
    percent: Number.POSITIVE_INFINITY,
  });
  expect(clean.summary).toBe('[2Jgone x');
  expect(clean.done).toHaveLength(20);
  expect([clean.minutes, clean.percent]).toEqual([0, null]);
  expect(cleanUpdate({ percent: 250, minutes: 9999 })).toMatchObject({ percent: 100, minutes: 1440 });
});

test('lines are kept, control characters and floods are not', () => {
  expect(paragraphs('a\tb\u0007\r\n\n\n\nc\u200b', 100)).toBe('a    b\n\nc');
  expect([...paragraphs('x'.repeat(500), 100)]).toHaveLength(100);
});
