import { expect, test } from 'vitest';
import { PaneInput } from '../../src/client/panes.ts';
import { createScreen, initialModes, type Modes } from '../../src/terminal/screen.ts';
import { type AppState, initialAppState } from '../../src/ui/state.ts';

const state = initialAppState({ cols: 80, rows: 24 }, 0);

function inPane(id: string, change: Partial<AppState> = {}): AppState {
  return { ...state, focus: { at: 'pane', id }, ...change };
}

/** Workers `a` and `b`, their modes to be changed, and all that was typed into them. */
function holder(modes: Record<string, Partial<Modes>>) {
  const typed: string[] = [];
  const keys = new PaneInput(
    {
      screenOf: (id) =>
        modes[id] ? { ...createScreen(8, 2), modes: { ...initialModes, ...modes[id] } } : null,
      type: (id, bytes) => typed.push(`${id} ${JSON.stringify(bytes)}`),
    },
    true,
  );
  return { keys, typed };
}

test('a worker that wants to know is told of the focus: of its pane and of the window', () => {
  const { keys, typed } = holder({ a: { focusEvents: true }, b: {}, c: { focusEvents: true } });
  for (const next of [
    state,
    inPane('a'),
    inPane('a'),
    inPane('a', { hasFocus: false }),
    inPane('a'),
    inPane('b'),
    inPane('c'),
    { ...state, hasFocus: false },
    state,
    inPane('unknown'),
  ])
    keys.tellFocus(next);
  const [got, lost] = ['"\\u001b[I"', '"\\u001b[O"'];
  expect(typed).toEqual([`a ${got}`, `a ${lost}`, `a ${got}`, `a ${lost}`, `c ${got}`, `c ${lost}`]);
});

test('the terminal has the modes of the worker with the keys, and its own in the lists', () => {
  const modes: Record<string, Partial<Modes>> = { a: { applicationCursor: true }, b: { keyboard: 3 } };
  const { keys } = holder(modes);
  expect(keys.modesSequence(state)).toBe('');
  expect(keys.modesSequence(inPane('a'))).toBe('\x1b[?1h');
  expect(keys.modesSequence(inPane('a'))).toBe('');
  modes.a = { applicationKeypad: true };
  expect(keys.modesSequence(inPane('a'))).toBe('\x1b[?1l\x1b=');
  expect(keys.modesSequence(inPane('b'))).toBe('\x1b>');
  keys.hear({ kind: 'reply', raw: '\x1b[?0u' });
  expect(keys.modesSequence(inPane('b'))).toBe('\x1b[>3u');
  expect(keys.modesSequence(inPane('unknown'))).toBe('\x1b[<u');
  expect(keys.modesSequence(state)).toBe('');
});

test('a terminal that was given away meanwhile gets the modes again', () => {
  const { keys } = holder({ a: { applicationCursor: true } });
  expect(keys.modesSequence(inPane('a'))).toBe('\x1b[?1h');
  keys.reset();
  expect(keys.modesSequence(inPane('a'))).toBe('\x1b[?1h');
});
