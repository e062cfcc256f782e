import { z } from 'zod';
import { parseUpdateBlock } from '../../agents/updateBlock.ts';
import { type FoundMemory, memoryKinds } from '../../features/memory/memory.ts';
import { cleanMemory, contentLimit } from '../../features/memory/remember.ts';
import { success } from '../../lib/result.ts';
import type { Desk } from './desk.ts';
import { defineTool, type Tool } from './tool.ts';

const kind = z.enum(memoryKinds);

/** The workspace's memory, with names and answers of the copilot-memory server. */
export const memoryTools: readonly Tool[] = [
  defineTool({
    name: 'memory_store',
    description:
      'Keep a decision, a lesson or context for all sessions of this workspace, now and later. No secrets.',
    input: z.object({
      content: z.string().min(1).max(contentLimit),
      type: kind.default('context'),
      tags: z.array(z.string().max(60)).max(20).default([]),
      metadata: z.record(z.string().max(60), z.unknown()).default({}),
    }),
    async run(desk, id, { content, type, tags, metadata }) {
      const memory = cleanMemory({ kind: type, content, tags, metadata });
      if (!memory.ok) return memory;
      const stored = await desk.hear<{ readonly id: string }>(id, { do: 'remember', memory: memory.value });
      if (!stored.ok) return stored;
      const update = parseUpdateBlock(content);
      if (update) await desk.hear(id, { do: 'report', update });
      const kept = desk.state.log.memories.findLast((one) => one.id === stored.value.id);
      return success(kept ? shown(desk, { memory: kept, distance: 0 }) : null);
    },
  }),
  defineTool({
    name: 'memory_search',
    description:
      'Find what sessions of this workspace have stored. Words are matched, also with small typos.',
    input: z.object({
      query: z.string().max(1000),
      type: kind.optional(),
      limit: z.number().int().min(1).max(100).default(10),
    }),
    reads: true,
    run: async (desk, _, { query, type, limit }) => {
      const found = await desk.searchMemory(query, { kind: type, limit });
      return success(found.map((one) => shown(desk, one)));
    },
  }),
];

function shown({ state }: Desk, { memory, distance }: FoundMemory) {
  const { id, by, at, kind: type, content, tags, metadata } = memory;
  const sessionId = state.log.workers.get(by)?.sessionId ?? null;
  return {
    ...{ id, projectId: state.config.name, content, type, tags, metadata: { ...metadata, worker: by } },
    ...{ createdAt: at, updatedAt: at, sessionId, distance },
  };
}
