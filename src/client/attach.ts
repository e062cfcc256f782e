import { keyName } from '../app/keyName.ts';
import { createGrid } from '../domain/grid.ts';
import type { Token } from '../domain/key.ts';
import type { capabilitiesOf } from '../paint/capabilities.ts';
import { Compositor, type Layer } from '../paint/compositor.ts';
import { Tokenizer } from '../paint/keys.ts';
import type { OuterTerminal } from '../paint/outer.ts';
import { paneCursor } from '../paint/paneCursor.ts';
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
    const layers: Layer[] = [{ id, kind: 'pane', x: 0, y: 0, width: cols, height: rows, grid: screen.grid }];
    outer.write(compositor.frame(createGrid(cols, rows), layers, paneCursor(layers, id, screen.cursor)));
  };
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
    if (token.kind === 'key' && keyName(token) === leaveKey) end('left');
    else if (token.kind === 'paste') pastes.add({ id, text: token.text, last: token.last });
    else if (token.kind === 'key') terminals.type(id, token.raw);
  });

  outer.onInput = (chunk) => tokenizer.push(chunk);
  outer.onReady = paint;
  outer.onResize = resize;
  outer.onReturn = resize;
  await terminals.open();
  if (terminals.has(id)) resize();
  else end('gone');
  const why = await ended;
  tokenizer.dispose();
  terminals.close();
  return why;
}
