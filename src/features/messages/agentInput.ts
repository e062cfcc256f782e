import { readBox } from '../../agents/claude/screen.ts';
import { isLive, type Worker } from '../../core/worker.ts';
import { failure, type Problem, type Result } from '../../lib/result.ts';
import type { RequestId } from '../messages.ts';

/**
 * The state machine that types all lines into agents: briefs, messages, the prompt to go on. A line waits until its agent
 * can take it, is typed with Enter, and gets Enter again until it is taken. This module decides; `controller/effects/typist.ts` reads
 * the screen, waits, and lets the host type.
 */

/** A line for an agent. */
export interface MessageLine {
  /** The worker's. */
  readonly id: string;
  readonly text: string;
  /** `command`: meant to be taken for one. */
  readonly kind: 'brief' | 'go-on' | 'words' | 'command';
}

/** State of typing a brief or the prompt to go on; removed once the agent reports that it has it. */
export interface Delivery {
  /** Tells it from earlier deliveries, whose outcomes may arrive late. */
  readonly key: RequestId;
  /** The worker's brief, or the prompt to go on after a usage limit. */
  readonly what: Extract<MessageLine['kind'], 'brief' | 'go-on'>;
  readonly state: 'waiting' | 'typing' | 'failed';
}

/** The known state of an agent at one moment. */
interface InputState {
  readonly worker: Worker;
  readonly hasHooks: boolean;
  readonly delivery?: Delivery | undefined;
}

/** Retries of Enter: Claude Code loses one in ten that come while it redraws, most right after its start. */
export const maxEnters = 5;

/** Milliseconds. */
export interface Pace {
  /** Until a hook should have reported what was typed into an agent at rest. */
  readonly hookMs: number;
  /** Until a busy agent has what was typed in its own queue, which no hook reports. */
  readonly queueMs: number;
  /** Longest wait of a line for an agent that has just been started, or still gets its brief. */
  readonly startMs: number;
  /** Before a brief: an agent needs a moment until the list of our tools is part of its next request. */
  readonly settleMs: number;
  /** Longest turn after which a busy agent's box is read again. */
  readonly turnMs: number;
  /** Between two checks of the agent's state; `turnLookMs` is for an agent that works in a turn of its own. */
  readonly lookMs: number;
  readonly turnLookMs: number;
}

export const usualPace: Pace = {
  ...{ hookMs: 2500, queueMs: 700, startMs: 30_000, settleMs: 250 },
  ...{ turnMs: 3_600_000, lookMs: 50, turnLookMs: 1000 },
};

/** Reports whether a line has to wait: for an agent that has not begun, and a person's line also for the brief. */
export function mustWait({ kind }: MessageLine, { worker, hasHooks, delivery }: InputState): boolean {
  if (!isLive(worker.state) || isAsking(worker) || !hasHooks) return false;
  if (worker.state === 'starting') return true;
  return isForPerson({ kind }) && (delivery?.state === 'waiting' || delivery?.state === 'typing');
}

/** Reports whether a person waits for the outcome; a brief and the prompt to go on can be repeated from the queue. */
export function isForPerson({ kind }: Pick<MessageLine, 'kind'>): boolean {
  return kind === 'words' || kind === 'command';
}

/** Next step for a line whose Enter was pressed: `wait`, `look` at its box, press `enter` again, or stop as `taken`. */
export type Next = 'wait' | 'look' | 'enter' | 'taken';

/**
 * Decides the next step from the agent's state. A hook reports a prompt where the agent rested. A busy agent reports
 * nothing and takes the line out of its box. Nothing reports a command.
 * @param before the worker as it was when Enter was pressed
 * @param isOver true once the agent has had the time that it needs
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
  // Its turn has just ended: the next check shows whether it goes on with this line.
  return now?.state === 'working' ? 'taken' : 'enter';
}

/**
 * Decides the next step from the agent's screen, which is null where it cannot be read. Nothing reports the outcome of a
 * command, and a superfluous Enter would choose from what it has opened, so a command gets Enter only if it is certainly
 * still in the box.
 */
export function afterLook({ kind, text }: MessageLine, screen: string | null): Next {
  if (screen === null) return 'taken';
  const box = readBox(screen);
  return (kind === 'command' ? isSurelyInBox(text, box) : isInBox(text, box)) ? 'enter' : 'taken';
}

/**
 * Reports whether to follow a line that the host did not enter because the agent did not show it. A slow machine shows
 * it late, and a hook reports whether it is taken.
 */
export function mayAppearLater({ kind }: MessageLine, before: Worker, { code }: Problem): boolean {
  return code === 'not_shown' && kind !== 'command' && before.state !== 'working';
}

/** Returns the milliseconds within which an agent should have taken a line. */
export function acceptMs({ kind }: MessageLine, before: Worker, { hookMs, queueMs }: Pace): number {
  return before.state === 'working' && kind !== 'command' ? queueMs : hookMs;
}

/** Reports whether to follow a line until the turn is over: a busy agent may draw it late, and lose its Enter. */
export function isFollowed({ kind }: MessageLine, before: Worker): boolean {
  return before.state === 'working' && kind !== 'command';
}

/** Reports whether a line is certainly still in the box after a long time: a person may have begun to type there. */
export function isSurelyInBox(text: string, box: string | null): boolean {
  return isInBox(text, box) && (box === text.trim() || (box ?? '').length >= minDistinct);
}

/** Reports whether the box holds the beginning of a line, or Claude Code's placeholder for a long one. */
function isInBox(text: string, box: string | null): boolean {
  if (box === null || box === '') return false;
  return text.trimStart().startsWith(box) || (box.startsWith('[Pasted text') && isShortened(text));
}

/** Least number of characters that identify the beginning of a line. */
const minDistinct = 16;

/** Reports whether Claude Code shows a placeholder instead of the text. */
function isShortened(text: string): boolean {
  return text.length > 200 || /[\r\n]/.test(text);
}

/** Reports whether typed text would answer a question of the agent. */
export function isAsking({ state }: Worker): boolean {
  return state === 'waiting' || state === 'needs-trust';
}

/**
 * Returns the ids of workers without their brief: its delivery failed, or they rest and no delivery is under way, because
 * the earlier controller has ended.
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

/** Codes of refusals at a question, or before a possible one: typed text would have answered it. */
export const questionCodes: ReadonlySet<string> = new Set(['asks', 'asks_meanwhile', 'not_at_prompt']);

export function takenForCommand(id: string): Result<never> {
  return failure(
    'looks_like_command',
    `${id} would take this for a command, and not for words to it.`,
    'Begin it with another sign, or mean it: orch-tui worker send --command',
  );
}

export function notStarted(id: string): Result<never> {
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
