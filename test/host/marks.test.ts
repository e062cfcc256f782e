import { expect, test } from 'vitest';
import { Mark, type MarkSpan, paintMarks } from '../../src/host/marks.ts';
import { Emulator } from '../../src/terminal/emulator.ts';
import { createScreen } from '../../src/terminal/screen.ts';
import { markedText } from './viewing.ts';

const top = 100;

function span(mark: Mark, [fromX, fromY]: [number, number], [toX, toY]: [number, number]): MarkSpan {
  return { from: { line: top + fromY, x: fromX }, to: { line: top + toY, x: toX }, mark };
}

function painted(text: string, ...spans: MarkSpan[]): string {
  const terminal = new Emulator({ cols: 8, rows: 3, scrollback: 0, convertEol: true });
  terminal.write(text);
  const screen = createScreen(8, 3);
  terminal.readScreen(screen);
  paintMarks(screen.grid, top, spans);
  return markedText(screen.grid);
}

test.each<[string, string, MarkSpan[], string]>([
  ['one cell', 'abc', [span(Mark.match, [1, 0], [1, 0])], 'a[b]c'],
  ['over rows', 'abc\ndef', [span(Mark.selected, [2, 0], [0, 1])], 'ab[c     ]\n[d]ef'],
  ['from above', 'abc\ndef', [span(Mark.selected, [3, -9], [1, 0])], '[ab]c\ndef'],
  ['to below', 'abc\n\ndef', [span(Mark.selected, [1, 2], [1, 50])], 'abc\n\nd[ef     ]'],
  ['elsewhere', 'abc', [span(Mark.selected, [0, -5], [7, -1]), span(Mark.match, [0, 3], [1, 3])], 'abc'],
  ['from the left half', 'a日b', [span(Mark.match, [0, 0], [1, 0])], '[a日]b'],
  ['from the right half', 'a日b', [span(Mark.match, [2, 0], [3, 0])], 'a[日b]'],
  ['a cluster', 'a👩\u200d👧b', [span(Mark.current, [1, 0], [1, 0])], 'a<👩\u200d👧>b'],
  ['what is inverse', '\x1b[7mabc', [span(Mark.match, [1, 0], [1, 0])], '[a]b[c]'],
  [
    'the strongest of several',
    'abcdef',
    [
      span(Mark.current, [2, 0], [2, 0]),
      span(Mark.selected, [1, 0], [3, 0]),
      span(Mark.match, [0, 0], [4, 0]),
    ],
    '[ab]<c>[de]f',
  ],
  ['nothing', 'abc', [], 'abc'],
])('%s: %j', (_, text, spans, expected) => {
  expect(painted(text, ...spans)).toBe(expected);
});
