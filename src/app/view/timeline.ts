import type { Note } from '../../domain/note.ts';
import type { Update } from '../../domain/update.ts';
import { type DialogBody, labelled, problemRows } from '../../room/dialogBody.ts';
import type { AppState } from '../../room/state.ts';
import { type Line, line, type Span, span, wrapLines } from '../../room/text/line.ts';
import { shortAge } from '../../room/text/words.ts';
import type { TimelineDialog } from '../dialog.ts';

interface Entry {
  readonly at: string;
  readonly rows: readonly Line[];
}

/** What a worker reported and what was written from and to it, newest first. */
export function timelineBody(
  state: AppState,
  { id, updates, problem }: TimelineDialog,
  width: number,
): DialogBody {
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
