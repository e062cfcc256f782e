/** Something worth knowing beyond one worker: kept for the workspace, found by searching. */
export interface Memory {
  /** Unique among all sources. */
  readonly id: string;
  /** The worker that stored it, or where it was read from. */
  readonly by: string;
  /** ISO time. */
  readonly at: string;
  readonly kind: MemoryKind;
  readonly content: string;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The kinds of copilot-memory, so that its entries and ours can be read together. */
export const memoryKinds = [
  'decision',
  'lesson',
  'discussion',
  'file',
  'initiative',
  'context',
  'agent_improvement',
] as const;

export type MemoryKind = (typeof memoryKinds)[number];

export type MemoryDraft = Omit<Memory, 'id' | 'by' | 'at'>;

export interface FoundMemory {
  readonly memory: Memory;
  /** 0 for the best match, below 1 for all. */
  readonly distance: number;
}
