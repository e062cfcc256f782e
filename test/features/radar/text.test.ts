import { expect, test } from 'vitest';
import { conflictsText } from '../../../src/features/radar/conflicts.ts';
import { radar } from './radarFixtures.ts';

const merging = { repo: 'backend', worker: 'backend/sessions', verdict: 'clean', files: [] } as const;

test('conflicts are described in sentences, each file with its verdict and the lines of both sides', () => {
  expect(conflictsText([radar])).toBe(`backend, into develop
  ✗ backend/user-auth does not merge with backend/rate-limits
      src/auth/session.ts  does not merge: user-auth lines 10–14, 40 · rate-limits line 12
      src/auth/legacy.ts   does not merge (modify/delete)
      docs/api.md          merges: user-auth line 3 · rate-limits lines 90–120
  ○ backend/rate-limits and backend/sessions change the same files, and merge
      docs/api.md  merges: rate-limits line 3 · sessions lines 90–120
  ✗ backend/rate-limits does not merge into develop
      src/auth/session.ts  does not merge: rate-limits lines 10–14, 40 · develop line 12
      src/auth/legacy.ts   does not merge (modify/delete)
      docs/api.md          merges: rate-limits line 3 · develop lines 90–120
! backend/sessions: The repository in vendor/ was not compared.
! backend/exports could not be compared: The worktree is missing.
  Merged in this order:
    1  backend/user-auth    merges into develop
    2  backend/sessions     merges into develop
    3  backend/rate-limits  conflicts with develop and backend/user-auth in src/auth/session.ts and 1 more`);
});

test('clean comparisons and missing workers are described', () => {
  const clean = { ...radar, pairs: [], base: [merging], worktrees: [], order: [] };
  expect(conflictsText([clean])).toBe('backend, into develop\n  · everything merges');
  expect(conflictsText([{ ...clean, against: 'origin/develop' }])).toContain(
    'into develop, which is origin/develop here',
  );
  expect(conflictsText([])).toContain('No workers to compare.');
});

test('work that was not compared is never called clean', () => {
  const unseen = radar.worktrees.filter(({ problem }) => problem !== null);
  const nothing = { ...radar, pairs: [], base: [], worktrees: unseen, order: [] };
  expect(conflictsText([nothing])).toBe(
    'backend, into develop\n  · nothing was compared\n! backend/exports could not be compared: The worktree is missing.',
  );
  expect(conflictsText([{ ...nothing, base: [merging] }])).toContain(
    '· what was compared merges\n! backend/exports',
  );
  const baseProblem = {
    code: 'no_base',
    message: 'There is no branch to merge into.',
    hint: 'Nothing could be compared.',
  };
  expect(conflictsText([{ ...nothing, into: null, worktrees: [], baseProblem }])).toBe(
    'backend\n  · nothing was compared\n! There is no branch to merge into. Nothing could be compared.',
  );
  const problem = { code: 'git_refused', message: 'fatal: bad object' };
  expect(conflictsText([{ ...nothing, worktrees: [], problem }])).toContain(
    'nothing was compared\n! fatal: bad object',
  );
});
