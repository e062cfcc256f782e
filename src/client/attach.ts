import type { TerminalRecord } from '../ipc/hostApi.ts';
import { type Token, Tokenizer } from '../terminal/input.ts';
import { Compositor, type Layer, paneCursor } from '../terminal/renderer.ts';
import { createGrid, type Grid, type Modes } from '../terminal/screen.ts';
import { type capabilitiesOf, mouseSequence, type Tty } from '../terminal/tty.ts';
import { keyLabel, keyName } from '../ui/keys.ts';
import { label, mouseBytes } from './panes.ts';
import { Terminals } from './terminals.ts';

interface AttachOptions {
  readonly root: string;
  readonly id: string;
  /** Already entered. */
  readonly outer: Tty;
  readonly capabilities: ReturnType<typeof capabilitiesOf>;
  /** Name of the detach key; every other key goes to the worker. */
  readonly leaveKey: string;
}

/** Milliseconds for which the detach key is shown. */
const hintMs = 4_000;
/** Milliseconds before a different size is mentioned: sizes differ briefly during negotiation. */
const settleMs = 300;

/**
 * Gives the person's terminal to one worker; every key but the detach key goes to it. If both terminals have the same
 * size, the worker's bytes are passed on unchanged; otherwise its cells are painted, with a line that gives the reason.
 * Modes and cells of the worker remain in the terminal; see `Tty.retake`.
 * @returns why it ended: `left` by the person, or `gone` with the worker's terminal
 */
export function attach(options: AttachOptions): Promise<'left' | 'gone'> {
  return new Attachment(options).run();
}

class Attachment {
  readonly #options: AttachOptions;
  readonly #outer: Tty;
  readonly #compositor: Compositor;
  readonly #terminals: Terminals;
  readonly #raw: RawOutput;
  readonly #tokenizer = new Tokenizer((token) => this.#take(token));
  readonly #ended = Promise.withResolvers<'left' | 'gone'>();
  #record: TerminalRecord | null = null;
  /** True while the worker's bytes are passed on unchanged. */
  #isRaw = false;
  #hasMouse = false;
  #hint: NodeJS.Timeout | null = null;
  #settling: NodeJS.Timeout | undefined;
  #isSettled = false;

  constructor(options: AttachOptions) {
    this.#options = options;
    this.#outer = options.outer;
    this.#raw = new RawOutput(options.outer);
    this.#compositor = new Compositor(options.capabilities);
    const { id } = options;
    this.#terminals = new Terminals(options.root, {
      onTerminal: (record) => record.id === id && this.#learn(record),
      onForgotten: (forgotten) => forgotten === id && this.#ended.resolve('gone'),
      onScreen: (_, seen) => {
        this.#repaint();
        seen();
      },
      onRaw: (_, bytes, taken) => this.#pass(bytes, taken),
      // No line of ours is free for a message.
      onNotTyped: () => this.#outer.write('\x07'),
    });
  }

  async run(): Promise<'left' | 'gone'> {
    const { id } = this.#options;
    this.#outer.write(mouseSequence(false));
    this.#outer.onInput = (chunk) => this.#tokenizer.push(chunk);
    this.#outer.onReady = () => (this.#isRaw ? this.#raw.ready() : this.#paint());
    this.#outer.onResize = () => this.#show();
    this.#outer.onReturn = () => {
      this.#outer.write(mouseSequence(false));
      this.#show();
    };
    this.#hint = setTimeout(() => this.#withoutHint(), hintMs);
    await this.#terminals.open();
    if (this.#terminals.has(id)) this.#show();
    else this.#ended.resolve('gone');
    const why = await this.#ended.promise;
    this.#close();
    // Later bytes would be on the screen of another program.
    await this.#outer.written();
    return why;
  }

  #close(): void {
    clearTimeout(this.#hint ?? undefined);
    clearTimeout(this.#settling);
    this.#tokenizer.dispose();
    this.#terminals.close();
    this.#raw.drop();
    this.#outer.onReady = () => {};
  }

  /** Requests the whole screen: at the start, after a resize, and when the terminal comes back from another program. */
  #show(): void {
    this.#hasMouse = false;
    this.#isSettled = false;
    this.#raw.drop();
    this.#compositor.invalidate();
    // Cells are painted while a line of ours is shown.
    const raw = this.#hint === null && this.#record?.exit === null;
    this.#terminals.show([{ id: this.#options.id, ...this.#outer.size, raw }]);
    if (!this.#isRaw) this.#paint();
  }

  #learn(record: TerminalRecord): void {
    const hasEnded = record.exit !== null && this.#record?.exit === null;
    this.#record = record;
    if (hasEnded) this.#show();
  }

  #withoutHint(): void {
    if (this.#hint === null) return;
    clearTimeout(this.#hint);
    this.#hint = null;
    this.#show();
  }

  #take(token: Token): void {
    const { id, leaveKey } = this.#options;
    if (token.kind === 'key' && keyName(token) === leaveKey) {
      this.#ended.resolve('left');
      return;
    }
    if (token.kind === 'key' || token.kind === 'paste') this.#withoutHint();
    if (token.kind === 'paste') this.#terminals.paste({ id, ...token }, true);
    const modes = this.#terminals.screenOf(id)?.modes ?? null;
    this.#terminals.type(id, this.#isRaw ? rawBytes(token) : paintedBytes(token, modes));
  }

  #pass(bytes: Buffer, taken: () => void): void {
    this.#isRaw = true;
    this.#raw.push(bytes, taken);
  }

  #repaint(): void {
    if (this.#isRaw) {
      this.#isRaw = false;
      this.#raw.drop();
      this.#outer.retake();
      this.#compositor.invalidate();
      this.#hasMouse = false;
    }
    this.#paint();
  }

  #paint(): void {
    const screen = this.#terminals.screenOf(this.#options.id);
    if (!screen || !this.#outer.isReady) return;
    const { cols, rows } = this.#outer.size;
    const pane: Layer = {
      id: 'worker',
      kind: 'pane',
      x: 0,
      y: 0,
      width: cols,
      height: rows,
      grid: screen.grid,
    };
    const text = this.#line(screen.grid);
    const layers = text === null ? [pane] : [pane, lineLayer(text, screen.grid, this.#outer.size)];
    const cursor = paneCursor(layers, pane.id, screen.cursor);
    this.#outer.write(this.#compositor.frame(createGrid(cols, rows), layers, cursor));
    // Unless the program wants the mouse, the terminal keeps it, to select text.
    const wantsMouse = screen.modes.mouse !== 'none';
    if (wantsMouse !== this.#hasMouse) this.#outer.write(mouseSequence(wantsMouse));
    this.#hasMouse = wantsMouse;
  }

  /** Returns the line to show, if any. */
  #line({ cols, rows }: Grid): string | null {
    const { size } = this.#outer;
    const isSame = cols === size.cols && rows === size.rows;
    if (isSame) {
      clearTimeout(this.#settling);
      this.#settling = undefined;
      this.#isSettled = false;
    } else
      this.#settling ??= setTimeout(() => {
        this.#isSettled = true;
        this.#paint();
      }, settleMs);
    const leaves = `${keyLabel(this.#options.leaveKey)} leaves`;
    if (this.#record?.exit) return `${this.#options.id} has ended · ${leaves}`;
    if (this.#isSettled) return `${cols}×${rows}, limited by another client · ${leaves}`;
    return this.#hint && leaves;
  }
}

/** Returns a line in the last row; at its right end if the program uses that row, too, where it hides the fewest cells. */
function lineLayer(text: string, screen: Grid, { cols, rows }: Tty['size']): Layer {
  const grid = label(` ${text} `);
  const x = screen.rows < rows ? 0 : Math.max(0, cols - grid.cols);
  return { id: 'line', kind: 'pane', x, y: rows - 1, width: Math.min(grid.cols, cols - x), height: 1, grid };
}

/** Matches mouse reports that are no mouse tokens, such as those of old encodings: events, not answers. */
const event = /^\x1b\[(?:M.{3}|<?[\d;]+[Mm])$/s;
/** Matches F3 with a modifier, which is also the answer for a cursor in the first row. */
const placeOrKey = /^\x1b\[1;\d+R$/;

/**
 * Returns the bytes for a program whose bytes are passed on unchanged, one per character: those of the terminal. The host
 * has answered the program's queries, so the answers of the person's terminal, which got them, too, are dropped, and
 * with them the one key that looks like an answer, F3 with a modifier. Pastes are sent separately.
 */
export function rawBytes(token: Token): string {
  switch (token.kind) {
    case 'key':
      return placeOrKey.test(token.raw) ? '' : token.raw;
    case 'mouse':
    case 'release':
      return token.raw;
    // The terminal reports it only if the program asked.
    case 'focus':
      return focusBytes(token.gained);
    case 'reply':
      return event.test(token.raw) ? token.raw : '';
    case 'paste':
      return '';
  }
}

/** Returns the bytes for a program whose cells are painted by us, in our own modes. */
export function paintedBytes(token: Token, modes: Modes | null): string {
  switch (token.kind) {
    case 'key':
      return token.raw;
    case 'mouse':
      return modes ? mouseBytes(token, modes) : '';
    case 'focus':
      return modes?.focusEvents ? focusBytes(token.gained) : '';
    // No keyboard protocol is on, so the terminal sends no releases.
    case 'release':
    case 'reply':
    case 'paste':
      return '';
  }
}

function focusBytes(gained: boolean): string {
  return gained ? '\x1b[I' : '\x1b[O';
}

/** A sink of bytes that takes one piece at a time. */
interface Outlet {
  readonly isReady: boolean;
  write(bytes: Uint8Array): void;
}

interface Piece {
  readonly bytes: Buffer;
  readonly taken: () => void;
}

/** A queue of a program's own bytes for the person's terminal, which can be dropped. */
export class RawOutput {
  readonly #outlet: Outlet;
  #waiting: Piece[] = [];
  #flying: Piece | null = null;
  #tail = '';

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  /** Queues bytes. @param taken called when the bytes were written or dropped */
  push(bytes: Buffer, taken: () => void): void {
    this.#waiting.push({ bytes, taken });
    if (!this.#flying) this.ready();
  }

  /** Writes the next piece once the outlet is ready. */
  ready(): void {
    if (!this.#outlet.isReady) return;
    this.#flying?.taken();
    this.#flying = this.#waiting.shift() ?? null;
    if (this.#flying) this.#outlet.write(this.#withPastesMarked(this.#flying.bytes));
  }

  drop(): void {
    for (const piece of [this.#flying, ...this.#waiting]) piece?.taken();
    this.#flying = null;
    this.#waiting = [];
    this.#tail = '';
  }

  /**
   * Returns the bytes with bracketed paste turned on again wherever the program turns it off: the detach key must not be
   * found in a paste. The brackets end at the host.
   */
  #withPastesMarked(bytes: Buffer): Buffer {
    const known = this.#tail.length;
    const text = this.#tail + bytes.toString('latin1');
    this.#tail = /\x1b(?:\[[?;\d]*)?$/.exec(text.slice(-longestReset))?.[0] ?? '';
    if (!text.includes('2004')) return bytes;
    return Buffer.from(text.replace(pasteReset, '$&\x1b[?2004h').slice(known), 'latin1');
  }
}

/** Matches a reset of modes that include bracketed paste. */
const pasteReset = /\x1b\[\?(?:\d*;)*2004(?:;\d*)*l/g;
/** The longest such sequence of any program, in bytes. */
const longestReset = 64;
