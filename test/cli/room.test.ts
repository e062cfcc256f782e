import { expect, test } from 'vitest';
import { openingText } from '../../src/cli/room.ts';

test('the first line names the folder, without control characters', () => {
  expect(openingText('/home/sam/shop', 80)).toBe(' orch-tui · shop\r\n\r\n Opening…');
  expect(openingText('/tmp/a\u202epohs\x1b[2J\u200b', 80)).toBe(
    ' orch-tui · a<U+202E>pohs [2J<U+200B>\r\n\r\n Opening…',
  );
  expect(openingText(`/${'x'.repeat(90)}`, 20)).toContain(` ${'x'.repeat(8)}\r`);
});
