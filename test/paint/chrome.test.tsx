import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { afterEach, expect, test } from 'vitest';
import { Chrome } from '../../src/paint/chrome.ts';
import type { Layer } from '../../src/terminal/renderer.ts';
import { cellText, type Grid, gridToText, type Rectangle, rowText } from '../../src/terminal/screen.ts';
import { Overlay, PaneSlot, SlotContext } from '../../src/ui/slots.tsx';
import { randomFrom } from '../terminal/random.ts';

let chrome: Chrome;
afterEach(() => chrome.dispose());

interface Scene {
  readonly cols: number;
  readonly rows: number;
  readonly title: string;
  readonly panes: number;
  readonly dialog: Rectangle | null;
}

function Room({ cols, rows, title, panes, dialog }: Scene): ReactNode {
  return (
    <SlotContext value={chrome.slots}>
      <Box width={cols} height={rows} flexDirection="column" overflow="hidden">
        <Text wrap="truncate">{title}</Text>
        <Box flexGrow={1}>
          {paneIds(panes).map((id) => (
            <Box key={id} flexGrow={1} flexBasis={0} flexDirection="column" borderStyle="round">
              <Text wrap="truncate" color="green">
                {title}
              </Text>
              <PaneSlot id={id} />
            </Box>
          ))}
        </Box>
        {dialog && (
          <Overlay id="dialog" left={dialog.x} top={dialog.y} {...sizeOf(dialog)} borderStyle="double">
            <Text wrap="truncate">{title}</Text>
          </Overlay>
        )}
      </Box>
    </SlotContext>
  );
}

function paneIds(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `pane ${n + 1}`);
}

function sizeOf({ width, height }: Rectangle) {
  return { width, height };
}

function layer(id: string): Layer | undefined {
  return chrome.layers.find((candidate) => candidate.id === id);
}

/** The texts of the cells just outside of a rectangle: left, right, below. */
function around(grid: Grid, { x, y, width, height }: Rectangle): Set<string> {
  const column = (at: number) => Array.from({ length: height }, (_, row) => cellText(grid, at, y + row));
  const below = Array.from({ length: width }, (_, n) => cellText(grid, x + n, y + height));
  return new Set([...column(x - 1), ...column(x + width), ...below]);
}

test('grid and layers are those of the node when render returns', () => {
  chrome = new Chrome(30, 6);
  chrome.render(
    <Room cols={30} rows={6} title="漢字" panes={2} dialog={{ x: 3, y: 1, width: 10, height: 4 }} />,
  );
  expect(gridToText(chrome.grid)).toBe(
    [
      '漢字',
      '╭──╔════════╗─╮╭─────────────╮',
      '│漢║漢字    ║ ││漢字         │',
      '│  ║        ║ ││             │',
      '│  ╚════════╝ ││             │',
      '╰─────────────╯╰─────────────╯',
    ].join('\n'),
  );
  expect(chrome.layers).toEqual([
    { id: 'pane 1', kind: 'pane', x: 1, y: 3, width: 13, height: 2 },
    { id: 'pane 2', kind: 'pane', x: 16, y: 3, width: 13, height: 2 },
    { id: 'dialog', kind: 'overlay', x: 3, y: 1, width: 10, height: 4 },
  ]);
});

test('two hundred frames of random sizes, panes and dialogs: layers lie where their borders are drawn', () => {
  const random = randomFrom(3);
  const upTo = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const titles = [
    'plain',
    '漢字かな交じり文の長い題名',
    '👩‍👩‍👧 family 🇩🇪 ✅ e\u0301',
    '⚑ ☃ ♥️ wide ｗｉｄｅ',
  ];
  chrome = new Chrome(80, 24);
  for (let frame = 0; frame < 200; frame++) {
    const [cols, rows] =
      random() < 0.5 ? [chrome.grid.cols, chrome.grid.rows] : [upTo(40, 200), upTo(10, 60)];
    if (cols !== chrome.grid.cols || rows !== chrome.grid.rows) chrome.resize(cols, rows);
    const width = upTo(5, cols - 6);
    const height = upTo(4, rows - 4);
    const dialog = { x: upTo(0, cols - width), y: upTo(0, rows - height), width, height };
    const panes = upTo(1, 4);
    const hasDialog = random() < 0.5;
    const title = `${titles[upTo(0, 3)]} ${frame}`;
    const scene = { cols, rows, title, panes, dialog: null };
    chrome.render(<Room {...scene} />);
    expect(chrome.layers.map(({ id }) => id)).toEqual(paneIds(panes));
    for (const pane of chrome.layers) expect([...around(chrome.grid, pane)].sort()).toEqual(['─', '│']);
    if (!hasDialog) continue;
    chrome.render(<Room {...scene} dialog={dialog} />);
    expect(chrome.layers.at(-1)).toEqual({ id: 'dialog', kind: 'overlay', ...dialog });
    const inside = { x: dialog.x + 1, y: dialog.y + 1, width: width - 2, height: height - 2 };
    expect([...around(chrome.grid, inside)].sort()).toEqual(['═', '║']);
    for (let y = 1; y < inside.height; y++)
      expect(rowText(chrome.grid, inside.y + y)).toContain(`║${' '.repeat(inside.width)}║`);
  }
});

test('a resize alone draws the last node again', () => {
  chrome = new Chrome(20, 4);
  const tree = (
    <SlotContext value={chrome.slots}>
      <Box height={3} borderStyle="round">
        <PaneSlot id="one" />
      </Box>
    </SlotContext>
  );
  chrome.render(tree);
  expect(layer('one')).toMatchObject({ x: 1, y: 1, width: 18, height: 1 });
  chrome.resize(12, 4);
  expect(layer('one')).toMatchObject({ width: 10 });
  expect(gridToText(chrome.grid)).toBe(['╭──────────╮', '│          │', '╰──────────╯'].join('\n'));
  chrome.resize(16, 2);
  expect(gridToText(chrome.grid)).toBe(['╭──────────────╮', '│              │'].join('\n'));
});

test('what does not fit is cut, and its layers with it', () => {
  chrome = new Chrome(10, 3);
  chrome.render(
    <SlotContext value={chrome.slots}>
      <Box width={30} height={9} flexDirection="column">
        <Text>{'0123456789'.repeat(3)}</Text>
        <PaneSlot id="one" />
        <Overlay id="outside" left={20} top={1} width={5} height={2} />
        <Overlay id="half" left={-3} top={-1} width={5} height={3} />
      </Box>
    </SlotContext>,
  );
  expect(chrome.grid.cols).toBe(10);
  expect(rowText(chrome.grid, 2)).toBe('');
  expect(chrome.layers).toEqual([
    { id: 'one', kind: 'pane', x: 0, y: 1, width: 10, height: 2 },
    { id: 'half', kind: 'overlay', x: 0, y: 0, width: 2, height: 2 },
  ]);
});

test('layers follow the order of painting, not of appearing', () => {
  chrome = new Chrome(20, 5);
  const stack = (...ids: string[]) => (
    <SlotContext value={chrome.slots}>
      <Box width={20} height={5}>
        {ids.map((id) => (
          <Overlay key={id} id={id} width={5} height={3} />
        ))}
      </Box>
    </SlotContext>
  );
  chrome.render(stack('b', 'd'));
  chrome.render(stack('a', 'b', 'c', 'd'));
  expect(chrome.layers.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
  chrome.render(stack('d', 'a'));
  expect(chrome.layers.map(({ id }) => id)).toEqual(['d', 'a']);
});

test('an overlay erases what is below it and keeps its own background plain', () => {
  chrome = new Chrome(10, 3);
  chrome.render(
    <Box width={10} height={3} flexDirection="column">
      <Text backgroundColor="red">{'x'.repeat(30)}</Text>
      <Overlay id="dialog" left={2} top={0} width={4} height={3}>
        <Text>a</Text>
      </Overlay>
    </Box>,
  );
  expect(gridToText(chrome.grid)).toBe('xxa   xxxx\nxx    xxxx\nxx    xxxx');
});

function Broken(): ReactNode {
  throw new Error('broken on purpose');
}

test('what a component throws is thrown by render', () => {
  chrome = new Chrome(10, 3);
  chrome.render(<Text>fine</Text>);
  expect(() => chrome.render(<Broken />)).toThrow('broken on purpose');
});

test('after dispose nothing watches the process', () => {
  const signals = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);
  const before = signals();
  chrome = new Chrome(10, 3);
  chrome.render(<Text>fine</Text>);
  chrome.dispose();
  expect(signals()).toEqual(before);
});
