import type { AppState, Notice } from '../room/state.ts';
import { nextAge, shortAge } from '../room/text/words.ts';

/** A tick more often than this would be noise. */
const shortestTick = 1_000;
/** Ages in minutes may be so late: those of many workers then change together, in one picture. */
const agesTogether = 15_000;

/** How long a notice is shown, in milliseconds. */
export function noticeLife({ tone }: Pick<Notice, 'tone'>): number {
  return tone === 'problem' ? 30_000 : 10_000;
}

/**
 * Milliseconds until something on the screen changes by itself: an age, or a notice that goes. Null while nothing there
 * changes with time.
 * @param now the time it is, as opposed to the last tick's in the state
 */
export function nextTick(
  { facts, notice, now: shown }: Pick<AppState, 'facts' | 'notice' | 'now'>,
  now = shown,
): number | null {
  const workers = facts?.workers.map((worker) => worker.stateSince) ?? [];
  const proposals =
    facts?.proposals.flatMap(({ at, plan }) => (plan?.base ? [at, plan.base.committedAt] : [at])) ?? [];
  const pauses = [...workers, ...proposals].map((at) =>
    shortAge(at, shown) === shortAge(at, now) ? Math.max(agesTogether, nextAge(at, now)) : 0,
  );
  if (notice) pauses.push(notice.since === null ? 0 : notice.since + noticeLife(notice) - now);
  const soonest = Math.min(...pauses, Number.POSITIVE_INFINITY);
  return Number.isFinite(soonest) ? Math.max(shortestTick, soonest) : null;
}
