import { failure, type Result, success } from '../domain/problem.ts';
import type { OpenTerminal, TerminalRecord } from '../protocol/hostApi.ts';
import { Announcer } from './announcer.ts';
import { Inbox } from './inbox.ts';
import { Terminal } from './terminal.ts';
import { type Size, smallestRoom, Watch } from './watch.ts';

/** A window being dragged sends many sizes; the program should redraw for the last. */
const resizeMs = 30;

interface Entry {
  readonly terminal: Terminal;
  readonly token: string;
  readonly watches: Set<Watch>;
  resize: NodeJS.Timeout | undefined;
}

/** All terminals of a workspace, who looks at them, and what their children posted. */
export class Host {
  readonly announcer = new Announcer((id) => this.find(id)?.record ?? null);
  readonly inbox = new Inbox();
  readonly #entries = new Map<string, Entry>();

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

  /** @returns `already_open` unless the id's last terminal has been forgotten; `spawn_failed` */
  open(options: OpenTerminal, hookUrl: string): Result<TerminalRecord> {
    const { id, token } = options;
    if (this.#entries.has(id)) return failure('already_open', `${id} has a terminal already.`);
    const watches = new Set<Watch>();
    const terminal = Terminal.open(options, hookUrl, {
      onChange: () => this.announcer.changed(id),
      onBell: () => this.announcer.bell(id),
      onOutput: (isEcho) => {
        for (const watch of watches) watch.changed(isEcho);
      },
    });
    if (!terminal.ok) return terminal;
    this.#entries.set(id, { terminal: terminal.value, token, watches, resize: undefined });
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
    for (const watch of entry.watches) watch.stop();
    clearTimeout(entry.resize);
    this.#entries.delete(id);
    entry.terminal.dispose();
    this.inbox.forget(id);
    this.announcer.forgotten(id);
    return success(null);
  }

  /** Sends the terminal's screen from now on, the whole of it first. */
  watch(id: string, send: (update: Buffer) => void): Result<Watch> {
    const entry = this.#entries.get(id);
    if (!entry) return noTerminal(id);
    const watch = new Watch(() => entry.terminal.readScreen(), send);
    entry.watches.add(watch);
    watch.changed(false);
    return success(watch);
  }

  unwatch(id: string, watch: Watch): void {
    watch.stop();
    if (this.#entries.get(id)?.watches.delete(watch)) this.#fitLater(id);
  }

  /** A watcher has room for so much. */
  fit(id: string, watch: Watch, room: Size): void {
    watch.room = room;
    this.#fitLater(id);
  }

  #fitLater(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    clearTimeout(entry.resize);
    entry.resize = setTimeout(() => {
      const size = smallestRoom([...entry.watches].map((watch) => watch.room));
      if (size) entry.terminal.resize(size.cols, size.rows);
    }, resizeMs);
  }
}

export function noTerminal(id: string): Result<never> {
  return failure('no_terminal', `There is no terminal ${JSON.stringify(id)}.`);
}
