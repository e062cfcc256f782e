import { type Problem, problemOf } from '../../domain/problem.ts';
import { briefly, type RadarFile, type RepoRadar, type Verdict } from '../../domain/radar.ts';
import { repoOf } from '../../domain/slug.ts';
import type { Effect } from '../effects.ts';
import type { Happening } from '../events.ts';
import { clashKey, type LogState } from '../logState.ts';
import type { Message } from '../messages.ts';
import { addNotice, type ControllerState, type Decision } from '../state.ts';
import { overlapNotes } from './overlapNotes.ts';

/** When the radar looks, and what comes of it. */

/** Adds looks at the repositories in whose worktrees something may have changed. */
export function withRadarLooks(before: ControllerState, message: Message, decision: Decision): Decision {
  if (decision.state.config.radar === false) return decision;
  const wakes = [
    ...wakesOfMessage(before, message),
    ...decision.happenings.flatMap((happening) => wakesOf(before, happening)),
  ];
  return wakes.length === 0 ? decision : { ...decision, effects: [...decision.effects, ...wakes] };
}

function wakesOfMessage({ log, terminals }: ControllerState, message: Message): Effect[] {
  switch (message.type) {
    case 'terminal-changed': {
      const { id, flowing } = message.terminal;
      const fellQuiet = !flowing && terminals.get(id)?.flowing === true;
      return fellQuiet && log.workers.has(id) ? [wake(id)] : [];
    }
    case 'signed': {
      // A long turn is never quiet, and what it has changed so far may clash already.
      const { id, sign } = message;
      const toolEnded = sign.source === 'hook' && sign.report.kind === 'tool-ended';
      return toolEnded && log.workers.has(id) ? [wake(id)] : [];
    }
    case 'launched':
      return [wake(message.id)];
    case 'config-read':
    case 'repos-looked-at': {
      const repos = new Set([...log.workers.values()].map((worker) => worker.repo));
      return [...repos].map((repo) => ({ type: 'look-at-radar', repo, changed: null }) as const);
    }
    default:
      return [];
  }
}

function wakesOf({ log }: ControllerState, happening: Happening): Effect[] {
  switch (happening.type) {
    case 'observed': {
      const wasWorking = log.workers.get(happening.id)?.state === 'working';
      return wasWorking && happening.state !== 'working' ? [wake(happening.id)] : [];
    }
    case 'exited':
    case 'lost':
    case 'undone':
      return [wake(happening.id)];
    // The branch that the others go to may hold more now.
    case 'finished':
    case 'cleaned':
      return [{ type: 'look-at-radar', repo: repoOf(happening.id), changed: [] }];
    default:
      return [];
  }
}

function wake(id: string): Effect {
  return { type: 'look-at-radar', repo: repoOf(id), changed: [id] };
}

/** Takes in a look: what turned since the last one goes into the log, and is said once. */
export function radarLooked(state: ControllerState, radar: RepoRadar): Decision {
  // Somebody asked for it, and gets it as an answer.
  if (state.config.radar === false) return { state, happenings: [], effects: [] };
  const judged = judgements(radar).filter(
    ({ a, b }) => state.log.workers.has(a) && (b === null || state.log.workers.has(b)),
  );
  const turned = judged.filter(({ a, b, verdict }) => isClash(state.log, a, b) !== (verdict === 'conflict'));
  const known = { ...state, radar: new Map(state.radar).set(radar.repo, briefly(radar)) };
  return {
    state: turned.reduce((next, one) => tellTurn(next, radar, one), withoutOldNews(known, radar, judged)),
    happenings: [
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
export function rivalsOf({ radar, log }: Pick<ControllerState, 'radar' | 'log'>, id: string): string[] {
  const pairs = radar.get(repoOf(id))?.pairs.filter(({ verdict }) => verdict === 'conflict') ?? [];
  return pairs
    .flatMap(({ a, b }) => (a === id ? [b] : b === id ? [a] : []))
    .filter((other) => log.workers.has(other));
}
