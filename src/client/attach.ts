import { keyLabel, keyName } from '../app/keyName.ts';
import { createGrid, type Grid } from '../domain/grid.ts';
import type { Token } from '../domain/key.ts';
import type { capabilitiesOf } from '../paint/capabilities.ts';
import { Compositor, type Layer } from '../paint/compositor.ts';
import { readFrame } from '../paint/frameReader.ts';
import { Tokenizer } from '../paint/keys.ts';
import { mouseBytes } from '../paint/mouseBytes.ts';
import type { OuterTerminal } from '../paint/outer.ts';
import { paneCursor } from '../paint/paneCursor.ts';
import { mouseSequence } from '../paint/terminalModes.ts';
import { PasteCollector } from './pasteCollector.ts';
import { Terminals } from './terminals.ts';

export interface AttachOptions {
  readonly root: string;
  readonly id: string;
  /** Already entered. */
  readonly outer: OuterTerminal;
  readonly capabilities: ReturnType<typeof capabilitiesOf>;
  /** Name of the key that leaves; every other key goes to the worker. */
  readonly leaveKey: string;
}

/** How long the way out is named: long enough to be read, too short to be in the way. */
const hintMs = 4_000;

/**
 * One worker's terminal in place of ours: its cells fill the screen, every key is its own but one.
 * @returns why it ended: the person left, or the terminal is no more
 */
export async function attach(options: AttachOptions): Promise<'left' | 'gone'> {
  const { root, id, outer, leaveKey } = options;
  const compositor = new Compositor(options.capabilities);
  const { promise: ended, resolve: end } = Promise.withResolvers<'left' | 'gone'>();

  const paint = () => {
    const screen = terminals.screenOf(id);
    if (!screen || !outer.isReady) return;
    const { cols, rows } = outer.size;
    const pane: Layer = { id, kind: 'pane', x: 0, y: 0, width: cols, height: rows, grid: screen.grid };
    const layers = hint ? [pane, placed(hint, outer.size)] : [pane];
    outer.write(compositor.frame(createGrid(cols, rows), layers, paneCursor(layers, id, screen.cursor)));
    // Where the program does not want the mouse it stays the terminal's own, to select text with.
    const wantsMouse = screen.modes.mouse !== 'none';
    if (wantsMouse !== hasMouse) outer.write(mouseSequence(wantsMouse));
    hasMouse = wantsMouse;
  };
  let hasMouse = false;
  let hint: Grid | null = hintGrid(` ${keyLabel(leaveKey)} leaves `);
  const withoutHint = () => {
    if (!hint) return;
    hint = null;
    paint();
  };
  const hintTimer = setTimeout(withoutHint, hintMs);
  const resize = () => {
    compositor.invalidate();
    terminals.show([{ id, ...outer.size }]);
    paint();
  };
  const terminals = new Terminals(root, {
    onTerminal: () => {},
    onForgotten: (forgotten) => forgotten === id && end('gone'),
    onScreen: paint,
  });
  const pastes = new PasteCollector((to, text) => terminals.paste(to, text));
  const tokenizer = new Tokenizer((token: Token) => {
    if (token.kind === 'key' || token.kind === 'paste') withoutHint();
    const screen = terminals.screenOf(id);
    if (token.kind === 'key' && keyName(token) === leaveKey) end('left');
    else if (token.kind === 'paste') pastes.add({ id, text: token.text, last: token.last });
    else if (token.kind === 'key') terminals.type(id, token.raw);
    else if (token.kind === 'mouse' && screen) terminals.type(id, mouseBytes(token, screen.modes));
  });

  outer.onInput = (chunk) => tokenizer.push(chunk);
  outer.onReady = paint;
  outer.onResize = resize;
  outer.onReturn = () => {
    hasMouse = false;
    resize();
  };
  await terminals.open();
  if (terminals.has(id)) resize();
  else end('gone');
  const why = await ended;
  clearTimeout(hintTimer);
  tokenizer.dispose();
  terminals.close();
  return why;
}

function hintGrid(text: string): Grid {
  const grid = createGrid(text.length, 1);
  readFrame(`\x1b[7m${text}`, grid);
  return grid;
}

/** At the lower right, where programs write least. */
function placed(grid: Grid, { cols, rows }: OuterTerminal['size']): Layer {
  const width = Math.min(grid.cols, cols);
  return { id: 'hint', kind: 'pane', x: cols - width, y: rows - 1, width, height: 1, grid };
}
