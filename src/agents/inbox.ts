import { request } from 'node:http';

/** Reads all of standard input. */
export async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Address at which a session's own programs reach the control room. */
export interface Address {
  /** `http://127.0.0.1:<port>/hook` for events, `/mcp` for our tools. */
  readonly url: string;
  readonly token: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the inbox named by a worker's environment; null outside of workers. */
export function inboxOf({ ORCH_HOOK_URL, ORCH_TOKEN }: Environment): Address | null {
  return addressOf(ORCH_HOOK_URL, ORCH_TOKEN);
}

/** Returns the tools' address named by a session's environment; null outside of sessions. */
export function mcpOf({ ORCH_MCP_URL, ORCH_TOKEN }: Environment): Address | null {
  return addressOf(ORCH_MCP_URL, ORCH_TOKEN);
}

function addressOf(url: string | undefined, token: string | undefined): Address | null {
  return url && token && URL.canParse(url) ? { url, token } : null;
}

interface Answer {
  readonly status: number;
  readonly session: string | string[] | undefined;
  readonly text: string;
}

/** `most`: maximum characters of an answer; `timeout`: milliseconds until it is complete. */
interface PostOptions {
  readonly timeout: number;
  readonly most: number;
  readonly headers?: Readonly<Record<string, string>>;
}

function post({ url, token }: Address, json: string, options: PostOptions): Promise<Answer> {
  const body = Buffer.from(json);
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': body.byteLength,
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(options.timeout);
    const posted = request(url, { method: 'POST', headers, signal, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > options.most) posted.destroy(new Error('the answer is too long'));
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, session: response.headers['mcp-session-id'], text }),
      );
    });
    posted.on('error', reject);
    posted.end(body);
  });
}

/**
 * Posts JSON text and returns the answer's body.
 * @param timeout milliseconds until the answer is complete
 * @throws Error when there is no answer in time or it is not a success
 */
export async function postToInbox(inbox: Address, json: string, timeout: number): Promise<string> {
  const { status, text } = await post(inbox, json, { timeout, most: 1024 * 1024 });
  if (status === 200) return text;
  throw new Error(`the inbox answered ${status}`);
}

/** A message of JSON-RPC 2.0; without an id it expects no answer. */
export interface RpcMessage {
  readonly id?: string | number | null;
  readonly method?: string;
  readonly [field: string]: unknown;
}

/** Milliseconds; comparing all worktrees takes a while. */
const timeoutMs = 120_000;

/** MCP client for Streamable HTTP, as far as our own endpoint uses it: one JSON answer for each message, no streams. */
export class McpClient {
  readonly #address: Address;
  #session: string | null = null;
  /** The first `initialize` message, repeated after a restart of the control room, which forgets sessions. */
  #hello: RpcMessage | null = null;

  constructor(address: Address) {
    this.#address = address;
  }

  /**
   * Sends one message.
   * @returns the answer's text, empty for a message without one
   * @throws Error when the control room cannot be reached, or refuses it
   */
  async send(message: RpcMessage): Promise<string> {
    if (message.method === 'initialize') {
      this.#hello = message;
      this.#session = null;
    }
    const answer = await this.#post(message);
    if (answer.status !== 404 || this.#session === null || this.#hello === null) return bodyOf(answer);
    this.#session = null;
    bodyOf(await this.#post(this.#hello));
    bodyOf(await this.#post({ jsonrpc: '2.0', method: 'notifications/initialized' }));
    return bodyOf(await this.#post(message));
  }

  async #post(message: RpcMessage): Promise<Answer> {
    const headers = {
      accept: 'application/json, text/event-stream',
      ...(this.#session !== null && { 'mcp-session-id': this.#session }),
    };
    const options = { timeout: timeoutMs, most: 8 * 1024 * 1024, headers };
    const answer = await post(this.#address, JSON.stringify(message), options);
    if (typeof answer.session === 'string') this.#session = answer.session;
    return answer;
  }
}

function bodyOf({ status, text }: Answer): string {
  if (status >= 200 && status < 300) return text;
  throw new Error(`the control room answered ${status}`);
}
