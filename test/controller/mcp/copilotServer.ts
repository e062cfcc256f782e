/** A stand-in for copilot-memory over standard input and output: 250 entries, of which each tenth is an update. */
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const entries = Array.from({ length: 250 }, (_, at) => ({
  id: `e${at}`,
  projectId: process.env.WORKSPACE_ID ?? '',
  content:
    at % 10 === 0
      ? `[WORKER UPDATE]\nStatus: done\nDone: part ${at} in ${process.env.WORKSPACE_ID}`
      : `note ${at}`,
  type: at % 20 === 0 ? 'context' : 'of no known kind',
  tags: ['t'],
  metadata: { secret: process.env.NOTION_TOKEN ?? 'none' },
  createdAt: '2026-11-20T10:00:00.000Z',
}));

const server = new Server({ name: 'copilot-memory', version: '1' }, { capabilities: { tools: {} } });
server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
  const { limit = 10, offset = 0 } = params.arguments as { limit?: number; offset?: number };
  const text = JSON.stringify(entries.slice(offset, offset + limit));
  return { content: [{ type: 'text', text: process.argv[2] === 'broken' ? 'Error: no database' : text }] };
});
await server.connect(new StdioServerTransport());
