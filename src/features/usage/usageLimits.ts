import { dayOf } from '../../domain/day.ts';
import { holdsLimit } from '../../domain/usageLimit.ts';
import type { ControllerState, Decision } from '../state.ts';

/** Agents' usage limits and the clock by which they end. */

/** What depends on the time: the day, and which limits hold. Clocks jump, back as well, so all is looked at anew. */
export function clockRead(state: ControllerState, now: number): ControllerState {
  const today = dayOf(new Date(now));
  const hasTurned = [...state.log.workers.values()].some(
    (worker) => holdsLimit(worker, now) !== holdsLimit(worker, state.now),
  );
  return hasTurned || today !== state.today || now < state.now ? { ...state, today, now } : state;
}

/** The clock is looked at when a limit should be over. */
export function withLimitEnds(decision: Decision): Decision {
  const ends = decision.happenings.flatMap((happening) =>
    happening.type === 'observed' && happening.until !== undefined
      ? [{ type: 'await-limit-end', until: happening.until } as const]
      : [],
  );
  return ends.length === 0 ? decision : { ...decision, effects: [...decision.effects, ...ends] };
}
