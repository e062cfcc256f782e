import type { Variables } from '../core/clientVariables.ts';
import type { Facts } from '../core/facts.ts';
import type { ControllerApi, ControllerNotices } from '../features/commands.ts';
import { type ConnectOptions, connectDaemon } from '../ipc/connect.ts';
import type { Link } from '../ipc/link.ts';
import type { Problem, Result } from '../lib/result.ts';
import { Backoff } from '../lib/schedule.ts';

/** What a client hears of its controller. */
interface ControllerListener {
  onFacts(facts: Facts): void;
  onLive(): void;
  /** It is tried again by itself. */
  onLost(problem: Problem): void;
}

/** How to reach it, and a token of Notion to lend it, from the shell that the room was opened in. */
export interface ControllerAddress extends ConnectOptions {
  readonly token?: Parameters<ControllerApi['lendToken']>[0] | null;
  /** Of that shell, for what is approved here. A controller of before knows no such request, and goes on with its own. */
  readonly variables?: Variables;
}

/** Pauses before a controller that went away, or would not start, is asked for again: each twice the one before. */
const firstPauseMs = 200;
const longestPauseMs = 5_000;

/** A controller that stayed this long did not end of what ended the one before it. */
const steadyMs = 10_000;

/** A client's connection to the controller, made again whenever it breaks; the controller is started if need be. */
export class ControllerPort {
  readonly #address: ControllerAddress;
  readonly #listener: ControllerListener;
  #link: Link | null = null;
  #retry: NodeJS.Timeout | undefined;
  readonly #retries = new Backoff(firstPauseMs, longestPauseMs);
  #closed = false;

  constructor(address: ControllerAddress, listener: ControllerListener) {
    this.#address = address;
    this.#listener = listener;
  }

  /** Connects, now and after every loss. Resolves when the first attempt has come to something. */
  async open(): Promise<void> {
    const connected = await this.#connect();
    if (!connected.ok) this.#lost(connected.problem);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#link?.close();
  }

  /** Asks the controller. @returns `disconnected` while there is none */
  async call<M extends keyof ControllerApi>(
    method: M,
    params: Parameters<ControllerApi[M]>[0],
  ): Promise<ReturnType<ControllerApi[M]>> {
    if (!this.#link) return disconnected as ReturnType<ControllerApi[M]>;
    // The method decides both types at once, which the compiler cannot follow through the table of requests.
    const call = this.#link.caller<ControllerApi>() as (name: M, params: unknown) => Promise<unknown>;
    return (await call(method, params)) as ReturnType<ControllerApi[M]>;
  }

  async #connect(): Promise<Result<Facts>> {
    const connected = await connectDaemon({
      ...this.#address,
      prepare: (link) =>
        link.onNotice<ControllerNotices, 'facts'>('facts', (facts) => this.#show(link, facts)),
    });
    if (!connected.ok) return connected;
    const link = connected.value;
    const facts = await link.caller<ControllerApi>()('facts', {});
    if (!facts.ok || this.#closed) {
      this.#link = null;
      link.close();
      return facts;
    }
    this.#show(link, facts.value);
    const steady = setTimeout(() => this.#retries.reset(), steadyMs);
    void link.closed.then(() => {
      clearTimeout(steady);
      this.#link = null;
      this.#lost(disconnected.problem);
    });
    return facts;
  }

  /** With the first facts it can be asked, too: what is seen can be acted on. */
  #show(link: Link, facts: Facts): void {
    if (this.#closed) return;
    if (this.#link !== link) {
      this.#link = link;
      const { variables } = this.#address;
      if (variables) void this.call('lendEnvironment', { variables, plans: true });
      if (this.#address.token) void this.call('lendToken', this.#address.token);
      this.#listener.onLive();
    }
    this.#listener.onFacts(facts);
  }

  #lost(problem: Problem): void {
    if (this.#closed) return;
    this.#listener.onLost(problem);
    this.#retry = setTimeout(() => this.open(), this.#retries.next());
  }
}

const disconnected = {
  ok: false,
  problem: { code: 'disconnected', message: 'The controller is away.', hint: 'It is being started again.' },
} as const;
