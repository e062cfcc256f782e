import { type Problem, problemOf } from '../lib/result.ts';
import type { Worker } from './worker.ts';

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
  const end = limitedUntil === null ? 'nobody knows until when' : `until ${clockText(limitedUntil, now)}`;
  return problemOf(
    'agent_limited',
    `${agent} has reached its usage limit in ${id}, ${end}.`,
    'Wait, choose another agent, or insist where it has another account.',
  );
}

const day = 24 * 60 * 60_000;

/**
 * A moment in the near future on this machine's clock: `15:00` today, `Mon 15:00` within a week, else `Nov 30 15:00`.
 * @param at ISO time
 * @param now milliseconds since 1970
 */
export function clockText(at: string, now: number): string {
  const date = new Date(at);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (date.toDateString() === new Date(now).toDateString()) return time;
  const [weekday = '', month = '', dayOfMonth = ''] = date.toDateString().split(' ');
  const isSoon = Math.abs(date.getTime() - now) < 6 * day;
  return isSoon ? `${weekday} ${time}` : `${month} ${Number(dayOfMonth)} ${time}`;
}

function two(part: number): string {
  return `${part}`.padStart(2, '0');
}
