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
  onlyState,
} from '../state.ts';
import { clashKey } from './radarState.ts';

/** Decides when the radar looks, and handles its results. */

/** Messages after which worktrees may have changed. */
type WakingMessage = MessageOf<
  'launched' | 'terminal-changed' | 'signed' | 'config-read' | 'repos-looked-at'
>;

/** Events after which worktrees or the base branch may have changed. */
type WakingEvent = Extract<
  DomainEvent,
  { type: 'observed' | 'exited' | 'lost' | 'undone' | 'finished' | 'cleaned' }
>;

/** Requests a look after a message, if something may have changed. */
export function lookAfterMessage({ before, now }: Moment, message: WakingMessage): Consequence {
  if (now.config.radar === false) return noConsequence;
  const { log, terminals } = before;
  switch (message.type) {
    case 'terminal-changed': {
      const { id, flowing } = message.terminal;
      const fellQuiet = !flowing && terminals.get(id)?.flowing === true;
      return fellQuiet && log.workers.has(id) ? look(id) : noConsequence;
    }
    case 'signed': {
      // A long turn is never quiet, and its changes may conflict already.
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

/** Requests a look after an event. */
export function lookAfterEvent({ before, now }: Moment, happening: WakingEvent): Consequence {
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

/** Handles the result of a look: changed verdicts are logged and shown once. */
export function radarLooked(state: ControllerState, radar: RepoRadar): Decision {
  // The look was requested and is answered directly.
  if (state.config.radar === false) return onlyState(state);
  const judged = judgements(radar).filter(
    ({ a, b }) => state.log.workers.has(a) && (b === null || state.log.workers.has(b)),
  );
  const turned = judged.filter(({ a, b, verdict }) => isClash(state.log, a, b) !== (verdict === 'conflict'));
  const known = { ...state, radar: new Map(state.radar).set(radar.repo, trimRadar(radar)) };
  return {
    state: turned.reduce(
      (next, one) => addVerdictNotice(next, radar, one),
      withoutOldNotices(known, radar, judged),
    ),
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

/** Maximum paths in an event. */
const mostNamed = 100;

/** A verdict; `b` is null for the base branch of `a`. */
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

const noticeCodes = { conflict: 'radar_conflict', merges: 'radar_merges' } as const;

/** Drops notices about pairs that no longer conflict or no longer exist. */
function withoutOldNotices(
  state: ControllerState,
  radar: RepoRadar,
  judged: readonly Judgement[],
): ControllerState {
  const isOurs = ({ code, message }: Problem) =>
    Object.values<string>(noticeCodes).includes(code) && message.startsWith(`${radar.repo}/`);
  const isTrue = new Set(judged.map((one) => verdictNotice(radar, one).message));
  const notices = state.notices.filter((notice) => !isOurs(notice) || isTrue.has(notice.message));
  return notices.length === state.notices.length ? state : { ...state, notices };
}

function addVerdictNotice(state: ControllerState, radar: RepoRadar, judgement: Judgement): ControllerState {
  return addNotice(state, verdictNotice(radar, judgement));
}

function verdictNotice({ into }: RepoRadar, { a, b, verdict, files }: Judgement): Problem {
  const both = `${a} and ${b ?? into}`;
  if (verdict !== 'conflict') return problemOf(noticeCodes.merges, `${both} merge again.`);
  const [first = '', ...rest] = conflicting(files);
  const where = rest.length === 0 ? first : `${first} and ${rest.length} more`;
  return problemOf(noticeCodes.conflict, `${both} will not merge.`, `In ${where}; c shows it.`);
}

/** Returns the workers that conflict with a worker, and so with the base branch once it is merged. */
export function conflictingWorkers(
  { radar, log }: Pick<ControllerState, 'radar' | 'log'>,
  id: string,
): string[] {
  const pairs = radar.get(repoOf(id))?.pairs.filter(({ verdict }) => verdict === 'conflict') ?? [];
  return pairs
    .flatMap(({ a, b }) => (a === id ? [b] : b === id ? [a] : []))
    .filter((other) => log.workers.has(other));
}

/** Maximum files in which two workers are notified of overlaps. */
const mostNotifiedFiles = 30;
/** Maximum files in a note. */
const mostInNote = 10;
/** Maximum characters of a path, and of a file's description. */
const pathLimit = 120;
const lineLimit = 150;

/**
 * Notifies two workers of each file that both change: once, and again when it stops merging. Agents without hooks
 * cannot receive notes.
 */
function overlapNotes(state: ControllerState, { pairs }: RepoRadar): readonly DomainEvent[] {
  const sides = pairs.flatMap((pair) => [sideOf(pair, 'a'), sideOf(pair, 'b')]);
  const told = sides.filter((side) => canReceiveNotes(state, side));
  const notes = told.flatMap((side) => {
    const news = newOverlaps(state, side);
    return news.length === 0 ? [] : [{ side, news }];
  });
  return notes.map(({ side: { id, other }, news }, index) => ({
    type: 'note-sent',
    ...{ id, n: state.log.lastNote + 1 + index, from: radarSender, text: textOf(other, news) },
    about: { worker: other, files: news.map(({ path, kind }) => ({ path, kind })) },
  }));
}

/** A pair as seen by one of the two workers. */
interface Side {
  readonly id: string;
  readonly other: string;
  readonly files: readonly OverlapLines[];
}

interface OverlapLines extends OverlapFile {
  /** Lines, such as `3–5, 9`; empty when unknown. */
  readonly own: string;
  readonly others: string;
}

function sideOf({ a, b, files }: RadarPair, side: 'a' | 'b'): Side {
  const other = side === 'a' ? 'b' : 'a';
  const seen = ({ path, kind, ranges }: RadarFile): OverlapLines => ({
    path,
    kind: kind === 'overlap' ? 'overlap' : 'conflict',
    own: rangesText(ranges[side]),
    others: rangesText(ranges[other]),
  });
  const ids = { a, b };
  return { id: ids[side], other: ids[other], files: files.map(seen) };
}

function canReceiveNotes(state: ControllerState, { id, other }: Side): boolean {
  const { workers } = state.log;
  const agent = state.config.agents[workers.get(id)?.agent ?? ''];
  return agent?.speaks === 'claude' && workers.has(other) && waitingNotes(state, id).length < maxWaitingNotes;
}

/** Returns new overlaps of a side, conflicts first, because the number is limited. */
function newOverlaps({ log }: ControllerState, { id, other, files }: Side): readonly OverlapLines[] {
  const known = log.met.find((one) => one.id === id && one.other === other)?.files ?? [];
  if (known.length >= mostNotifiedFiles) return [];
  const isKnown = ({ path, kind }: OverlapLines) =>
    known.some((one) => one.path === path && (one.kind === kind || one.kind === 'conflict'));
  const news = files.filter((file) => !isKnown(file));
  return [...news.filter(isConflict), ...news.filter((file) => !isConflict(file))].slice(
    0,
    mostNotifiedFiles,
  );
}

function isConflict({ kind }: OverlapFile): boolean {
  return kind === 'conflict';
}

function textOf(other: string, news: readonly OverlapLines[]): string {
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

function lineOf({ path, kind, own, others }: OverlapLines): string {
  const sides = [own && `you change lines ${own}`, others && `they change lines ${others}`];
  const what = kind === 'conflict' ? 'will not merge' : 'merges so far';
  const where = oneLine([sides.filter(Boolean).join(', '), what].filter(Boolean).join('; '), lineLimit);
  return `- ${oneLine(withoutHidden(path), pathLimit)}: ${where}`;
}
