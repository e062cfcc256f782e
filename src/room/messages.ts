import type { Facts } from '../core/facts.ts';
import type { Problem, Result } from '../lib/result.ts';
import type { Found, TerminalRecord } from '../protocol/hostApi.ts';
import type { Token } from '../terminal/input.ts';
import type { Method, MethodParams, MethodResult, RequestEffect } from './effects.ts';
import type { Connection, Size } from './state.ts';

/** What happened, in the past tense. Nothing else changes the state. */
export type Message =
  | { readonly type: 'resized'; readonly size: Size }
  | { readonly type: 'factsArrived'; readonly facts: Facts }
  | { readonly type: 'connectionChanged'; readonly connection: Connection }
  | { readonly type: 'terminalChanged'; readonly record: TerminalRecord }
  | { readonly type: 'terminalForgotten'; readonly id: string }
  | { readonly type: 'bellRang'; readonly id: string }
  | { readonly type: 'notifyFailed'; readonly message: string }
  /** `unseen`: what is open has not been drawn yet; see `isUnseen`. */
  | { readonly type: 'tokenArrived'; readonly token: Token; readonly unseen?: boolean }
  /** The mouse is held above or below the pane it selects in; told again and again as long as it is. */
  | { readonly type: 'dragHeld' }
  /** What a search for the text came to. */
  | { readonly type: 'searched'; readonly id: string; readonly text: string; readonly result: Result<Found> }
  | { readonly type: 'copied'; readonly result: Result<Copied> }
  /** A worker's program has not got what was typed or pasted. */
  | { readonly type: 'notTyped'; readonly id: string; readonly problem: Problem }
  /** The terminal is ours again. */
  | { readonly type: 'attachEnded'; readonly id: string; readonly why: 'left' | 'gone' }
  /** `now`: milliseconds since 1970. */
  | { readonly type: 'ticked'; readonly now: number }
  | Answered;

/** What was selected, and where it is now. */
export interface Copied {
  /** 0 when there was nothing but blanks. */
  readonly lines: number;
  /** File it is in, where the clipboard does not take it; null for the clipboard. */
  readonly path: string | null;
}

/** What a request came to. */
export type Answered<M extends Method = Method> = {
  [K in M]: {
    readonly type: 'answered';
    readonly method: K;
    readonly params: MethodParams<K>;
    readonly tag: number;
    readonly result: MethodResult<K>;
  };
}[M];

/** The message that brings a request's result. */
export function answerTo(request: RequestEffect, result: MethodResult<Method>): Answered {
  const { method, params, tag } = request;
  // The caller got the result from this very method; the compiler cannot follow the pair through a union.
  return { type: 'answered', method, params, tag, result } as Answered;
}
