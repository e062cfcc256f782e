import { type MetFile, noteLimit, radarSender } from '../../core/facts.ts';
import { type RadarFile, type RadarPair, type RepoRadar, rangesText } from '../../core/radar.ts';
import { oneLine } from '../../lib/sanitize.ts';
import type { Happening } from '../log.ts';
import { notesWaiting, waitingNotes } from '../messages/sessions.ts';
import type { ControllerState } from '../state.ts';

/** Two workers are told of so many files in which they meet; after that they know. */
const mostTold = 30;
/** Files that one note names. */
const mostNamed = 10;
/** Characters of what is said of a file. */
const pathLimit = 120;
const lineLimit = 150;

/**
 * Tells two workers of each file in which their work meets: once, and once more where it stops merging there. Agents
 * without hooks are told nothing, for nothing could be handed to them.
 */
export function overlapNotes(state: ControllerState, { pairs }: RepoRadar): readonly Happening[] {
  const sides = pairs.flatMap((pair) => [sideOf(pair, 'a'), sideOf(pair, 'b')]);
  const told = sides.filter((side) => canBeTold(state, side));
  const notes = told.flatMap((side) => {
    const news = newsFor(state, side);
    return news.length === 0 ? [] : [{ side, news }];
  });
  return notes.map(({ side: { id, other }, news }, index) => ({
    type: 'note-sent',
    ...{ id, n: state.log.lastNote + 1 + index, from: radarSender, text: textOf(other, news) },
    about: { worker: other, files: news.map(({ path, kind }) => ({ path, kind })) },
  }));
}

/** What the radar says, as one of the two is told of it. */
interface Side {
  readonly id: string;
  readonly other: string;
  readonly files: readonly MetIn[];
}

interface MetIn extends MetFile {
  /** Lines, such as `3–5, 9`; empty where lines say nothing. */
  readonly own: string;
  readonly others: string;
}

function sideOf({ a, b, files }: RadarPair, side: 'a' | 'b'): Side {
  const other = side === 'a' ? 'b' : 'a';
  const seen = ({ path, kind, ranges }: RadarFile): MetIn => ({
    path,
    kind: kind === 'overlap' ? 'overlap' : 'conflict',
    own: rangesText(ranges[side]),
    others: rangesText(ranges[other]),
  });
  const ids = { a, b };
  return { id: ids[side], other: ids[other], files: files.map(seen) };
}

function canBeTold(state: ControllerState, { id, other }: Side): boolean {
  const { workers } = state.log;
  const agent = state.config.agents[workers.get(id)?.agent ?? ''];
  return agent?.speaks === 'claude' && workers.has(other) && waitingNotes(state, id).length < notesWaiting;
}

/** Conflicts first, for there may be more than can be told. */
function newsFor({ log }: ControllerState, { id, other, files }: Side): readonly MetIn[] {
  const known = log.met.find((one) => one.id === id && one.other === other)?.files ?? [];
  if (known.length >= mostTold) return [];
  const isKnown = ({ path, kind }: MetIn) =>
    known.some((one) => one.path === path && (one.kind === kind || one.kind === 'conflict'));
  const news = files.filter((file) => !isKnown(file));
  return [...news.filter(isConflict), ...news.filter((file) => !isConflict(file))].slice(0, mostTold);
}

function isConflict({ kind }: MetFile): boolean {
  return kind === 'conflict';
}

function textOf(other: string, news: readonly MetIn[]): string {
  const named = news.slice(0, mostNamed).map(lineOf);
  const left = news.length - named.length;
  return [
    `${other} is changing files that you change, too; what is not committed counts:`,
    ...named,
    ...(left > 0 ? [`- ${left} more`] : []),
    'Before you go on with them, look with who_is_changing and agree with send_message on who changes what.',
  ]
    .join('\n')
    .slice(0, noteLimit);
}

function lineOf({ path, kind, own, others }: MetIn): string {
  const sides = [own && `you change lines ${own}`, others && `they change lines ${others}`];
  const what = kind === 'conflict' ? 'will not merge' : 'merges so far';
  const where = oneLine([sides.filter(Boolean).join(', '), what].filter(Boolean).join('; '), lineLimit);
  return `- ${oneLine(path, pathLimit)}: ${where}`;
}
