/**
 * `orch-tui mcp`: the control room's tools over standard input and output, for agents that support MCP but not over
 * HTTP. One line is one message. Each agent has its own process, so it loads as little as possible.
 */
import { createInterface } from 'node:readline';
import { McpClient, mcpOf, type RpcMessage } from './inbox.ts';

const address = mcpOf(process.env);
if (address === null) {
  process.stderr.write('orch-tui mcp: not inside a session, so there is nothing to ask.\n');
  process.exitCode = 1;
} else {
  const client = new McpClient(address);
  // In order: an agent's first message opens the session for the others.
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue;
    const answer = await relay(client, line);
    if (answer !== '') process.stdout.write(`${answer}\n`);
  }
}

async function relay(client: McpClient, line: string): Promise<string> {
  const message = parse(line);
  if (message === null) return errorText(null, -32700, 'not JSON');
  try {
    return await client.send(message);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return message.id === undefined ? '' : errorText(message.id, -32000, `The control room is away: ${why}`);
  }
}

function parse(line: string): RpcMessage | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    // The caller reports it to the agent.
    return null;
  }
}

function errorText(id: RpcMessage['id'], code: number, message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id: id ?? null, error: { code, message } });
}
