import { expect, test } from 'vitest';
import { workerText } from '../../../src/features/workers/describe.ts';
import { minutesAgo, now, worker } from '../../tui/fixtures.ts';

const nothing = { lacks: [], undelivered: false, usage: null };

test('a working worker is described by state, place and brief, without empty rows', () => {
  const text = workerText(worker('web/seo', { brief: 'Add titles.\nAnd a map.' }), nothing, now);
  expect(text).toBe(`web/seo  working for 12 minutes
  branch     feature/seo from develop 1a2b3c4d5e
  worktree   /code/shop/.worktrees/web-seo
  agent      claude, started 1 hour ago
  session    6f1c1f7e-3f0a-4f57-9f0e-0b8f5b1f2a11
  brief      Add titles.
             And a map.`);
});

test('an ended worker is described with how to resume it and everything else known', () => {
  const ended = worker('web/seo', {
    ...{ state: 'exited', exitCode: 3, run: 2, ports: { first: 20000, count: 10 } },
    said: { at: minutesAgo(9), text: 'I give up.' },
    denied: { at: minutesAgo(9), what: 'Bash: git push', why: 'Workers do not push.', count: 1 },
  });
  const usage = { input: 1200, output: 300, cacheRead: 0, cacheWrite: 0, dollars: 0.42 };
  const lines = workerText(ended, { lacks: ['tools'], undelivered: true, usage }, now).split('\n');
  expect(lines[0]).toBe('web/seo  exited 3, 12 minutes ago. Resume it: orch-tui worker resume web/seo');
  expect(lines).toEqual(
    expect.arrayContaining([
      '  said       I give up.',
      '  kept from  Bash: git push: Workers do not push.',
      '  agent      claude, started 1 hour ago, run 2',
      '  lacks      tools',
      '  ports      20000–20009',
      '  used       $0.42, 1k tokens in and 300 out',
      '  brief      (not delivered yet) Do seo.',
    ]),
  );
});

test('no control character of an agent comes through', () => {
  const text = workerText(worker('web/seo', { state: 'waiting', asks: 'a\u001b[2Jb\u0007' }), nothing, now);
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});
