import type { Terminal } from '@xterm/headless';
import { widthOf, widthShift } from './cell.ts';

/** Further private parts of @xterm/headless 6.0.0, beside those of xtermReader.ts. */
interface PrivateTerminal {
  readonly _core: {
    readonly _inputHandler: InputHandler;
    readonly unicodeService: { charProperties(code: number, preceding: number): number };
  };
}

/** Acts on what the parser has read. */
interface InputHandler {
  /** Gets runs of printable code points. */
  print: Print;
  readonly _activeBuffer: {
    x: number;
    readonly y: number;
    readonly ybase: number;
    readonly lines: { get(line: number): { readonly _data: Uint32Array } | undefined };
  };
  readonly _curAttrData: { readonly fg: number; readonly bg: number };
  readonly _charsetService: { readonly charset: unknown };
  readonly _coreService: { readonly modes: { readonly insertMode: boolean } };
  readonly _bufferService: { readonly cols: number };
  readonly _dirtyRowTracker: { markDirty(y: number): void };
  /** Properties of the character before, which the next one may join. */
  readonly _parser: { precedingJoinState: number };
}

type Print = (codes: Uint32Array, start: number, end: number) => void;

const lineWords = 3;
const narrow = 1 << widthShift;
/** In the bg word: underline styles and links are kept apart from the cells. */
const isExtended = 0x10000000;

/**
 * Makes a terminal print runs of ASCII, most of what programs print, twice as fast: they are neither measured nor
 * joined, and go straight into the line. Whatever is not quite as simple is left to the terminal.
 */
export function printAsciiFast(terminal: Terminal): void {
  const { _inputHandler: handler, unicodeService } = (terminal as unknown as PrivateTerminal)._core;
  const print: Print = handler.print.bind(handler);
  const plain = unicodeService.charProperties(0x20, 0);

  /** Whether the next character goes to the cursor's cell and changes no other. */
  const isUnbound = () => {
    const { _activeBuffer: buffer, _parser: parser } = handler;
    const state = parser.precedingJoinState;
    if ((state !== plain && state !== 0) || buffer.x >= handler._bufferService.cols) return false;
    const words = buffer.lines.get(buffer.ybase + buffer.y)?._data;
    return (
      words !== undefined && (buffer.x === 0 || widthOf(words[(buffer.x - 1) * lineWords] as number) !== 2)
    );
  };

  /** Gives back the index after the last code point printed; at least one is. */
  const printAscii = (codes: Uint32Array, start: number, end: number): number => {
    const { _activeBuffer: buffer, _curAttrData: style } = handler;
    const words = buffer.lines.get(buffer.ybase + buffer.y)?._data ?? new Uint32Array();
    const last = Math.min(end, start + handler._bufferService.cols - buffer.x);
    const { fg, bg } = style;
    let to = buffer.x * lineWords;
    for (let at = start; at < last; at++, to += lineWords) {
      words[to] = (codes[at] as number) | narrow;
      words[to + 1] = fg;
      words[to + 2] = bg;
    }
    buffer.x += last - start;
    if (buffer.x < handler._bufferService.cols && words[to] === 0) {
      // The right half of a wide character whose left half is gone.
      words[to] = narrow;
      words[to + 1] = fg;
      words[to + 2] = bg;
    }
    handler._parser.precedingJoinState = unicodeService.charProperties(codes[last - 1] as number, plain);
    handler._dirtyRowTracker.markDirty(buffer.y);
    return last;
  };

  handler.print = (codes, start, end) => {
    const isSimple =
      !handler._charsetService.charset &&
      !handler._coreService.modes.insertMode &&
      (handler._curAttrData.bg & isExtended) === 0;
    if (!isSimple) return print(codes, start, end);
    for (let at = start; at < end; ) {
      const next = endOfAscii(codes, at, end);
      if (next > at && isUnbound()) {
        at = printAscii(codes, at, next);
        continue;
      }
      // With one ASCII character, which may still join what is before it.
      const slow = next > at ? at + 1 : Math.min(end, startOfAscii(codes, at, end) + 1);
      print(codes, at, slow);
      at = slow;
    }
  };
}

function endOfAscii(codes: Uint32Array, start: number, end: number): number {
  let at = start;
  while (at < end && isAscii(codes[at] as number)) at++;
  return at;
}

function startOfAscii(codes: Uint32Array, start: number, end: number): number {
  let at = start;
  while (at < end && !isAscii(codes[at] as number)) at++;
  return at;
}

/** Del is none of them: it has no width of its own. */
function isAscii(code: number): boolean {
  return code >= 0x20 && code < 0x7f;
}
