import { Readable, Writable } from 'node:stream';
import chalk from 'chalk';
import { type DOMElement, type Instance, measureElement, render } from 'ink';
import { Component, createElement, type ReactNode } from 'react';
import type { Layer } from '../terminal/renderer.ts';
import { createGrid, type Grid, type Rectangle } from '../terminal/screen.ts';
import { readFrame } from './frameReader.ts';

// Ink's colours would depend on what chalk thinks of this process's output, while frames go into memory: what the
// terminal can show is for the compositor to know.
chalk.level = 1;

/** What parts of the layout need to make themselves known; given to them by a React context. */
export interface Slots {
  add(id: string, kind: Layer['kind'], element: DOMElement): () => void;
}

/**
 * The layout around the panes as a grid of cells. Ink lays out and draws into memory; it reads no input, writes to no
 * real stream, and keeps no timer. Components must be pure functions of their properties: a change of
 * their own would not be seen before the next render.
 */
export class Chrome {
  /** Elements of the layout whose rectangles are `layers`. */
  readonly slots: Slots = {
    add: (id, kind, element) => {
      this.#slots.set(element, { id, kind });
      return () => this.#slots.delete(element);
    },
  };

  readonly #slots = new Map<DOMElement, Pick<Layer, 'id' | 'kind'>>();
  readonly #output: FrameStream;
  #grid: Grid;
  #ink: Instance | null = null;
  #layers: readonly Layer[] = [];
  #fault: { error: unknown } | null = null;

  /** Sizes in cells, at least 2 by 1. */
  constructor(cols: number, rows: number) {
    this.#output = new FrameStream(cols, rows);
    this.#grid = createGrid(cols, rows);
  }

  /** What was drawn last; another object after a resize. */
  get grid(): Grid {
    return this.#grid;
  }

  /** Where panes and overlays lie in `grid`, bottom to top, cut to it; empty ones are left out. */
  get layers(): readonly Layer[] {
    return this.#layers;
  }

  /** Draws; grid and layers are those of `node` when it returns. @throws what a component throws */
  render(node: ReactNode): void {
    const tree = createElement(FaultBoundary, { onFault: (error) => (this.#fault = { error }) }, node);
    if (this.#ink) this.#ink.rerender(tree);
    else this.#ink = render(tree, this.#options());
    this.#read();
  }

  /** Draws what was rendered last in another size. */
  resize(cols: number, rows: number): void {
    this.#output.columns = cols;
    this.#output.rows = rows;
    this.#grid = createGrid(cols, rows);
    this.#output.emit('resize');
    this.#read();
  }

  dispose(): void {
    this.#ink?.unmount();
  }

  #options() {
    return {
      stdout: this.#output as unknown as NodeJS.WriteStream,
      stdin: new Readable({ read() {} }) as unknown as NodeJS.ReadStream,
      stderr: this.#output as unknown as NodeJS.WriteStream,
      // Every frame whole, at once, and without escape sequences of Ink's own: comparing frames is the compositor's task.
      debug: true,
      interactive: true,
      exitOnCtrlC: false,
      patchConsole: false,
      isScreenReaderEnabled: false,
    };
  }

  #read(): void {
    if (this.#fault) throw this.#fault.error;
    readFrame(this.#output.frame, this.#grid);
    this.#layers = this.#measure();
  }

  /** Elements in the order in which Ink paints them. */
  #measure(): Layer[] {
    const layers: Layer[] = [];
    const visit = (element: DOMElement) => {
      const slot = this.#slots.get(element);
      const rectangle = slot && clipped(measureElement(element), this.grid);
      if (rectangle && rectangle.width > 0 && rectangle.height > 0) layers.push({ ...slot, ...rectangle });
      for (const child of element.childNodes) if (child.nodeName !== '#text') visit(child);
    };
    const [first] = this.#slots.keys();
    if (first) visit(rootOf(first));
    return layers;
  }
}

function rootOf(element: DOMElement): DOMElement {
  return element.parentNode ? rootOf(element.parentNode) : element;
}

function clipped({ x, y, width, height }: Rectangle, { cols, rows }: Grid): Rectangle {
  const [left, top] = [Math.max(x, 0), Math.max(y, 0)];
  return {
    x: left,
    y: top,
    width: Math.min(x + width, cols) - left,
    height: Math.min(y + height, rows) - top,
  };
}

/** Takes the place of a terminal's output: holds the last frame written. */
class FrameStream extends Writable {
  frame = '';
  columns: number;
  rows: number;

  constructor(columns: number, rows: number) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.rows = rows;
  }

  override _write(frame: string, _encoding: BufferEncoding, done: () => void): void {
    this.frame = frame;
    done();
  }
}

interface FaultBoundaryProps {
  readonly onFault: (error: unknown) => void;
  readonly children?: ReactNode;
}

/** Brings what a component throws to the caller of `render`; Ink would draw it and go on. */
class FaultBoundary extends Component<FaultBoundaryProps, { readonly hasFailed: boolean }> {
  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override state = { hasFailed: false };

  override componentDidCatch(error: unknown): void {
    this.props.onFault(error);
  }

  override render(): ReactNode {
    return this.state.hasFailed ? null : this.props.children;
  }
}
