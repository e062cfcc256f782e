import { type Problem, problemOf } from '../lib/result.ts';
import { clockText, type Day } from './amounts.ts';
import { isLive, type Worker } from './worker.ts';

/** Tokens of a model, as its provider counts them. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** Tokens, and the cost that the agent reports. */
export interface Usage extends Tokens {
  /** US dollars; 0 where the agent reports none. */
  readonly dollars: number;
}

/** One worker's usage on one day. */
export interface UsageRow extends Usage {
  readonly worker: string;
  readonly repo: string;
  readonly task: string;
  readonly day: Day;
}

/** Usage as clients get it. */
export interface UsageFacts {
  readonly today: Day;
  /** The last seven days with any usage. */
  readonly days: Readonly<Record<Day, Usage>>;
  /** All days, by worker. */
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

/** Fields that describe a worker's usage limit, as far as its agent reports it. */
type Limited = Pick<Worker, 'state' | 'limitedUntil' | 'wasLimited'>;

/**
 * Reports whether a worker's limit still applies. One without a time applies while its process waits there;
 * for an ended process only the time decides.
 * @param now milliseconds since 1970
 */
export function holdsLimit(
  { state, limitedUntil = null, wasLimited = false }: Limited,
  now: number,
): boolean {
  if (limitedUntil === null) return state === 'limited';
  return (state === 'limited' || wasLimited) && Date.parse(limitedUntil) > now;
}

/** Reports whether it stopped at a limit and has not continued since, with or without its process. */
function isStoppedByLimit({ state, wasLimited = false }: Limited): boolean {
  return state === 'limited' || wasLimited;
}

/** Result of asking workers to continue. */
export interface ContinueOutcome {
  /** Workers that are asked to continue, one after the other. */
  readonly going: readonly string[];
  readonly left: readonly { readonly id: string; readonly problem: Problem }[];
}

/**
 * Returns the reason against another worker of an agent that has reached its usage limit in one of its
 * workers.
 */
export function usageProblem(
  agent: string,
  { id, limitedUntil = null }: Pick<Worker, 'id' | 'limitedUntil'>,
  now: number,
): Problem {
  const end = limitedUntil === null ? 'until when is unknown' : `until ${clockText(limitedUntil, now)}`;
  return problemOf(
    'agent_limited',
    `${agent} has reached its usage limit in ${id}, ${end}.`,
    'Wait, choose another agent, or insist where it has another account.',
  );
}

/** Workers that stopped at a usage limit, by the possible action. */
export interface StoppedByLimit {
  /** At their prompts, with their limit over or unknown. */
  readonly canContinue: readonly Worker[];
  /** Ended processes; each becomes a proposal to resume. */
  readonly ended: readonly Worker[];
  readonly held: readonly Worker[];
}

/**
 * Returns the workers that stopped at a usage limit. @param facts `heldByLimit`: ids of workers whose limit
 * still applies
 */
export function stoppedByLimit({
  workers,
  heldByLimit = [],
}: {
  readonly workers: readonly Worker[];
  readonly heldByLimit?: readonly string[];
}): StoppedByLimit {
  const stopped = workers.filter(isStoppedByLimit);
  const isHeld = ({ id, limitedUntil }: Worker) =>
    (limitedUntil ?? null) !== null && heldByLimit.includes(id);
  const free = stopped.filter((worker) => !isHeld(worker));
  return {
    canContinue: free.filter(({ state }) => isLive(state)),
    ended: free.filter(({ state, wasStopped }) => !isLive(state) && !wasStopped),
    held: stopped.filter(isHeld),
  };
}
