import type { GuardRules } from '../core/worker.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { isSameSecret } from '../lib/secrets.ts';
import type { ChildMessage, OpenTerminal, TerminalRecord } from '../protocol/hostApi.ts';
import { Announcer } from './announcer.ts';
import { Inbox, receive } from './inbox.ts';
import { defaultScrollback, Scrollback } from './scrollback.ts';
import { Terminal } from './terminal.ts';
import { View } from './view.ts';
import { RawStream, type Size, smallestRoom, Watch } from './viewers.ts';

/** A window being dragged sends many sizes; the program should redraw for the last. */
const resizeMs = 30;

interface Entry {
  readonly terminal: Terminal;
  readonly token: string;
  readonly guard: GuardRules | null;
  readonly watches: Set<Watched>;
  readonly scrollback: Scrollback;
  resize: NodeJS.Timeout | undefined;
}

/** One link's look at one terminal: where it looks, and what is sent of that. */
export interface Watched {
  readonly id: string;
  readonly view: View;
  readonly watch: Watch;
  readonly raw: RawStream;
}

/** All terminals of a workspace, who looks at them, and what their children posted. */
export class Host {
  readonly announcer = new Announcer((id) => this.find(id)?.record ?? null);
  readonly inbox = new Inbox();
  readonly #entries = new Map<string, Entry>();
  readonly #hiddenAfterMs: number | undefined;

  /** @param hiddenAfterMs - see `Scrollback` */
  constructor(hiddenAfterMs?: number) {
    this.#hiddenAfterMs = hiddenAfterMs;
  }

  /** Whether there is a terminal or a message that would be lost. */
  get isNeeded(): boolean {
    return this.#entries.size > 0 || this.inbox.size > 0;
  }

  get records(): readonly TerminalRecord[] {
    return [...this.#entries.values()].map(({ terminal }) => terminal.record);
  }

  get running(): readonly TerminalRecord[] {
    return this.records.filter((record) => record.exit === null);
  }

  find(id: string): Terminal | null {
    return this.#entries.get(id)?.terminal ?? null;
  }

  /** Who may post, and what each has to show. */
  *tokens(): Iterable<readonly [id: string, token: string]> {
    for (const [id, { token }] of this.#entries) yield [id, token];
  }

  /**
   * Takes in what a child posted; resolves with what it is answered. What its terminal showed before is told before: a
   * title that came late would be taken for the end of what is posted.
   */
  receive(message: ChildMessage, bytes: number, gone: AbortSignal): Promise<Result<unknown>> {
    this.announcer.flush(message.id);
    return receive(this.inbox, message, bytes, gone, this.#entries.get(message.id)?.guard ?? null);
  }

  /** Whose token this is, of children that run. Every token is compared, each in constant time. */
  idOf(token: string): string | null {
    let found: string | null = null;
    for (const [id, own] of this.tokens())
      if (isSameSecret(own, token) && this.find(id)?.isRunning) found = id;
    return found;
  }

  /** @returns `already_open` unless the id's last terminal has been forgotten; `spawn_failed` */
  open(options: OpenTerminal, hookUrl: string): Result<TerminalRecord> {
    const { id, token, guard = null } = options;
    if (this.#entries.has(id)) return failure('already_open', `${id} has a terminal already.`);
    const watches = new Set<Watched>();
    const limits = options.scrollback ?? defaultScrollback;
    const terminal = Terminal.open(options, limits.visible, hookUrl, {
      onChange: () => this.announcer.changed(id),
      onBell: () => this.announcer.bell(id),
      onOutput: (isEcho, bytes) => {
        for (const { watch, raw } of watches) {
          raw.output(bytes);
          watch.changed(isEcho);
        }
      },
    });
    if (!terminal.ok) return terminal;
    const keep = (lines: number) => terminal.value.setScrollback(lines);
    const scrollback = new Scrollback(limits, keep, this.#hiddenAfterMs);
    this.#entries.set(id, { terminal: terminal.value, token, guard, watches, scrollback, resize: undefined });
    this.announcer.changed(id);
    return success(terminal.value.record);
  }

  /** Resolves once the child and everything below it is gone. */
  async end(id: string): Promise<Result<TerminalRecord>> {
    const terminal = this.find(id);
    if (!terminal) return noTerminal(id);
    if (terminal.isRunning) await terminal.end();
    return success(terminal.record);
  }

  async endAll(): Promise<void> {
    await Promise.all(this.running.map(({ id }) => this.end(id)));
  }

  /** @returns `terminal_running` for a child that has not ended */
  forget(id: string): Result<null> {
    const entry = this.#entries.get(id);
    if (!entry) return noTerminal(id);
    if (entry.terminal.isRunning)
      return failure('terminal_running', `${id} is still running.`, 'End it first.');
    for (const watched of entry.watches) this.unwatch(watched);
    clearTimeout(entry.resize);
    entry.scrollback.stop();
    this.#entries.delete(id);
    entry.terminal.dispose();
    this.inbox.forget(id);
    this.announcer.forgotten(id);
    return success(null);
  }

  /** Sends the terminal's screen from now on, the whole of it first; raw output once `fit` asks for it. */
  watch(id: string, send: (update: Buffer) => void, sendRaw: (bytes: Uint8Array) => void): Result<Watched> {
    const entry = this.#entries.get(id);
    if (!entry) return noTerminal(id);
    const view = new View(entry.terminal);
    const watch = new Watch((changed) => view.read(changed), send);
    const watched = { id, view, watch, raw: new RawStream(watch, entry.terminal, sendRaw) };
    entry.watches.add(watched);
    entry.scrollback.show();
    watch.changed(false);
    return success(watched);
  }

  unwatch(watched: Watched): void {
    watched.raw.stop();
    watched.watch.stop();
    const entry = this.#entries.get(watched.id);
    if (!entry?.watches.delete(watched)) return;
    if (entry.watches.size === 0) entry.scrollback.hide();
    this.#fitLater(watched.id);
  }

  /** A watcher has room for so much, and would rather have raw output or screens; see RawStream. */
  fit({ id, watch, raw }: Watched, room: Size, isRaw = false): void {
    watch.room = room;
    raw.want(isRaw);
    this.#fitLater(id);
  }

  #fitLater(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    clearTimeout(entry.resize);
    entry.resize = setTimeout(() => {
      const watched = [...entry.watches];
      const views = watched.map(({ view }) => view);
      const size = smallestRoom(watched.map(({ watch }) => watch.room));
      if (size) entry.terminal.resize(size.cols, size.rows, views);
    }, resizeMs);
  }
}

export function noTerminal(id: string): Result<never> {
  return failure('no_terminal', `There is no terminal ${JSON.stringify(id)}.`);
}
