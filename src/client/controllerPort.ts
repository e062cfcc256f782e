import type { Variables } from '../core/clientVariables.ts';
import type { Facts } from '../core/facts.ts';
import type { ControllerApi, ControllerNotices } from '../features/commands.ts';
import { type ConnectOptions, connectDaemon } from '../ipc/connect.ts';
import type { Link } from '../ipc/link.ts';
import type { Problem, Result } from '../lib/result.ts';
import { Backoff } from '../lib/schedule.ts';

/** Callbacks of a controller connection. */
interface ControllerListener {
  onFacts(facts: Facts): void;
  onLive(): void;
  /** The port reconnects by itself. */
  onLost(problem: Problem): void;
}

/** The address of a controller, and what this client's shell lends it. */
export interface ControllerAddress extends ConnectOptions {
  /** A token of Notion from the shell. */
  readonly token?: Parameters<ControllerApi['lendToken']>[0] | null;
  /** The shell's variables, for what is approved here. An older controller refuses the request and uses its own. */
  readonly variables?: Variables;
}

/** Pauses before reconnecting, each twice as long as the one before. */
const firstPauseMs = 200;
const longestPauseMs = 5_000;

/** A connection that lasted this long resets the pauses. */
const steadyMs = 10_000;

/** A client's connection to the controller. It reconnects after every loss and starts the controller if none runs. */
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

  /** Connects, now and after every loss. Resolves after the first attempt. */
  async open(): Promise<void> {
    const connected = await this.#connect();
    if (!connected.ok) this.#lost(connected.problem);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#link?.close();
  }

  /** Sends a request. @returns `disconnected` while there is no connection */
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

  /** Passes facts on. From the first facts on requests can be sent, too: what is visible can be acted on. */
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
  problem: {
    code: 'disconnected',
    message: 'The controller is not running.',
    hint: 'It is being restarted.',
  },
} as const;
