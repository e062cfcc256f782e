import type { Message } from '../../features/messages.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import type { HostPort } from '../edge/hostPort.ts';
import { lastPort, writeMcpConfig } from './configFile.ts';
import type { Desk } from './desk.ts';
import { McpEndpoint } from './endpoint.ts';
import type { McpServer } from './server.ts';

export interface McpWorld {
  readonly root: string;
  readonly desk: Desk;
  readonly host: Pick<HostPort, 'find'>;
  tell(message: Message): void;
  fail(error: unknown): void;
}

/** Our tools for agents: opened when the first agent is to be started or still runs, on the port of last time. */
export class Mcp {
  readonly #world: McpWorld;
  #opening: Promise<Result<string>> | null = null;
  #endpoint: McpEndpoint | null = null;
  #server: Promise<McpServer> | null = null;
  #closed = false;

  constructor(world: McpWorld) {
    this.#world = world;
  }

  /** The address for agents once it is open. */
  get url(): string | null {
    return this.#endpoint?.url ?? null;
  }

  /** Opens it, or says where it is. */
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
    const endpoint = await McpEndpoint.listen({
      port: lastPort(root),
      identify: (token) => this.#identify(token),
      handle: async (...call) => (await this.#loaded()).handle(...call),
      fail,
    });
    const written = this.#closed ? null : await writeMcpConfig(root, endpoint.url);
    // Tried again with the next agent; by then this port would be one that no agent knows.
    if (!written?.ok) endpoint.close();
    if (written?.ok === false) throw new Error(written.problem.message);
    this.#endpoint = endpoint;
    return success(endpoint.url);
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
    const { desk, tell } = this.#world;
    this.#server ??= import('./server.ts').then(
      ({ McpServer }) => new McpServer(desk, (id, listed) => tell({ type: 'tools-met', id, listed })),
    );
    return this.#server;
  }
}
