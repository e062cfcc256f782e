import type { Screen } from '../domain/screen.ts';
import { connectDaemon } from '../protocol/connect.ts';
import { FrameKind } from '../protocol/frames.ts';
import type { HostApi, HostNotices, TerminalRecord } from '../protocol/hostApi.ts';
import type { Link } from '../protocol/link.ts';
import { ScreenCopy } from '../protocol/screens.ts';
import { version } from '../protocol/version.ts';

/** What a client hears of terminals. */
export interface TerminalsListener {
  onTerminal(terminal: TerminalRecord): void;
  onForgotten(id: string): void;
  /** Some watched screen has changed; `screenOf` gives it. */
  onScreen(id: string): void;
}

/** A terminal to be shown, and the room there is for it. */
export interface Watched {
  readonly id: string;
  readonly cols: number;
  readonly rows: number;
}

interface Watch {
  readonly id: string;
  readonly channel: number;
  copy: ScreenCopy;
  cols: number;
  rows: number;
  /** Whether a first screen has come. */
  isShown: boolean;
}

/** A client's connection to the host: screens in, keys out. Without a host there are simply no screens. */
export class Terminals {
  readonly #root: string;
  readonly #listener: TerminalsListener;
  readonly #watches = new Map<string, Watch>();
  readonly #terminals = new Map<string, TerminalRecord>();
  #link: Link | null = null;
  #connecting = false;
  #closed = false;
  #nextChannel = 1;
  #wanted: readonly Watched[] = [];

  constructor(root: string, listener: TerminalsListener) {
    this.#root = root;
    this.#listener = listener;
  }

  /** Connects to the host if one runs. Cheap to call again. */
  async open(): Promise<void> {
    if (this.#link || this.#connecting) return;
    this.#connecting = true;
    const connected = await connectDaemon({
      root: this.#root,
      program: 'host',
      version,
      role: 'client',
      prepare: (link) => this.#listen(link),
    });
    this.#connecting = false;
    if (!connected.ok) return;
    const link = connected.value;
    if (this.#closed) return link.close();
    this.#link = link;
    void link.closed.then(() => this.#lost());
    const terminals = await link.caller<HostApi>()('list', {});
    if (terminals.ok) for (const terminal of terminals.value) this.#seen(terminal);
  }

  close(): void {
    this.#closed = true;
    this.#link?.close();
  }

  /** Says which terminals are on the screen now, and how large; what is not named is not sent any more. */
  show(wanted: readonly Watched[]): void {
    this.#wanted = wanted;
    for (const { id } of [...this.#watches.values()])
      if (!wanted.some((one) => one.id === id)) this.#unwatch(id);
    for (const one of wanted) this.#watch(one);
  }

  /** Whether the host keeps a terminal of that id. */
  has(id: string): boolean {
    return this.#terminals.has(id);
  }

  /** A watched terminal's screen; null until it has come. */
  screenOf(id: string): Screen | null {
    const watch = this.#watches.get(id);
    return watch?.isShown ? watch.copy.screen : null;
  }

  /** Types raw bytes into a terminal, one a character. */
  type(id: string, bytes: string): void {
    if (bytes === '') return;
    const name = Buffer.from(id);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(name.byteLength);
    this.#link?.sendFrame(FrameKind.input, length, name, Buffer.from(bytes, 'latin1'));
  }

  /** Pastes text as one piece, bracketed where the program asked for that. */
  paste(id: string, text: string): void {
    void this.#link?.caller<HostApi>()('paste', { id, text, submit: false });
  }

  #listen(link: Link): void {
    link.onNotice<HostNotices, 'terminal'>('terminal', (terminal) => this.#seen(terminal));
    link.onNotice<HostNotices, 'forgotten'>('forgotten', ({ id }) => {
      this.#terminals.delete(id);
      this.#watches.delete(id);
      this.#listener.onForgotten(id);
    });
    link.onFrame(FrameKind.screen, (payload) => this.#take(payload));
  }

  #seen(terminal: TerminalRecord): void {
    this.#terminals.set(terminal.id, terminal);
    this.#listener.onTerminal(terminal);
    const wanted = this.#wanted.find((one) => one.id === terminal.id);
    if (wanted) this.#watch(wanted);
  }

  #watch({ id, cols, rows }: Watched): void {
    const call = this.#link?.caller<HostApi>();
    if (!call || !this.#terminals.has(id)) return;
    const known = this.#watches.get(id);
    if (!known) {
      const channel = this.#nextChannel++;
      this.#watches.set(id, { id, channel, copy: new ScreenCopy(), cols, rows, isShown: false });
      void call('watch', { id, channel, cols, rows });
    } else if (known.cols !== cols || known.rows !== rows) {
      Object.assign(known, { cols, rows });
      void call('fit', { channel: known.channel, cols, rows });
    }
  }

  #unwatch(id: string): void {
    const watch = this.#watches.get(id);
    this.#watches.delete(id);
    if (watch) void this.#link?.caller<HostApi>()('unwatch', { channel: watch.channel });
  }

  #take(payload: Buffer): void {
    const channel = payload.readUInt32BE(0);
    const watch = [...this.#watches.values()].find((one) => one.channel === channel);
    // Sent before the host heard that we do not look any more.
    if (!watch) return;
    watch.copy.apply(payload.subarray(4));
    watch.isShown = true;
    this.#link?.sendFrame(FrameKind.seen, payload.subarray(0, 4));
    this.#listener.onScreen(watch.id);
  }

  #lost(): void {
    this.#link = null;
    this.#watches.clear();
    const gone = [...this.#terminals.keys()];
    this.#terminals.clear();
    for (const id of gone) this.#listener.onForgotten(id);
  }
}
