import { dayOf } from '../../core/amounts.ts';
import { holdsLimit } from '../../core/usage.ts';
import type { Happening } from '../log.ts';
import { type Consequence, type ControllerState, type Moment, nothing } from '../state.ts';

/** Agents' usage limits and the clock by which they end. */

/** What depends on the time: the day, and which limits hold. Clocks jump, back as well, so all is looked at anew. */
export function clockRead(state: ControllerState, now: number): ControllerState {
  const today = dayOf(new Date(now));
  const hasTurned = [...state.log.workers.values()].some(
    (worker) => holdsLimit(worker, now) !== holdsLimit(worker, state.now),
  );
  return hasTurned || today !== state.today || now < state.now ? { ...state, today, now } : state;
}

/** Looks at the clock when a limit should be over. */
export function awaitLimitEnd(_: Moment, { until }: Extract<Happening, { type: 'observed' }>): Consequence {
  return until === undefined ? nothing : { effects: [{ type: 'await-limit-end', until }] };
}
