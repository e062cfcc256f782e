import type { Note } from '../../core/facts.ts';
import type { Update } from '../../core/worker.ts';
import { type DialogBody, defineDialog, labelled, problemRows } from '../../ui/dialog.ts';
import { shortAge } from '../../ui/format.ts';
import type { RoomKey } from '../../ui/keys.ts';
import { findWorker, selectedWorker } from '../../ui/select.ts';
import type { AppState, PendingRequest, Scrolling } from '../../ui/state.ts';
import { ask, noEffects, toList, whyUnreachable, withDialog } from '../../ui/step.ts';
import { type Line, line, type Span, span, wrapLines } from '../../ui/text.ts';

/** State of the dialog that shows a worker's reports and messages. */
interface TimelineDialog extends PendingRequest, Scrolling {
  readonly kind: 'timeline';
  readonly id: string;
  /** Newest first; null until they have arrived. */
  readonly updates: readonly Update[] | null;
}

export const timelineKey: RoomKey = {
  id: 'timeline',
  title: 'what the worker reported, and its messages',
  keys: ['t'],
  group: 'Workers',
  disabledReason: (state) => (selectedWorker(state) ? whyUnreachable(state) : 'Select a worker first.'),
  run(state) {
    const id = selectedWorker(state)?.id;
    if (id === undefined) return noEffects(state);
    return ask(state, 'updates', { id }, (next, pending): AppState => {
      const dialog: TimelineDialog = {
        kind: 'timeline',
        id,
        updates: null,
        scroll: 0,
        problem: null,
        pending,
      };
      return withDialog(next, dialog);
    });
  },
};

export const timeline = defineDialog<TimelineDialog>({
  kind: 'timeline',
  group: 'Timeline',
  takesTypedAhead: 'What it changes is shown and changed back by the same key.',
  keys: [
    {
      id: 'timeline-mute',
      title: 'give its agent no messages of others, or again',
      hint: (state, dialog) => (isMuted(state, dialog) ? 'unmute' : 'mute'),
      keys: ['m'],
      disabledReason: (state, { id }) => (findWorker(state, id) ? null : 'This worker is gone.'),
      run: (state, dialog) => ask(state, 'muteNotes', { id: dialog.id, muted: !isMuted(state, dialog) }),
    },
    {
      id: 'timeline-close',
      title: 'close',
      hint: 'close',
      keys: ['escape', 'q', 'enter', 't', 'ctrl-c'],
      run: (state) => noEffects(toList(state)),
    },
  ],
  view,
  onAnswer: (state, dialog, answer) =>
    answer.method === 'updates' && answer.result.ok
      ? noEffects(
          withDialog(state, { ...dialog, pending: null, problem: null, updates: answer.result.value }),
        )
      : null,
});

function isMuted({ facts }: AppState, { id }: TimelineDialog): boolean {
  return facts?.muted?.includes(id) ?? false;
}

interface Entry {
  readonly at: string;
  readonly rows: readonly Line[];
}

/** Draws a worker's reports and the messages from and to it, newest first. */
function view(state: AppState, { id, updates, problem }: TimelineDialog, width: number): DialogBody {
  const notes = (state.facts?.notes ?? []).filter(({ from, to }) => from === id || to === id);
  const entries: Entry[] = [
    ...(updates ?? []).map((update) => ({ at: update.at, rows: updateRows(state, update, width) })),
    ...notes.map((note) => ({ at: note.at, rows: noteRows(state, note, id, width) })),
  ].sort((one, other) => other.at.localeCompare(one.at));
  const empty =
    updates === null ? 'Looking …' : 'It has reported nothing yet, and nothing was written to it.';
  const muted = state.facts?.muted?.includes(id)
    ? [line('Its agent is given no messages.', 'warning'), line('')]
    : [];
  const silent = state.facts?.withoutTools?.includes(id)
    ? [
        ...wrapLines('Its agent never asked for our tools: it cannot report by them.', width, 'warning'),
        line(''),
      ]
    : [];
  const rows = entries.flatMap(({ rows: own }, index) => (index > 0 ? [line(''), ...own] : own));
  return {
    title: line(`Timeline of ${id}`, 'strong'),
    aside: [],
    rows: [
      ...problemRows(problem, width),
      ...silent,
      ...muted,
      ...(rows.length === 0 && !problem ? wrapLines(empty, width, 'muted') : rows),
    ],
    tail: [],
    caret: null,
  };
}

function updateRows(state: AppState, update: Update, width: number): readonly Line[] {
  const { status, percent, minutes, readyToMerge, summary, done, next, blockers } = update;
  const facts: Span[] = [
    span(status, status === 'blocked' ? 'warning' : status === 'done' ? 'good' : 'accent'),
    ...(percent === null ? [] : [span(` ${percent}%`)]),
    ...(minutes === null ? [] : [span(` ${minutes} min`, 'muted')]),
    ...(readyToMerge ? [span(' ready to merge', 'good')] : []),
  ];
  return [
    [...age(state, update.at), ...facts],
    ...(summary === '' ? [] : wrapLines(summary, width)),
    ...list('Done', done, width),
    ...list('Next', next, width),
    ...list('Blocked by', blockers, width),
  ];
}

function list(label: string, texts: readonly string[], width: number): readonly Line[] {
  return texts.flatMap((text, index) => labelled(index === 0 ? label : '', text, width));
}

function noteRows(state: AppState, note: Note, id: string, width: number): readonly Line[] {
  const other = note.from === id ? `to ${note.to}` : `from ${note.from}`;
  const read = note.deliveredAt === null ? ', not read yet' : '';
  return [
    [...age(state, note.at), span(`message ${other}`, 'accent'), span(read, 'muted')],
    ...note.text.split('\n').flatMap((text) => wrapLines(text, width)),
  ];
}

function age({ now }: AppState, at: string): Span[] {
  return [span(`${shortAge(at, now)} ago  `, 'muted')];
}
