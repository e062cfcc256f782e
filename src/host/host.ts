import type { ChildMessage, HostNotices, OpenTerminal, TerminalRecord } from '../ipc/hostApi.ts';
import { keepsUp, Publisher } from '../ipc/link.ts';
import { failure, type Result, success } from '../lib/result.ts';
import { isSameSecret } from '../lib/stateFolder.ts';
import { Inbox, receive } from './inbox.ts';
import { Terminal } from './terminal.ts';

/** Interval in milliseconds: a program can change its title thousands of times a second. */
const publishMs = 50;

/** All terminals of a workspace, and the inbox of their children. */
export class Host {
  /** Publishes terminals' records to links. */
  readonly publisher = new Publisher<string, TerminalRecord>({
    everyMs: publishMs,
    first: 'at-once',
    read: (id) => this.find(id)?.record ?? null,
    send: (link, record) => link.notify<HostNotices>('terminal', record),
  });
  readonly inbox = new Inbox();
  readonly #terminals = new Map<string, Terminal>();
  /** Ids of terminals whose bell was sent within the last interval. */
  readonly #rang = new Set<string>();
  readonly #hiddenAfterMs: number | undefined;

  /** @param hiddenAfterMs - see `Scrollback` */
  constructor(hiddenAfterMs?: number) {
    this.#hiddenAfterMs = hiddenAfterMs;
  }

  /** Reports whether there is a terminal, or a message, that would be lost. */
  get isNeeded(): boolean {
    return this.#terminals.size > 0 || this.inbox.size > 0;
  }

  get records(): readonly TerminalRecord[] {
    return [...this.#terminals.values()].map(({ record }) => record);
  }

  get running(): readonly TerminalRecord[] {
    return this.records.filter((record) => record.exit === null);
  }

  find(id: string): Terminal | null {
    return this.#terminals.get(id) ?? null;
  }

  /** Yields the terminals whose children may post, each with its token. */
  *tokens(): Iterable<readonly [id: string, token: string]> {
    for (const [id, { token }] of this.#terminals) yield [id, token];
  }

  /**
   * Handles a post of a child; resolves with its answer. Publishes pending changes of the terminal first: a late title would
   * be taken for the end of the posted event.
   */
  receive(message: ChildMessage, bytes: number, gone: AbortSignal): Promise<Result<unknown>> {
    this.publisher.flush(message.id);
    return receive(this.inbox, message, bytes, gone, this.find(message.id)?.guard ?? null);
  }

  /** Returns the id of the running child with this token; null for none. Compares every token, each in constant time. */
  idOf(token: string): string | null {
    let found: string | null = null;
    for (const [id, own] of this.tokens())
      if (isSameSecret(own, token) && this.find(id)?.isRunning) found = id;
    return found;
  }

  /** @returns `already_open` unless the id's last terminal has been forgotten; `spawn_failed` */
  open(options: OpenTerminal, hookUrl: string): Result<TerminalRecord> {
    const { id } = options;
    if (this.#terminals.has(id)) return failure('already_open', `${id} has a terminal already.`);
    const events = { onChange: () => this.publisher.changed(id), onBell: () => this.#ring(id) };
    const terminal = Terminal.open(options, hookUrl, events, this.#hiddenAfterMs);
    if (!terminal.ok) return terminal;
    this.#terminals.set(id, terminal.value);
    this.publisher.changed(id);
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
    const terminal = this.find(id);
    if (!terminal) return noTerminal(id);
    if (terminal.isRunning) return failure('terminal_running', `${id} is still running.`, 'End it first.');
    this.#terminals.delete(id);
    terminal.dispose();
    this.inbox.forget(id);
    this.publisher.forget(id);
    for (const link of this.publisher.links) link.notify<HostNotices>('forgotten', { id });
    return success(null);
  }

  /** Sends at most one bell per interval, and none to slow links. */
  #ring(id: string): void {
    if (this.#rang.has(id)) return;
    this.#rang.add(id);
    setTimeout(() => this.#rang.delete(id), publishMs);
    for (const link of this.publisher.links) if (keepsUp(link)) link.notify<HostNotices>('bell', { id });
  }
}

export function noTerminal(id: string): Result<never> {
  return failure('no_terminal', `There is no terminal ${JSON.stringify(id)}.`);
}
