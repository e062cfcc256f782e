import { expect, test } from 'vitest';
import { updateMenu } from '../../src/demo/input.ts';

const menu = { title: 't', subject: 's', question: 'q', options: ['Yes', 'No'], selected: 0 };
const at = (selected: number) => ({ ...menu, selected });

test.each([
  [{ name: 'down' }, at(0), at(1)],
  [{ name: 'down' }, at(1), at(1)],
  [{ name: 'up' }, at(1), at(0)],
  [{ name: 'enter' }, at(1), 1],
  [{ name: 'escape' }, at(0), 'escape'],
  [{ name: 'ctrl-c' }, at(0), 'escape'],
  [{ name: 'text', text: '1' }, at(1), 0],
  [{ name: 'text', text: '2' }, at(0), 1],
  [{ name: 'text', text: 'y' }, at(1), 0],
  [{ name: 'text', text: 'n' }, at(0), 1],
  [{ name: 'text', text: '3' }, at(0), at(0)],
  [{ name: 'text', text: 'yes' }, at(0), at(0)],
] as const)('%j at %j', (key, before, after) => {
  expect(updateMenu(before, key)).toEqual(after);
});
