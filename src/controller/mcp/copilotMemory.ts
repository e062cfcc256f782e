import { join } from 'node:path';
import { z } from 'zod';
import { agentEnvironment } from '../../agents/environment.ts';
import { isUpdateBlock } from '../../agents/updateBlock.ts';
import { type Memory, memoryKinds } from '../../domain/memory.ts';
import { failure, type Problem, type Result, success } from '../../domain/problem.ts';
import type { WorkspaceConfig } from '../../domain/workspace.ts';
import { followPath, readPlain } from '../../lib/files.ts';
import { version } from '../../protocol/version.ts';
import { cleanMemory, copilotWorkspace } from '../edge/memories.ts';

/** Milliseconds: its first start compiles and may open a large database. */
const connectMs = 15_000;
const callMs = 60_000;
const pageSize = 100;
/** Of `.mcp.json`: far more than people write. */
const largestBytes = 4 * 1024 * 1024;
/** Beyond that many pages something answers the same page for ever. */
const mostPages = 50;

const server = z.object({
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
});
const config = z.object({ mcpServers: z.object({ 'copilot-memory': server.optional() }) });

const entry = z.object({
  id: z.string().max(200),
  content: z.string(),
  type: z.enum(memoryKinds).catch('context'),
  tags: z.array(z.string()).catch([]),
  createdAt: z.string().max(40),
});

/**
 * The updates that sessions left in a copilot-memory server, as the workspace's `.mcp.json` names it. That is
 * somebody's program: it is only run where the person has said so in the configuration.
 * @returns empty where no such server is named; `copilot_unavailable`
 */
export async function readCopilotMemory(
  root: string,
  ambient: Readonly<Record<string, string | undefined>>,
): Promise<Result<readonly Memory[]>> {
  const file = join(root, '.mcp.json');
  const target = followPath(root, file);
  const text = target.ok ? readPlain(target.value, largestBytes) : target;
  if (!text.ok) return text;
  if (text.value === null) return success([]);
  try {
    const named = config.parse(JSON.parse(text.value)).mcpServers['copilot-memory'];
    return success(named ? await readAll(root, named, ambient) : []);
  } catch (error) {
    const message = `Nothing could be read of copilot-memory: ${(error as Error).message}`;
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
  #last: { readonly at: number; readonly memories: Promise<readonly Memory[]> } | null = null;

  constructor(tell: (problem: Problem) => void) {
    this.#tell = tell;
  }

  read(
    { root, memory }: Pick<WorkspaceConfig, 'root' | 'memory'>,
    ambient: Readonly<Record<string, string | undefined>>,
  ): Promise<readonly Memory[]> {
    if (memory?.copilot !== true) return Promise.resolve([]);
    const now = performance.now();
    if (!this.#last || now - this.#last.at > freshMs)
      this.#last = { at: now, memories: this.#ask(root, ambient) };
    return this.#last.memories;
  }

  async #ask(
    root: string,
    ambient: Readonly<Record<string, string | undefined>>,
  ): Promise<readonly Memory[]> {
    const read = await readCopilotMemory(root, ambient);
    if (read.ok) return read.value;
    this.#tell(read.problem);
    return [];
  }
}
