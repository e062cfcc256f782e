import {
  type AgentRequest,
  allowedAnswers,
  type Choice,
  type Question,
  type QueueItem,
  type RequestAnswer,
} from '../../core/queue.ts';
import { shortAge } from '../../ui/format.ts';
import { selectGeometry } from '../../ui/layout.ts';
import {
  type AnyDialog,
  type AppState,
  type PendingRequest,
  type Scrolling,
  unasked,
} from '../../ui/state.ts';
import { ask, type Step, withDialog } from '../../ui/step.ts';
import { cellWidth } from '../../ui/text.ts';

// Requests of agents, as the person sees and answers them.

/** State of the card that shows all of a request. */
export interface AskDialog extends PendingRequest, Scrolling {
  readonly kind: 'ask';
  /** The request's id. */
  readonly request: string;
  /** The choices so far, one for each question. */
  readonly picked: readonly Choice[];
  /** The options marked so far where a question takes several, in ascending order. */
  readonly marked: readonly number[];
}

export function findRequest({ facts }: Pick<AppState, 'facts'>, id: string): AgentRequest | null {
  return facts?.queue.find(({ request }) => request?.id === id)?.request ?? null;
}

export function canSay(request: AgentRequest, say: RequestAnswer['say']): boolean {
  return allowedAnswers(request).includes(say);
}

export const inPane = 'That can only be answered in its pane: press enter.';

/** Least number of cells in which a request's text is shown. */
export const leastWords = 10;

/**
 * Returns the cells for a request's text in a row of the queue, beside worker and age; 0 where there are too few.
 * @param width of the row
 */
export function roomInRow(
  { worker, since }: Pick<QueueItem, 'worker' | 'since'>,
  now: number,
  width: number,
) {
  const room = width - cellWidth(worker) - cellWidth(shortAge(since, now)) - 5;
  return room >= leastWords ? room : 0;
}

/** Reports whether the row of a request shows all of it, so that it can be allowed without its card. */
export function isSaidInFull(state: AppState, item: QueueItem): boolean {
  const width = selectGeometry(state).queue.width - 2;
  const isWhole = item.request?.isWhole === true;
  return isWhole && cellWidth(item.text) <= roomInRow(item, state.now, width);
}

/** Opens the card of a request. */
export function openRequest(state: AppState, { id }: AgentRequest): AppState {
  const dialog: AskDialog = { kind: 'ask', request: id, picked: [], marked: [], scroll: 0, ...unasked };
  return withDialog(state, dialog);
}

/** Sends an answer to exactly this request; an open dialog waits for the outcome. */
export function say(
  state: AppState,
  { id }: AgentRequest,
  answer: RequestAnswer,
  dialog: AnyDialog | null = null,
): Step {
  return ask(state, 'answer', { request: id, answer }, (next, pending) =>
    dialog ? withDialog(next, { ...dialog, pending, problem: null }) : next,
  );
}

/** Returns why a dialog about a request closes; null while it is open. */
export function whyOver(state: AppState, { request }: { readonly request: string }): string | null {
  return findRequest(state, request) ? null : 'That was answered in its pane, or is over.';
}

/** Returns the current question; null once all are answered. */
export function questionOf({ picked }: AskDialog, { questions }: AgentRequest): Question | null {
  return questions[picked.length] ?? null;
}
