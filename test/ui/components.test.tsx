import chalk from 'chalk';
import { cleanup, render } from 'ink-testing-library';
import type { ReactElement } from 'react';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { frameView } from '../../src/tui/panes.ts';
import { Row } from '../../src/ui/Row.tsx';
import { line, span } from '../../src/ui/text.ts';
import { withoutLooks } from './looks.ts';

const { level } = chalk;
beforeAll(() => {
  chalk.level = 1;
});
afterAll(() => {
  chalk.level = level;
});
afterEach(cleanup);

function shown(element: ReactElement): string {
  return render(element).lastFrame() ?? '';
}

const title = [span('1 ', 'muted'), span('back', 'strong'), span('end', 'strong'), span(' working', 'good')];

test('a row draws its spans in their styles, neighbours of one style together', () => {
  expect(shown(<Row line={title} color={true} />)).toBe(
    '\x1b[2m1 \x1b[22m\x1b[1mbackend\x1b[22m\x1b[32m working\x1b[39m',
  );
});

test('a row keeps bold and dim without colour', () => {
  expect(shown(<Row line={title} color={false} />)).toBe('\x1b[2m1 \x1b[22m\x1b[1mbackend\x1b[22m working');
});

test('a row stays one row, however long', () => {
  const frame = withoutLooks(shown(<Row line={line('words '.repeat(30))} color={true} />));
  expect(frame).toMatch(/^(words )+wor…$/);
  expect(frame).toHaveLength(100);
});

test('a side of a frame has the style of its corners, bold for the pane that has the keys', () => {
  const side = '\x1b[1m\x1b[36m┃\x1b[39m\x1b[22m';
  const frame = frameView({ x: 0, y: 0, width: 4, height: 3 }, 'border-typing', {});
  expect(shown(<Row line={[frame.side]} color={true} />)).toBe(side);
  expect(shown(<Row line={frame.top} color={true} />)).toBe(side.replace('┃', '┏━━┓'));
});

test.each([
  ['border', '│'],
  ['border-selected', '│'],
  ['border-typing', '┃'],
  ['border-copy-mode', '║'],
] as const)('a side of tone %s is told apart without colour', (tone, row) => {
  const { side } = frameView({ x: 0, y: 0, width: 4, height: 3 }, tone, {});
  expect(withoutLooks(shown(<Row line={[side]} color={false} />))).toBe(row);
});
