import { noteLimit, type OverlapFile, radarSender } from '../../core/facts.ts';
import { repoOf } from '../../core/ids.ts';
import {
  type RadarFile,
  type RadarPair,
  type RepoRadar,
  rangesText,
  trimRadar,
  type Verdict,
} from '../../core/radar.ts';
import { type Problem, problemOf } from '../../lib/result.ts';
import { oneLine, withoutHidden } from '../../lib/sanitize.ts';
import type { DomainEvent, LogState } from '../log.ts';
import { maxWaitingNotes, waitingNotes } from '../messages/notes.ts';
import type { MessageOf } from '../messages.ts';
import {
  addNotice,
  type Consequence,
  type ControllerState,
  type Decision,
  type Moment,
  noConsequence,
} from '../state.ts';
import { clashKey } from './radarState.ts';

/** When the radar looks, and what comes of it. */

/** Messages after which something may have changed in worktrees. */
type Waking = MessageOf<'launched' | 'terminal-changed' | 'signed' | 'config-read' | 'repos-looked-at'>;

/** Happenings after which it may, or after which the branch that workers go to may hold more. */
type Stirring = Extract<
  DomainEvent,
  { type: 'observed' | 'exited' | 'lost' | 'undone' | 'finished' | 'cleaned' }
>;

/** Looks for overlaps where a message says that something may have changed. */
export function lookAfterMessage({ before, now }: Moment, message: Waking): Consequence {
  if (now.config.radar === false) return noConsequence;
  const { log, terminals } = before;
  switch (message.type) {
    case 'terminal-changed': {
      const { id, flowing } = message.terminal;
      const fellQuiet = !flowing && terminals.get(id)?.flowing === true;
      return fellQuiet && log.workers.has(id) ? look(id) : noConsequence;
    }
    case 'signed': {
      // A long turn is never quiet, and what it has changed so far may clash already.
      const { id, sign } = message;
      const toolEnded = sign.source === 'hook' && sign.report.kind === 'tool-ended';
      return toolEnded && log.workers.has(id) ? look(id) : noConsequence;
    }
    case 'launched':
      return look(message.id);
    case 'config-read':
    case 'repos-looked-at': {
      const repos = new Set([...log.workers.values()].map((worker) => worker.repo));
      return { effects: [...repos].map((repo) => ({ type: 'look-at-radar', repo, changed: null })) };
    }
  }
}

/** Looks for overlaps where a happening says so. */
export function lookAfterEvent({ before, now }: Moment, happening: Stirring): Consequence {
  if (now.config.radar === false) return noConsequence;
  const { id } = happening;
  switch (happening.type) {
    case 'observed': {
      const wasWorking = before.log.workers.get(id)?.state === 'working';
      return wasWorking && happening.state !== 'working' ? look(id) : noConsequence;
    }
    case 'exited':
    case 'lost':
    case 'undone':
      return look(id);
    case 'finished':
    case 'cleaned':
      return { effects: [{ type: 'look-at-radar', repo: repoOf(id), changed: [] }] };
  }
}

function look(id: string): Consequence {
  return { effects: [{ type: 'look-at-radar', repo: repoOf(id), changed: [id] }] };
}

/** Takes in a look: what turned since the last one goes into the log, and is said once. */
export function radarLooked(state: ControllerState, radar: RepoRadar): Decision {
  // Somebody asked for it, and gets it as an answer.
  if (state.config.radar === false) return { state, events: [], effects: [] };
  const judged = judgements(radar).filter(
    ({ a, b }) => state.log.workers.has(a) && (b === null || state.log.workers.has(b)),
  );
  const turned = judged.filter(({ a, b, verdict }) => isClash(state.log, a, b) !== (verdict === 'conflict'));
  const known = { ...state, radar: new Map(state.radar).set(radar.repo, trimRadar(radar)) };
  return {
    state: turned.reduce((next, one) => tellTurn(next, radar, one), withoutOldNews(known, radar, judged)),
    events: [
      ...turned.map(({ a, b, verdict, files }) => ({
        ...({ type: 'radar-turned', repo: radar.repo, a, b, verdict } as const),
        files: conflicting(files).slice(0, mostNamed),
      })),
      ...overlapNotes(state, radar),
    ],
    effects: [],
  };
}

/** Paths that one line of the log names. */
const mostNamed = 100;

/** `b` is null for the branch that `a` goes to. */
interface Judgement {
  readonly a: string;
  readonly b: string | null;
  readonly verdict: Verdict;
  readonly files: readonly RadarFile[];
}

function judgements({ pairs, base }: RepoRadar): Judgement[] {
  return [
    ...pairs.map(({ a, b, verdict, files }) => ({ a, b, verdict, files })),
    ...base.map(({ worker, verdict, files }) => ({ a: worker, b: null, verdict, files })),
  ];
}

function isClash({ clashes }: LogState, a: string, b: string | null): boolean {
  return clashes.has(clashKey(a, b));
}

function conflicting(files: readonly RadarFile[]): string[] {
  return files.filter((file) => file.kind !== 'overlap').map((file) => file.path);
}

const newsCode = { conflict: 'radar_conflict', merges: 'radar_merges' } as const;

/** Of two, only what is true now is among the notices; of who is gone, nothing. */
function withoutOldNews(
  state: ControllerState,
  radar: RepoRadar,
  judged: readonly Judgement[],
): ControllerState {
  const isOurs = ({ code, message }: Problem) =>
    Object.values<string>(newsCode).includes(code) && message.startsWith(`${radar.repo}/`);
  const isTrue = new Set(judged.map((one) => news(radar, one).message));
  const notices = state.notices.filter((notice) => !isOurs(notice) || isTrue.has(notice.message));
  return notices.length === state.notices.length ? state : { ...state, notices };
}

function tellTurn(state: ControllerState, radar: RepoRadar, judgement: Judgement): ControllerState {
  return addNotice(state, news(radar, judgement));
}

function news({ into }: RepoRadar, { a, b, verdict, files }: Judgement): Problem {
  const both = `${a} and ${b ?? into}`;
  if (verdict !== 'conflict') return problemOf(newsCode.merges, `${both} merge again.`);
  const [first = '', ...rest] = conflicting(files);
  const where = rest.length === 0 ? first : `${first} and ${rest.length} more`;
  return problemOf(newsCode.conflict, `${both} will not merge.`, `In ${where}; c shows it.`);
}

/** Workers that conflict with one, and so with its branch's next place once it was merged. */
export function conflictingWorkers(
  { radar, log }: Pick<ControllerState, 'radar' | 'log'>,
  id: string,
): string[] {
  const pairs = radar.get(repoOf(id))?.pairs.filter(({ verdict }) => verdict === 'conflict') ?? [];
  return pairs
    .flatMap(({ a, b }) => (a === id ? [b] : b === id ? [a] : []))
    .filter((other) => log.workers.has(other));
}

/** Two workers are told of so many files in which they meet; after that they know. */
const mostTold = 30;
/** Files that one note names. */
const mostInNote = 10;
/** Characters of what is said of a file. */
const pathLimit = 120;
const lineLimit = 150;

/**
 * Tells two workers of each file in which their work meets: once, and once more where it stops merging there. Agents
 * without hooks are told nothing, for nothing could be handed to them.
 */
function overlapNotes(state: ControllerState, { pairs }: RepoRadar): readonly DomainEvent[] {
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

interface MetIn extends OverlapFile {
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
  return agent?.speaks === 'claude' && workers.has(other) && waitingNotes(state, id).length < maxWaitingNotes;
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

function isConflict({ kind }: OverlapFile): boolean {
  return kind === 'conflict';
}

function textOf(other: string, news: readonly MetIn[]): string {
  const named = news.slice(0, mostInNote).map(lineOf);
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
  return `- ${oneLine(withoutHidden(path), pathLimit)}: ${where}`;
}
