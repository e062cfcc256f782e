/** Numbers as in xterm's ctlseqs, and those of kitty, iTerm and contour beyond it. */
const offModes = [
  // Application cursor keys, reverse video, origin, left and right margins, and reverse wrap.
  ...[1, 5, 6, 69, 45],
  // All there is about the mouse, focus events, pastes, synchronized output, news of colours and of sizes.
  ...[9, 1000, 1002, 1003, 1005, 1006, 1015, 1016, 1004, 2004, 2026, 2031, 2048],
];

/**
 * Takes back all that a program may have set that had a real terminal to itself, but for which screen it is on, what
 * that shows, the title and colours: half a sequence, modes, keyboard protocols, scroll region, character sets, tab
 * stops, style and cursor. The terminal is then as programs expect to find one; the cursor is anywhere.
 * @param cols of the terminal
 */
export function plainModes(cols: number): string {
  return [
    // Ends half a sequence or string; neither is anything where there is none.
    '\x18\x1b\\',
    offModes.map((mode) => `\x1b[?${mode}l`).join(''),
    // Kitty's and xterm's keyboard protocols, keypad, keyboard lock, insert mode, local echo, automatic newline.
    '\x1b[<99u\x1b[=0u\x1b[>4;0m\x1b>\x1b[2;4;20l\x1b[12h',
    '\x1b[r\x1b(B\x1b)B\x1b*B\x1b+B\x0f\x1b[0m\x1b[0 q\x1b[?7h\x1b[?25h',
    tabStops(everyEighth(cols)),
  ].join('');
}

/** Sets these tab stops and no others, by columns from 0; moves the cursor. */
export function tabStops(columns: readonly number[]): string {
  return `\x1b[3g${columns.map((column) => `\x1b[${column + 1}G\x1bH`).join('')}\r`;
}

function everyEighth(cols: number): number[] {
  return Array.from({ length: Math.ceil(cols / 8) - 1 }, (_, index) => (index + 1) * 8);
}
