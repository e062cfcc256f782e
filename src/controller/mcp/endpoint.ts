import type { IncomingMessage, ServerResponse } from 'node:http';
import { LoopbackServer } from '../../lib/loopbackServer.ts';

export interface EndpointOptions {
  /** The port of last time: agents that run know no other. */
  readonly port: number | null;
  /** Whose token this is; null for nobody's. */
  identify(token: string): Promise<string | null>;
  /** Answers a checked request. */
  handle(id: string, request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void>;
  /** A bug: nothing that can be expected comes here. */
  fail(error: unknown): void;
}

/** Where agents reach our tools: the controller's own end of the loopback interface. */
export class McpEndpoint {
  readonly #server: LoopbackServer;

  private constructor(server: LoopbackServer) {
    this.#server = server;
  }

  /** Takes the port of last time, or another one where that is taken. */
  static async listen({ port, identify, handle, fail }: EndpointOptions): Promise<McpEndpoint> {
    const server = await LoopbackServer.listen(
      {
        perSecond: 50,
        burst: 300,
        identify,
        handle: ({ id, request, response, body }) => handle(id, request, response, body),
        refuse,
        fail,
        hasPath: (path) => path === '/mcp',
        // A stream for what is said unasked (GET) is not offered: nothing is.
        bodiless: ['DELETE'],
      },
      port,
    );
    return new McpEndpoint(server);
  }

  get port(): number {
    return this.#server.port;
  }

  get url(): string {
    return `${this.#server.url}/mcp`;
  }

  close(): void {
    this.#server.close();
  }
}

function refuse(response: ServerResponse, _path: string, status: number, error: string): void {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  response.writeHead(status, status === 405 ? { ...headers, allow: 'POST, DELETE' } : headers);
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32000, message: error }, id: null }));
}
