import { expect, test } from 'vitest';
import type { TerminalRecord } from '../../src/ipc/hostApi.ts';
import { selectPanes } from '../../src/tui/panes.ts';
import { updateApp } from '../../src/tui/update.ts';
import { minutesAgo, room, terminal } from './fixtures.ts';

/** Returns the lower border of the first worker's pane with this change to its terminal. */
function borderWith(change: Partial<TerminalRecord>): string {
  const before = room();
  const [first] = selectPanes(before);
  const record = terminal(first?.screen ?? '', change);
  const [pane] = selectPanes(updateApp(before, { type: 'terminalChanged', record }).state);
  return pane?.frame.bottom.map(({ text }) => text).join('') ?? '';
}

test.each([
  [{ cols: 20, rows: 60 }, '20×60 elsewhere'],
  [{ cols: 220, rows: 5 }, '220×5 elsewhere'],
])('a pane shows the size that another client limits it to: %j', (size, mark) => {
  expect(borderWith(size)).toContain(` ${mark} `);
});

test.each([
  ['as large as the pane or larger', {}],
  ['of one that has ended', { cols: 20, exit: { code: 0, signal: 0, at: minutesAgo(1) } }],
])('a terminal %s shows no size', (_, change) => {
  expect(borderWith(change)).toMatch(/^╰─+╯$/);
});
