import { failure, type Result, success } from '../../lib/result.ts';
import { defineCommand } from '../define.ts';
import type { NamedRequest, RequestId } from '../messages.ts';
import { type ControllerState, type Decision, noted, reply } from '../state.ts';
import { entryNumber, type Memory } from './memory.ts';
import { cleanMemory } from './remember.ts';

/** Replaces the text of a memory, also in the memory server; kind and tags stay. */
export const correctMemory = defineCommand<{ id: string }>()({
  name: 'correctMemory',
  by: 'person',
  what: 'correct what is stored',
  params: ({ z, text }) => z.strictObject({ id: text, content: text.check(z.minLength(1)) }),
  handle: async (services, { id, content }) => {
    const entry = entryNumber(id);
    if (entry === null) return named(id, await services.changeTheirs(id, content));
    const found = findMemory(services.state, id);
    if (!found.ok) return found;
    const clean = cleanMemory({ kind: 'context', tags: [], metadata: {}, content });
    if (!clean.ok) return clean;
    const request: NamedRequest & Correcting = { do: 'correctMemory', entry, content: clean.value.content };
    return services.ask<{ id: string }>(request);
  },
  decide: (state, { entry, content }: Correcting, { ticket }) =>
    changed(state, ticket, entry, { type: 'memory-corrected', id: 'person', entry, content }),
  verbs: [
    {
      usage: 'memory correct <id> <text>',
      about: 'put another text in the place of what is stored; ids are in memory search --json',
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
    if (entry === null) return named(id, await services.changeTheirs(id, null));
    const found = findMemory(services.state, id);
    if (!found.ok) return found;
    const request: NamedRequest & Removing = { do: 'removeMemory', entry };
    return services.ask<{ id: string }>(request);
  },
  decide: (state, { entry }: Removing, { ticket }) =>
    changed(state, ticket, entry, { type: 'memory-removed', id: 'person', entry }),
  verbs: [
    {
      usage: 'memory remove <id>',
      about: 'have something that is stored found no more',
      request: ([id = '']) => ({ id }),
      says: (_, { id }) => `Removed ${id}.`,
    },
  ],
});

type Correcting = { readonly entry: number; readonly content: string };
type Removing = { readonly entry: number };

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
  happening: Parameters<typeof noted>[2],
): Decision {
  const found = findMemory(state, `orch-${entry}`);
  return found.ok
    ? noted(state, ticket, happening, success({ id: found.value.id }))
    : reply(state, ticket, found);
}
