import { expect, test } from 'vitest';
import { Emulator } from '../../src/terminal/emulator.ts';
import { createScreen } from '../../src/terminal/screen.ts';

/** Flags after some bytes, and what the terminal answered. */
function after(bytes: string): { flags: number; replies: string } {
  const emulator = new Emulator({ cols: 20, rows: 4, scrollback: 64 });
  let replies = '';
  emulator.onReply = (reply) => {
    replies += reply;
  };
  emulator.write(bytes);
  const screen = createScreen(0, 0);
  emulator.readScreen(screen);
  emulator.dispose();
  return { flags: screen.modes.keyboard, replies };
}

test.each([
  ['none at first', '', 0],
  ['pushed', '\x1b[>5u', 5],
  ['pushed without a number', '\x1b[>1u\x1b[>u', 0],
  ['flags that do not exist', '\x1b[>255u', 31],
  ['pushed twice and popped once', '\x1b[>1u\x1b[>31u\x1b[<u', 1],
  ['popped below the ground', '\x1b[>1u\x1b[<9u\x1b[<u', 0],
  ['set', '\x1b[=5u', 5],
  ['set in place of others', '\x1b[>3u\x1b[=5;1u', 5],
  ['added', '\x1b[>3u\x1b[=4;2u', 7],
  ['taken away', '\x1b[>7u\x1b[=2;3u', 5],
  ['set by a mode that does not exist', '\x1b[>3u\x1b[=5;4u', 3],
  ['of the alternate screen, which has its own', '\x1b[>3u\x1b[?1049h', 0],
  ['of the main screen after that of the alternate one', '\x1b[>3u\x1b[?1049h\x1b[>9u\x1b[?1049l', 3],
  ['after a reset', '\x1b[>3u\x1bc', 0],
  ['deeper than the stack', `${'\x1b[>1u'.repeat(1000)}\x1b[<15u`, 1],
  ['and popped to its bottom', `${'\x1b[>1u'.repeat(1000)}\x1b[<16u`, 0],
  ['restoring the cursor is another sequence', '\x1b[>3u\x1b[s\x1b[u', 3],
])('keyboard flags %s', (_, bytes, flags) => {
  expect(after(bytes).flags).toBe(flags);
});

test('whoever asks is told the flags, in the order of the questions', () => {
  expect(after('\x1b[?u\x1b[>5u\x1b[c\x1b[?u').replies).toBe('\x1b[?0u\x1b[?1;2c\x1b[?5u');
});
