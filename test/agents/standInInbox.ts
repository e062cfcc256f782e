import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A hook's message as it arrived. */
export interface Received {
  readonly event: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Milliseconds that a message may take to arrive on a busy machine. */
const patience = 25_000;

/** An inbox as workers see it: takes posts with its token, answers what the test says. */
export class StandInInbox {
  readonly token = 'token-of-this-worker';
  readonly received: Received[] = [];
  refused = 0;
  /** The answer to each message; may take its time. */
  answer: (message: Received) => unknown = () => ({});
  #onMessage: () => void = () => {};
  readonly #server = createServer(async (request, response) => {
    if (request.headers.authorization !== `Bearer ${this.token}` || request.method !== 'POST') {
      this.refused++;
      response.writeHead(401).end();
      return;
    }
    let text = '';
    for await (const chunk of request) text += chunk;
    const body = JSON.parse(text);
    const message = { event: String(body.hook_event_name), body };
    this.received.push(message);
    this.#onMessage();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(await this.answer(message)));
  });

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/hook`;
  }

  /** Variables that the host adds to a worker's environment. */
  get env(): { ORCH_HOOK_URL: string; ORCH_TOKEN: string } {
    return { ORCH_HOOK_URL: this.url, ORCH_TOKEN: this.token };
  }

  get events(): string[] {
    return this.received.map(({ event }) => event);
  }

  /** The nth message of an event, waiting for it. */
  async got(event: string, nth = 1): Promise<Received['body']> {
    const find = () => this.received.filter((message) => message.event === event)[nth - 1]?.body;
    const { promise, resolve, reject } = Promise.withResolvers<Received['body']>();
    const why = () => new Error(`no ${event} (${nth}) among ${this.events.join(' ')}`);
    const timer = setTimeout(() => reject(why()), patience);
    this.#onMessage = () => {
      const body = find();
      if (body) resolve(body);
    };
    this.#onMessage();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#onMessage = () => {};
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
