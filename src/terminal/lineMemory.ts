import type { Terminal } from '@xterm/headless';

/**
 * The memory of a terminal's lines. @xterm/headless 6.0.0 asks the C library for each line by itself. That one gives back
 * only what is free at the end of its heap, and a resize frees lines between others: a host kept 80 MB for 5 MB of text. So
 * the lines of a terminal share blocks so large that each is mapped, and given back, by itself; they are copied together
 * where much of their blocks is no line any more. Lines that programs insert are soon gone again: they take memory as
 * before. Private parts of 6.0.0, which is pinned; a test compares with a terminal that is left as it is.
 */
interface Line {
  length: number;
  _data: Uint32Array;
  setCell(x: number, cell: Cell): void;
  resize(cols: number, fill: Cell): boolean;
  clone(): Line;
  copyFrom(line: Line): void;
}

/** The terminal's own, which we only hand on. */
type Cell = object;
type Style = object;

interface LineClass {
  new (cols: number, fill?: Cell, isWrapped?: boolean): Line;
  readonly prototype: Line;
}

interface LineBuffer {
  readonly lines: { readonly length: number; get(index: number): Line | undefined };
  readonly _bufferService: BufferService;
  getNullCell(style: Style): Cell;
  getBlankLine(style: Style, isWrapped?: boolean): Line;
}

interface BufferService {
  readonly cols: number;
  readonly buffers: { readonly normal: LineBuffer; readonly alt: LineBuffer };
}

/** Above glibc's bound for a mapping of its own, see `ipc/start.ts`, and few enough of them. */
const blockBytes = 128 * 1024;
const wordsPerCell = 3;
const bytesPerCell = wordsPerCell * Uint32Array.BYTES_PER_ELEMENT;

/** Memory that is handed out once, as zeros. A block is garbage as soon as no line is in it. */
class Blocks {
  /** Bytes handed out. */
  taken = 0;
  #block = new ArrayBuffer(0);
  #used = 0;

  take(words: number): Uint32Array {
    const bytes = words * Uint32Array.BYTES_PER_ELEMENT;
    if (this.#used + bytes > this.#block.byteLength) {
      this.#block = new ArrayBuffer(Math.max(blockBytes, bytes));
      this.#used = 0;
    }
    const piece = new Uint32Array(this.#block, this.#used, words);
    this.#used += bytes;
    this.taken += bytes;
    return piece;
  }

  copy(words: Uint32Array): Uint32Array {
    const copied = this.take(words.length);
    copied.set(words);
    return copied;
  }
}

/** Blocks of the terminal that is parsing; null for none. */
let current: Blocks | null = null;
let isResizing = false;

function take(words: number): Uint32Array {
  return current?.take(words) ?? new Uint32Array(words);
}

/** In parts of what the lines take, and so much more: a screenful of a program is less. */
const mostTaken = 2;
const slackBytes = 1024 * 1024;

/** The memory of one terminal's lines. */
class LineMemory {
  readonly #service: BufferService;
  #blocks = new Blocks();

  constructor(service: BufferService) {
    this.#service = service;
  }

  resize(cols: number, act: () => void): void {
    // All lines move.
    if (cols > this.#service.cols) this.#blocks = new Blocks();
    isResizing = true;
    try {
      this.write(act);
    } finally {
      isResizing = false;
    }
  }

  write(act: () => void): void {
    current = this.#blocks;
    try {
      act();
    } finally {
      // Else the last terminal that was at work would be kept when it is gone.
      current = null;
    }
    const { cols, buffers } = this.#service;
    const inUse = (buffers.normal.lines.length + buffers.alt.lines.length) * cols * bytesPerCell;
    if (this.#blocks.taken > mostTaken * inUse + slackBytes) this.#copyTogether();
  }

  #copyTogether(): void {
    const blocks = new Blocks();
    for (const { lines } of [this.#service.buffers.normal, this.#service.buffers.alt])
      for (let index = 0; index < lines.length; index++) {
        const line = lines.get(index);
        if (line) line._data = blocks.copy(line._data);
      }
    this.#blocks = blocks;
  }
}

const memories = new WeakMap<Terminal, LineMemory>();

/** Has a terminal keep its lines in blocks of its own, where it is written to and resized by the functions here. */
export function shareBlocks(terminal: Terminal): void {
  const { _core: core } = terminal as unknown as { readonly _core: { _bufferService: BufferService } };
  changeCode(core._bufferService.buffers.normal);
  memories.set(terminal, new LineMemory(core._bufferService));
}

/** Runs what makes a terminal parse, all of it before this returns. @throws what that throws */
export function writeLines(terminal: Terminal, act: () => void): void {
  const memory = memories.get(terminal);
  if (memory) memory.write(act);
  else act();
}

/** Resizes a terminal. @throws what the terminal throws */
export function resizeLines(terminal: Terminal, cols: number, rows: number): void {
  const act = () => terminal.resize(cols, rows);
  const memory = memories.get(terminal);
  if (memory) memory.resize(cols, act);
  else act();
}

const changed = new WeakSet<object>();

/** Has lines take their memory from blocks. Once, as all terminals share their code. */
function changeCode(buffer: LineBuffer): void {
  const bufferCode = Object.getPrototypeOf(buffer) as LineBuffer;
  const first = buffer.lines.get(0);
  if (!first || changed.has(bufferCode)) return;
  changed.add(bufferCode);
  const { getBlankLine } = bufferCode;
  const Line = first.constructor as LineClass;
  const { resize, copyFrom } = Line.prototype;

  bufferCode.getBlankLine = function (style, isWrapped = false) {
    if (!isResizing) return getBlankLine.call(this, style, isWrapped);
    const cell = this.getNullCell(style);
    const line = new Line(0, cell, isWrapped);
    line.resize(this._bufferService.cols, cell);
    return line;
  };
  Line.prototype.clone = function () {
    const line = new Line(0);
    line.copyFrom(this);
    return line;
  };
  Line.prototype.copyFrom = function (line) {
    if (this.length !== line.length) {
      this._data = take(line._data.length);
      this.length = line.length;
    }
    copyFrom.call(this, line);
  };
  // The answer says whether the terminal should look for lines that hold too much: it would take their blocks for theirs.
  Line.prototype.resize = function (cols, fill) {
    if (cols <= this.length) {
      resize.call(this, cols, fill);
      return false;
    }
    const data = take(cols * wordsPerCell);
    data.set(this._data);
    this._data = data;
    for (let x = this.length; x < cols; x++) this.setCell(x, fill);
    this.length = cols;
    return false;
  };
}
