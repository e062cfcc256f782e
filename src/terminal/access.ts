import xterm, { type Terminal } from '@xterm/headless';
import { printAsciiFast } from './asciiPrinter.ts';
import { measureByGraphemes } from './graphemes.ts';
import { type Amend, amendPublicly } from './guards.ts';
import type { SetLink } from './links.ts';
import { readPublicly } from './publicReader.ts';
import type { ReadLines } from './readLines.ts';
import { type ReadRowText, readRowTextPrivately, readRowTextPublicly } from './rowText.ts';
import { cellIndex, createGrid, createScreen, type Grid, wordLink } from './screen.ts';
import { type WholeScreen, wholeScreen } from './serialize.ts';
import { amendPrivately, linkPrivately, readPrivately } from './xtermReader.ts';

/** The things wanted of a terminal that its public interface does slowly or not at all. */
export interface Access {
  readonly readLines: ReadLines;
  readonly amend: Amend;
  /** Makes a terminal print faster; what it shows stays the same. */
  readonly hasten: (terminal: Terminal) => void;
  readonly setLink: SetLink;
  readonly readRowText: ReadRowText;
  readonly wholeScreen: WholeScreen;
}

export const publicAccess: Access = {
  readLines: readPublicly,
  amend: amendPublicly,
  hasten: () => {},
  setLink: () => {},
  readRowText: readRowTextPublicly,
  wholeScreen: () => null,
};
export const privateAccess: Access = {
  readLines: readPrivately,
  amend: amendPrivately,
  hasten: printAsciiFast,
  setLink: linkPrivately,
  readRowText: readRowTextPrivately,
  wholeScreen,
};

/** The fast access where a sample shows that it still works, otherwise the public one. */
export function pickAccess(): Access {
  return privatePartsFit(privateAccess) ? privateAccess : publicAccess;
}

/** Text, widths, clusters, colours of all kinds and attributes; `b` repeats a letter more often than it may. */
const sample =
  'a\x1b[1;31mb\x1b[0;2;3;38;5;200;48;5;3mc\x1b[0;38;2;1;2;3;48;2;4;5;6md\x1b[31;42me\x1b[0;7;8;9;53;4mf' +
  '\x1b[0;44m\x1b[K\r\n\x1b[0m日e\u0301👩\u200d👧x\x1b[9b';

/** Whether `access` prints and reads a known screen as the public interface does, and may change parameters. */
export function privatePartsFit(access: Access): boolean {
  const [terminal, plain, copy] = [sampleTerminal(), sampleTerminal(), sampleTerminal()];
  try {
    access.amend(terminal, { final: 'b' }, (count) => Math.min(count, 2));
    access.hasten(terminal);
    writeNow(terminal, sample);
    writeNow(plain, sample.replace('\x1b[9b', '\x1b[2b'));
    const read = gridBy(access.readLines, terminal);
    const expected = gridBy(readPublicly, plain);
    const repeated = terminal.buffer.active.getLine(1)?.translateToString(true);
    writeNow(copy, access.wholeScreen(plain, { ...createScreen(0, 0), grid: expected }) ?? '');
    const isCopied = access === publicAccess || gridBy(readPublicly, copy).bytes.equals(expected.bytes);
    const isShown = repeated === '日e\u0301👩\u200d👧xxx' && read.bytes.equals(expected.bytes);
    return (
      isShown &&
      isCopied &&
      textsFit(access, terminal) &&
      (access === publicAccess || linksFit(access, terminal))
    );
  } catch {
    // Parts that are gone throw when touched: the very thing asked here.
    return false;
  } finally {
    for (const one of [terminal, plain, copy]) one.dispose();
  }
}

/** Whether rows in ASCII and others read as they do publicly. */
function textsFit({ readRowText }: Access, terminal: Terminal): boolean {
  return [0, 1].every(
    (line) => readRowText(terminal, line).text === readRowTextPublicly(terminal, line).text,
  );
}

/** Prints two letters, one of them as a link, into the last row. */
function linksFit({ setLink, readLines }: Access, terminal: Terminal): boolean {
  const uri = 'https://example.org/';
  setLink(terminal, { uri });
  writeNow(terminal, '\x1b[3Ha');
  setLink(terminal, null);
  writeNow(terminal, 'b');
  const grid = gridBy(readLines, terminal);
  const [first, second] = [0, 1].map((x) => wordLink(grid.data[cellIndex(grid, x, 2)] ?? 0));
  return first === uri && second === '';
}

function sampleTerminal(): Terminal {
  const terminal = new xterm.Terminal({ cols: 12, rows: 3, allowProposedApi: true, logLevel: 'off' });
  measureByGraphemes(terminal);
  return terminal;
}

function gridBy(readLines: ReadLines, terminal: Terminal): Grid {
  const grid = createGrid(terminal.cols, terminal.rows);
  readLines(terminal, 0, grid);
  return grid;
}

/** Parses before it returns. @throws what the terminal throws; it is of no use after that */
export function writeNow(terminal: Terminal, bytes: Uint8Array | string): void {
  let isParsed = false;
  // After input, the next write is parsed at once instead of on a timer.
  terminal.input('');
  terminal.write(bytes, () => {
    isParsed = true;
  });
  if (!isParsed) throw new Error('the terminal has stopped parsing');
}
