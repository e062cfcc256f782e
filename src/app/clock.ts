import type { AppState } from './state.ts';
import { nextAge, shortAge } from './text/words.ts';

/** A tick more often than this would be noise. */
const shortestTick = 1_000;

/**
 * Milliseconds until an age on the screen becomes another one; null while nothing there changes with time.
 * @param now the time it is, as opposed to the last tick's in the state
 */
export function nextTick({ facts, now: shown }: Pick<AppState, 'facts' | 'now'>, now = shown): number | null {
  if (!facts) return null;
  const times = [
    ...facts.workers.map((worker) => worker.stateSince),
    ...facts.proposals.flatMap(({ at, plan }) => (plan ? [at, plan.base.committedAt] : [at])),
  ];
  const pauses = times.map((at) => (shortAge(at, shown) === shortAge(at, now) ? nextAge(at, now) : 0));
  const soonest = Math.min(...pauses, Number.POSITIVE_INFINITY);
  return Number.isFinite(soonest) ? Math.max(shortestTick, soonest) : null;
}
