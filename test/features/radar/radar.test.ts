import { describe, expect, it, test } from 'vitest';
import type { SideHunk } from '../../../src/core/radar.ts';
import { countClashes, countConflicts, pairStateOf } from '../../../src/features/radar/pairs.ts';
import { groupHunks } from '../../../src/features/radar/sidesDialog.ts';
import { updateApp } from '../../../src/tui/update.ts';
import type { AppState } from '../../../src/ui/state.ts';
import { dialogOf, press, room, type, worker } from '../../tui/fixtures.ts';
import { manyFacts, quiet, radar, radarFacts, radarRoom, sides, sidesRoom } from './radarFixtures.ts';

const size = { cols: 80, rows: 24 };
const pair = { repo: 'backend', a: 'backend/user-auth', b: 'backend/rate-limits' };

function sent(state: AppState, tag: number, id: string, ok = true) {
  const problem = { code: 'not_running', message: `${id} is not running.` };
  const result = ok ? ({ ok: true, value: null } as const) : ({ ok: false, problem } as const);
  return updateApp(state, { type: 'answered', method: 'send', params: { id, text: '' }, tag, result });
}

describe('c', () => {
  it("opens the matrix at the selected worker's worst", () => {
    expect(dialogOf(radarRoom(size))).toMatchObject({ kind: 'radar', ...pair });
    const onThird = press(room(radarFacts(), size), 'j', 'j', 'c').state;
    expect(dialogOf(onThird)).toMatchObject({ a: 'backend/sessions', b: 'backend/rate-limits' });
    const onWeb = press(room(radarFacts(), size), 'G', 'c').state;
    expect(dialogOf(onWeb)).toMatchObject({ repo: 'web', a: 'web/cart', b: null });
  });

  it.each([
    [radarFacts({ radar: [] }), 'No worktrees have been compared yet.'],
    [{ ...radarFacts(), radar: undefined }, 'The radar is off: "radar" is false in .orch/config.json.'],
  ])('says why there is none', (given, why) => {
    const { radar: _, ...rest } = given;
    const known = given.radar ? { ...rest, radar: given.radar } : rest;
    const { state } = press(room(known, size), 'c');
    expect([dialogOf(state), state.notice?.text]).toEqual([null, why]);
  });
});

test.each([
  [['l'], { a: 'backend/user-auth', b: 'backend/sessions' }],
  [['right', 'right', 'right', 'right'], { a: 'backend/user-auth', b: 'backend/exports' }],
  [['h'], { a: 'backend/user-auth', b: 'backend/user-auth' }],
  [['left', 'left', 'left'], { a: 'backend/user-auth', b: null }],
  [['j'], { a: 'backend/rate-limits', b: 'backend/rate-limits' }],
  [['down', 'down', 'down', 'down'], { a: 'backend/exports', b: 'backend/rate-limits' }],
  [['k'], { a: 'backend/user-auth', b: 'backend/rate-limits' }],
  [['tab'], { repo: 'web', a: 'web/cart', b: null }],
  [['tab', 'tab'], pair],
])('in the matrix %j leads to %j', (keys, cell) => {
  expect(dialogOf(press(radarRoom(size), ...keys).state)).toMatchObject({ kind: 'radar', ...cell });
});

test('A pair is the same from both sides', () => {
  const [one, other] = [pair, { a: pair.b, b: pair.a }].map((cell) => pairStateOf(radar, cell));
  expect([one?.verdict, other?.verdict]).toEqual(['conflict', 'conflict']);
  expect(one?.files[0]?.ranges.a).toEqual(other?.files[0]?.ranges.b);
});

test('A pair that could not be compared is not called clean', () => {
  expect(pairStateOf(radar, { a: 'backend/exports', b: 'backend/sessions' }).verdict).toBe('unknown');
  expect(pairStateOf(radar, { a: 'backend/sessions', b: 'backend/exports' }).verdict).toBe('unknown');
  const baseless = { ...radar, baseProblem: { code: 'no_base', message: 'There is no branch.' } };
  expect(pairStateOf(baseless, { a: 'backend/sessions', b: null }).verdict).toBe('unknown');
});

test('Workers are marked by how many they conflict with, develop included, else by what they share', () => {
  const state = room(radarFacts(), size);
  const counts = ['user-auth', 'rate-limits', 'sessions', 'exports'].map((task) =>
    countClashes(state, `backend/${task}`),
  );
  expect(counts).toEqual([
    { conflicts: 1, overlaps: 0 },
    { conflicts: 2, overlaps: 1 },
    { conflicts: 0, overlaps: 1 },
    { conflicts: 0, overlaps: 0 },
  ]);
  expect(countConflicts(state)).toBe(2);
});

describe('enter', () => {
  it('asks for both sides of the first file and shows them', () => {
    const { state, effects } = press(radarRoom(size), 'enter');
    expect(effects).toMatchObject([
      { method: 'fileSides', params: { a: pair.a, b: pair.b, path: 'src/auth/session.ts' } },
    ]);
    expect(dialogOf(state)).toMatchObject({ kind: 'radar-file', sides: null });
    expect(dialogOf(sidesRoom(size))).toMatchObject({ kind: 'radar-file', sides, pending: null });
  });

  it.each([
    [['n'], 'src/auth/legacy.ts'],
    [['p'], 'docs/api.md'],
    [['right', 'right', 'right'], 'src/auth/session.ts'],
  ])('goes on to other files by %j', (keys, path) => {
    expect(dialogOf(press(sidesRoom(size), ...keys).state)).toMatchObject({ path, sides: null });
  });

  it('shows nothing where there is nothing in common', () => {
    const { state, effects } = press(radarRoom(size), 'l', 'enter');
    expect([effects, state.notice?.text]).toEqual([[], 'They have no file in common.']);
  });

  it('keeps what was refused in the dialog, and esc goes back to the pair', () => {
    const asked = press(radarRoom(size), 'enter').state;
    const problem = { code: 'not_looked_at', message: 'Nothing was compared yet.' };
    const params = { ...pair, path: 'src/auth/session.ts' };
    const refused = updateApp(asked, {
      ...{ type: 'answered', method: 'fileSides', params, tag: asked.nextTag - 1 },
      result: { ok: false, problem },
    }).state;
    expect(dialogOf(refused)).toMatchObject({ kind: 'radar-file', problem, pending: null });
    expect(dialogOf(press(refused, 'escape').state)).toMatchObject({ kind: 'radar', ...pair });
  });
});

test.each([
  ['a', 'backend/user-auth'],
  ['b', 'backend/rate-limits'],
])('%s leaves for the worker %s', (key, id) => {
  for (const state of [radarRoom(size), sidesRoom(size)]) {
    const left = press(state, key).state;
    expect([left.focus.at, left.anchor, left.cursors.fleet]).toEqual(['list', id, { kind: 'worker', id }]);
  }
});

describe('a message', () => {
  it('is suggested, edited, and sent to one after the other only on enter', () => {
    const writing = press(radarRoom(size), 'm');
    expect(writing.effects).toEqual([]);
    const note = dialogOf(writing.state);
    expect(note).toMatchObject({ kind: 'radar-note', to: [pair.a, pair.b] });
    expect(note?.kind === 'radar-note' && note.text.text).toContain(
      'src/auth/session.ts (backend/user-auth lines 10–14, 40 · backend/rate-limits line 12)',
    );
    const edited = type(press(writing.state, 'ctrl-u').state, 'Please talk').state;
    const first = press(edited, 'enter');
    expect(first.effects).toMatchObject([{ method: 'send', params: { id: pair.a, text: 'Please talk' } }]);
    const second = sent(first.state, first.state.nextTag - 1, pair.a);
    expect(second.effects).toMatchObject([{ method: 'send', params: { id: pair.b, text: 'Please talk' } }]);
    const done = sent(second.state, second.state.nextTag - 1, pair.b).state;
    expect(dialogOf(done)).toMatchObject({ kind: 'radar', ...pair });
    expect(done.notice?.text).toBe('Sent to backend/user-auth and backend/rate-limits.');
  });

  it('goes to one of them by tab', () => {
    const to = (...keys: string[]) => {
      const dialog = dialogOf(press(radarRoom(size), 'm', ...keys).state);
      return dialog?.kind === 'radar-note' ? dialog.to : null;
    };
    expect([to('tab'), to('tab', 'tab'), to('tab', 'tab', 'tab')]).toEqual([
      [pair.a],
      [pair.b],
      [pair.a, pair.b],
    ]);
  });

  it('that one of them did not take is kept for that one', () => {
    const first = press(radarRoom(size), 'm', 'enter').state;
    const second = sent(first, first.nextTag - 1, pair.a).state;
    const refused = sent(second, second.nextTag - 1, pair.b, false).state;
    expect(dialogOf(refused)).toMatchObject({
      to: [pair.b],
      sent: [pair.a],
      problem: { code: 'not_running' },
    });
  });

  it('needs somebody who runs, something to say, and something to say it about', () => {
    const notice = (state: AppState) => state.notice?.text;
    const empty = press(radarRoom(size), 'm', 'ctrl-u', 'enter');
    expect([empty.effects, notice(empty.state)]).toEqual([[], 'There is nothing to send.']);
    expect(notice(press(radarRoom(size), 'l', 'm').state)).toBe('There is nothing to tell them: they merge.');
    const workers = radarFacts().workers.map(({ id }) => worker(id, { state: 'exited' }));
    const ended = press(room(radarFacts({ workers }), size), 'c', 'm').state;
    expect(notice(ended)).toBe('Neither of them is running.');
  });

  it('about develop asks the worker to bring it in', () => {
    const dialog = dialogOf(press(radarRoom(size), 'j', 'h', 'h', 'm').state);
    expect(dialog).toMatchObject({ kind: 'radar-note', to: ['backend/rate-limits'], b: null });
    expect(dialog?.kind === 'radar-note' && dialog.text.text).toContain(
      'Please merge develop into your branch',
    );
  });
});

test('R looks again, and the matrix stays meanwhile', () => {
  const { state, effects } = press(radarRoom(size), 'R');
  expect(effects).toMatchObject([{ method: 'conflicts', params: { repo: 'backend' } }]);
  const tag = state.nextTag - 1;
  const answer = { type: 'answered', method: 'conflicts', params: {}, tag } as const;
  const looked = updateApp(state, { ...answer, result: { ok: true, value: [radar] } }).state;
  expect(dialogOf(looked)).toMatchObject({ kind: 'radar', ...pair, pending: null });
});

test('Removed workers leave the matrix, and the last one closes it', () => {
  const workers = radarFacts().workers.filter(({ id }) => id !== pair.b);
  const worktrees = radar.worktrees.filter(({ id }) => id !== pair.b);
  const less = { ...radar, worktrees, pairs: [], base: [] };
  const arrive = (state: AppState, radars: readonly (typeof radar)[]) =>
    updateApp(state, { type: 'factsArrived', facts: radarFacts({ workers, radar: radars }) }).state;
  expect(dialogOf(arrive(radarRoom(size), [less, quiet]))).toMatchObject({ kind: 'radar', a: pair.a });
  expect(dialogOf(arrive(sidesRoom(size), [less, quiet]))).toBeNull();
  expect(arrive(radarRoom(size), [quiet])).toMatchObject({
    focus: { at: 'list' },
    notice: { text: 'backend/user-auth is no longer there.' },
  });
});

test('Content beyond the height is scrolled by pages', () => {
  const many = radarRoom(size, manyFacts());
  expect(dialogOf(press(many, 'pagedown').state)).toMatchObject({ scroll: 18 });
  expect(dialogOf(press(many, 'pagedown', 'j').state)).toMatchObject({ scroll: 0 });
});

describe('hunks of two sides', () => {
  const hunk = (from: number, to: number): SideHunk => ({ range: { from, to }, from, lines: [] });
  const side = (...hunks: SideHunk[]) => ({ path: 'x', change: 'changed', isCut: false, hunks }) as const;
  const shape = (a: readonly SideHunk[], b: readonly SideHunk[]) => {
    const { groups, others } = groupHunks({ a: side(...a), b: side(...b) });
    return [groups.map((group) => [group.a.length, group.b.length]), others];
  };

  it.each([
    ['one place', [hunk(3, 4)], [hunk(4, 6)], [[[1, 1]], 0]],
    ['neighbours', [hunk(3, 4)], [hunk(5, 6)], [[[1, 1]], 0]],
    ['a chain of them', [hunk(3, 4), hunk(9, 9)], [hunk(4, 9)], [[[2, 1]], 0]],
    ['only where they meet', [hunk(3, 4), hunk(50, 51)], [hunk(4, 4), hunk(90, 90)], [[[1, 1]], 2]],
    [
      'all where they never do',
      [hunk(3, 4)],
      [hunk(50, 51)],
      [
        [
          [1, 0],
          [0, 1],
        ],
        0,
      ],
    ],
    ['nothing', [], [], [[], 0]],
  ])('are put together: %s', (_, a, b, expected) => {
    expect(shape(a, b)).toEqual(expected);
  });
});
