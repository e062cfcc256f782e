import type { AskedQuestion, WorkerState } from './worker.ts';

/** An agent's event as its hook reports it, in terms that all agents share. */
export type Report =
  | { readonly kind: 'session-started'; readonly sessionId: string }
  /** `byItself`: background work ended, and a question to the user may still be open beside it. */
  | { readonly kind: 'prompted'; readonly byItself?: true }
  | { readonly kind: 'tool-started' }
  /** `what`: the text that a question about it would have; `call`: id of the tool use. */
  | { readonly kind: 'tool-ended'; readonly what: string; readonly call?: string }
  /** `request`: id of the posted request; absent where it cannot be answered. */
  | { readonly kind: 'asked'; readonly what: string; readonly request?: string }
  /** A person answered this request elsewhere; the agent continues. */
  | { readonly kind: 'answered'; readonly request: string }
  /** `goesOn`: its background agents still run, and the next turn begins by itself when they end. */
  | { readonly kind: 'turn-ended'; readonly said: string | null; readonly goesOn?: true }
  /** `until`: ISO time at which a usage limit ends, where known. */
  | {
      readonly kind: 'turn-failed';
      readonly error: string;
      readonly limited: boolean;
      readonly until?: string;
    }
  | { readonly kind: 'session-ended' };

/** One piece of evidence about a worker, most trusted first. */
export type Signal =
  | { readonly source: 'process'; readonly alive: false }
  | { readonly source: 'hook'; readonly report: Report }
  | SessionSignal
  | TitleSignal
  /** A quiet screen: a question, or the prompt with no question open. */
  | { readonly source: 'screen'; readonly says: 'question' | 'prompt' }
  /** Only for agents without hooks: output flows, or has stopped. */
  | { readonly source: 'output'; readonly flowing: boolean };

/**
 * `resting` only after a moment without output, because the title is ahead of the hooks. `asking` is for
 * agents whose titles are the only evidence of a question.
 */
export interface TitleSignal {
  readonly source: 'title';
  readonly says: 'asking' | 'working' | 'resting';
}

/** The state that an agent publishes for other programs, where it does. */
export interface SessionSignal {
  readonly source: 'session';
  readonly says: 'asking' | 'working' | 'resting';
  /** Start of that state, in milliseconds since 1970. */
  readonly at: number;
}

/** State and open questions of a worker. Every state but `lost` has an exit edge that needs no hook. */
export interface Observation {
  readonly state: WorkerState;
  /** Oldest first; the last one is on the screen. */
  readonly questions: readonly OpenQuestion[];
}

export interface OpenQuestion extends AskedQuestion {
  /** Id of the tool use that is asked for; absent where unknown. */
  readonly call?: string;
}

/** The one state machine of workers. Pure and total: a signal without news returns the same object. */
export function observe(now: Observation, signal: Signal): Observation {
  const next = nextState(now, signal);
  return next.state === now.state && areSame(next.questions, now.questions) ? now : next;
}

function nextState(now: Observation, signal: Signal): Observation {
  if (signal.source === 'process') return to('exited');
  if (now.state === 'exited' || now.state === 'lost') return now;
  switch (signal.source) {
    case 'hook':
      return afterReport(now, signal.report);
    case 'session':
      return afterSession(now, signal.says);
    case 'title':
      return afterTitle(now, signal.says);
    case 'screen':
      return afterScreen(now, signal.says);
    case 'output':
      return afterOutput(now, signal.flowing);
  }
}

function afterReport(now: Observation, report: Report): Observation {
  switch (report.kind) {
    case 'session-started':
      return hasNotBegun(now.state) ? to('idle') : now;
    case 'prompted':
      return report.byItself && now.state === 'waiting' ? now : to('working');
    case 'tool-started':
      // Another tool may begin beside a question; the question's own tool began before it.
      return now.state === 'waiting' ? now : to('working');
    case 'tool-ended':
      return now.state === 'waiting' ? without(now, (open) => isAbout(open, report)) : to('working');
    case 'answered':
      return now.state === 'waiting' ? without(now, ({ request }) => request === report.request) : now;
    case 'asked':
      return withQuestion(now, report);
    case 'turn-ended':
      if (!report.goesOn) return to('idle');
      // An open question is then that of a background agent.
      return now.state === 'waiting' ? now : to('working');
    case 'turn-failed':
      return to(report.limited ? 'limited' : 'idle');
    case 'session-ended':
      return now;
  }
}

/** Applies an agent's published state, which covers Esc, menus and the user's commands but lacks a question's text. */
function afterSession(now: Observation, says: SessionSignal['says']): Observation {
  if (says === 'working') return to('working');
  // A limit ends a turn too, and the question is then about the limit.
  if (now.state === 'limited') return now;
  if (says === 'resting') return to('idle');
  return now.state === 'waiting' ? now : waiting([{ text: unknownQuestion }]);
}

/**
 * Applies a title. Esc sends no hook, but changes the title; a waiting agent's title stays `resting` until its
 * last question is answered.
 */
function afterTitle(now: Observation, says: TitleSignal['says']): Observation {
  if (says === 'working') return to('working');
  if (says === 'asking') return now.state === 'waiting' ? now : waiting([{ text: askedByTitle }]);
  if (now.questions.at(-1)?.text === askedByTitle) return to('idle');
  return now.state === 'working' || hasNotBegun(now.state) ? to('idle') : now;
}

/** Text of a question that only a title reports; the title does not contain it. */
const askedByTitle = 'an answer';

/** Applies the screen: Esc at a question changes no title and sends no hook, only the prompt reappears. */
function afterScreen(now: Observation, says: 'question' | 'prompt'): Observation {
  if (says === 'prompt') return hasNotBegun(now.state) || now.state === 'waiting' ? to('idle') : now;
  // Any question before the first hook is about trust: in the folder, in its servers, in its settings.
  if (now.state === 'starting') return to('needs-trust');
  // Its hook never came, or the user opened a menu.
  return now.state === 'working' || now.state === 'idle' ? waiting([{ text: unknownQuestion }]) : now;
}

/** Text of a question on the screen that no hook reported. */
const unknownQuestion = 'something in its pane';

function afterOutput(now: Observation, flowing: boolean): Observation {
  if (flowing) return now.state === 'starting' || now.state === 'idle' ? to('working') : now;
  return now.state === 'starting' || now.state === 'working' ? to('idle') : now;
}

/** Reports whether the agent's conversation has not begun, as far as known. */
function hasNotBegun(state: WorkerState): boolean {
  return state === 'starting' || state === 'needs-trust';
}

/** Most open questions of one worker. A worker with more is flooding: only the latest of the rest is kept. */
const mostQuestions = 50;

/**
 * Adds a question. It replaces one known only from the screen, and one that an earlier log kept without its
 * id.
 */
function withQuestion({ questions }: Observation, { what, request }: Extract<Report, { kind: 'asked' }>) {
  const isUnnamed = ({ text, request: known }: OpenQuestion) =>
    text === unknownQuestion || (request !== undefined && known === undefined && text === what);
  const others = questions.filter((open) => !isUnnamed(open)).slice(0, mostQuestions - 1);
  return waiting([...others, { text: what, ...(request !== undefined && { request }) }]);
}

/** Compares ids of the tool use where both are known, because texts may look alike. */
function isAbout(open: OpenQuestion, ended: Extract<Report, { kind: 'tool-ended' }>): boolean {
  return open.call !== undefined && ended.call !== undefined
    ? open.call === ended.call
    : open.text === ended.what;
}

function waiting(questions: readonly OpenQuestion[]): Observation {
  return { state: 'waiting', questions };
}

/** Removes the last question that matches. */
function without(now: Observation, fits: (open: OpenQuestion) => boolean): Observation {
  const at = now.questions.findLastIndex(fits);
  if (at < 0) return now;
  return now.questions.length === 1 ? to('working') : waiting(now.questions.toSpliced(at, 1));
}

function areSame(some: readonly OpenQuestion[], others: readonly OpenQuestion[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ text, request }, n) => text === others[n]?.text && request === others[n]?.request)
  );
}

function to(state: WorkerState): Observation {
  return { state, questions: [] };
}
