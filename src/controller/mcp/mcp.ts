import type { ServerResponse } from 'node:http';
import type { Message } from '../../features/messages.ts';
import type { SessionServices } from '../../features/services.ts';
import { readText } from '../../lib/files.ts';
import { LoopbackServer } from '../../lib/loopbackServer.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import type { HostPort } from '../effects/hostPort.ts';
import { mcpConfigFile, writeMcpConfig } from '../effects/tools.ts';
import type { McpServer } from './server.ts';

interface McpDeps {
  readonly root: string;
  readonly servicesOf: (id: string) => SessionServices;
  readonly host: Pick<HostPort, 'find'>;
  tell(message: Message): void;
  fail(error: unknown): void;
}

/** Our tools for agents: opened when the first agent is to be started or still runs, on the port of last time. */
export class Mcp {
  readonly #world: McpDeps;
  #opening: Promise<Result<string>> | null = null;
  #endpoint: LoopbackServer | null = null;
  #server: Promise<McpServer> | null = null;
  #closed = false;

  constructor(world: McpDeps) {
    this.#world = world;
  }

  /** Opens the endpoint once, and returns its address. */
  open(): Promise<Result<string>> {
    this.#opening ??= this.#open().catch((error: Error) => {
      this.#opening = null;
      return failure('no_tools', `Agents cannot be given our tools: ${error.message}`);
    });
    return this.#opening;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#endpoint?.close();
    await (await this.#server)?.close();
  }

  async #open(): Promise<Result<string>> {
    const { root, fail } = this.#world;
    const endpoint = await LoopbackServer.listen(
      {
        perSecond: 50,
        burst: 300,
        identify: (token) => this.#identify(token),
        handle: async ({ id, request, response, body }) =>
          (await this.#loaded()).handle(id, request, response, body),
        refuse,
        fail,
        hasPath: (path) => path === '/mcp',
        // A stream for messages of the server (GET) is not offered: there are none.
        bodiless: ['DELETE'],
      },
      // Agents that run know no other; another one is taken where that is not free.
      lastPort(root),
    );
    const address = `${endpoint.url}/mcp`;
    const written = this.#closed ? null : writeMcpConfig(root, address);
    // Tried again with the next agent; by then this port would be one that no agent knows.
    if (!written?.ok) endpoint.close();
    if (written?.ok === false) throw new Error(written.problem.message);
    this.#endpoint = endpoint;
    return success(address);
  }

  /** The host gave each terminal its token; only those of processes that run are good for anything. */
  async #identify(token: string): Promise<string | null> {
    const call = await this.#world.host.find();
    if (!call.ok) return null;
    const known = await call.value('identify', { token });
    return known.ok ? known.value.id : null;
  }

  /** The SDK takes half a second and 30 MB, so it comes with the first agent that asks. */
  #loaded(): Promise<McpServer> {
    const { servicesOf, tell } = this.#world;
    this.#server ??= import('./server.ts').then(
      ({ McpServer }) => new McpServer(servicesOf, (id, listed) => tell({ type: 'tools-met', id, listed })),
    );
    return this.#server;
  }
}

function refuse(response: ServerResponse, _path: string, status: number, error: string): void {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  response.writeHead(status, status === 405 ? { ...headers, allow: 'POST, DELETE' } : headers);
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32000, message: error }, id: null }));
}

/** Returns the last port that agents got; null where there is none. */
export function lastPort(root: string): number | null {
  const text = readText(root, mcpConfigFile(root), 64 * 1024);
  // Where nothing was ever started, any port is as good.
  const port = Number(/"http:\/\/127\.0\.0\.1:(\d{1,5})\/mcp"/.exec((text.ok && text.value) || '')?.[1]);
  return Number.isInteger(port) && port > 1023 && port < 65_536 ? port : null;
}
