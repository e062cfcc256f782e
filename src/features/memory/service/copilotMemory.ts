import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { WorkspaceConfig } from '../../../core/workspace.ts';
import { version } from '../../../ipc/version.ts';
import { failure, type Problem, problemOf, type Result, success, whyOf } from '../../../lib/result.ts';
import { oneLine } from '../../../lib/sanitize.ts';
import type { FoundMemory, Memory } from '../memoryState.ts';
import {
  answerText,
  entriesIn,
  initiativeIn,
  strictEntriesIn,
  type TheirEntry,
  theirPrefix,
} from './memoryAnswers.ts';
import { leftOutOf, type MemoryProgram, memoryProgram } from './memoryServer.ts';

/** Milliseconds: its first start compiles and may open a large database. */
const connectMs = 15_000;
const callMs = 15_000;
/** Milliseconds that an unused server keeps running, for the next search. */
const idleMs = 60_000;
/** Milliseconds before a failed server is started again. */
const restMs = 60_000;
/** Milliseconds that its list stays valid: sessions store into it without us. */
const freshMs = 3_000;
/** Bytes of one message. */
const mostBytes = 4 * 1024 * 1024;
/** Lines that are no messages, such as log lines, before it is ended. */
const mostErrors = 1000;
const pageSize = 100;
/** Most pages, in case a server repeats a page forever. */
const mostPages = 50;

type Config = Pick<WorkspaceConfig, 'root' | 'memory'>;
type Ambient = Readonly<Record<string, string | undefined>>;

interface Session {
  readonly client: Client;
  /** Parameter names by tool; null where the tool declares none. */
  readonly tools: ReadonlyMap<string, ReadonlySet<string> | null>;
  /** Tools that require arguments. */
  readonly demanding: ReadonlySet<string>;
}

/**
 * Client of the trusted memory server: entries that sessions stored there, by its list and by its own
 * search. A third-party program: it runs only as it was trusted, only while needed, and its output is
 * limited.
 */
export class CopilotMemory {
  readonly #tell: (problem: Problem) => void;
  #server: unknown = null;
  #name = '';
  #session: Promise<Session> | null = null;
  #idle: NodeJS.Timeout | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;
  #listed: { readonly at: number; readonly entries: readonly Memory[] } | null = null;

  /** @param tell receives problems of the server */
  constructor(tell: (problem: Problem) => void) {
    this.#tell = tell;
  }

  /** Lists all entries; empty where there is no server, or it fails. */
  async read(config: Config, ambient: Ambient): Promise<readonly Memory[]> {
    const fresh = this.#listed && performance.now() - this.#listed.at <= freshMs && this.#isSame(config);
    if (fresh && this.#listed) return this.#listed.entries;
    const read = await this.#use(config, ambient, async (session) => {
      const all = [...(await this.#list(session)), ...(await this.#initiatives(session))];
      return [...new Map(all.map(({ memory }) => [memory.id, memory])).values()];
    });
    const entries = read.ok ? read.value : [];
    this.#listed = { at: performance.now(), entries };
    return entries;
  }

  /**
   * Searches with the server's own search, semantically where it can. Best first; empty where it has none.
   */
  async search(
    config: Config,
    ambient: Ambient,
    query: string,
    limit: number,
  ): Promise<readonly FoundMemory[]> {
    if (query.trim() === '') return [];
    const found = await this.#use(config, ambient, async (session) =>
      session.tools.has('memory_search')
        ? entriesIn(await this.#call(session, 'memory_search', { query, limit }), this.#name)
        : [],
    );
    if (!found.ok) return [];
    const { value } = found;
    const furthest = Math.max(1, ...value.map(({ distance }) => distance ?? 0));
    return value.slice(0, limit).map(({ memory, distance }, at) => ({
      memory,
      distance: distance === null ? at / (value.length + 1) : (distance / furthest) * 0.999,
    }));
  }

  /**
   * Corrects an entry, or removes it where the content is null, by the server's own tool.
   * @param id with our prefix
   * @returns `not_here` where the server has no such tool, `copilot_unavailable` with its message
   */
  async change(config: Config, ambient: Ambient, id: string, content: string | null): Promise<Result<null>> {
    const tool = content === null ? 'memory_delete' : 'memory_update';
    const done = await this.#use(config, ambient, async (session) => {
      if (!session.tools.has(tool)) return false;
      const own = id.slice(theirPrefix.length);
      await this.#call(session, tool, content === null ? { id: own } : { id: own, content });
      return true;
    });
    this.#listed = null;
    if (!done.ok) return done;
    return done.value
      ? success(null)
      : failure(
          'not_here',
          `The memory server ${this.#name} has no tool ${tool}.`,
          'Change it with its own means.',
        );
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const session = this.#session;
    this.#session = null;
    // A failed connection has nothing to close.
    await session?.then(({ client }) => client.close()).catch(() => {});
  }

  #isSame({ memory }: Config): boolean {
    return this.#server === (memory?.server ?? null);
  }

  /**
   * @returns `copilot_unavailable` with the server's message; reported once, with a pause before the next
   * try
   */
  async #use<T>(config: Config, ambient: Ambient, ask: (session: Session) => Promise<T>): Promise<Result<T>> {
    if (!this.#isSame(config)) await this.#follow(config);
    const program = memoryProgram(config, ambient);
    if (!program) return unavailable(leftOutOf(config) ?? 'none is named that can be run');
    if (performance.now() - this.#failedAt < restMs) return unavailable('it failed a moment ago');
    clearTimeout(this.#idle);
    try {
      this.#session ??= connect(program, config.root);
      return success(await ask(await this.#session));
    } catch (error) {
      await this.close();
      this.#failedAt = performance.now();
      const failed = unavailable(whyOf(error));
      this.#tell(failed.problem);
      return failed;
    } finally {
      clearTimeout(this.#idle);
      this.#idle = setTimeout(() => void this.close(), idleMs);
      this.#idle.unref();
    }
  }

  async #follow({ memory }: Config): Promise<void> {
    await this.close();
    this.#server = memory?.server ?? null;
    this.#name = memory?.serverName ?? 'copilot-memory';
    this.#listed = null;
    this.#failedAt = Number.NEGATIVE_INFINITY;
  }

  async #call({ client, tools }: Session, name: string, given: Record<string, unknown>): Promise<string> {
    const takes = tools.get(name);
    const fitting = Object.entries(given).filter(([key]) => !takes || takes.has(key));
    const request = { name, arguments: Object.fromEntries(fitting) };
    return answerText(await client.callTool(request, undefined, { timeout: callMs }));
  }

  async #list(session: Session): Promise<readonly TheirEntry[]> {
    if (!session.tools.has('memory_list')) return [];
    const entries = new Map<string, TheirEntry>();
    for (let page = 0; page < mostPages; page++) {
      const wanted = { limit: pageSize, offset: page * pageSize };
      const found = strictEntriesIn(await this.#call(session, 'memory_list', wanted), this.#name);
      const before = entries.size;
      for (const one of found) entries.set(one.memory.id, one);
      // A server without an offset repeats the page.
      if (found.length < pageSize || (page > 0 && entries.size === before)) break;
    }
    return [...entries.values()];
  }

  /** Lists decisions and lessons that are stored with the current initiative. */
  async #initiatives(session: Session): Promise<readonly TheirEntry[]> {
    if (!session.tools.has('initiative_get') || session.demanding.has('initiative_get')) return [];
    try {
      return initiativeIn(await this.#call(session, 'initiative_get', {}), this.#name);
    } catch {
      // There is no initiative, which some servers answer as an error.
      return [];
    }
  }
}

function unavailable(why: string) {
  const message = `Nothing could be read of the memory server: ${oneLine(why, 300)}`;
  const hint = 'Look at .mcp.json, or set memory.copilot to false.';
  return { ok: false, problem: problemOf('copilot_unavailable', message, hint) } as const;
}

async function connect({ command, args, env }: MemoryProgram, cwd: string): Promise<Session> {
  const [{ Client: McpClient }, { StdioClientTransport }] = await Promise.all([
    import('@modelcontextprotocol/sdk/client/index.js'),
    import('@modelcontextprotocol/sdk/client/stdio.js'),
  ]);
  const client = new McpClient({ name: 'orch-tui', version });
  const transport = new StdioClientTransport({
    ...{ command, args: [...args], env: { ...env }, cwd, stderr: 'ignore', maxBufferSize: mostBytes },
  });
  let errors = 0;
  transport.onerror = ({ message }) => {
    errors += 1;
    const isFlood = errors > mostErrors || message.startsWith('ReadBuffer exceeded');
    if (isFlood && transport.pid !== null) process.kill(transport.pid, 'SIGKILL');
  };
  try {
    await client.connect(transport, { timeout: connectMs });
    const { tools } = await client.listTools(undefined, { timeout: callMs });
    const few = tools.slice(0, 200);
    return {
      client,
      tools: new Map(
        few.map(({ name, inputSchema: { properties } }) => [
          name,
          properties ? new Set(Object.keys(properties)) : null,
        ]),
      ),
      demanding: new Set(
        few.filter(({ inputSchema }) => inputSchema.required?.length).map(({ name }) => name),
      ),
    };
  } catch (error) {
    await client.close();
    throw error;
  }
}
