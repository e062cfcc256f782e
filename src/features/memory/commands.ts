import { upTo } from '../../core/verb.ts';
import { orchestrator } from '../../core/worker.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { oneLine, paragraphs, withoutHidden } from '../../lib/sanitize.ts';
import { alignColumns, timeText } from '../../ui/format.ts';
import { defineCommand, defineServed, defineSessionCommand, defineTool } from '../define.ts';
import { readReport } from '../messages/reports.ts';
import type { NamedRequest, RequestId } from '../messages.ts';
import { type ControllerState, type Decision, record, reply } from '../state.ts';
import { entryNumber, type FoundMemory, type Memory, type MemoryDraft, memoryKinds } from './memoryState.ts';

/** Stores something for all sessions to find. */
export const remember = defineCommand<{ id: string }>()({
  name: 'remember',
  by: 'person',
  what: 'store memories here; its tool is memory_store',
  params: ({ memory }) => memory,
  handle: (services, draft) => {
    const memory = cleanMemory(draft);
    if (!memory.ok) return memory;
    const request: NamedRequest & RememberParams = { do: 'remember', memory: memory.value };
    return services.ask<{ id: string }>(request);
  },
  decide: (state, { memory }: RememberParams, { ticket }) => recordMemory(state, ticket, 'person', memory),
  verbs: [
    {
      usage: 'memory store <text>',
      about: 'keep something for all sessions',
      options: {
        '--kind <kind>': { about: 'what it is', oneOf: memoryKinds, fallback: 'context' },
        '--tag <tag...>': 'words to find it by',
      },
      request: ([content = ''], { kind, tag = [] }) => ({
        ...{ kind: kind as MemoryDraft['kind'], content, tags: tag as readonly string[], metadata: {} },
      }),
      says: (_, { id }) => `Stored as ${id}.`,
    },
  ],
});

/** Returns the best matches first; for an empty query all, newest first. At most `limit`, 1–100. */
export const searchMemory = defineServed<readonly FoundMemory[]>()({
  name: 'searchMemory',
  by: 'anyone',
  onForeignState: true,
  params: ({ z, text }) =>
    z.strictObject({ query: text, kind: text.exactOptional(), limit: z.number().exactOptional() }),
  handle: async (services, { query, kind, limit = 10 }) =>
    success(await services.searchMemory(query, kind, Math.min(100, Math.max(1, limit)))),
  verbs: [
    {
      usage: 'memory search [query]',
      about: 'find what is stored; all of it without a query',
      what: 'search what is stored',
      options: {
        '--kind <kind>': { about: 'only this kind', oneOf: memoryKinds },
        '--limit <n>': { about: 'at most so many', parse: upTo(100) },
      },
      request: ([query = ''], { kind, limit = 10 }) => ({
        ...{ query, limit: limit as number },
        ...(kind !== undefined && { kind: kind as string }),
      }),
      json: (_, found) => found.map(({ memory, distance }) => ({ ...memory, distance })),
      says: (_, found) =>
        found.length === 0
          ? 'Nothing like that is stored.'
          : alignColumns(
              found.map(({ memory: { at, by, kind, content } }) => [timeText(at), by, kind, content]),
            ),
    },
  ],
});

/**
 * Stores a memory for a session, with name and answer of the copilot-memory server. A text block in it
 * counts as a report too.
 */
export const storeMemory = defineSessionCommand<unknown>()({
  name: 'remember',
  by: 'agent',
  params: ({ z }) =>
    z.object({
      content: z.string().min(1).max(contentLimit),
      type: z.enum(memoryKinds).default('context'),
      tags: z.array(z.string().max(60)).max(20).default([]),
      metadata: z.record(z.string().max(60), z.unknown()).default({}),
    }),
  async handle(services, { content, type, tags, metadata }) {
    const memory = cleanMemory({ kind: type, content, tags, metadata });
    if (!memory.ok) return memory;
    const stored = await services.ask<{ id: string }>({ do: 'remember', memory: memory.value });
    if (!stored.ok) return stored;
    const update = readReport(services.state, content);
    if (update) await services.ask({ do: 'report', update });
    const kept = services.state.log.memories.findLast((one) => one.id === stored.value.id);
    return success(kept ? memoryJson(services.state, { memory: kept, distance: 0 }) : null);
  },
  decide: (state, { memory }: RememberParams, { ticket, id }) => recordMemory(state, ticket, id, memory),
  mcp: {
    name: 'memory_store',
    has: 'everyone',
    description:
      'Keep a decision, a lesson or context for all sessions of this workspace, now and later. No secrets.',
  },
});

/** Searches memories, with the name and answer of the copilot-memory server. */
export const memorySearch = defineTool<unknown>()({
  name: 'memory_search',
  by: 'agent',
  params: ({ z }) =>
    z.object({
      query: z.string().max(1000),
      type: z.enum(memoryKinds).optional(),
      limit: z.number().int().min(1).max(100).default(10),
    }),
  async handle({ state, searchMemory }, { query, type, limit }) {
    const found = await searchMemory(query, type, limit);
    return success(found.map((one) => memoryJson(state, one)));
  },
  mcp: {
    has: 'everyone',
    description:
      'Find what sessions of this workspace have stored. Words are matched, also with small typos.',
    reads: true,
  },
});

function memoryJson({ log, config }: ControllerState, { memory, distance }: FoundMemory) {
  const { id, by, at, kind: type, content, tags, metadata } = memory;
  const sessionId = log.workers.get(by)?.sessionId ?? null;
  return {
    ...{ id, projectId: config.name, content, type, tags, metadata: { ...metadata, worker: by } },
    ...{ createdAt: at, updatedAt: at, sessionId, distance },
  };
}

type RememberParams = { readonly memory: MemoryDraft };

/** @param by the session that stores it, or `person` */
function recordMemory(state: ControllerState, ticket: RequestId, by: string, memory: MemoryDraft): Decision {
  const entry = state.log.lastMemory + 1;
  return record(
    state,
    ticket,
    { type: 'remembered', id: by, entry, memory },
    success({ id: `orch-${entry}` }),
  );
}

/** Limits in characters: a memory, and its metadata as JSON. */
const contentLimit = 20_000;
const metadataLimit = 4000;

/**
 * Returns a memory as plain text within limits, for every source.
 * @returns `too_long`, `bad_request`
 */
export function cleanMemory({ kind, content, tags, metadata }: MemoryDraft): Result<MemoryDraft> {
  if (!memoryKinds.includes(kind))
    return failure('bad_request', `There is no such kind of memory.`, `Known: ${memoryKinds.join(', ')}.`);
  if (content.length > contentLimit)
    return failure('too_long', `A memory has at most ${contentLimit} characters.`, 'Say less.');
  if (JSON.stringify(metadata).length > metadataLimit)
    return failure('too_long', `Its metadata has at most ${metadataLimit} characters.`, 'Shorten it.');
  return success({
    kind,
    content: paragraphs(withoutHidden(content), contentLimit),
    tags: tags
      .slice(0, 20)
      .map((tag) => oneLine(withoutHidden(tag), 60))
      .filter((tag) => tag !== ''),
    metadata,
  });
}

/** Replaces the text of a memory, also in the memory server; kind and tags stay. */
export const correctMemory = defineCommand<{ id: string }>()({
  name: 'correctMemory',
  by: 'person',
  what: 'correct what is stored',
  params: ({ z, text }) => z.strictObject({ id: text, content: text.check(z.minLength(1)) }),
  handle: async (services, { id, content }) => {
    const entry = entryNumber(id);
    if (entry === null) return named(id, await services.changeServerMemory(id, content));
    const found = findMemory(services.state, id);
    if (!found.ok) return found;
    const clean = cleanMemory({ kind: 'context', tags: [], metadata: {}, content });
    if (!clean.ok) return clean;
    const request: NamedRequest & CorrectParams = {
      do: 'correctMemory',
      entry,
      content: clean.value.content,
    };
    return services.ask<{ id: string }>(request);
  },
  decide: (state, { entry, content }: CorrectParams, { ticket }) =>
    changed(state, ticket, entry, { type: 'memory-corrected', id: 'person', entry, content }),
  verbs: [
    {
      usage: 'memory correct <id> <text>',
      about: 'replace the text of a memory; ids are in memory search --json',
      request: ([id = '', content = '']) => ({ id, content }),
      says: (_, { id }) => `Corrected ${id}.`,
    },
  ],
});

/** Removes a memory from search; the log keeps it, a memory server deletes its own. */
export const removeMemory = defineCommand<{ id: string }>()({
  name: 'removeMemory',
  by: 'person',
  what: 'remove what is stored',
  params: ({ z, text }) => z.strictObject({ id: text }),
  handle: async (services, { id }) => {
    const entry = entryNumber(id);
    if (entry === null) return named(id, await services.changeServerMemory(id, null));
    const found = findMemory(services.state, id);
    if (!found.ok) return found;
    const request: NamedRequest & RemoveParams = { do: 'removeMemory', entry };
    return services.ask<{ id: string }>(request);
  },
  decide: (state, { entry }: RemoveParams, { ticket }) =>
    changed(state, ticket, entry, { type: 'memory-removed', id: 'person', entry }),
  verbs: [
    {
      usage: 'memory remove <id>',
      about: 'remove a memory from search',
      request: ([id = '']) => ({ id }),
      says: (_, { id }) => `Removed ${id}.`,
    },
  ],
});

type CorrectParams = { readonly entry: number; readonly content: string };
type RemoveParams = { readonly entry: number };

function named(id: string, done: Result<null>): Result<{ id: string }> {
  return done.ok ? success({ id }) : done;
}

function findMemory({ log }: ControllerState, id: string): Result<Memory> {
  const found = log.memories.find((one) => one.id === id);
  return found
    ? success(found)
    : failure(
        'no_such_memory',
        `Nothing is stored as ${JSON.stringify(id.slice(0, 80))}.`,
        'See: orch-tui memory search --json',
      );
}

function changed(
  state: ControllerState,
  ticket: RequestId,
  entry: number,
  event: Parameters<typeof record>[2],
): Decision {
  const found = findMemory(state, `orch-${entry}`);
  return found.ok
    ? record(state, ticket, event, success({ id: found.value.id }))
    : reply(state, ticket, found);
}

/** Tools by which sessions change stored memories, with copilot-memory's names. */

/** Replaces the text of a stored memory; kind and tags stay, and the log has both texts. */
export const updateMemory = defineSessionCommand<unknown>()({
  name: 'correctMemory',
  by: 'agent',
  params: ({ z }) => z.object({ id: z.string().max(200), content: z.string().min(1).max(20_000) }),
  handle(services, { id, content }) {
    const clean = cleanMemory({ kind: 'context', tags: [], metadata: {}, content });
    if (!clean.ok) return clean;
    return services.ask({ do: 'correctMemory', id, content: clean.value.content });
  },
  decide: (state, { id, content = '' }: MemoryParams, { ticket, id: by }) =>
    decided(state, ticket, { id, by }, (entry) => ({ type: 'memory-corrected', id: by, entry, content })),
  mcp: {
    name: 'memory_update',
    has: 'everyone',
    description:
      'Correct what you stored in the memory: put another text in its place. A worker can change its own entries alone, the orchestrator those of all sessions.',
  },
});

/** Removes a session's memory from search; the log keeps it. */
export const deleteMemory = defineSessionCommand<unknown>()({
  name: 'removeMemory',
  by: 'agent',
  params: ({ z }) => z.object({ id: z.string().max(200) }),
  handle: (services, { id }) => services.ask({ do: 'removeMemory', id }),
  decide: (state, { id }: MemoryParams, { ticket, id: by }) =>
    decided(state, ticket, { id, by }, (entry) => ({ type: 'memory-removed', id: by, entry })),
  mcp: {
    name: 'memory_delete',
    has: 'everyone',
    description:
      'Have what you stored in the memory found no more, because it is wrong or out of date. A worker can remove its own entries alone, the orchestrator those of all sessions.',
  },
});

type MemoryParams = { readonly id: string; readonly content?: string };

function decided(
  state: ControllerState,
  ticket: RequestId,
  { id, by }: { id: string; by: string },
  event: (entry: number) => Parameters<typeof record>[2],
): Decision {
  const entry = entryNumber(id);
  const found = state.log.memories.find((one) => one.id === id);
  if (entry === null || !found) return reply(state, ticket, notStored(id));
  const may = mayChange(found, by);
  return may.ok ? record(state, ticket, event(entry), success({ id: found.id })) : reply(state, ticket, may);
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
