import type { Memory } from '../domain/memory.ts';
import type { Note } from '../domain/note.ts';
import type { Update } from '../domain/update.ts';
import type { Worker } from '../domain/worker.ts';
import type { LogEvent } from './events.ts';

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
      const { n, from, text } = event;
      const note = { n, from, to: id, at, text, deliveredAt: null };
      return {
        ...state,
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

function withWorker<T extends Words>(state: T, id: string, change: Partial<Worker>): T {
  const worker = state.workers.get(id);
  if (!worker) return state;
  return { ...state, workers: new Map(state.workers).set(id, { ...worker, ...change }) };
}

function last<T>(list: readonly T[], count: number): readonly T[] {
  return list.slice(-count);
}
