/**
 * A memory server as people have them: a program over standard input and output whose store is a file named by its
 * WORKSPACE_ID, below MEMORY_FOLDER. It finds by word, and by a meaning that it knows.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const { MEMORY_FOLDER, WORKSPACE_ID = 'none', MEMORY_WITHOUT = '', MEMORY_MANNERS = '' } = process.env;
const file = join(MEMORY_FOLDER, `${WORKSPACE_ID}.json`);
writeFileSync(
  join(MEMORY_FOLDER, 'ran'),
  `${WORKSPACE_ID} ${process.env.NOTION_TOKEN ?? 'no token'} ${process.cwd()}`,
);
const read = () =>
  existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { memories: [], initiative: null };
const write = (all) => writeFileSync(file, JSON.stringify(all));

const meanings = { bcrypt: ['password', 'hashing'], postgres: ['database'] };
const words = (text) =>
  text
    .toLowerCase()
    .split(/\W+/)
    .filter((one) => one !== '');
const near = (content, query) =>
  words(query).filter((word) => words(content).some((one) => one === word || meanings[one]?.includes(word)))
    .length;

const tools = {
  memory_store: ({ content, type = 'context', tags = [] }) => {
    const all = read();
    const made = {
      id: `m${all.memories.length + 1}`,
      content,
      type,
      tags,
      createdAt: new Date().toISOString(),
    };
    write({ ...all, memories: [...all.memories, made] });
    return made;
  },
  memory_search: ({ query, limit = 10 }) =>
    read()
      .memories.map((one) => ({ ...one, distance: 1 / (1 + near(one.content, query)) }))
      .filter(({ distance }) => distance < 1)
      .slice(0, limit),
  memory_list: ({ limit = 10, offset = 0 }) => read().memories.slice(offset, offset + limit),
  memory_update: ({ id, content }) => {
    const all = read();
    write({ ...all, memories: all.memories.map((one) => (one.id === id ? { ...one, content } : one)) });
    return { id };
  },
  memory_delete: ({ id }) => {
    const all = read();
    write({ ...all, memories: all.memories.filter((one) => one.id !== id) });
    return { id };
  },
  initiative_get: () => read().initiative,
  initiative_start: ({ name }) =>
    write({ ...read(), initiative: { name, decisions: [], lessons: [] } }) ?? { name },
  initiative_update: (change) =>
    write({ ...read(), initiative: { ...read().initiative, ...change } }) ?? change,
  initiative_complete: () => write({ ...read(), initiative: null }) ?? {},
};
const offered = Object.keys(tools).filter((name) => !MEMORY_WITHOUT.split(',').includes(name));

const server = new Server({ name: 'memory', version: '1' }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, () => ({
  tools: offered.map((name) => ({ name, inputSchema: { type: 'object' } })),
}));
server.setRequestHandler(CallToolRequestSchema, ({ params: { name, arguments: given } }) => {
  if (MEMORY_MANNERS === 'silent') return new Promise(() => {});
  if (MEMORY_MANNERS === 'nonsense') return { content: [{ type: 'text', text: 'Error: no database' }] };
  return { content: [{ type: 'text', text: JSON.stringify(tools[name](given)) ?? '' }] };
});
await server.connect(new StdioServerTransport());
if (MEMORY_MANNERS === 'flood')
  for (;;) await new Promise((done) => process.stdout.write('x'.repeat(1 << 20), done));
