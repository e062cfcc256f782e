import type { Problem } from '../lib/result.ts';
import type { AnyDialog } from './asking.ts';
import type { Effect, Method, MethodParams, RequestEffect } from './effects.ts';
import type { AppState, Notice } from './state.ts';

/** What an update comes to. */
export interface Step {
  readonly state: AppState;
  readonly effects: readonly Effect[];
}

export function stay(state: AppState): Step {
  return { state, effects: [] };
}

/** Where a yes may still not be given, brings the first row into sight that has not been there; null where all has. */
export function toUnseen(state: AppState, dialog: AnyDialog): AppState | null {
  const { rows = 0, all = 1 } = dialog.seen ?? {};
  if (rows >= all) return null;
  const left = all - rows;
  const next = withDialog(state, { ...dialog, scroll: rows });
  return withNotice(
    next,
    `${left === 1 ? 'A line was' : `${left} lines were`} not in sight yet: read on, then y.`,
  );
}

export function withNotice(state: AppState, text: string, tone: Notice['tone'] = 'info'): AppState {
  return { ...state, notice: { text, tone, since: null } };
}

export function withoutNotice(state: AppState): AppState {
  return state.notice === null ? state : { ...state, notice: null };
}

export function withDialog<D extends AnyDialog>(state: AppState, dialog: D): AppState {
  return { ...state, focus: { at: 'dialog', dialog } };
}

export function toList(state: AppState): AppState {
  return state.focus.at === 'list' ? state : { ...state, focus: { at: 'list' } };
}

/** Asks the controller; `next` may keep the tag, to know the answer by. */
export function ask<M extends Method>(
  state: AppState,
  method: M,
  params: MethodParams<M>,
  next: (state: AppState, tag: number) => AppState = (unchanged) => unchanged,
): Step {
  const tag = state.nextTag;
  const request = { type: 'request', method, params, tag } as RequestEffect;
  return { state: next({ ...state, nextTag: tag + 1 }, tag), effects: [request] };
}

/** Asks the controller for what the dialog then waits for. */
export function askFrom<M extends Method, D extends AnyDialog>(
  state: AppState,
  dialog: D,
  method: M,
  params: MethodParams<M>,
): Step {
  return ask(state, method, params, (next, pending) =>
    withDialog(next, { ...dialog, pending, problem: null }),
  );
}

/** Takes steps one after the other; the effects of all of them, in order. */
export function inTurn(state: AppState, takes: readonly ((state: AppState) => Step)[]): Step {
  return takes.reduce<Step>((before, take) => {
    const { state: next, effects } = take(before.state);
    return { state: next, effects: [...before.effects, ...effects] };
  }, stay(state));
}

/** A problem as a sentence or two, in one line where its message is one. */
export function problemLine({ message, hint }: Problem): string {
  if (hint === undefined) return message;
  return /[.!?…]$/.test(message) ? `${message} ${hint}` : `${message}. ${hint}`;
}

/** A problem with its hint on a line of its own. */
export function problemText({ message, hint }: Problem): string {
  return hint === undefined ? message : `${message}\n${hint}`;
}
