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
      { done: ['parser', 'tests'], next: ['docs'], total: 90 },
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
    ['in bold', '[WORKER UPDATE]\n**Progress:** 60%\n**Time**: 45 min', { percent: 60, total: 45 }],
    [
      'with blockers alone',
      '[WORKER UPDATE]\nBlockers: the port is taken',
      { status: 'blocked', blockers: ['the port is taken'] },
    ],
    ['with hours', '[WORKER UPDATE]\r\nTime spent: 1.5 hours\r\n', { total: 90 }],
    ['without anything', '[WORKER UPDATE]', {}],
  ])('%s is read', (_, text, expected) => {
    expect(parseUpdateBlock(text)).toEqual({ ...nothing, ...expected });
  });

  const login = {
    ...{ status: 'done', summary: 'Login', readyToMerge: true, branch: 'feature/login' },
  };

  test.each([
    [
      'as people were told to store it',
      'Task: Login Status: done Branch: feature/login Ready for merge: yes',
      login,
    ],
    ['in another order', 'Ready for merge: yes Branch: feature/login Status: done Task: Login', login],
    ['with separators', 'Task: Login | Status: done; Branch: feature/login, Ready for merge: yes', login],
    ['in small letters', 'branch: feature/login status: done task: Login ready for merge: yes', login],
    ['cut by a width', 'Task: Login Status: done\nBranch: feature/login Ready for\nmerge: yes', login],
    ['from a shell', '\\nTask: Login\\nStatus: done\\nBranch: feature/login\\nReady for merge: yes', login],
    [
      'with all fields',
      'Task: fix the time: zone Status: not started Notes: see the Status: line Commits: a1b2c3 Blockers: None Time: 3 hours Timestamp: 2026-11-20 10:00 Worker: x Done: - a - b Next: c',
      {
        ...{
          status: 'not started',
          summary: 'fix the time: zone',
          notes: 'see the Status: line',
          commits: 'a1b2c3',
        },
        ...{ total: 180, timestamp: '2026-11-20 10:00', done: ['a', 'b'], next: ['c'] },
      },
    ],
    ['of one field', 'Blockers: no key', { status: 'blocked', blockers: ['no key'] }],
  ])('in one line %s is read', (_, text, expected) => {
    expect(parseUpdateBlock(`[WORKER UPDATE] ${text}`)).toMatchObject({ ...nothing, ...expected });
  });

  test('keeps commits and notes, and nothing of one field comes into another', () => {
    const block =
      '[WORKER UPDATE]\nTask: Login\nBranch: feature/login\nStatus: in progress\nCommits:\n  - a1 parser\n  - b2 tests\nDone:\n  - parser\nUnknown: x\nBlockers: None\nTime: 1 hour\nEstimate: large\nReady for merge: no\nNotes: mind the\ncache\nTimestamp: 2026-11-20T10:00:00Z';
    expect(parseUpdateBlock(block)).toEqual({
      ...nothing,
      ...{
        summary: 'Login',
        branch: 'feature/login',
        commits: 'a1 parser b2 tests',
        done: ['parser', 'Unknown: x'],
      },
      ...{ total: 60, notes: 'mind the cache', timestamp: '2026-11-20T10:00:00Z' },
    });
  });

  test.each([
    'None',
    'none.',
    '-',
    '–',
    'n/a',
    'N/A',
    '',
    'No blockers',
    '(none)',
    'nothing so far',
    '**none**',
  ])('with %j as blockers has none', (text) => {
    const block = `[WORKER UPDATE]\nStatus: in progress\nBlockers: ${text}\nTime: 1h`;
    expect(parseUpdateBlock(block)).toMatchObject({ status: 'working', blockers: [] });
  });

  test.each([
    ['in progress', 'no', 'blocked'],
    ['not started', 'no', 'blocked'],
    ['review', 'no', 'blocked'],
    ['done', 'yes', 'done'],
  ])('that is %s and ready: %s, with a text in blockers, is %s', (status, ready, expected) => {
    const block = `[WORKER UPDATE]\nStatus: ${status}\nBlockers:\n- Which database?\nReady for merge: ${ready}`;
    expect(parseUpdateBlock(block)).toMatchObject({ status: expected, blockers: ['Which database?'] });
  });

  test('has the time of the whole task, in days of that workspace', () => {
    const time = (text: string, day?: number) =>
      parseUpdateBlock(`[WORKER UPDATE]\nTime: ${text}`, day) ?? {};
    const minutes = [
      '1 day',
      '1.5 days',
      '2 hours',
      '2,5 h',
      '1h 30m',
      '0.25 hours',
      '3 hours so far',
      '0 hours',
      '10 days',
    ];
    expect(minutes.map((text) => (time(text) as { total?: number }).total)).toEqual([
      ...[480, 720, 120, 150, 90, 15, 180, 0, 4800],
    ]);
    expect(time('1 day', 450)).toMatchObject({ total: 450 });
    for (const text of [
      '3 units',
      '2.5',
      '45',
      '2-3 hours',
      '-2 hours',
      '999999 hours',
      'a while',
      '1,500 hours',
      '3 weeks',
    ])
      expect(time(text)).toEqual({ ...nothing, openTime: text });
    expect(time('None')).toEqual(nothing);
    expect(parseUpdateBlock('[WORKER UPDATE]\nHours: 2,5')).toMatchObject({ total: 150 });
  });

  test('is null without its head', () => {
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
      commits: 'a1',
      notes: 'n',
      branch: 'feature/a',
      timestamp: 'today',
    } as const;
    const about = { worker: 'web/a', at: '2026-11-22T12:00:00.000Z' };
    expect(parseUpdateBlock(updateBlock({ ...about, ...draft }))).toEqual(draft);
    for (const time of [{ total: 480 }, { openTime: '3 units' }]) {
      const timed = { ...draft, minutes: null, ...time };
      expect(parseUpdateBlock(updateBlock({ ...about, ...timed }))).toEqual(timed);
    }
  });
});

test('hostile values become plain ones within bounds', () => {
  const clean = cleanUpdate({
    summary: '\u001b[2Jgone\u202e\nx',
    done: Array.from({ length: 50 }, (_, at) => `step ${at}`),
    minutes: -5,
    percent: Number.POSITIVE_INFINITY,
  });
  expect(clean.summary).toBe('[2Jgone<U+202E> x');
  expect(clean.done).toHaveLength(20);
  expect([clean.minutes, clean.percent]).toEqual([0, null]);
  expect(cleanUpdate({ percent: 250, minutes: 9999 })).toMatchObject({ percent: 100, minutes: 1440 });
});

test('lines are kept, control characters and floods are not', () => {
  expect(paragraphs('a\tb\u0007\r\n\n\n\nc\u200b', 100)).toBe('a    b\n\nc<U+200B>');
  expect([...paragraphs('x'.repeat(500), 100)]).toHaveLength(100);
});
