import { expect, test } from 'vitest';
import { type Progress, readProgress } from '../../src/terminal/modes.ts';
import { endingText, progressMark, shownTitle } from '../../src/tui/panes.ts';

test.each([
  ['⠂ Fix the tests', 'Fix the tests'],
  ['✳ Fix the tests', 'Fix the tests'],
  ['| building', 'building'],
  ['Fix the tests', 'Fix the tests'],
  ['ada@host: ~/src', 'ada@host: ~/src'],
  ['/usr/bin/vim', '/usr/bin/vim'],
  ['', ''],
  ['⠂', '⠂'],
])('the title %j is shown as %j', (title, shown) => {
  expect(shownTitle(title)).toBe(shown);
});

const half: Progress = { state: 'value', value: 50 };

test.each<[string, Progress | null, Progress | null | undefined]>([
  ['4;1;50', null, half],
  ['4;1;0', half, { state: 'value', value: 0 }],
  ['4;1;999', null, { state: 'value', value: 100 }],
  ['4;2', half, { state: 'error', value: 50 }],
  ['4;2;80', half, { state: 'error', value: 80 }],
  ['4;3', null, { state: 'indeterminate', value: 0 }],
  ['4;4;', half, { state: 'paused', value: 50 }],
  ['4;0', half, null],
  ['4;0;0', half, null],
  ['4;5;1', half, undefined],
  ['4;1;-5', half, undefined],
  ['4;1;1000', half, undefined],
  ['4', half, undefined],
  ['Build finished', half, undefined],
])('OSC 9 of %j after %j means %j', (data, before, after) => {
  expect(readProgress(data, before)).toEqual(after);
});

test.each<[Progress['state'], number, string]>([
  ['value', 0, '▁'],
  ['value', 12, '▁'],
  ['value', 13, '▂'],
  ['value', 50, '▅'],
  ['value', 87, '▇'],
  ['value', 100, '█'],
  ['error', 50, '▅!'],
  ['paused', 50, '▅‖'],
  ['indeterminate', 50, '…'],
])('%s at %i percent has the mark %s', (state, value, mark) => {
  expect(progressMark({ state, value })?.text).toBe(mark);
});

test('without progress there is no mark', () => {
  expect(progressMark(null)).toBeNull();
});

test.each([
  [undefined, null],
  ['interrupting', 'interrupting …'],
  ['quitting', 'asked to quit …'],
  ['terminating', 'ending it …'],
] as const)('a process whose ending is %s says so until it has ended', (ending, text) => {
  const asked = ending === undefined ? {} : { ending };
  expect(endingText({ ...asked, exit: null })).toBe(text);
  expect(endingText({ ...asked, exit: { code: 0, signal: 0, at: '' } })).toBeNull();
});
