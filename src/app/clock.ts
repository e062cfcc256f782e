import type { AppState } from './state.ts';
import { nextAge } from './text/words.ts';

/** A tick more often than this would be noise. */
const shortestTick = 1_000;

/** Milliseconds until an age on the screen becomes another one; null while nothing there changes with time. */
export function nextTick({ facts, now }: Pick<AppState, 'facts' | 'now'>): number | null {
  if (!facts) return null;
  const times = [
    ...facts.workers.map((worker) => worker.stateSince),
    ...facts.proposals.flatMap(({ at, plan }) => (plan ? [at, plan.base.committedAt] : [at])),
  ];
  const soonest = times.reduce((least, at) => Math.min(least, nextAge(at, now)), Number.POSITIVE_INFINITY);
  return Number.isFinite(soonest) ? Math.max(shortestTick, soonest) : null;
}
