import { connectDaemon } from '../ipc/connect.ts';
import type { HostApi, HostNotices, TerminalRecord } from '../ipc/hostApi.ts';
import { type Caller, FrameKind, type Link, pasteFlags } from '../ipc/link.ts';
import { version } from '../ipc/version.ts';
import type { Problem } from '../lib/result.ts';
import { ScreenCopy } from '../terminal/codec.ts';
import type { Screen } from '../terminal/screen.ts';

/** Callbacks of the host connection. */
interface TerminalsListener {
  onTerminal(terminal: TerminalRecord): void;
  onForgotten(id: string): void;
  onBell?(id: string): void;
  /** A watched screen has changed; `screenOf` returns it. No newer one comes before `seen` is called. */
  onScreen(id: string, seen: () => void): void;
  /** Bytes of a terminal shown `raw`; only a limited number comes before `taken` is called. */
  onRaw?(id: string, bytes: Buffer, taken: () => void): void;
  /** Typed or pasted input did not reach the program. */
  onNotTyped?(id: string, problem: Problem): void;
}

/** A terminal to show, and the size available for it. */
interface Watched {
  readonly id: string;
  readonly cols: number;
  readonly rows: number;
  /** Requests the program's own bytes if the size is exactly the terminal's; they start over with every `show`. */
  readonly raw?: boolean;
}

/** A part of a paste into a terminal. */
interface PastePiece {
  readonly id: string;
  readonly text: string;
  readonly last: boolean;
}

interface Watch {
  readonly id: string;
  readonly channel: number;
  copy: ScreenCopy;
  cols: number;
  rows: number;
  raw: boolean;
  /** True after the first screen has come. */
  isShown: boolean;
}

/** A client's connection to the host: screens in, keys out. Without a host there are no screens. */
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
  /** Id of the terminal with an unfinished paste. */
  #pasting: string | null = null;

  constructor(root: string, listener: TerminalsListener) {
    this.#root = root;
    this.#listener = listener;
  }

  /** Connects to the host if one runs. Does nothing while connected. */
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
    if (terminals.ok) for (const terminal of terminals.value) this.#store(terminal);
  }

  close(): void {
    this.#closed = true;
    // Screens under way have no receiver any more.
    this.#watches.clear();
    this.#link?.close();
  }

  /** Sets the visible terminals with their sizes; the host stops sending all others. */
  show(wanted: readonly Watched[]): void {
    this.#wanted = wanted;
    for (const { id } of [...this.#watches.values()])
      if (!wanted.some((one) => one.id === id)) this.#unwatch(id);
    for (const one of wanted) this.#watch(one);
  }

  /** Reports whether the host keeps a terminal of that id. */
  has(id: string): boolean {
    return this.#terminals.has(id);
  }

  /** Returns a watched terminal's screen; null until it has come. */
  screenOf(id: string): Screen | null {
    const watch = this.#watches.get(id);
    return watch?.isShown ? watch.copy.screen : null;
  }

  /** Returns the channel and caller for the view of a watched terminal; null for any other. */
  viewOf(id: string): { readonly channel: number; readonly call: Caller<HostApi> } | null {
    const watch = this.#watches.get(id);
    return watch && this.#link ? { channel: watch.channel, call: this.#link.caller<HostApi>() } : null;
  }

  /** Types raw bytes into a terminal, one per character. */
  type(id: string, bytes: string): void {
    if (bytes !== '') this.#link?.sendFrame(FrameKind.input, named(id), Buffer.from(bytes, 'latin1'));
  }

  /**
   * Sends a piece of pasted text. The host types the whole paste after its last piece, bracketed if the program asked
   * for that.
   * @param isClean keeps control characters; for a terminal that the program has to itself
   */
  paste({ id, text, last }: PastePiece, isClean = false): void {
    const isFirst = this.#pasting !== id;
    this.#pasting = last ? null : id;
    const flags =
      (isFirst ? pasteFlags.first : 0) | (last ? pasteFlags.last : 0) | (isClean ? pasteFlags.asItIs : 0);
    this.#link?.sendFrame(FrameKind.paste, named(id), Buffer.of(flags), Buffer.from(text));
  }

  #listen(link: Link): void {
    link.onNotice<HostNotices, 'terminal'>('terminal', (terminal) => this.#store(terminal));
    link.onNotice<HostNotices, 'bell'>('bell', ({ id }) => this.#listener.onBell?.(id));
    link.onNotice<HostNotices, 'forgotten'>('forgotten', ({ id }) => {
      this.#terminals.delete(id);
      this.#watches.delete(id);
      this.#listener.onForgotten(id);
    });
    link.onNotice<HostNotices, 'notTyped'>('notTyped', ({ id, problem }) =>
      this.#listener.onNotTyped?.(id, problem),
    );
    link.onFrame(FrameKind.screen, (payload) => this.#applyScreen(link, payload));
    link.onFrame(FrameKind.raw, (payload) => this.#forwardRaw(link, payload));
  }

  #store(terminal: TerminalRecord): void {
    this.#terminals.set(terminal.id, terminal);
    this.#listener.onTerminal(terminal);
    const wanted = this.#wanted.find((one) => one.id === terminal.id);
    if (wanted) this.#watch(wanted);
  }

  #watch({ id, cols, rows, raw = false }: Watched): void {
    const call = this.#link?.caller<HostApi>();
    if (!call || !this.#terminals.has(id)) return;
    const known = this.#watches.get(id);
    if (!known) {
      const channel = this.#nextChannel++;
      this.#watches.set(id, { id, channel, copy: new ScreenCopy(), cols, rows, raw, isShown: false });
      void call('watch', { id, channel, cols, rows, raw });
    } else if (raw || known.raw || known.cols !== cols || known.rows !== rows) {
      Object.assign(known, { cols, rows, raw });
      void call('fit', { channel: known.channel, cols, rows, raw });
    }
  }

  #unwatch(id: string): void {
    const watch = this.#watches.get(id);
    this.#watches.delete(id);
    if (watch) void this.#link?.caller<HostApi>()('unwatch', { channel: watch.channel });
  }

  #applyScreen(link: Link, payload: Buffer): void {
    const watch = this.#watchOf(payload);
    if (!watch) return;
    watch.copy.apply(payload.subarray(4));
    watch.isShown = true;
    this.#listener.onScreen(watch.id, () => link.sendFrame(FrameKind.seen, payload.subarray(0, 4)));
  }

  #forwardRaw(link: Link, payload: Buffer): void {
    const watch = this.#watchOf(payload);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(payload.length - 4);
    const taken = () => link.sendFrame(FrameKind.taken, payload.subarray(0, 4), count);
    if (watch && this.#listener.onRaw) this.#listener.onRaw(watch.id, payload.subarray(4), taken);
    else taken();
  }

  /** Returns the watch of a frame; none if the host sent it before it knew of the end of the watch. */
  #watchOf(payload: Buffer): Watch | undefined {
    const channel = payload.readUInt32BE(0);
    return [...this.#watches.values()].find((one) => one.channel === channel);
  }

  #lost(): void {
    this.#link = null;
    this.#watches.clear();
    const gone = [...this.#terminals.keys()];
    this.#terminals.clear();
    for (const id of gone) this.#listener.onForgotten(id);
  }
}

function named(id: string): Buffer {
  const name = Buffer.from(id);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(name.byteLength);
  return Buffer.concat([length, name]);
}
