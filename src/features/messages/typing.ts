import { readBox } from '../../agents/claude/screen.ts';
import { isLive, type Worker } from '../../core/worker.ts';
import { failure, type Problem, type Result } from '../../lib/result.ts';
import type { RequestId } from '../messages.ts';

/**
 * The one state machine that types into agents: briefs, messages, the word to go on. A line waits until its agent can take
 * it, is typed with its Enter, and gets Enter again until it is taken. All of it is decided here; `edge/typing.ts` looks,
 * waits and has the host type.
 */

/** A line for an agent. */
export interface MessageLine {
  /** The worker's. */
  readonly id: string;
  readonly text: string;
  /** `command`: meant to be taken for one. */
  readonly kind: 'brief' | 'go-on' | 'words' | 'command';
}

/** How far a brief or the word to go on has come; with the agent's own word for it this is forgotten. */
export interface Delivery {
  /** Tells it from those before: what is told of them may come too late. */
  readonly key: RequestId;
  /** Its brief, or the word to go on after a usage limit. */
  readonly what: Extract<MessageLine['kind'], 'brief' | 'go-on'>;
  readonly state: 'waiting' | 'typing' | 'failed';
}

/** What is known of an agent at a moment. */
export interface SeenLine {
  readonly worker: Worker;
  readonly hasHooks: boolean;
  readonly delivery?: Delivery | undefined;
}

/** How often Enter is pressed again: Claude Code loses one in ten that come while it redraws, most right after its start. */
export const mostEnters = 5;

/** Milliseconds. */
export interface Pace {
  /** Until a hook should have told of what was typed into an agent that rests. */
  readonly hookMs: number;
  /** Until an agent that is busy has what was typed in its own queue, of which no hook tells. */
  readonly queueMs: number;
  /** That a line waits for an agent that has only just been started, or is still given its brief. */
  readonly startMs: number;
  /** Before a brief: an agent that was given the list of our tools takes a moment to have them in its next request. */
  readonly settleMs: number;
  /** That a turn may last after which a busy agent's box is looked at again. */
  readonly turnMs: number;
  /** Between two looks at what is known of the agent, of one that works in a turn of its own. */
  readonly lookMs: number;
  readonly turnLookMs: number;
}

export const usualPace: Pace = {
  ...{ hookMs: 2500, queueMs: 700, startMs: 30_000, settleMs: 250 },
  ...{ turnMs: 3_600_000, lookMs: 50, turnLookMs: 1000 },
};

/** Whether a line has to wait: for an agent that has not begun, and words also for the brief. */
export function hasToWait({ kind }: MessageLine, { worker, hasHooks, delivery }: SeenLine): boolean {
  if (!isLive(worker.state) || isAsking(worker) || !hasHooks) return false;
  if (worker.state === 'starting') return true;
  return isForPerson({ kind }) && (delivery?.state === 'waiting' || delivery?.state === 'typing');
}

/** Whether somebody waits for what comes of it; a brief and the word to go on can be typed again from the queue. */
export function isForPerson({ kind }: Pick<MessageLine, 'kind'>): boolean {
  return kind === 'words' || kind === 'command';
}

/** What to do about a line whose Enter was pressed: `look` at its box, press `enter` again, or nothing any more. */
export type Next = 'wait' | 'look' | 'enter' | 'taken';

/**
 * By what is known of the agent. A hook tells of a prompt where the agent rested. A busy one says nothing and takes the
 * line out of its box; of a command nothing tells at all.
 * @param before the worker as it was when Enter was pressed
 * @param isOver whether it has had the time that it needs
 */
export function afterEnter(
  { kind }: MessageLine,
  before: Worker,
  now: Worker | undefined,
  isOver: boolean,
): Next {
  const hasChanged = now?.stateSince !== before.stateSince;
  if (!hasChanged && !isOver) return 'wait';
  if (kind === 'command') return 'look';
  if (before.state !== 'working') return hasChanged ? 'taken' : 'enter';
  if (!hasChanged) return 'look';
  // Its turn ended just then: whether it goes on with this line is seen next.
  return now?.state === 'working' ? 'taken' : 'enter';
}

/**
 * By what its screen shows; null where that cannot be read. Nothing tells what became of a command, and an Enter too many
 * would choose from what it has opened: only one that surely stands in the box still gets it.
 */
export function afterLook({ kind, text }: MessageLine, screen: string | null): Next {
  if (screen === null) return 'taken';
  const box = readBox(screen);
  return (kind === 'command' ? isLeft(text, box) : stands(text, box)) ? 'enter' : 'taken';
}

/**
 * Whether a line that the host did not enter, because its agent showed nothing of it, is followed all the same. On a slow
 * machine it is shown late; whether it is taken shows where a hook tells of it.
 */
export function mayComeYet({ kind }: MessageLine, before: Worker, { code }: Problem): boolean {
  return code === 'not_shown' && kind !== 'command' && before.state !== 'working';
}

/** How long an agent needs until it should have taken a line. */
export function patience({ kind }: MessageLine, before: Worker, { hookMs, queueMs }: Pace): number {
  return before.state === 'working' && kind !== 'command' ? queueMs : hookMs;
}

/** Whether a line has to be followed until the turn is over: a busy agent may draw it late, and lose its Enter. */
export function isFollowed({ kind }: MessageLine, before: Worker): boolean {
  return before.state === 'working' && kind !== 'command';
}

/** Whether a line is still in the box, long after: only what is surely it, for a person may have begun to type there. */
export function isLeft(text: string, box: string | null): boolean {
  return stands(text, box) && (box === text.trim() || (box ?? '').length >= surelyOurs);
}

/** Whether the box holds the beginning of a line, or what Claude Code shows in the place of a long one. */
function stands(text: string, box: string | null): boolean {
  if (box === null || box === '') return false;
  return text.trimStart().startsWith(box) || (box.startsWith('[Pasted text') && isShortened(text));
}

/** Cells; narrower boxes hold no line's beginning. */
const surelyOurs = 16;

/** Less than this Claude Code shows as it is. */
function isShortened(text: string): boolean {
  return text.length > 200 || /[\r\n]/.test(text);
}

/** Reports whether what is typed into it would be an answer. */
export function isAsking({ state }: Worker): boolean {
  return state === 'waiting' || state === 'needs-trust';
}

/**
 * Ids of workers that have not got their brief: it failed to arrive, or they rest without it and nothing is about to type
 * it, because the controller that was has ended.
 */
export function selectUndelivered(
  deliveries: ReadonlyMap<string, Delivery>,
  workers: ReadonlyMap<string, Worker>,
): readonly string[] {
  return [...workers.values()]
    .filter(({ id, state, awaitsBrief = false }) => {
      const delivery = deliveries.get(id);
      if (!isLive(state) || delivery?.what === 'go-on') return false;
      return delivery ? delivery.state === 'failed' : awaitsBrief && state === 'idle';
    })
    .map(({ id }) => id);
}

/** Codes of refusals at a question, or where one may come next: what is typed would have answered it. */
export const heldBy: ReadonlySet<string> = new Set(['asks', 'asks_meanwhile', 'not_at_prompt']);

export function tooLikeCommand(id: string): Result<never> {
  return failure(
    'looks_like_command',
    `${id} would take this for a command, and not for words to it.`,
    'Begin it with another sign, or mean it: orch-tui worker send --command',
  );
}

export function notBegun(id: string): Result<never> {
  return failure('not_begun', `${id} has not begun yet.`, 'Look at its pane, or send it again later.');
}

export function notTaken(id: string): Result<never> {
  return failure('not_taken', `${id} did not take it up.`, `Look at its pane: orch-tui worker attach ${id}`);
}

export function askedMeanwhile(id: string): Result<never> {
  return failure(
    'asks_meanwhile',
    `${id} came to ask something while this was typed. It was not entered, and may still be in its box.`,
    `Look at its pane: orch-tui worker attach ${id}`,
  );
}

export function asksSomething({ id, asks }: Worker): Result<never> {
  const what = asks === null ? 'shows a question' : `waits for an answer: ${asks}`;
  const where = asks === null ? `orch-tui worker attach ${id}` : 'orch-tui queue';
  return failure('asks', `${id} ${what}. What is typed now would answer it.`, `Answer it: ${where}`);
}
