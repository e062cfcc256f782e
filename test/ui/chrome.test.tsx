import { Box, Text } from 'ink';
import type { ReactElement, ReactNode } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import Yoga, { type Node } from 'yoga-layout';
import { gridToText, rowText } from '../../src/terminal/screen.ts';
import { type Area, Chrome, type Part } from '../../src/ui/chrome.ts';
import { Row } from '../../src/ui/Row.tsx';
import { line, span } from '../../src/ui/text.ts';

afterEach(() => void vi.restoreAllMocks());

const drawings: string[] = [];

/** A component that shows words and records each drawing. */
function Words({ text }: { readonly text: string }): ReactNode {
  drawings.push(text);
  return (
    <Box flexDirection="column">
      <Text wrap="truncate">{text}</Text>
    </Box>
  );
}

function Broken(): ReactNode {
  throw new Error('broken on purpose');
}

function at(x: number, y: number, width: number, height: number, element: ReactElement | null): Part {
  return { rect: { x, y, width, height }, element };
}

/** Draws and returns the components that were called. */
function draw(chrome: Chrome, parts: readonly Part[], areas: readonly Area[] = []): readonly string[] {
  drawings.length = 0;
  chrome.draw({ parts, areas });
  return [...drawings];
}

test('parts are at their rectangles, each above those before it', () => {
  const chrome = new Chrome(30, 5);
  draw(chrome, [
    at(0, 0, 30, 1, <Row line={line('漢字 and words behind it')} color={true} />),
    { ...at(3, 1, 1, 4, <Row line={[span('┃', 'border-typing')]} color={true} />), isTile: true },
    { ...at(12, 1, 1, 4, <Row line={[span('┃', 'border-typing')]} color={true} />), isTile: true },
    at(0, 2, 30, 1, <Words text={'x'.repeat(30)} />),
    at(5, 0, 4, 3, null),
    at(5, 0, 4, 1, <Words text="over" />),
  ]);
  expect(gridToText(chrome.grid)).toBe(
    [
      '漢字 overwords behind it',
      '   ┃        ┃',
      'xxxxx    xxxxxxxxxxxxxxxxxxxxx',
      '   ┃        ┃',
      '   ┃        ┃',
    ].join('\n'),
  );
});

test('an empty row keeps its place, and a tile fills its rectangle, clipped to the grid', () => {
  const chrome = new Chrome(6, 4);
  draw(chrome, [
    at(0, 0, 6, 1, <Words text="漢漢漢" />),
    at(0, 1, 6, 1, <Row line={[]} color={true} />),
    at(0, 2, 6, 1, <Words text="below" />),
    { ...at(3, -1, 9, 2, <Words text="─" />), isTile: true },
  ]);
  expect(gridToText(chrome.grid)).toBe('漢 ───\n\nbelow');
});

test('only parts whose content changed are drawn again, and equal ones once', () => {
  const chrome = new Chrome(20, 4);
  const words = (text: string, y: number) => at(0, y, 20, 1, <Words text={text} />);
  expect(draw(chrome, [words('one', 0), words('two', 1), words('one', 2)])).toEqual(['one', 'two']);
  expect(draw(chrome, [words('one', 0), words('three', 1), words('one', 2)])).toEqual(['three']);
  expect(draw(chrome, [words('three', 0), words('one', 3)])).toEqual([]);
  expect(gridToText(chrome.grid)).toBe('three\n\n\none');
  expect(draw(chrome, [at(0, 0, 3, 1, <Words text="three" />)])).toEqual(['three']);
  expect(draw(chrome, [words('one', 0)])).toEqual(['one']);
});

test('parts and areas are clipped to the grid', () => {
  const chrome = new Chrome(10, 3);
  const areas: readonly Area[] = [
    { id: 'one', kind: 'pane', x: 0, y: 1, width: 30, height: 9 },
    { id: 'outside', kind: 'overlay', x: 20, y: 1, width: 5, height: 2 },
    { id: 'half', kind: 'overlay', x: -3, y: -1, width: 5, height: 3 },
  ];
  draw(
    chrome,
    [
      at(0, 0, 30, 1, <Words text={'0123456789'.repeat(3)} />),
      at(-2, 1, 6, 1, <Words text="abcdef" />),
      at(0, 9, 6, 1, <Words text="below" />),
    ],
    areas,
  );
  expect(gridToText(chrome.grid)).toBe('0123456789\ncdef');
  expect(chrome.layers).toEqual([
    { id: 'one', kind: 'pane', x: 0, y: 1, width: 10, height: 2 },
    { id: 'half', kind: 'overlay', x: 0, y: 0, width: 2, height: 2 },
  ]);
});

test('a resized grid is blank, and parts of the same size are not drawn again', () => {
  const chrome = new Chrome(20, 4);
  const parts = [at(0, 0, 5, 1, <Words text="words" />)];
  draw(chrome, parts);
  chrome.resize(12, 2);
  expect([chrome.grid.cols, gridToText(chrome.grid), chrome.layers]).toEqual([12, '', []]);
  expect(draw(chrome, parts)).toEqual([]);
  expect(rowText(chrome.grid, 0)).toBe('words');
});

test('an error of a component is thrown by draw, and the next picture is drawn', () => {
  const chrome = new Chrome(10, 3);
  expect(() => draw(chrome, [at(0, 0, 5, 1, <Broken />)])).toThrow('broken on purpose');
  draw(chrome, [at(0, 0, 5, 1, <Words text="fine" />)]);
  expect(gridToText(chrome.grid)).toBe('fine');
});

test('removed rows leave no nodes and no listeners', () => {
  const nodes: Node[] = [];
  const create = Yoga.Node.create;
  vi.spyOn(Yoga.Node, 'create').mockImplementation((config) => {
    const node = create(config);
    nodes.push(node);
    return node;
  });
  const probe = create();
  const free = vi.spyOn(Object.getPrototypeOf(probe) as Node, 'free');
  const listeners = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);
  const before = listeners();
  const chrome = new Chrome(40, 10);
  for (let picture = 0; picture < 40; picture++)
    draw(
      chrome,
      Array.from({ length: 5 }, (_, y) => at(0, y, 40, 1, <Words text={`row ${picture} ${y}`} />)),
    );
  expect(nodes.length).toBeGreaterThan(40 * 5);
  expect(new Set(free.mock.contexts)).toEqual(new Set(nodes));
  expect(listeners()).toEqual(before);
  probe.free();
});
