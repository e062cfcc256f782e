import type { Slice } from '../../core/slice.ts';
import { anyValue, listOf, mapOf, natural, object, oneOf, type Shape, string } from '../../lib/shape.ts';

/** Knowledge beyond one worker: kept for the workspace, found by searching. */
export interface Memory {
  /** Unique among all sources. */
  readonly id: string;
  /** The worker that stored it, or its source. */
  readonly by: string;
  /** ISO time. */
  readonly at: string;
  readonly kind: MemoryKind;
  readonly content: string;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The kinds of copilot-memory, so that its entries and ours can be combined. */
export const memoryKinds = [
  'decision',
  'lesson',
  'discussion',
  'file',
  'initiative',
  'context',
  'agent_improvement',
] as const;

type MemoryKind = (typeof memoryKinds)[number];

export type MemoryDraft = Omit<Memory, 'id' | 'by' | 'at'>;

export interface FoundMemory {
  readonly memory: Memory;
  /** 0 for the best match, always below 1. */
  readonly distance: number;
}

/** A session or person stored, corrected or removed a memory. */
type MemoryEvent =
  | {
      readonly type: 'remembered';
      readonly id: string;
      readonly entry: number;
      readonly memory: MemoryDraft;
    }
  | {
      readonly type: 'memory-corrected';
      readonly id: string;
      readonly entry: number;
      readonly content: string;
    }
  | { readonly type: 'memory-removed'; readonly id: string; readonly entry: number };

interface MemoryState {
  readonly memories: readonly Memory[];
  readonly lastMemory: number;
}

const kinds = Object.fromEntries(memoryKinds.map((kind) => [kind, true])) as Record<MemoryKind, true>;

const memoryDraft: Shape<MemoryDraft> = object<MemoryDraft>({
  ...{ kind: oneOf<MemoryKind>(kinds), content: string, tags: listOf(string), metadata: mapOf(anyValue) },
});

/** The memories' part of the log's state. */
export const memorySlice: Slice<MemoryState, MemoryEvent> = {
  start: { memories: [], lastMemory: 0 },
  fields: {
    remembered: { id: string, entry: natural, memory: memoryDraft },
    'memory-corrected': { id: string, entry: natural, content: string },
    'memory-removed': { id: string, entry: natural },
  },
  on: {
    remembered: ({ memories, lastMemory }, { id, entry, at, memory }) => ({
      memories: [...memories, { id: entryId(entry), by: id, at, ...memory }],
      lastMemory: Math.max(lastMemory, entry),
    }),
    'memory-corrected': ({ memories }, { entry, content }) => ({
      memories: memories.map((one) => (one.id === entryId(entry) ? { ...one, content } : one)),
    }),
    'memory-removed': ({ memories }, { entry }) => ({
      memories: memories.filter((one) => one.id !== entryId(entry)),
    }),
  },
};

function entryId(entry: number): string {
  return `orch-${entry}`;
}

/** Returns the number of one of our entries; null for an id of another source. */
export function entryNumber(id: string): number | null {
  const [, digits] = /^orch-(\d{1,9})$/.exec(id) ?? [];
  return digits === undefined ? null : Number(digits);
}
