import type { EventDefinition, EventOf } from '../../core/command.ts';
import type { Worker } from '../../core/worker.ts';

/** Defines an event that changes one worker and nothing else. Call the result with the definition. */
function defineEvent<Fields>() {
  return <const Type extends string>(
    definition: EventDefinition<Type, Fields, Worker>,
  ): EventDefinition<Type, Fields, Worker> => definition;
}

/** Somebody renamed its branch; it goes on under the new name. */
const branchRenamed = defineEvent<{ readonly branch: string }>()({
  type: 'branch-renamed',
  after: (_, { branch }) => ({ branch }),
  text: ({ branch }) => `Its branch was renamed to ${branch}`,
});

const sessionChanged = defineEvent<{ readonly sessionId: string }>()({
  type: 'session-changed',
  after: (_, { sessionId }) => ({ sessionId, hasConversation: true }),
  text: ({ sessionId }) => `It began the conversation ${sessionId}`,
});

/** Nothing was kept of its conversation; the next one has this id. */
const conversationLost = defineEvent<{ readonly sessionId: string }>()({
  type: 'conversation-lost',
  after: (_, { sessionId }) => ({ sessionId, hasConversation: false }),
  text: ({ sessionId }) => `Nothing is left of its conversation; the next one is ${sessionId}`,
});

const said = defineEvent<{ readonly text: string }>()({
  type: 'said',
  after: (_, { at, text }) => ({ said: { at, text } }),
  text: ({ text }) => `It said: ${text}`,
});

/** The guard kept it from using a tool. */
const denied = defineEvent<{ readonly what: string; readonly why: string }>()({
  type: 'denied',
  after: (worker, { at, what, why }) => ({
    denied: { at, what, why, count: (worker.denied?.count ?? 0) + 1 },
  }),
  text: ({ what, why }) => `It was kept from ${what}: ${why}`,
});

/** A person shows it under another title; empty for its task's name. */
const renamed = defineEvent<{ readonly title: string }>()({
  type: 'renamed',
  after: (worker, { title }) => ({ title, titleBefore: worker.title ?? '' }),
  text: ({ title }) => (title === '' ? 'It is shown under its task again' : `It was renamed to ${title}`),
});

const definitions = [renamed, branchRenamed, sessionChanged, conversationLost, said, denied] as const;

/** Events about one worker that are defined here, whole. */
export type DefinedEvent = EventOf<(typeof definitions)[number]>;

type Definition = EventDefinition<string, unknown, Worker>;

const byType = new Map<string, Definition>(
  definitions.map((definition) => [definition.type, definition as Definition]),
);

/** Returns what is different about a worker after an event. */
export function afterDefined(worker: Worker, event: DefinedEvent & { readonly at: string }): Partial<Worker> {
  return byType.get(event.type)?.after(worker, event) ?? {};
}

/** Says an event in a sentence; null where it is not defined here. */
export function definedText(event: { readonly type: string }): string | null {
  return byType.get(event.type)?.text(event) ?? null;
}
