import type { Day } from './day.ts';

/** Tokens of a model, as its provider counts them. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** What was used: tokens, and what the agent says that it cost. */
export interface Usage extends Tokens {
  /** US dollars; 0 where the agent does not say. */
  readonly dollars: number;
}

/** What one worker used on one day. */
export interface UsageRow extends Usage {
  readonly worker: string;
  readonly repo: string;
  readonly task: string;
  readonly day: Day;
}

/** What clients are told of it. */
export interface UsageFacts {
  readonly today: Day;
  /** Of the last seven days on which anything was used. */
  readonly days: Readonly<Record<Day, Usage>>;
  /** Of all days, by worker. */
  readonly workers: Readonly<Record<string, Usage>>;
  /** US dollars; absent where nothing is configured. */
  readonly budget?: { readonly day?: number; readonly worker?: number };
}

export const noTokens: Tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
export const noUsage: Usage = { dollars: 0, ...noTokens };

export function addTokens(a: Tokens, b: Tokens): Tokens {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
  };
}

export function addUsage(a: Usage, b: Usage): Usage {
  return { dollars: a.dollars + b.dollars, ...addTokens(a, b) };
}
