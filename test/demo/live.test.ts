import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { type Live, renderLive } from '../../src/demo/screen.ts';
import { demoCellWidth } from '../../src/demo/text.ts';

const resting: Live = { saying: '', working: null, menu: null, input: '', queued: [], hint: 'hint' };
const busy: Live = {
  ...resting,
  saying: 'Something 日本語 long to say. '.repeat(30),
  working: { tick: 3, seconds: 61 },
  input: 'typed text that is rather long '.repeat(9),
  queued: ['one', 'two\nlines', 'three', 'four'],
};
const asking: Live = {
  ...busy,
  menu: {
    title: 'Bash command',
    subject: 'rm x '.repeat(40),
    question: 'Go?',
    options: ['Yes', 'No'],
    selected: 1,
  },
};

test.each([
  ['resting', resting, true],
  ['busy', busy, true],
  ['asking', asking, false],
])('%s fits every size', (_, live, hasCursor) => {
  for (const cols of [10, 19, 20, 39, 80, 200])
    for (const rows of [2, 5, 13, 14, 40]) {
      const { lines, cursor } = renderLive(live, cols, rows);
      expect(lines.length).toBeLessThan(rows);
      expect(cursor !== null).toBe(hasCursor);
      expect(cursor?.row ?? 0).toBeLessThan(lines.length);
      for (const line of lines)
        expect(demoCellWidth(stripVTControlCharacters(line))).toBeLessThanOrEqual(cols);
    }
});

test('the cursor stands behind what was typed, also behind a space', () => {
  const { lines, cursor } = renderLive({ ...resting, input: 'go ' }, 40, 24);
  expect(stripVTControlCharacters(lines[cursor?.row ?? -1] ?? '')).toBe('❯ go ');
  expect(cursor?.col).toBe(5);
});
