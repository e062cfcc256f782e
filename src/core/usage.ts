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

/** How a worker stands with the usage limit of its agent, as far as that agent has told. */
type Limited = Pick<Worker, 'state' | 'limitedUntil' | 'wasLimited'>;

/**
 * Whether a worker's limit still keeps its agent from working. One without a time holds as long as its process sits
 * there; of an ended process only the time can tell.
 * @param now milliseconds since 1970
 */
export function holdsLimit(
  { state, limitedUntil = null, wasLimited = false }: Limited,
  now: number,
): boolean {
  if (limitedUntil === null) return state === 'limited';
  return (state === 'limited' || wasLimited) && Date.parse(limitedUntil) > now;
}

/** Whether it stopped at a limit and has not gone on since, with or without its process. */
export function isStoppedByLimit({ state, wasLimited = false }: Limited): boolean {
  return state === 'limited' || wasLimited;
}

/** What came of telling workers to go on. */
export interface GoneOn {
  /** Those that are told, each in its turn. */
  readonly going: readonly string[];
  readonly left: readonly { readonly id: string; readonly problem: Problem }[];
}

/** What speaks against another worker of an agent while one of its workers has reached its usage limit. */
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

/** Workers that stopped at a usage limit, by what can be done about it. */
export interface StoppedByLimit {
  /** Sit at their prompts, their limit over or unknown. */
  readonly canGoOn: readonly Worker[];
  /** Their processes ended; each becomes a proposal to resume. */
  readonly ended: readonly Worker[];
  readonly held: readonly Worker[];
}

/** Returns the workers that stopped at a usage limit. @param facts `heldByLimit`: ids of those whose limit still holds */
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
    canGoOn: free.filter(({ state }) => isLive(state)),
    ended: free.filter(({ state, wasStopped }) => !isLive(state) && !wasStopped),
    held: stopped.filter(isHeld),
  };
}
