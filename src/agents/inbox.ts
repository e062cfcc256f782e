import { request } from 'node:http';

/** All of standard input. */
export async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Where a worker's own programs tell the control room what happens. */
export interface Inbox {
  /** `http://127.0.0.1:<port>/hook` */
  readonly url: string;
  readonly token: string;
}

/** The inbox named by a worker's environment; null outside of workers. */
export function inboxOf(environment: Readonly<Record<string, string | undefined>>): Inbox | null {
  const { ORCH_HOOK_URL: url, ORCH_TOKEN: token } = environment;
  return url && token && URL.canParse(url) ? { url, token } : null;
}

/** An answer longer than this is none of ours. */
const answerBytes = 1024 * 1024;

/**
 * Posts JSON text and gives the answer's body.
 * @param timeout milliseconds until the answer is complete
 * @throws Error when there is no answer in time or it is not a success
 */
export function postToInbox(inbox: Inbox, json: string, timeout: number): Promise<string> {
  const body = Buffer.from(json);
  const headers = {
    authorization: `Bearer ${inbox.token}`,
    'content-type': 'application/json',
    'content-length': body.byteLength,
  };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeout);
    const posted = request(inbox.url, { method: 'POST', headers, signal, agent: false }, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        answer += chunk;
        if (answer.length > answerBytes) posted.destroy(new Error('the answer is too long'));
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(answer);
        else reject(new Error(`the inbox answered ${response.statusCode}`));
      });
    });
    posted.on('error', reject);
    posted.end(body);
  });
}

/** Where a session's own programs reach the control room's tools. */
export interface McpAddress {
  /** `http://127.0.0.1:<port>/mcp` */
  readonly url: string;
  readonly token: string;
}

/** The tools' address named by a session's environment; null outside of sessions. */
export function mcpOf(environment: Readonly<Record<string, string | undefined>>): McpAddress | null {
  const { ORCH_MCP_URL: url, ORCH_TOKEN: token } = environment;
  return url && token && URL.canParse(url) ? { url, token } : null;
}

/** A message of JSON-RPC 2.0; without an id it wants no answer. */
export interface RpcMessage {
  readonly id?: string | number | null;
  readonly method?: string;
  readonly [field: string]: unknown;
}

/** An answer longer than this is none of ours. */
const answerChars = 8 * 1024 * 1024;
/** Milliseconds; a look at all worktrees takes a while. */
const patience = 120_000;

/** Speaks Streamable HTTP, as much of it as our own endpoint does: one JSON answer for each message, no streams. */
export class McpClient {
  readonly #address: McpAddress;
  #session: string | null = null;
  /** Said again to a control room that was started anew and knows nobody. */
  #hello: RpcMessage | null = null;

  constructor(address: McpAddress) {
    this.#address = address;
  }

  /**
   * Sends one message.
   * @returns the answer's text, empty for a message that wants none
   * @throws Error when nobody is there, or it is refused
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

  #post(message: RpcMessage): Promise<Answer> {
    const { url, token } = this.#address;
    const body = Buffer.from(JSON.stringify(message));
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'content-length': body.byteLength,
      ...(this.#session !== null && { 'mcp-session-id': this.#session }),
    };
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(patience);
      const posted = request(url, { method: 'POST', headers, signal, agent: false }, (response) => {
        const session = response.headers['mcp-session-id'];
        if (typeof session === 'string') this.#session = session;
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > answerChars) posted.destroy(new Error('the answer is too long'));
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      posted.on('error', reject);
      posted.end(body);
    });
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function bodyOf({ status, text }: Answer): string {
  if (status >= 200 && status < 300) return text;
  throw new Error(`the control room answered ${status}`);
}
