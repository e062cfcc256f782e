import { upTo } from '../../core/verb.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { oneLine, paragraphs, withoutHidden } from '../../lib/sanitize.ts';
import { alignColumns, timeText } from '../../ui/format.ts';
import { defineCommand, defineServed, defineTool, defineWish } from '../define.ts';
import { readReport } from '../messages/reports.ts';
import type { NamedRequest, RequestId } from '../messages.ts';
import { type ControllerState, type Decision, noted } from '../state.ts';
import { type FoundMemory, type MemoryDraft, memoryKinds } from './memory.ts';

/** Stores something for all sessions to find. */
export const remember = defineCommand<{ id: string }>()({
  name: 'remember',
  by: 'person',
  what: 'store memories here; its tool is memory_store',
  params: ({ memory }) => memory,
  handle: (services, draft) => {
    const memory = cleanMemory(draft);
    if (!memory.ok) return memory;
    const request: NamedRequest & Remembering = { do: 'remember', memory: memory.value };
    return services.ask<{ id: string }>(request);
  },
  decide: (state, { memory }: Remembering, { ticket }) => rememberBy(state, ticket, 'person', memory),
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
export const storeMemory = defineWish<unknown>()({
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
    return success(kept ? shown(services.state, { memory: kept, distance: 0 }) : null);
  },
  decide: (state, { memory }: Remembering, { ticket, id }) => rememberBy(state, ticket, id, memory),
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
    return success(found.map((one) => shown(state, one)));
  },
  mcp: {
    has: 'everyone',
    description:
      'Find what sessions of this workspace have stored. Words are matched, also with small typos.',
    reads: true,
  },
});

function shown({ log, config }: ControllerState, { memory, distance }: FoundMemory) {
  const { id, by, at, kind: type, content, tags, metadata } = memory;
  const sessionId = log.workers.get(by)?.sessionId ?? null;
  return {
    ...{ id, projectId: config.name, content, type, tags, metadata: { ...metadata, worker: by } },
    ...{ createdAt: at, updatedAt: at, sessionId, distance },
  };
}

type Remembering = { readonly memory: MemoryDraft };

/** @param by the session that stores it, or `person` */
function rememberBy(state: ControllerState, ticket: RequestId, by: string, memory: MemoryDraft): Decision {
  const entry = state.log.lastMemory + 1;
  return noted(
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
