import type { Facts } from '../../../src/core/facts.ts';
import type { FileSides, RadarFile, RepoRadar, Verdict } from '../../../src/core/radar.ts';
import { updateApp } from '../../../src/tui/update.ts';
import type { AppState, ScreenSize } from '../../../src/ui/state.ts';
import { facts, minutesAgo, press, repo, room, worker } from '../../tui/fixtures.ts';

const app: RadarFile = {
  path: 'src/auth/session.ts',
  kind: 'content',
  ranges: {
    a: [
      { from: 10, to: 14 },
      { from: 40, to: 40 },
    ],
    b: [{ from: 12, to: 12 }],
  },
};
const docs: RadarFile = {
  path: 'docs/api.md',
  kind: 'overlap',
  ranges: { a: [{ from: 3, to: 3 }], b: [{ from: 90, to: 120 }] },
};
const gone: RadarFile = { path: 'src/auth/legacy.ts', kind: 'modify/delete', ranges: { a: [], b: [] } };

function filesOf(verdict: Verdict): readonly RadarFile[] {
  if (verdict === 'clean') return [];
  return verdict === 'overlap' ? [docs] : [app, gone, docs];
}

function pair(a: string, b: string, verdict: Verdict): RepoRadar['pairs'][number] {
  return { repo: 'backend', a: `backend/${a}`, b: `backend/${b}`, verdict, files: filesOf(verdict) };
}

function based(task: string, verdict: Verdict): RepoRadar['base'][number] {
  return { repo: 'backend', worker: `backend/${task}`, verdict, files: filesOf(verdict) };
}

const tasks = ['user-auth', 'rate-limits', 'sessions', 'exports'];

/** Four workers in backend: two that conflict, one of which also with develop, and an overlap; one cannot be seen. */
export const radar: RepoRadar = {
  repo: 'backend',
  into: 'develop',
  pairs: [pair('user-auth', 'rate-limits', 'conflict'), pair('rate-limits', 'sessions', 'overlap')],
  base: [based('rate-limits', 'conflict')],
  order: ['user-auth', 'sessions', 'rate-limits'].map((task) => `backend/${task}`),
  worktrees: tasks.map((task) => ({
    id: `backend/${task}`,
    problem: task === 'exports' ? { code: 'worktree_missing', message: 'The worktree is missing.' } : null,
    limits: task === 'sessions' ? ['The repository in vendor/ was not compared.'] : [],
  })),
  baseProblem: null,
  steps: [
    { id: 'backend/user-auth', verdict: 'clean', files: [], with: [], why: 'merges into develop' },
    { id: 'backend/sessions', verdict: 'clean', files: [], with: [], why: 'merges into develop' },
    {
      id: 'backend/rate-limits',
      verdict: 'conflict',
      files: [app],
      with: ['develop', 'backend/user-auth'],
      why: 'conflicts with develop and backend/user-auth in src/auth/session.ts and 1 more',
    },
  ],
  lookedAt: minutesAgo(0),
  problem: null,
};

/** The same for a repository with one worker. */
export const quiet: RepoRadar = {
  ...radar,
  repo: 'web',
  pairs: [],
  base: [],
  order: ['web/cart'],
  worktrees: [{ id: 'web/cart', problem: null, limits: [] }],
  steps: [{ id: 'web/cart', verdict: 'clean', files: [], with: [], why: 'merges into develop' }],
};

export function radarFacts(change: Partial<Facts> = {}): Facts {
  return facts({
    repos: [repo('backend'), repo('web')],
    workers: [
      worker('backend/user-auth'),
      worker('backend/rate-limits', { state: 'idle' }),
      worker('backend/sessions', { state: 'exited', exitCode: 0 }),
      worker('backend/exports'),
      worker('web/cart'),
    ],
    radar: [radar, quiet],
    ...change,
  });
}

/** So many workers that neither rows nor columns fit, with long names. */
export function manyFacts(count = 40): Facts {
  const names = Array.from({ length: count }, (_, n) => `task-${n}-with-a-rather-long-name`);
  const [first = '', second = ''] = names;
  return facts({
    repos: [repo('backend')],
    workers: names.map((name) => worker(`backend/${name}`)),
    radar: [
      {
        ...radar,
        pairs: [pair(first, names.at(-1) ?? '', 'conflict'), pair(first, second, 'overlap')],
        base: [],
        order: names.map((name) => `backend/${name}`),
        worktrees: names.map((name) => ({ id: `backend/${name}`, problem: null, limits: [] })),
        steps: [],
      },
    ],
  });
}

export const sides: FileSides = {
  path: 'src/auth/session.ts',
  a: {
    path: 'src/auth/session.ts',
    change: 'changed',
    isCut: false,
    hunks: [
      {
        range: { from: 10, to: 14 },
        from: 8,
        lines: [
          { mark: ' ', text: '' },
          { mark: ' ', text: 'export function open(user: User): Session {' },
          { mark: '-', text: '  const key = random(16);' },
          { mark: '-', text: '  return sign({ user, key }, secret, { algorithm: "HS256" });' },
          {
            mark: '+',
            text: '  return sign({ user, key: random(32) }, keys.current, { algorithm: "RS256" });',
          },
          { mark: ' ', text: '}' },
        ],
      },
      { range: { from: 40, to: 40 }, from: 40, lines: [{ mark: '-', text: '// TODO' }] },
    ],
  },
  b: {
    path: 'src/auth/session.ts',
    change: 'changed',
    isCut: false,
    hunks: [
      {
        range: { from: 12, to: 12 },
        from: 11,
        lines: [
          { mark: ' ', text: '  return sign({ user, key }, secret, { algorithm: "HS256" });' },
          { mark: '+', text: '\tcount(user);' },
        ],
      },
    ],
  },
};

/** The matrix, at the conflict of user-auth and rate-limits. */
export function radarRoom(size: ScreenSize, given = radarFacts()): AppState {
  return press(room(given, size), 'c').state;
}

/** The lines of that conflict. */
export function sidesRoom(size: ScreenSize): AppState {
  const asked = press(radarRoom(size), 'enter').state;
  const params = { a: 'backend/user-auth', b: 'backend/rate-limits', path: 'src/auth/session.ts' };
  const result = { ok: true, value: sides } as const;
  return updateApp(asked, { type: 'answered', method: 'fileSides', params, tag: asked.nextTag - 1, result })
    .state;
}
