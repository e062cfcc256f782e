import type { Facts } from '../core/facts.ts';
import type { ControllerApi } from '../features/commands.ts';
import type { Found, ScrollRequest, SearchRequest, SelectRequest, TerminalRecord } from '../ipc/hostApi.ts';
import type { Problem, Result } from '../lib/result.ts';
import type { MouseToken, Token } from '../terminal/input.ts';
import {
  type AnyDialog,
  type AppState,
  type Connection,
  type Notice,
  type ScreenSize,
  shownDialog,
} from './state.ts';

/** The result of an update: the next state, and effects to run. */
export interface Step {
  readonly state: AppState;
  readonly effects: readonly ScreenEffect[];
}

export function noEffects(state: AppState): Step {
  return { state, effects: [] };
}

/** Scrolls to the first row that was not visible yet; null when all rows were, so that a yes is allowed. */
export function toUnseen(state: AppState, dialog: AnyDialog): AppState | null {
  const { rows = 0, all = 1 } = dialog.seen ?? {};
  if (rows >= all) return null;
  const left = all - rows;
  const next = withDialog(state, { ...dialog, scroll: rows });
  return withNotice(
    next,
    `${left === 1 ? 'A line was' : `${left} lines were`} not visible yet. Read on, then press y.`,
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

/** Sends a request to the controller. @param next may store the tag, which its answer carries, too */
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

/** Sends a request to the controller; the dialog waits for its answer. */
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

/** Takes steps in order and returns the effects of all. */
export function sequence(state: AppState, takes: readonly ((state: AppState) => Step)[]): Step {
  return takes.reduce<Step>((before, take) => {
    const { state: next, effects } = take(before.state);
    return { state: next, effects: [...before.effects, ...effects] };
  }, noEffects(state));
}

/** Returns a problem and its hint as sentences in one line, where the message is one line. */
export function problemLine({ message, hint }: Problem): string {
  if (hint === undefined) return message;
  return /[.!?…]$/.test(message) ? `${message} ${hint}` : `${message}. ${hint}`;
}

/** Returns a problem with its hint on a second line. */
export function problemText({ message, hint }: Problem): string {
  return hint === undefined ? message : `${message}\n${hint}`;
}

/** Returns why no request can be sent; null while one can. */
export function whyUnreachable({ connection }: AppState): string | null {
  switch (connection.status) {
    case 'live':
      return null;
    case 'connecting':
      return 'Still connecting.';
    case 'lost':
      return 'The controller cannot be reached; orch-tui reconnects by itself.';
  }
}

/** Reports whether the open dialog waits for an answer of the controller. */
export function isWaiting(state: AppState): boolean {
  return (shownDialog(state)?.pending ?? null) !== null;
}

export const waitingText = 'Waiting for the controller; esc closes.';

/** Returns why the open dialog cannot send a request: one is under way, or there is no controller. Null while it can. */
export function whyBusy(state: AppState): string | null {
  return isWaiting(state) ? waitingText : whyUnreachable(state);
}

/** A message to the room's loop, in the past tense. Nothing else changes the state. */
export type ScreenMessage =
  | { readonly type: 'resized'; readonly size: ScreenSize }
  | { readonly type: 'factsArrived'; readonly facts: Facts }
  | { readonly type: 'connectionChanged'; readonly connection: Connection }
  | { readonly type: 'terminalChanged'; readonly record: TerminalRecord }
  | { readonly type: 'terminalForgotten'; readonly id: string }
  | { readonly type: 'bellRang'; readonly id: string }
  | { readonly type: 'notifyFailed'; readonly message: string }
  /** `unseen`: the open dialog has not been drawn yet; see `isUnseen`. */
  | { readonly type: 'tokenArrived'; readonly token: Token; readonly unseen?: boolean }
  /** The mouse is held above or below the pane it selects in; repeated meanwhile. */
  | { readonly type: 'dragHeld' }
  /** The result of a search for the text. */
  | { readonly type: 'searched'; readonly id: string; readonly text: string; readonly result: Result<Found> }
  | { readonly type: 'copied'; readonly result: Result<Copied> }
  /** Typed or pasted text did not reach a worker's program. */
  | { readonly type: 'notTyped'; readonly id: string; readonly problem: Problem }
  /** The room got the terminal back. */
  | { readonly type: 'attachEnded'; readonly id: string; readonly why: 'left' | 'gone' }
  /** `now`: milliseconds since 1970. */
  | { readonly type: 'ticked'; readonly now: number }
  | Answered;

/** A copied selection. */
export interface Copied {
  /** 0 when only blanks were selected. */
  readonly lines: number;
  /** The file that holds it if the clipboard cannot; null for the clipboard. */
  readonly path: string | null;
}

/** The answer to a request. */
export type Answered<M extends Method = Method> = {
  [K in M]: {
    readonly type: 'answered';
    readonly method: K;
    readonly params: MethodParams<K>;
    readonly tag: number;
    readonly result: MethodResult<K>;
  };
}[M];

/** Returns the message for a request's result. */
export function answerTo(request: RequestEffect, result: MethodResult<Method>): Answered {
  const { method, params, tag } = request;
  // The caller got the result from this very method; the compiler cannot follow the pair through a union.
  return { type: 'answered', method, params, tag, result } as Answered;
}

/** Work for the client. Effects run in order; results come back as messages. */
export type ScreenEffect =
  | RequestEffect
  /** Bytes typed into a worker, one per character. */
  | { readonly type: 'input'; readonly id: string; readonly bytes: string }
  /** A piece of pasted text for a worker; `last` ends the paste. */
  | { readonly type: 'paste'; readonly id: string; readonly text: string; readonly last: boolean }
  /** A mouse event in a worker's pane, in cells of its screen; dropped unless its program asked for the mouse. */
  | { readonly type: 'mouse'; readonly id: string; readonly mouse: Omit<MouseToken, 'kind' | 'raw'> }
  | ViewEffect
  /** Gives the whole terminal to a worker until the person leaves it. */
  | { readonly type: 'attach'; readonly id: string }
  /** Rings the person's terminal. */
  | { readonly type: 'ring' }
  /** Sends a desktop notification. */
  | { readonly type: 'notify'; readonly worker: string; readonly text: string }
  /** Leaves the room; workers go on. */
  | { readonly type: 'quit' }
  /** Suspends the room like ctrl-z. */
  | { readonly type: 'suspend' };

/** A request to the host about the view of a worker's terminal; searching and copying have answers. */
export type ViewEffect =
  | ({ readonly type: 'scroll'; readonly id: string } & OnView<ScrollRequest>)
  | ({ readonly type: 'search'; readonly id: string } & OnView<SearchRequest>)
  | ({ readonly type: 'select'; readonly id: string } & OnView<SelectRequest>)
  /** Copies the selection to the clipboard. */
  | { readonly type: 'copy'; readonly id: string };

/** A request without its channel, which the edge adds. */
type OnView<Request> = Request extends unknown ? Omit<Request, 'channel'> : never;

export type Method = keyof ControllerApi;
export type MethodParams<M extends Method> = Parameters<ControllerApi[M]>[0];
export type MethodResult<M extends Method> = ReturnType<ControllerApi[M]>;

/** A request to the controller; its result comes back as an `answered` message with the same tag. */
type RequestEffect<M extends Method = Method> = {
  [K in M]: {
    readonly type: 'request';
    readonly method: K;
    readonly params: MethodParams<K>;
    readonly tag: number;
  };
}[M];
