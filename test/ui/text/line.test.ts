import { expect, test } from 'vitest';
import { fitLine, line, lineText, lineWidth, span, spreadLine, wrapLines } from '../../../src/ui/text.ts';

const parts = [span('backend', 'strong'), span(' 開発', 'muted'), span(' ok', 'good')];

test('a line fills any width exactly, wherever it is cut', () => {
  for (let width = 0; width < 24; width += 1) expect(lineWidth(fitLine(parts, width))).toBe(width);
});

test.each([
  [15, 'backend 開発 ok'],
  [16, 'backend 開発 ok '],
  [14, 'backend 開発 …'],
  [12, 'backend 開… '],
  [7, 'backen…'],
])('in %i cells it reads %j', (width, expected) => {
  expect(lineText(fitLine(parts, width))).toBe(expected);
});

test('the right end stays, the left one is cut', () => {
  expect(lineText(spreadLine(line('a long name'), line('12m'), 16))).toBe('a long name  12m');
  expect(lineText(spreadLine(line('a long name'), line('12m'), 12))).toBe('a long … 12m');
});

test('control characters never reach a span', () => {
  expect(span('a\u001b[31mb\u0007\nc\u202ed').text).toBe('a [31mb  c<U+202E>d');
  expect(wrapLines('one\u001b]0;x\u0007\ntwo', 40).map(lineText)).toEqual(['one ]0;x', 'two']);
});

test('a no-break space keeps a key beside its word, and is shown as any other space', () => {
  expect(wrapLines('Same worktree (run\u00a02).', 19).map(lineText)).toEqual(['Same worktree', '(run 2).']);
});
