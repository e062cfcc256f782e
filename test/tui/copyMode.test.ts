import { describe, expect, test } from 'vitest';
import { success } from '../../src/lib/result.ts';
import { footerLine, promptOf } from '../../src/tui/bars.ts';
import { placeOf } from '../../src/tui/definitions.ts';
import { selectPanes } from '../../src/tui/panes.ts';
import { updateApp } from '../../src/tui/update.ts';
import type { AppState } from '../../src/ui/state.ts';
import type { ScreenMessage } from '../../src/ui/step.ts';
import { lineText } from '../../src/ui/text.ts';
import { busyFacts, facts, paste, press, repo, room, terminal, type, worker } from './fixtures.ts';

const id = 'backend/user-auth';

/** A room whose first pane has 40 columns and 10 rows of its worker's terminal to show. */
function shown(): AppState {
  const record = terminal(id, { cols: 40, rows: 10 });
  return updateApp(room(), { type: 'terminalChanged', record }).state;
}

/** In copy mode, a page back. */
const back = press(shown(), 'pageup').state;

function copyModeOf({ focus }: AppState) {
  if (focus.at !== 'copy-mode') throw new Error(`The keys are at ${focus.at}.`);
  return focus;
}

function found(text: string, nth: number, matches: number, at = { x: 4, y: 6 }): ScreenMessage {
  const result = success({ found: matches > 0, matches, nth, at: matches > 0 ? at : null });
  return { type: 'searched', id, text, result };
}

function told(state: AppState, message: ScreenMessage): AppState {
  return updateApp(state, message).state;
}

const leaving = [
  { type: 'select', id, to: null },
  { type: 'search', id, text: '', direction: 'back' },
  { type: 'scroll', id, to: 'bottom' },
];

describe('ways in', () => {
  test.each(['pageup', '['])('%s scrolls the selected pane back a page', (key) => {
    const { state, effects } = press(shown(), key);
    expect(effects).toEqual([{ type: 'scroll', id, by: -9 }]);
    expect(state.focus).toMatchObject({ at: 'copy-mode', id, cursor: { x: 0, y: 0 }, prompt: null });
  });

  test('/ opens the search prompt', () => {
    const { state, effects } = press(shown(), '/');
    expect(effects).toEqual([]);
    expect(placeOf(state)?.name).toBe('copy-mode-search');
  });

  test.each<[string, AppState, string]>([
    [
      'without a worker',
      room(facts({ repos: [repo('web')] })),
      'There is no worker whose output can be read.',
    ],
    [
      'without a screen',
      room(facts({ repos: [repo('web')], workers: [worker('web/a', { state: 'lost' })] })),
      'No screen of web/a is left.',
    ],
  ])('%s there is none, and a notice gives the reason', (_, from, why) => {
    expect(press(from, 'pageup')).toMatchObject({ state: { notice: { text: why } }, effects: [] });
  });

  test('a full-screen program has nothing above its screen, as a notice says', () => {
    const record = terminal(id, { cols: 40, rows: 10, fullScreen: true });
    const { state } = press(updateApp(room(), { type: 'terminalChanged', record }).state, 'pageup');
    expect(copyModeOf(state).id).toBe(id);
    expect(state.notice?.text).toBe('A full-screen program keeps no lines above its screen.');
  });

  test('the output of a worker that has ended can be read', () => {
    const ended = room(facts({ repos: [repo('web')], workers: [worker('web/a', { state: 'exited' })] }));
    expect(press(ended, 'pageup').state.focus).toMatchObject({ at: 'copy-mode', id: 'web/a' });
  });
});

describe('moving', () => {
  test.each<[string[], { x: number; y: number }, object[]]>([
    [['j'], { x: 0, y: 1 }, []],
    [['down', 'down', 'k'], { x: 0, y: 1 }, []],
    [['k'], { x: 0, y: 0 }, [{ by: -1 }]],
    [['up', 'up'], { x: 0, y: 0 }, [{ by: -1 }, { by: -1 }]],
    [['l', 'right', 'h'], { x: 1, y: 0 }, []],
    [['left'], { x: 0, y: 0 }, []],
    [['$'], { x: 39, y: 0 }, []],
    [['$', 'l', '0'], { x: 0, y: 0 }, []],
    [['pageup'], { x: 0, y: 0 }, [{ by: -9 }]],
    [['pagedown'], { x: 0, y: 0 }, [{ by: 9 }]],
    [['space'], { x: 0, y: 0 }, [{ by: 9 }]],
    [['ctrl-u'], { x: 0, y: 0 }, [{ by: -5 }]],
    [['ctrl-d'], { x: 0, y: 0 }, [{ by: 5 }]],
    [['g'], { x: 0, y: 0 }, [{ to: 'top' }]],
    [['j', 'l', 'home'], { x: 0, y: 0 }, [{ to: 'top' }]],
    [['G'], { x: 0, y: 9 }, [{ to: 'bottom' }]],
    [['end', 'j'], { x: 0, y: 9 }, [{ to: 'bottom' }, { by: 1 }]],
  ])('%j', (keys, cursor, scrolls) => {
    const { state, effects } = press(back, ...keys);
    expect(copyModeOf(state).cursor).toEqual(cursor);
    expect(effects).toEqual(scrolls.map((scroll) => ({ type: 'scroll', id, ...scroll })));
  });

  test('neither keys nor a paste reach the worker', () => {
    const { state, effects } = press(back, 'x', 'f', 'D', 'tab', 'backspace', 'ctrl-r', 'f5');
    expect({ ...state, notice: null }).toEqual({ ...back, notice: null });
    expect(effects).toEqual([]);
    expect(updateApp(back, { type: 'tokenArrived', token: paste('rm -rf') })).toEqual({
      state: back,
      effects: [],
    });
  });

  test('a smaller terminal keeps the cursor inside', () => {
    const corner = press(back, 'G', '$').state;
    const record = terminal(id, { cols: 20, rows: 5 });
    const { state } = updateApp(corner, { type: 'terminalChanged', record });
    expect(copyModeOf(state).cursor).toEqual({ x: 19, y: 4 });
    const resized = updateApp(corner, { type: 'resized', size: { cols: 60, rows: 16 } }).state;
    expect(copyModeOf(resized).cursor).toEqual({ x: 28, y: 9 });
  });

  test('z zooms the worker and stays in copy mode', () => {
    const zoomed = press(back, 'z').state;
    expect(zoomed).toMatchObject({ zoomed: true, focus: { at: 'copy-mode', id } });
  });
});

describe('searching', () => {
  const asked = type(press(back, '/').state, 'To do').state;

  test('the text is edited in the footer, where the caret is', () => {
    const edited = press(asked, 'left', 'backspace', 'ctrl-a', 'x').state;
    expect(copyModeOf(edited).prompt).toEqual({ text: 'xTo o', caret: 1 });
    expect(lineText(footerLine(edited))).toMatch(/^ search: xTo o +↵ search {2}esc cancel $/);
    expect(promptOf(edited)?.caret).toEqual({ x: 10, y: 35 });
    const pasted = updateApp(edited, { type: 'tokenArrived', token: paste('a\nb\u001b') }).state;
    expect(copyModeOf(pasted).prompt?.text).toBe('xa b To o');
  });

  test('enter searches towards older lines, and the cursor goes to the match', () => {
    const { state, effects } = press(asked, 'enter');
    expect(effects).toEqual([{ type: 'search', id, text: 'To do', direction: 'back' }]);
    expect(lineText(footerLine(state))).toContain('searching …');
    const next = updateApp(state, found('To do', 17, 17));
    expect(next.effects).toEqual([]);
    expect(copyModeOf(next.state).cursor).toEqual({ x: 4, y: 6 });
    expect(lineText(footerLine(next.state))).toContain('17 of 17 matches');
  });

  test('n finds the next older match, N the next newer one', () => {
    const state = told(press(asked, 'enter').state, found('To do', 3, 3));
    expect(press(state, 'n', 'N').effects).toEqual([
      { type: 'search', id, text: 'To do', direction: 'back' },
      { type: 'search', id, text: 'To do', direction: 'forward' },
    ]);
    expect(press(back, 'n').state.notice?.text).toBe('There is no search yet; / starts one.');
  });

  test('a search without a match shows a notice and leaves the cursor', () => {
    const state = told(press(asked, 'enter').state, found('To do', 0, 0));
    expect(state.notice?.text).toBe('“To do” was not found.');
    expect(copyModeOf(state).cursor).toEqual({ x: 0, y: 0 });
    expect(lineText(footerLine({ ...state, notice: null }))).toContain('no match');
  });

  test('the result of another search changes nothing', () => {
    const waiting = press(asked, 'enter').state;
    for (const late of [found('To', 1, 1), { ...found('To do', 1, 1), id: 'web/checkout' } as ScreenMessage])
      expect(updateApp(waiting, late).state).toEqual(waiting);
    expect(updateApp(shown(), found('To do', 1, 1)).state).toEqual(shown());
  });

  test('a refusal by the host is shown', () => {
    const result = { ok: false, problem: { code: 'disconnected', message: 'gone' } } as const;
    const { state } = updateApp(press(asked, 'enter').state, { type: 'searched', id, text: 'To do', result });
    expect(state.notice).toMatchObject({ text: 'gone', tone: 'problem' });
  });

  test('esc restores the search before; an empty search removes the marks', () => {
    const marked = told(press(asked, 'enter').state, found('To do', 3, 3));
    const cancelled = press(marked, '/', 'x', 'escape').state;
    expect(copyModeOf(cancelled)).toEqual(copyModeOf(marked));
    const cleared = press(marked, '/', 'enter');
    expect(cleared.effects).toEqual([{ type: 'search', id, text: '', direction: 'back' }]);
    expect(copyModeOf(cleared.state).search).toBeNull();
  });
});

describe('selecting', () => {
  test.each<[string[], object[]]>([
    [['v'], [{ from: { x: 0, y: 0 }, to: { x: 0, y: 0 }, shape: 'characters' }]],
    [
      ['l', 'V', 'j'],
      [
        { from: { x: 1, y: 0 }, to: { x: 1, y: 0 }, shape: 'lines' },
        { to: { x: 1, y: 1 }, shape: 'lines' },
      ],
    ],
    [
      ['v', 'V'],
      [
        { from: { x: 0, y: 0 }, to: { x: 0, y: 0 }, shape: 'characters' },
        { to: { x: 0, y: 0 }, shape: 'lines' },
      ],
    ],
    [
      ['v', 'v'],
      [{ from: { x: 0, y: 0 }, to: { x: 0, y: 0 }, shape: 'characters' }, { to: null }],
    ],
    [
      ['v', 'escape'],
      [{ from: { x: 0, y: 0 }, to: { x: 0, y: 0 }, shape: 'characters' }, { to: null }],
    ],
  ])('%j', (keys, selections) => {
    const { state, effects } = press(back, ...keys);
    expect(effects).toEqual(selections.map((selection) => ({ type: 'select', id, ...selection })));
    expect(placeOf(state)?.name).toBe('copy-mode');
  });

  test.each(['y', 'enter'])('%s copies the selection and drops it, or shows that there is none', (key) => {
    const { state, effects } = press(press(back, 'v', 'G').state, key);
    expect(effects).toEqual([
      { type: 'copy', id },
      { type: 'select', id, to: null },
    ]);
    expect(copyModeOf(state).selecting).toBeNull();
    expect(press(state, key)).toMatchObject({
      state: { notice: { text: 'Nothing is selected; v begins to select.' } },
      effects: [],
    });
  });

  test('scrolling and matches move the end of the selection after the view', () => {
    const selecting = press(back, 'v').state;
    expect(press(selecting, 'k').effects).toEqual([
      { type: 'scroll', id, by: -1 },
      { type: 'select', id, to: { x: 0, y: 0 }, shape: 'characters' },
    ]);
    const searching = press(type(press(selecting, '/').state, 'a').state, 'enter').state;
    expect(updateApp(searching, found('a', 1, 1)).effects).toEqual([
      { type: 'select', id, to: { x: 4, y: 6 }, shape: 'characters' },
    ]);
  });

  test.each([
    [{ lines: 1, path: null }, 'Copied 1 line.'],
    [{ lines: 12, path: null }, 'Copied 12 lines.'],
    [{ lines: 0, path: null }, 'Nothing but blanks was selected.'],
    [{ lines: 9000, path: '/run/copied.txt' }, 'Copied 9000 lines to the file /run/copied.txt'],
  ])('%j is shown as a notice', (value, text) => {
    const { state } = updateApp(back, { type: 'copied', result: success(value) });
    expect(state.notice?.text).toBe(text);
    expect(lineText(footerLine(state))).toBe(` ${text}`.padEnd(120));
  });
});

describe('ways out', () => {
  test.each([['q'], ['ctrl-q'], ['ctrl-c'], ['escape']])('%s returns to the newest output', (key) => {
    const { state, effects } = press(back, key);
    expect(state.focus).toEqual({ at: 'list' });
    expect(effects).toEqual(leaving);
  });

  test('esc drops a selection, then the marks, then leaves', () => {
    const busy = told(press(type(press(back, '/').state, 'a').state, 'enter', 'v').state, found('a', 1, 1));
    const steps = [1, 2, 3].map((count) => press(busy, ...Array<string>(count).fill('escape')).state.focus);
    expect(steps).toMatchObject([
      { at: 'copy-mode', selecting: null, search: { text: 'a' } },
      { at: 'copy-mode', selecting: null, search: null },
      { at: 'list' },
    ]);
  });

  test('the detach key leaves from the search prompt, too', () => {
    expect(press(back, '/', 'q', 'ctrl-q').state.focus).toEqual({ at: 'list' });
  });

  test('copy mode survives the end of its worker, but not its removal', () => {
    const workers = busyFacts().workers.map((one) => (one.id === id ? { ...one, state: 'exited' } : one));
    const ended = updateApp(back, {
      type: 'factsArrived',
      facts: busyFacts({ workers: workers as typeof workers & ReturnType<typeof worker>[] }),
    });
    expect(ended.state.focus).toMatchObject({ at: 'copy-mode', id });
    const others = busyFacts().workers.filter((one) => one.id !== id);
    const gone = updateApp(back, { type: 'factsArrived', facts: busyFacts({ workers: others }) });
    expect(gone.state).toMatchObject({
      focus: { at: 'list' },
      notice: { text: `${id} is no longer there.` },
    });
  });

  test('the loss of the screen ends it with a notice', () => {
    const { state } = updateApp(back, { type: 'terminalForgotten', id });
    expect(state).toMatchObject({ focus: { at: 'list' }, notice: { text: `The screen of ${id} is gone.` } });
  });
});

test('border and footer show what the keys do and how to leave', () => {
  const pane = selectPanes(back).find(({ screen }) => screen === id);
  expect(lineText(pane?.frame.top ?? [])).toMatch(/^╔ 1 backend.user-auth/);
  expect(lineText(pane?.frame.bottom ?? [])).toMatch(/^╚ copy mode · q leaves ═+ 40×10 elsewhere ╝$/);
  expect(lineText(footerLine(back))).toBe(' z zoom  / search  v select  q back to the lists'.padEnd(120));
  expect(lineText(footerLine(press(back, 'v').state))).toContain('y copy');
});
