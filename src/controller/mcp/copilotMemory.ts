import { z } from 'zod';
import { agentEnvironment } from '../../agents/launch.ts';
import { isUpdateBlock } from '../../agents/updateBlock.ts';
import type { WorkspaceConfig } from '../../core/workspace.ts';
import { type Memory, memoryKinds } from '../../features/memory/memory.ts';
import { cleanMemory } from '../../features/memory/remember.ts';
import { failure, type Problem, type Result, success } from '../../lib/result.ts';
import { whyOf } from '../../lib/systemError.ts';
import { version } from '../../protocol/version.ts';
import { copilotWorkspace } from '../edge/launching.ts';

/** Milliseconds: its first start compiles and may open a large database. */
const connectMs = 15_000;
const callMs = 60_000;
const pageSize = 100;
/** Of `.mcp.json`: far more than people write. */
const _largestBytes = 4 * 1024 * 1024;
/** Beyond that many pages something answers the same page for ever. */
const mostPages = 50;

const server = z.object({
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
});

const entry = z.object({
  id: z.string().max(200),
  content: z.string(),
  type: z.enum(memoryKinds).catch('context'),
  tags: z.array(z.string()).catch([]),
  createdAt: z.string().max(40),
});

/**
 * Reads the updates that sessions left in a copilot-memory server. The server is a program of others, so it is
 * run only as the person trusted it.
 * @param named the server as `.mcp.json` names it; null where there is none to run
 * @returns empty where no such server is named; `copilot_unavailable`
 */
export async function readCopilotMemory(
  root: string,
  named: unknown,
  ambient: Readonly<Record<string, string | undefined>>,
): Promise<Result<readonly Memory[]>> {
  if (named === null) return success([]);
  try {
    return success(await readAll(root, server.parse(named), ambient));
  } catch (error) {
    const message = `Nothing could be read of copilot-memory: ${whyOf(error)}`;
    return failure('copilot_unavailable', message, 'Look at .mcp.json, or set memory.copilot to false.');
  }
}

async function readAll(
  root: string,
  { command, args, env }: z.output<typeof server>,
  ambient: Readonly<Record<string, string | undefined>>,
): Promise<readonly Memory[]> {
  const [{ Client }, { StdioClientTransport }] = await Promise.all([
    import('@modelcontextprotocol/sdk/client/index.js'),
    import('@modelcontextprotocol/sdk/client/stdio.js'),
  ]);
  const environment = agentEnvironment(ambient, { env, pass: [] }, { WORKSPACE_ID: copilotWorkspace(root) });
  const client = new Client({ name: 'orch-tui', version });
  const transport = new StdioClientTransport({
    command,
    args,
    env: environment,
    cwd: root,
    stderr: 'ignore',
  });
  try {
    await client.connect(transport, { timeout: connectMs });
    const memories = new Map<string, Memory>();
    for (let page = 0; page < mostPages; page++) {
      const request = { name: 'memory_list', arguments: { limit: pageSize, offset: page * pageSize } };
      const result = await client.callTool(request, undefined, { timeout: callMs });
      const [first] = z.array(z.object({ text: z.string() })).parse(result.content);
      const entries = z.array(entry).parse(JSON.parse(first?.text ?? '[]'));
      const before = memories.size;
      for (const one of entries.flatMap(memoryOf)) memories.set(one.id, one);
      // One that knows no offset gives the same page again.
      if (entries.length < pageSize || (page > 0 && memories.size === before)) break;
    }
    return [...memories.values()];
  } finally {
    await client.close();
  }
}

function memoryOf({ id, content, type, tags, createdAt }: z.output<typeof entry>): readonly Memory[] {
  if (!isUpdateBlock(content)) return [];
  const memory = cleanMemory({ kind: type, content: content.slice(0, 20_000), tags, metadata: {} });
  return memory.ok ? [{ id: `copilot-${id}`, by: 'copilot-memory', at: createdAt, ...memory.value }] : [];
}

/** Milliseconds for which what was read is good enough: reading takes a process and seconds. */
const freshMs = 60_000;

/** Reads it where the person has agreed, at most once a minute; what is wrong with it is told. */
export class CopilotMemory {
  readonly #tell: (problem: Problem) => void;
  #last: {
    readonly at: number;
    readonly server: unknown;
    readonly memories: Promise<readonly Memory[]>;
  } | null = null;

  constructor(tell: (problem: Problem) => void) {
    this.#tell = tell;
  }

  read(
    { root, memory }: Pick<WorkspaceConfig, 'root' | 'memory'>,
    ambient: Readonly<Record<string, string | undefined>>,
  ): Promise<readonly Memory[]> {
    const { copilot, server = null } = memory ?? {};
    if (copilot !== true) return Promise.resolve([]);
    const now = performance.now();
    const last = this.#last;
    if (last && last.server === server && now - last.at <= freshMs) return last.memories;
    const memories = this.#ask(root, server, ambient);
    this.#last = { at: now, server, memories };
    return memories;
  }

  async #ask(
    root: string,
    server: unknown,
    ambient: Readonly<Record<string, string | undefined>>,
  ): Promise<readonly Memory[]> {
    const read = await readCopilotMemory(root, server, ambient);
    if (read.ok) return read.value;
    this.#tell(read.problem);
    return [];
  }
}
