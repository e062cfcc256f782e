import type { AskedQuestion, WorkerState } from './worker.ts';

/** What a hook says happened inside an agent, in words that every agent shares. */
export type Report =
  | { readonly kind: 'session-started'; readonly sessionId: string }
  /** `byItself`: work in the background came to an end, and its person may still be asked something beside that. */
  | { readonly kind: 'prompted'; readonly byItself?: true }
  | { readonly kind: 'tool-started' }
  /** `what` as it would have been asked; `call` names the use of the tool. */
  | { readonly kind: 'tool-ended'; readonly what: string; readonly call?: string }
  /** `request`: id of what was posted; absent where no answer can be given to it. */
  | { readonly kind: 'asked'; readonly what: string; readonly request?: string }
  /** A person said yes or no to this request elsewhere; the agent goes on. */
  | { readonly kind: 'answered'; readonly request: string }
  /** `goesOn`: agents that it started work on in the background, and a turn begins by itself when they end. */
  | { readonly kind: 'turn-ended'; readonly said: string | null; readonly goesOn?: true }
  /** `until`: ISO time at which a usage limit ends, where that is known. */
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
  | SessionSign
  | TitleSign
  /** What a screen that fell quiet shows: a question, or the prompt, where nothing is asked. */
  | { readonly source: 'screen'; readonly says: 'question' | 'prompt' }
  /** Only for agents without hooks: output flows, or has stopped. */
  | { readonly source: 'output'; readonly flowing: boolean };

/**
 * `resting` only once nothing has been printed for a moment: the title is ahead of the hooks. `asking` is for agents
 * whose titles are all that tells of a question.
 */
export interface TitleSign {
  readonly source: 'title';
  readonly says: 'asking' | 'working' | 'resting';
}

/** What the agent keeps of itself for other programs, where it does. */
export interface SessionSign {
  readonly source: 'session';
  readonly says: 'asking' | 'working' | 'resting';
  /** Since when, in milliseconds since 1970. */
  readonly at: number;
}

/** State and questions after a sign. Every state but `lost` has an exit edge that needs no hook. */
export interface Observation {
  readonly state: WorkerState;
  /** Oldest first; the last one is on the screen. */
  readonly questions: readonly OpenQuestion[];
}

export interface OpenQuestion extends AskedQuestion {
  /** Names the use of the tool that is asked for; absent where that is not known. */
  readonly call?: string;
}

/** The one state machine of workers. Pure and total: a sign that says nothing new returns the same object. */
export function observe(now: Observation, sign: Signal): Observation {
  const next = nextState(now, sign);
  return next.state === now.state && areSame(next.questions, now.questions) ? now : next;
}

function nextState(now: Observation, sign: Signal): Observation {
  if (sign.source === 'process') return to('exited');
  if (now.state === 'exited' || now.state === 'lost') return now;
  switch (sign.source) {
    case 'hook':
      return afterReport(now, sign.report);
    case 'session':
      return afterSession(now, sign.says);
    case 'title':
      return afterTitle(now, sign.says);
    case 'screen':
      return afterScreen(now, sign.says);
    case 'output':
      return afterOutput(now, sign.flowing);
  }
}

function afterReport(now: Observation, report: Report): Observation {
  switch (report.kind) {
    case 'session-started':
      return isBefore(now.state) ? to('idle') : now;
    case 'prompted':
      return report.byItself && now.state === 'waiting' ? now : to('working');
    case 'tool-started':
      // Beside a question another tool may begin; its own tool began before it.
      return now.state === 'waiting' ? now : to('working');
    case 'tool-ended':
      return now.state === 'waiting' ? without(now, (open) => isAbout(open, report)) : to('working');
    case 'answered':
      return now.state === 'waiting' ? without(now, ({ request }) => request === report.request) : now;
    case 'asked':
      return withQuestion(now, report);
    case 'turn-ended':
      if (!report.goesOn) return to('idle');
      // What waits then is the question of an agent in the background.
      return now.state === 'waiting' ? now : to('working');
    case 'turn-failed':
      return to(report.limited ? 'limited' : 'idle');
    case 'session-ended':
      return now;
  }
}

/** It tells of Esc, of menus and of the person's own commands; of a question it does not say what it is. */
function afterSession(now: Observation, says: SessionSign['says']): Observation {
  if (says === 'working') return to('working');
  // A limit ends a turn, too, and what is asked then is what to do about it.
  if (now.state === 'limited') return now;
  if (says === 'resting') return to('idle');
  return now.state === 'waiting' ? now : waiting([{ text: unknownQuestion }]);
}

/**
 * No hook fires when a person presses Esc; the title does change. A waiting agent's title rests until its last
 * question is answered.
 */
function afterTitle(now: Observation, says: TitleSign['says']): Observation {
  if (says === 'working') return to('working');
  if (says === 'asking') return now.state === 'waiting' ? now : waiting([{ text: askedByTitle }]);
  if (now.questions.at(-1)?.text === askedByTitle) return to('idle');
  return now.state === 'working' || isBefore(now.state) ? to('idle') : now;
}

/** A title tells of a question and not what it is. */
const askedByTitle = 'an answer';

/** Esc at a question changes neither title nor hook: the prompt is back, and that is all. */
function afterScreen(now: Observation, says: 'question' | 'prompt'): Observation {
  if (says === 'prompt') return isBefore(now.state) || now.state === 'waiting' ? to('idle') : now;
  // Whatever is asked before the first hook is about trust: in the folder, in its servers, in its settings.
  if (now.state === 'starting') return to('needs-trust');
  // Its hook never came, or the person opened a menu.
  return now.state === 'working' || now.state === 'idle' ? waiting([{ text: unknownQuestion }]) : now;
}

/** What is on a screen, when no hook has told of it. */
const unknownQuestion = 'something in its pane';

function afterOutput(now: Observation, flowing: boolean): Observation {
  if (flowing) return now.state === 'starting' || now.state === 'idle' ? to('working') : now;
  return now.state === 'starting' || now.state === 'working' ? to('idle') : now;
}

/** Whether the agent has not begun its conversation yet, as far as we know. */
function isBefore(state: WorkerState): boolean {
  return state === 'starting' || state === 'needs-trust';
}

/** A worker that asks more than this all at once is flooding: of the rest, the latest alone is kept. */
const mostQuestions = 50;

/** A question of which only the screen told gets its name; so does one that an earlier log kept without its id. */
function withQuestion({ questions }: Observation, { what, request }: Extract<Report, { kind: 'asked' }>) {
  const isUnnamed = ({ text, request: known }: OpenQuestion) =>
    text === unknownQuestion || (request !== undefined && known === undefined && text === what);
  const others = questions.filter((open) => !isUnnamed(open)).slice(0, mostQuestions - 1);
  return waiting([...others, { text: what, ...(request !== undefined && { request }) }]);
}

/** The use of a tool decides, where it is known of both: what is asked may look alike. */
function isAbout(open: OpenQuestion, ended: Extract<Report, { kind: 'tool-ended' }>): boolean {
  return open.call !== undefined && ended.call !== undefined
    ? open.call === ended.call
    : open.text === ended.what;
}

function waiting(questions: readonly OpenQuestion[]): Observation {
  return { state: 'waiting', questions };
}

/** Without the last question that fits. */
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
