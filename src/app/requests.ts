import {
  type AgentRequest,
  answersTo,
  type Choice,
  type Question,
  type QueueItem,
  type RequestAnswer,
} from '../domain/queue.ts';
import { emptyField } from '../room/field.ts';
import { selectGeometry } from '../room/select.ts';
import { type AppState, selectionOf } from '../room/state.ts';
import { ask, type Step, stay, withDialog } from '../room/step.ts';
import { cellWidth } from '../room/text/cells.ts';
import { shortAge } from '../room/text/words.ts';
import type { AskDialog, DenyDialog } from './dialog.ts';
import { dialogOf } from './dialog.ts';

/** What agents wait for, as the person sees and answers it. */

export function findRequest({ facts }: Pick<AppState, 'facts'>, id: string): AgentRequest | null {
  return facts?.queue.find(({ request }) => request?.id === id)?.request ?? null;
}

/** The request that keys act on: of the open dialog, else of the selected row. */
export function currentRequest(state: AppState): AgentRequest | null {
  const dialog = dialogOf(state);
  if (dialog)
    return dialog.kind === 'ask' || dialog.kind === 'deny' ? findRequest(state, dialog.request) : null;
  const key = state.list === 'queue' ? selectionOf(state) : null;
  return key?.kind === 'request' ? findRequest(state, key.request) : null;
}

export function canSay(request: AgentRequest, say: RequestAnswer['say']): boolean {
  return answersTo(request).includes(say);
}

export const inPane = 'That can only be answered in its pane: press enter.';

const unasked = { pending: null, problem: null } as const;

/** Cells in which a few words of a request can be read. */
const leastWords = 10;

/**
 * Cells for what is asked in a row of the queue, beside who asks and since when; 0 where a few words have no room.
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

/** Whether the row of a request says all there is to know: only then nothing more is to be looked at. */
export function isSaidInFull(state: AppState, item: QueueItem): boolean {
  const width = selectGeometry(state).queue.width - 2;
  const isWhole = item.request?.isWhole === true;
  return isWhole && cellWidth(item.text) <= roomInRow(item, state.now, width);
}

/** All of what is asked, with the keys that answer it. */
export function openRequest(state: AppState, { id }: AgentRequest): AppState {
  return withDialog(state, { kind: 'ask', request: id, picked: [], marked: [], scroll: 0, ...unasked });
}

/** What the agent is to be told with the no; may stay empty. */
export function openDeny(state: AppState, { id }: AgentRequest): AppState {
  return withDialog(state, { kind: 'deny', request: id, why: emptyField, ...unasked });
}

/** Says it to exactly this request; an open dialog waits for what comes of it. */
export function say(state: AppState, { id }: AgentRequest, answer: RequestAnswer): Step {
  const dialog = dialogOf(state);
  return ask(state, 'answer', { request: id, answer }, (next, pending) =>
    dialog?.kind === 'ask' || dialog?.kind === 'deny'
      ? withDialog(next, { ...dialog, pending, problem: null })
      : next,
  );
}

/** The question at hand; null once all are answered. */
export function questionOf({ picked }: AskDialog, { questions }: AgentRequest): Question | null {
  return questions[picked.length] ?? null;
}

/** Chooses an option of the question at hand; where it takes several, marks it or takes the mark away. */
export function choose(state: AppState, dialog: AskDialog, request: AgentRequest, option: number): Step {
  if (!questionOf(dialog, request)?.several) return take(state, dialog, request, option);
  const { marked } = dialog;
  const others = marked.filter((one) => one !== option);
  const next = others.length < marked.length ? others : [...marked, option].sort((a, b) => a - b);
  return stay(withDialog(state, { ...dialog, marked: next }));
}

/** Answers the question at hand; with the last one all of them are said. */
export function take(state: AppState, dialog: AskDialog, request: AgentRequest, choice: Choice): Step {
  const picked = [...dialog.picked, choice];
  const next = withDialog(state, { ...dialog, picked, marked: [] });
  if (picked.length < request.questions.length) return { state: next, effects: [] };
  return say(next, request, { say: 'choose', options: picked });
}

export function isRequestDialog(dialog: { readonly kind: string }): dialog is AskDialog | DenyDialog {
  return dialog.kind === 'ask' || dialog.kind === 'deny';
}
