import { expect, test } from 'vitest';
import { PaneLayers } from '../../src/client/panes.ts';
import { compose, type Layer } from '../../src/terminal/renderer.ts';
import { createGrid, createScreen, gridToText, type Scroll } from '../../src/terminal/screen.ts';
import type { AppState } from '../../src/ui/state.ts';
import { press, room } from '../tui/fixtures.ts';

const id = 'backend/user-auth';
const pane: Layer = { id, kind: 'pane', x: 1, y: 1, width: 12, height: 3 };
const dialog: Layer = { id: 'dialog', kind: 'overlay', x: 8, y: 0, width: 6, height: 2 };

function panes(scroll: Scroll): PaneLayers {
  const screen = { ...createScreen(12, 3), scroll };
  return new PaneLayers({ screenOf: (asked) => (asked === id ? screen : null) });
}

/** Paints a pane, and perhaps a dialog above it. */
function painted(scroll: Scroll, state: AppState, layers: readonly Layer[] = [pane]): string {
  const grid = createGrid(14, 5);
  compose(grid, createGrid(14, 5), panes(scroll).filled(layers, state));
  return gridToText(grid);
}

const back = press(room(), 'pageup').state;

test.each<[string, Scroll, AppState, readonly Layer[], string]>([
  ['follows its output shows no position', { back: 0, history: 2000 }, room(), [pane], ''],
  ['is scrolled back shows how far', { back: 12, history: 2000 }, room(), [pane], '\n    [12/2000]'],
  ['is in copy mode shows its position', { back: 0, history: 7 }, back, [pane], '\n        [0/7]'],
  ['is too narrow shows no position', { back: 100_000, history: 100_000 }, room(), [pane], ''],
  ['is under a dialog is covered', { back: 12, history: 2000 }, room(), [pane, dialog], '\n    [12/'],
])('a pane that %s', (_, scroll, state, layers, text) => {
  expect(painted(scroll, state, layers)).toBe(text);
});

test('the cursor of copy mode is in its cell of the pane, and the caret in the search prompt', () => {
  const at = panes({ back: 9, history: 9 }).cursor([pane], press(back, 'j', 'l', 'l').state);
  expect(at).toMatchObject({ x: 3, y: 2, visible: true });
  const caret = panes({ back: 9, history: 9 }).cursor([pane], press(back, '/', 'a').state);
  expect(caret).toMatchObject({ x: 10, y: 35, visible: true });
});

test('the caret of the palette comes before any cursor below it', () => {
  const caret = panes({ back: 9, history: 9 }).cursor([pane], press(back, ':', 'a').state);
  expect(caret).toMatchObject({ x: 15, y: 4, visible: true });
});
