import { type AgentRequest, answersTo, type RequestAnswer } from '../domain/queue.ts';
import type { AskDialog, DenyDialog } from './dialog.ts';
import { emptyField } from './field.ts';
import { type AppState, dialogOf, selectionOf } from './state.ts';
import { ask, type Step, withDialog } from './step.ts';

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

const unasked = { pending: null, problem: null } as const;

/** All of what is asked, with the keys that answer it. */
export function openRequest(state: AppState, { id }: AgentRequest): AppState {
  return withDialog(state, { kind: 'ask', request: id, picked: [], scroll: 0, ...unasked });
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

/** Takes an option of the question at hand; with the last one all of them are said. */
export function pick(state: AppState, dialog: AskDialog, request: AgentRequest, option: number): Step {
  const picked = [...dialog.picked, option];
  const next = withDialog(state, { ...dialog, picked });
  if (picked.length < request.questions.length) return { state: next, effects: [] };
  return say(next, request, { say: 'choose', options: picked });
}

export function isRequestDialog(dialog: { readonly kind: string }): dialog is AskDialog | DenyDialog {
  return dialog.kind === 'ask' || dialog.kind === 'deny';
}
