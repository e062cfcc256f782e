import type { Facts, Note, OverlapFile, OverlapNote } from '../../core/facts.ts';
import type { Slice } from '../../core/slice.ts';
import type { Update, Worker } from '../../core/worker.ts';
import { boolean, listOf, natural, object, oneOf, optional, type Shape, string } from '../../lib/shape.ts';
import type { ActivityEvent, EndEvent, ToolsContact } from '../workers/workerState.ts';

/** Log events of messages between sessions. */
type MessageEvent =
  /** A session or the radar wrote to a session; `id` is the receiver's. */
  | {
      readonly type: 'note-sent';
      readonly id: string;
      readonly n: number;
      readonly from: string;
      readonly text: string;
      /** The other worker and the shared files of a radar's note; absent from notes of sessions. */
      readonly about?: { readonly worker: string; readonly files: readonly OverlapFile[] };
    }
  /** The agent received all notes up to that number. */
  | { readonly type: 'notes-delivered'; readonly id: string; readonly upTo: number }
  /** A person muted notes to this worker, or unmuted them. */
  | { readonly type: 'notes-muted'; readonly id: string; readonly muted: boolean };

interface MessagesState {
  /** Reports of all workers, most recent last, at most 500. */
  readonly updates: readonly Update[];
  /** Most recent last, at most 200. */
  readonly notes: readonly Note[];
  readonly lastNote: number;
  /** The overlaps that workers have been informed of. */
  readonly met: readonly OverlapNote[];
  /** Workers whose agents get no notes. */
  readonly muted: ReadonlySet<string>;
}

const updatesKept = 500;
const notesKept = 200;

const about: Shape<{ readonly worker: string; readonly files: readonly OverlapFile[] }> = object({
  worker: string,
  files: listOf(
    object<OverlapFile>({
      path: string,
      kind: oneOf<OverlapFile['kind']>({ overlap: true, conflict: true }),
    }),
  ),
});

/** The log's state of reports and notes. */
export const messageSlice: Slice<MessagesState, MessageEvent, ActivityEvent | EndEvent> = {
  start: { updates: [], notes: [], lastNote: 0, met: [], muted: new Set() },
  fields: {
    'note-sent': { id: string, n: natural, from: string, text: string, about: optional(about) },
    'notes-delivered': { id: string, upTo: natural },
    'notes-muted': { id: string, muted: boolean },
  },
  on: {
    updated: ({ updates }, { id, at, update }) => ({
      updates: [...updates, { worker: id, at, ...update }].slice(-updatesKept),
    }),
    'note-sent': ({ notes, lastNote, met }, { id, at, n, from, text, about }) => ({
      ...(about && { met: withMet(met, { id, other: about.worker, files: about.files }) }),
      notes: [...notes, { n, from, to: id, at, text, deliveredAt: null }].slice(-notesKept),
      lastNote: Math.max(lastNote, n),
    }),
    'notes-delivered': ({ notes }, { id, at, upTo }) => ({
      notes: notes.map((note) =>
        note.deliveredAt === null && note.to === id && note.n <= upTo ? { ...note, deliveredAt: at } : note,
      ),
    }),
    'notes-muted': (state, event) => {
      const muted = new Set(state.muted);
      if (event.muted) muted.add(event.id);
      else muted.delete(event.id);
      return { muted };
    },
    finished: withoutMet,
    cleaned: withoutMet,
  },
  repeated: ['notes-delivered'],
};

/** Merges an overlap note into those before; the latest one of a file replaces earlier ones. */
function withMet(all: readonly OverlapNote[], { id, other, files }: OverlapNote): readonly OverlapNote[] {
  const isSame = (one: OverlapNote) => one.id === id && one.other === other;
  const before = all.find(isSame)?.files ?? [];
  const kept = before.filter(({ path }) => !files.some((one) => one.path === path));
  return [...all.filter((one) => !isSame(one)), { id, other, files: [...kept, ...files] }];
}

/** Drops the overlap notes to and about a removed worker. */
function withoutMet({ met }: MessagesState, { id }: { readonly id: string }) {
  return { met: met.filter((one) => one.id !== id && one.other !== id) };
}

/** Returns the facts about notes, muted workers and agents without tools. */
export function selectMessages(
  { notes, muted }: MessagesState,
  workers: ReadonlyMap<string, Worker>,
  tools: ReadonlyMap<string, ToolsContact>,
): Pick<Facts, 'notes' | 'muted' | 'withoutTools'> {
  const silent = [...tools]
    .filter(([id, { run, state }]) => state === 'overdue' && workers.get(id)?.run === run)
    .map(([id]) => id);
  const quiet = [...muted].filter((id) => workers.has(id));
  return {
    ...(notes.length > 0 && { notes }),
    ...(quiet.length > 0 && { muted: quiet }),
    ...(silent.length > 0 && { withoutTools: silent }),
  };
}
