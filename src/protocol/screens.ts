import { clearGrid, createGrid, rowsEqual } from '../domain/grid.ts';
import {
  type Cursor,
  createScreen,
  cursorShapes,
  type Modes,
  mouseEncodings,
  mouseModes,
  type Screen,
} from '../domain/screen.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { readRow, writeRow } from './screenRows.ts';

/**
 * An update: `kind u8 · cols u16 · rows u16 · cursor x u16 · y u16 · cursor flags u8 · modes u16 · back u32 ·
 * history u32 · rows`, each row `y u16` and its runs, to the end. Rows not named stay as they are, or blank in a
 * whole screen.
 */
const headerBytes = 20;
const Kind = { changes: 0, whole: 1 } as const;
/** More than any screen has; a larger one is a fault of the peer. */
const longestSide = 4096;
const mostCells = 1 << 22;

/**
 * What a watcher that has `shadow` needs in order to have `screen`; null when nothing changed. The shadow then
 * equals the screen. A first shadow is `createScreen(0, 0)`; without one the whole screen is encoded.
 */
export function encodeScreen(screen: Screen, shadow: Screen | null): Buffer | null {
  const known = shadow ?? createScreen(0, 0);
  const { cols, rows } = screen.grid;
  const isWhole = known.grid.cols !== cols || known.grid.rows !== rows;
  if (isWhole) known.grid = createGrid(cols, rows);
  const changed: number[] = [];
  for (let y = 0; y < rows; y++) if (!rowsEqual(screen.grid, y, known.grid, y)) changed.push(y);
  if (!isWhole && changed.length === 0 && sameState(screen, known)) return null;

  const writer = new ByteWriter(headerBytes + changed.length * (cols + 32));
  writer.u8(isWhole || shadow === null ? Kind.whole : Kind.changes);
  writer.u16(cols);
  writer.u16(rows);
  writer.u16(screen.cursor.x);
  writer.u16(screen.cursor.y);
  writer.u8(cursorFlags(screen.cursor));
  writer.u16(modeFlags(screen.modes));
  writer.u32(screen.scroll.back);
  writer.u32(screen.scroll.history);
  const links = new Set<number>();
  for (const y of changed) {
    writer.u16(y);
    writeRow(writer, screen.grid, y, links);
  }
  known.grid.bytes.set(screen.grid.bytes);
  known.cursor = screen.cursor;
  known.modes = screen.modes;
  known.scroll = screen.scroll;
  return writer.bytes();
}

/** A watcher's copy of a screen. */
export class ScreenCopy {
  /** The same object throughout; its grid is replaced when the size changes. */
  readonly screen: Screen = createScreen(0, 0);

  /** @throws RangeError on bytes that are no update of this screen; the copy is of no use after that */
  apply(bytes: Uint8Array): Screen {
    const reader = new ByteReader(bytes);
    const { screen } = this;
    const kind = reader.u8();
    const cols = reader.u16();
    const rows = reader.u16();
    if (cols > longestSide || rows > longestSide || cols * rows > mostCells)
      throw new RangeError(`screen of ${cols} by ${rows} cells`);
    const x = reader.u16();
    const y = reader.u16();
    if ((x > 0 && x >= cols) || (y > 0 && y >= rows)) throw new RangeError('cursor outside of the screen');
    const cursor = cursorOf(x, y, reader.u8());
    const modes = modesOf(reader.u16());
    const scroll = { back: reader.u32(), history: reader.u32() };
    if (scroll.back > scroll.history) throw new RangeError('scrolled beyond the oldest line');
    if (screen.grid.cols !== cols || screen.grid.rows !== rows) {
      if (kind !== Kind.whole) throw new RangeError('changes of a screen of another size');
      screen.grid = createGrid(cols, rows);
    } else if (kind === Kind.whole) clearGrid(screen.grid);
    const links = new Map<number, string>();
    while (!reader.isAtEnd) readRow(reader, screen.grid, reader.u16(), links);
    screen.cursor = cursor;
    screen.modes = modes;
    screen.scroll = scroll;
    return screen;
  }
}

function sameState(a: Screen, b: Screen): boolean {
  return (
    a.cursor.x === b.cursor.x &&
    a.cursor.y === b.cursor.y &&
    cursorFlags(a.cursor) === cursorFlags(b.cursor) &&
    modeFlags(a.modes) === modeFlags(b.modes) &&
    a.scroll.back === b.scroll.back &&
    a.scroll.history === b.scroll.history
  );
}

/** Bit 0 visible · 1 blinking · 2–3 shape. */
function cursorFlags({ visible, blink, shape }: Cursor): number {
  return bit(visible, 0) | bit(blink, 1) | (cursorShapes.indexOf(shape) << 2);
}

function cursorOf(x: number, y: number, flags: number): Cursor {
  return { x, y, visible: has(flags, 0), blink: has(flags, 1), shape: named(cursorShapes, flags >> 2) };
}

/** Bits 0–4 as listed · 5–7 mouse · 8–9 mouse encoding · 10–14 keyboard. */
function modeFlags(modes: Modes): number {
  return (
    bit(modes.applicationCursor, 0) |
    bit(modes.applicationKeypad, 1) |
    bit(modes.bracketedPaste, 2) |
    bit(modes.focusEvents, 3) |
    bit(modes.alternateScreen, 4) |
    (mouseModes.indexOf(modes.mouse) << 5) |
    (mouseEncodings.indexOf(modes.mouseEncoding) << 8) |
    (modes.keyboard << 10)
  );
}

function modesOf(flags: number): Modes {
  return {
    applicationCursor: has(flags, 0),
    applicationKeypad: has(flags, 1),
    bracketedPaste: has(flags, 2),
    focusEvents: has(flags, 3),
    alternateScreen: has(flags, 4),
    mouse: named(mouseModes, (flags >> 5) & 7),
    mouseEncoding: named(mouseEncodings, (flags >> 8) & 3),
    keyboard: (flags >> 10) & 31,
  };
}

function bit(on: boolean, at: number): number {
  return on ? 1 << at : 0;
}

function has(flags: number, at: number): boolean {
  return (flags & (1 << at)) !== 0;
}

function named<T>(names: readonly T[], at: number): T {
  const name = names[at];
  if (name === undefined) throw new RangeError('unknown flags in a screen update');
  return name;
}
