import type { Facts } from '../domain/facts.ts';
import { type Problem, type Result, success } from '../domain/problem.ts';
import { type ConnectOptions, connectDaemon } from '../protocol/connect.ts';
import type { ControllerApi, ControllerNotices } from '../protocol/controllerApi.ts';
import type { Link } from '../protocol/link.ts';

/** What a client hears of its controller. */
export interface ControllerListener {
  onFacts(facts: Facts): void;
  onLive(): void;
  /** It is tried again by itself. */
  onLost(problem: Problem): void;
}

/** Pause before a controller that went away, or would not start, is asked for again. */
const retryMs = 1_000;

/** A client's connection to the controller, made again whenever it breaks; the controller is started if need be. */
export class ControllerPort {
  readonly #address: ConnectOptions;
  readonly #listener: ControllerListener;
  #link: Link | null = null;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(address: ConnectOptions, listener: ControllerListener) {
    this.#address = address;
    this.#listener = listener;
  }

  /** Connects, now and after every loss. Resolves when the first attempt has come to something. */
  async open(): Promise<void> {
    const connected = await this.#connect();
    if (this.#closed) return;
    if (connected.ok) return;
    this.#listener.onLost(connected.problem);
    this.#retry = setTimeout(() => this.open(), retryMs);
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

  async #connect(): Promise<Result<null>> {
    const connected = await connectDaemon({
      ...this.#address,
      prepare: (link) =>
        link.onNotice<ControllerNotices, 'facts'>('facts', (facts) => this.#listener.onFacts(facts)),
    });
    if (!connected.ok) return connected;
    const link = connected.value;
    if (this.#closed) {
      link.close();
      return success(null);
    }
    const facts = await link.caller<ControllerApi>()('facts', {});
    if (!facts.ok) return facts;
    this.#link = link;
    this.#listener.onLive();
    this.#listener.onFacts(facts.value);
    void link.closed.then(() => this.#lost());
    return success(null);
  }

  #lost(): void {
    this.#link = null;
    if (this.#closed) return;
    this.#listener.onLost(disconnected.problem);
    void this.open();
  }
}

const disconnected = {
  ok: false,
  problem: { code: 'disconnected', message: 'The controller is away.', hint: 'It is being started again.' },
} as const;
