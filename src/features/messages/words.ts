import type { Met, Note } from '../../core/facts.ts';
import type { Update, Worker } from '../../core/worker.ts';
import type { LogEvent } from '../events.ts';
import type { Memory } from '../memory/memory.ts';

/** Happenings in which sessions speak: of themselves, to each other, for all to find. */
type WordEvent = Extract<
  LogEvent,
  {
    type: 'updated' | 'note-sent' | 'notes-delivered' | 'notes-muted' | 'remembered' | 'finish-wished';
  }
>;

/** What is remembered of that. */
export interface Words {
  readonly workers: ReadonlyMap<string, Worker>;
  /** Of all workers, most recent last, at most 500. */
  readonly updates: readonly Update[];
  /** Most recent last, at most 200. */
  readonly notes: readonly Note[];
  readonly lastNote: number;
  /** What workers were told of where they meet others. */
  readonly met: readonly Met[];
  /** Workers whose agents are given no notes. */
  readonly muted: ReadonlySet<string>;
  readonly memories: readonly Memory[];
  readonly lastMemory: number;
}

export const noWords: Words = {
  workers: new Map(),
  updates: [],
  notes: [],
  lastNote: 0,
  met: [],
  muted: new Set(),
  memories: [],
  lastMemory: 0,
};

const updatesKept = 500;
const notesKept = 200;

/** The state after something was said. Pure. */
export function afterWord<T extends Words>(state: T, event: WordEvent): T {
  const { id, at } = event;
  switch (event.type) {
    case 'updated': {
      const update = { worker: id, at, ...event.update };
      return { ...withWorker(state, id, { update }), updates: last([...state.updates, update], updatesKept) };
    }
    case 'note-sent': {
      const { n, from, text, about } = event;
      const note = { n, from, to: id, at, text, deliveredAt: null };
      return {
        ...state,
        ...(about && { met: withMet(state.met, { id, other: about.worker, files: about.files }) }),
        notes: last([...state.notes, note], notesKept),
        lastNote: Math.max(state.lastNote, n),
      };
    }
    case 'notes-delivered': {
      const isGiven = (to: string, n: number) => to === id && n <= event.upTo;
      const notes = state.notes.map((note) =>
        note.deliveredAt === null && isGiven(note.to, note.n) ? { ...note, deliveredAt: at } : note,
      );
      return { ...state, notes };
    }
    case 'notes-muted': {
      const muted = new Set(state.muted);
      if (event.muted) muted.add(id);
      else muted.delete(id);
      return { ...state, muted };
    }
    case 'remembered': {
      const memory = { id: `orch-${event.entry}`, by: id, at, ...event.memory };
      return {
        ...state,
        memories: [...state.memories, memory],
        lastMemory: Math.max(state.lastMemory, event.entry),
      };
    }
    case 'finish-wished': {
      const { by, why } = event;
      return withWorker(state, id, { finishWish: by === null ? null : { by, at, why } });
    }
  }
}

/** The later word on a file counts. */
function withMet(all: readonly Met[], { id, other, files }: Met): readonly Met[] {
  const isSame = (one: Met) => one.id === id && one.other === other;
  const before = all.find(isSame)?.files ?? [];
  const kept = before.filter(({ path }) => !files.some((one) => one.path === path));
  return [...all.filter((one) => !isSame(one)), { id, other, files: [...kept, ...files] }];
}

/** What one that is gone was told, and others of it, counts no more. */
export function withoutMet(all: readonly Met[], id: string): readonly Met[] {
  return all.filter((one) => one.id !== id && one.other !== id);
}

function withWorker<T extends Words>(state: T, id: string, change: Partial<Worker>): T {
  const worker = state.workers.get(id);
  if (!worker) return state;
  return { ...state, workers: new Map(state.workers).set(id, { ...worker, ...change }) };
}

function last<T>(list: readonly T[], count: number): readonly T[] {
  return list.slice(-count);
}
