import type { Facts } from '../domain/facts.ts';
import type { Token } from '../domain/key.ts';
import type { TerminalRecord } from '../protocol/hostApi.ts';
import type { Method, MethodParams, MethodResult, RequestEffect } from './effects.ts';
import type { Connection, Size } from './state.ts';

/** What happened, in the past tense. Nothing else changes the state. */
export type Message =
  | { readonly type: 'resized'; readonly size: Size }
  | { readonly type: 'factsArrived'; readonly facts: Facts }
  | { readonly type: 'connectionChanged'; readonly connection: Connection }
  | { readonly type: 'terminalChanged'; readonly record: TerminalRecord }
  | { readonly type: 'terminalForgotten'; readonly id: string }
  | { readonly type: 'tokenArrived'; readonly token: Token }
  /** `now`: milliseconds since 1970. */
  | { readonly type: 'ticked'; readonly now: number }
  | Answered;

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
