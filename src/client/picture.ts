import type { Facts } from '../core/facts.ts';
import { within } from '../lib/schedule.ts';
import { compose } from '../terminal/renderer.ts';
import { createGrid, gridToText } from '../terminal/screen.ts';
import { pictureOf } from '../tui/picture.tsx';
import { updateApp } from '../tui/update.ts';
import { Chrome } from '../ui/chrome.ts';
import { type AppState, initialAppState, type ScreenSize } from '../ui/state.ts';
import type { ScreenMessage } from '../ui/step.ts';
import { Terminals } from './terminals.ts';

/** The time that screens may take; one that is late stays blank. */
const timeoutMs = 5_000;

/** Returns the room as text, as it would look now in a terminal of that size. Needs no terminal. */
export async function takePicture(root: string, facts: Facts, size: ScreenSize): Promise<string> {
  const chrome = new Chrome(size.cols, size.rows);
  let state: AppState = initialAppState(size, Date.now());
  const dispatch = (message: ScreenMessage) => {
    state = updateApp(state, message).state;
  };
  const { promise: complete, resolve } = Promise.withResolvers<void>();
  const missing = new Set<string>();
  const settled = (id: string) => {
    missing.delete(id);
    if (missing.size === 0) resolve();
  };
  const terminals = new Terminals(root, {
    onTerminal: (record) => dispatch({ type: 'terminalChanged', record }),
    onForgotten: settled,
    onScreen: (id, seen) => {
      settled(id);
      seen();
    },
  });
  try {
    await terminals.open();
    dispatch({ type: 'factsArrived', facts });
    dispatch({ type: 'connectionChanged', connection: { status: 'live' } });
    chrome.draw(pictureOf(state, false));
    const panes = chrome.layers.filter((layer) => layer.kind === 'pane');
    for (const { id } of panes) if (terminals.has(id)) missing.add(id);
    terminals.show(panes.map(({ id, width, height }) => ({ id, cols: width, rows: height })));
    if (missing.size > 0) await within(timeoutMs, complete);
    const whole = createGrid(size.cols, size.rows);
    const layers = chrome.layers.map((layer) => {
      const screen = terminals.screenOf(layer.id);
      return screen ? { ...layer, grid: screen.grid } : layer;
    });
    compose(whole, chrome.grid, layers);
    return gridToText(whole);
  } finally {
    terminals.close();
  }
}
