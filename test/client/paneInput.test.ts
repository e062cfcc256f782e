import { expect, test } from 'vitest';
import { PaneInput } from '../../src/client/panes.ts';
import { createScreen, initialModes, type Modes } from '../../src/terminal/screen.ts';
import { type AppState, initialAppState } from '../../src/ui/state.ts';

const state = initialAppState({ cols: 80, rows: 24 }, 0);

function inPane(id: string, change: Partial<AppState> = {}): AppState {
  return { ...state, focus: { at: 'pane', id }, ...change };
}

/** Creates the input for workers with these modes, and records all that is typed into them. */
function holder(modes: Record<string, Partial<Modes>>) {
  const typed: string[] = [];
  const input = new PaneInput(
    {
      screenOf: (id) =>
        modes[id] ? { ...createScreen(8, 2), modes: { ...initialModes, ...modes[id] } } : null,
      type: (id, bytes) => typed.push(`${id} ${JSON.stringify(bytes)}`),
    },
    true,
  );
  return { input, typed };
}

test('a worker that asked for it gets focus events, for its pane and for the window', () => {
  const { input, typed } = holder({ a: { focusEvents: true }, b: {}, c: { focusEvents: true } });
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
    input.reportFocus(next);
  const [got, lost] = ['"\\u001b[I"', '"\\u001b[O"'];
  expect(typed).toEqual([`a ${got}`, `a ${lost}`, `a ${got}`, `a ${lost}`, `c ${got}`, `c ${lost}`]);
});

test('the terminal has the modes of the focused worker, and its own in the lists', () => {
  const modes: Record<string, Partial<Modes>> = { a: { applicationCursor: true }, b: { keyboard: 3 } };
  const { input } = holder(modes);
  expect(input.modesSequence(state)).toBe('');
  expect(input.modesSequence(inPane('a'))).toBe('\x1b[?1h');
  expect(input.modesSequence(inPane('a'))).toBe('');
  modes.a = { applicationKeypad: true };
  expect(input.modesSequence(inPane('a'))).toBe('\x1b[?1l\x1b=');
  expect(input.modesSequence(inPane('b'))).toBe('\x1b>');
  input.learn({ kind: 'reply', raw: '\x1b[?0u' });
  expect(input.modesSequence(inPane('b'))).toBe('\x1b[>3u');
  expect(input.modesSequence(inPane('unknown'))).toBe('\x1b[<u');
  expect(input.modesSequence(state)).toBe('');
});

test('the terminal gets the modes again after another program had it', () => {
  const { input } = holder({ a: { applicationCursor: true } });
  expect(input.modesSequence(inPane('a'))).toBe('\x1b[?1h');
  input.reset();
  expect(input.modesSequence(inPane('a'))).toBe('\x1b[?1h');
});
