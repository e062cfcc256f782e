import { orchestrator } from '../../core/worker.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { defineWish } from '../define.ts';
import type { RequestId } from '../messages.ts';
import { type ControllerState, type Decision, noted, reply } from '../state.ts';
import { entryNumber, type Memory } from './memory.ts';
import { cleanMemory } from './remember.ts';

/** Tools by which sessions change stored memories, with copilot-memory's names. */

/** Replaces the text of a stored memory; kind and tags stay, and the log has both texts. */
export const updateMemory = defineWish<unknown>()({
  name: 'correctMemory',
  by: 'agent',
  params: ({ z }) => z.object({ id: z.string().max(200), content: z.string().min(1).max(20_000) }),
  handle(services, { id, content }) {
    const clean = cleanMemory({ kind: 'context', tags: [], metadata: {}, content });
    if (!clean.ok) return clean;
    return services.ask({ do: 'correctMemory', id, content: clean.value.content });
  },
  decide: (state, { id, content = '' }: Wished, { ticket, id: by }) =>
    decided(state, ticket, { id, by }, (entry) => ({ type: 'memory-corrected', id: by, entry, content })),
  mcp: {
    name: 'memory_update',
    has: 'everyone',
    description:
      'Correct what you stored in the memory: put another text in its place. A worker can change its own entries alone, the orchestrator those of all sessions.',
  },
});

/** Removes a session's memory from search; the log keeps it. */
export const deleteMemory = defineWish<unknown>()({
  name: 'removeMemory',
  by: 'agent',
  params: ({ z }) => z.object({ id: z.string().max(200) }),
  handle: (services, { id }) => services.ask({ do: 'removeMemory', id }),
  decide: (state, { id }: Wished, { ticket, id: by }) =>
    decided(state, ticket, { id, by }, (entry) => ({ type: 'memory-removed', id: by, entry })),
  mcp: {
    name: 'memory_delete',
    has: 'everyone',
    description:
      'Have what you stored in the memory found no more, because it is wrong or out of date. A worker can remove its own entries alone, the orchestrator those of all sessions.',
  },
});

type Wished = { readonly id: string; readonly content?: string };

function decided(
  state: ControllerState,
  ticket: RequestId,
  { id, by }: { id: string; by: string },
  happening: (entry: number) => Parameters<typeof noted>[2],
): Decision {
  const entry = entryNumber(id);
  const found = state.log.memories.find((one) => one.id === id);
  if (entry === null || !found) return reply(state, ticket, notStored(id));
  const may = mayChange(found, by);
  return may.ok
    ? noted(state, ticket, happening(entry), success({ id: found.id }))
    : reply(state, ticket, may);
}

/**
 * @returns `not_yours`: a person's memory stays theirs, and a worker cannot rewrite entries that others rely
 * on
 */
function mayChange({ id, by }: Memory, session: string): Result<null> {
  if (by === session || (session === orchestrator.id && by !== 'person')) return success(null);
  const whose = by === 'person' ? 'A person' : by;
  return failure(
    'not_yours',
    `${whose} stored ${id}, so you cannot change it.`,
    'Store what you know beside it.',
  );
}

function notStored(id: string): Result<never> {
  return failure(
    'no_such_memory',
    `Nothing is stored here as ${JSON.stringify(id.slice(0, 80))}.`,
    'Find ids with memory_search; entries of another memory server are changed with its own tools.',
  );
}
